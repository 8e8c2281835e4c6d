"""Curves against updates, several runs in one picture, wound back and forth by the clock."""

from functools import cache
from typing import Any

from seq2seq.stories.gradients.frame import axis_title
from seq2seq.stories.signals import smooth
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, rect, text, value

TOP, SHORT, TALL = 34, 232, 330  # the foot of a picture that stands beside another, and of a wide one
GAP = 0.085  # between two names, as a share of the height
COLOR: Any = [
    {"test": "datum.tone == 'attention'", "signal": "attention"}, {"test": "datum.tone == 'wrong'", "signal": "wrong"},
    {"test": "datum.tone == 'correct'", "signal": "correct"}, {"test": "datum.tone == 'limit'", "signal": "decoder"},
    {"signal": "encoder"},
]  # fmt: skip


@cache
def over_updates(title: str, updates: str, wide: bool = False) -> Spec:
    """The picture; title is what is drawn, updates what runs from left to right.

    Data: curves {run, tone, dash, step, y, ask, tip}; names {tone, name, at, beside, step}, from 0 (foot) to 1:
    where its line ends, at that step, and where there is room for it; ticks {y, label}.
    Signals: last (update), low and high (of y), limit (a line of its own at that y, or null), now_at (update).
    """
    foot = TALL if wide else SHORT
    signals = [
        value("last", 1), value("low", 0), value("high", 1), value("limit", None), *smooth("now"),
        derived("left", "48"), derived("right", "width < 560 ? 104 : 140"),
    ]  # fmt: skip
    x, y, end = "scale('x', datum.step)", "scale('y', datum.y)", f"{foot} - datum.at * {foot - TOP}"
    marks = [
        axis_title(title, "8", 12),
        mark("rule", "ticks", silent=True, x="left", x2="width - right", y=y, stroke="faint", strokeOpacity=0.6),
        text("datum.label", "left - 8", y, "ticks", align="right", color="muted"),
        mark(  # a run that is over before the others
            "rule", "names", silent=True, x="scale('x', datum.step)", x2="width - right", y=end, stroke=COLOR,
            strokeWidth=1, strokeOpacity=0.4, strokeDash={"value": [1, 3]},
        ),
        _lines(x, y),
        mark(
            "symbol", "drawn", clickable=True, x=x, y=y, size=90, fill="ink", fillOpacity=0.001,
            tooltip={"field": "tip"}, ask={"field": "ask"},
        ),
        rect("scale('x', now) + 1", TOP - 8, "max(0, width - right - scale('x', now) + 2)", foot - TOP + 14,
             fill="panel", fillOpacity=0.9),
        mark(
            "rule", silent=True, x="left", x2="width - right", y="isValid(limit) ? scale('y', limit) : 0",
            stroke="decoder", strokeWidth=1.5, strokeDash={"value": [4, 4]}, opacity="isValid(limit) ? 1 : 0",
        ),
        mark("rule", silent=True, x="scale('x', now)", y=TOP - 6, y2=foot, stroke="decoder", strokeWidth=1.5),
        mark(
            "rule", "names", silent=True, x="width - right + 4", y=end, x2="width - right + 17",
            y2=f"{foot} - datum.beside * {foot - TOP}", stroke=COLOR, strokeWidth=1, strokeOpacity=0.55,
        ),
        text(
            "datum.name", "width - right + 20", f"{foot} - datum.beside * {foot - TOP}", "names", align="left",
            fill=COLOR, size="width < 560 ? 12 : 14", fontWeight=600, limit="right - 20",
        ),
        text("'0'", "left", foot + 18, color="muted"),
        text("'' + last", "width - right", foot + 18, color="muted"),
        axis_title(updates, "left", foot + 38),
    ]  # fmt: skip
    scales = [
        {"name": "x", "type": "linear", "domain": [0, {"signal": "max(1, last)"}],
         "range": [{"signal": "left"}, {"signal": "width - right"}]},
        {"name": "y", "type": "linear", "domain": [{"signal": "low"}, {"signal": "high"}], "range": [foot, TOP],
         "clamp": True},
    ]  # fmt: skip
    data = [{"name": "curves"}, {"name": "names"}, {"name": "ticks"}, filtered("drawn", "curves", "isValid(datum.y)")]
    return diagram(440, foot + 50, signals, data, marks, scales=scales)


def _lines(x: str, y: str) -> Mark:
    line = mark(
        "line", "of_run", silent=True, x=x, y=y, stroke=COLOR, strokeWidth=3, strokeDash={"field": "dash"},
    )  # fmt: skip
    facet = {"facet": {"name": "of_run", "data": "drawn", "groupby": "run"}}
    return {"type": "group", "from": facet, "interactive": False, "marks": [line]}
