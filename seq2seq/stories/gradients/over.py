"""Curves against updates, several runs in one picture, wound back and forth by the clock."""

from functools import cache
from typing import Any

from seq2seq.stories.gradients.frame import axis_title
from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, rect, text, value

TOP, SHORT, TALL = 34, 232, 330  # the foot of a picture that stands beside another, and of a wide one
COLOR: Any = [
    {"test": "datum.tone == 'attention'", "signal": "attention"}, {"test": "datum.tone == 'wrong'", "signal": "wrong"},
    {"test": "datum.tone == 'correct'", "signal": "correct"}, {"signal": "encoder"},
]  # fmt: skip


@cache
def over_updates(title: str, updates: str, wide: bool = False) -> Spec:
    """The picture; title is what is drawn, updates what runs from left to right.

    Data: curves {run, tone, dash, step, y, ask, tip}; names {tone, name, at}, at from 0 (foot) to 1; ticks {y, label}.
    Signals: last (update), low and high (of y), limit (a line of its own at that y, or null), limit_name, now_at
    (update).
    """
    foot = TALL if wide else SHORT
    signals = [
        value("last", 1), value("low", 0), value("high", 1), value("limit", None), value("limit_name", ""),
        *smooth("now"), derived("left", "48"), derived("right", "width < 560 ? 92 : 128"),
    ]  # fmt: skip
    x, y = "scale('x', datum.step)", "scale('y', datum.y)"
    marks = [
        axis_title(title, "8", 12),
        mark("rule", "ticks", silent=True, x="left", x2="width - right", y=y, stroke="faint", strokeOpacity=0.6),
        text("datum.label", "left - 8", y, "ticks", align="right", color="muted"),
        mark(
            "rule", silent=True, x="left", x2="width - right", y="isValid(limit) ? scale('y', limit) : 0",
            stroke="decoder", strokeWidth=1.5, strokeDash={"value": [4, 4]}, opacity="isValid(limit) ? 1 : 0",
        ),
        text(
            "limit_name", "left + 6", "isValid(limit) ? scale('y', limit) - 9 : -20", align="left", color="decoder",
            size=12,
        ),
        _lines(x, y),
        mark(
            "symbol", "drawn", clickable=True, x=x, y=y, size=90, fill="ink", fillOpacity=0.001,
            tooltip={"field": "tip"}, ask={"field": "ask"},
        ),
        rect("scale('x', now) + 1", TOP - 8, "max(0, width - right - scale('x', now) + 2)", foot - TOP + 14,
             fill="panel", fillOpacity=0.9),
        mark("rule", silent=True, x="scale('x', now)", y=TOP - 6, y2=foot, stroke="decoder", strokeWidth=1.5),
        text(
            "datum.name", "width - right + 10", f"{foot} - datum.at * {foot - TOP}", "names", align="left",
            fill=COLOR, size="width < 560 ? 12 : 14", fontWeight=600, limit="right - 12",
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


@cache
def reach_now(norm: str, position: str) -> Spec:
    """The norms by position at the report in hand, a line a run.

    Data: reach {run, k, tone, dash, v: [powers], n: [norms], ask}; names {k, tone, name, at}; ticks {e, label}.
    Signals: S, low, high, row_at (k of each step).
    """
    left, right = "width < 560 ? 88 : 150", "width < 560 ? 50 : 70"
    signals = [
        value("S", 1), value("low", -1), value("high", 0), *stepped("row"), derived("left", left),
        derived("right", right), derived("pitch", "(width - left - right) / S"),
    ]  # fmt: skip
    x, y = "left + (datum.t + 0.5) * pitch", "scale('power', datum.v)"
    flat = [{"type": "flatten", "fields": ["v", "n"], "index": "t"}]
    data = [
        {"name": "reach"}, {"name": "names"}, {"name": "ticks"}, filtered("now", "reach", "datum.k == row"),
        {"name": "points", "source": "now", "transform": [*flat, {"type": "filter", "expr": "isValid(datum.v)"}]},
        filtered("names_now", "names", "datum.k == row"),
    ]  # fmt: skip
    line = mark(
        "line", "of_run", silent=True, x=x, y=y, stroke=COLOR, strokeWidth=3, strokeDash={"field": "dash"},
    )  # fmt: skip
    facet = {"facet": {"name": "of_run", "data": "points", "groupby": "run"}}
    tick = "scale('power', datum.e)"
    marks = [
        axis_title(norm, "width - 8", 12, "right"),
        mark("rule", "ticks", silent=True, x="left", x2="width - right", y=tick, stroke="faint", strokeOpacity=0.6),
        text("datum.label", "width - right + 8", tick, "ticks", align="left", color="muted"),
        {"type": "group", "from": facet, "interactive": False, "marks": [line]},
        mark(
            "symbol", "points", clickable=True, x=x, y=y, size=90, fill="ink", fillOpacity=0.001,
            tooltip="datum.run + ', ' + (datum.t + 1) + ': ' + format(datum.n, '.3e')",
            ask="datum.ask + ' ' + datum.t",
        ),
        text(
            "datum.name", "left - 6", f"{TALL} - datum.at * {TALL - TOP}", "names_now", align="right", fill=COLOR,
            size="width < 560 ? 11 : 14", fontWeight=600, limit="left - 8",
        ),
        text("'1'", "left + pitch / 2", TALL + 18, color="muted"),
        text("'' + S", "left + (S - 0.5) * pitch", TALL + 18, color="muted"),
        axis_title(position, "left", TALL + 40),
    ]  # fmt: skip
    scale = {"name": "power", "type": "linear", "domain": [{"signal": "low"}, {"signal": "high"}], "range": [TALL, TOP],
             "clamp": True}  # fmt: skip
    return diagram(900, TALL + 56, signals, data, marks, scales=[scale])
