"""The norms against the position, on a logarithmic axis: the arm in hand first, then all the others."""

from functools import cache
from typing import Any

from seq2seq.stories.gradients.frame import MARGINS, axis_title, columns, curtain, log_axis, middle, power_scale
from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Mark, Spec, diagram, filtered, mark, text, value

TOP, BOTTOM, HEIGHT = 34, 290, 340
PARTS = ("hand", "others", "looked", "doubled")  # in the order in which they are shown
COLOR: Any = [
    {"test": "datum.part == 'doubled'", "signal": "ink"}, {"test": "datum.attention", "signal": "attention"},
    {"signal": "encoder"},
]  # fmt: skip


@cache
def norm_curves(norm: str, position: str) -> Spec:
    """The picture; norm and position are what its axes are called.

    Data: curves {arm, part: "hand", "others", "looked" or "doubled", attention, t, e, v, low, high, dash, ask, tip},
    low and high the powers of the band; names {part, attention, name, at, beside}, from 0 (foot) to 1: where
    its line ends, and where there is room for it; ticks {e, label}.
    Signals: S, low, high (powers of ten), now_at, others_at, looked_at, doubled_at (how far each part shows).
    """
    signals = [
        *columns(*MARGINS), value("low", -1), value("high", 0), *smooth("others"), *smooth("looked"),
        *smooth("doubled"), *stepped("asked"),
    ]  # fmt: skip
    data = [{"name": "curves"}, {"name": "names"}, {"name": "ticks"}]
    data += [filtered(f"curve_{part}", "curves", f"datum.part == '{part}' && isValid(datum.e)") for part in PARTS]
    data += [filtered(f"name_{part}", "names", f"datum.part == '{part}'") for part in PARTS]
    marks = [
        axis_title(norm, "width - 8", 12, "right"),
        *log_axis(TOP, BOTTOM),
        mark(
            "area", "curve_hand", silent=True, x=middle(), y="scale('power', datum.low)",
            y2="scale('power', datum.high)", fill=COLOR, fillOpacity=0.16,
        ),
        *(_lines(part, 2.5, part) for part in PARTS[1:]),
        _lines("hand", 4.5, "1"),
        curtain(TOP - 10, BOTTOM + 6),
        *(_points(part) for part in PARTS),
        *(_leader(part) for part in PARTS),
        *(_names(part) for part in PARTS),
        axis_title(position, "left", HEIGHT - 10),
        text("'1'", middle("0"), BOTTOM + 18, color="muted"),
        text("'' + S", middle("S - 1"), BOTTOM + 18, color="muted"),
    ]  # fmt: skip
    return diagram(900, HEIGHT, signals, data, marks, scales=[power_scale(TOP, BOTTOM)])


def _lines(part: str, width: float, opacity: str) -> Mark:
    line = mark(
        "line", "of_arm", silent=True, x=middle(), y="scale('power', datum.e)", stroke=COLOR, strokeWidth=width,
        strokeDash={"field": "dash"}, strokeOpacity=opacity,
    )  # fmt: skip
    facet = {"facet": {"name": "of_arm", "data": f"curve_{part}", "groupby": "arm"}}
    return {"type": "group", "from": facet, "interactive": False, "marks": [line]}


def _points(part: str) -> Mark:
    """Something to point at and to click, unseen."""
    reached = "datum.t >= now - 0.5" if part == "hand" else f"asked >= {PARTS.index(part)}"
    return mark(
        "symbol", f"curve_{part}", clickable=True, x=middle(), y="scale('power', datum.e)", size=90,
        fill="ink", fillOpacity=0.001, tooltip=f"{reached} ? datum.tip : null", ask=f"{reached} ? datum.ask : null",
    )  # fmt: skip


def _shown(part: str) -> str:
    return "now < 0.5 ? 1 : 0" if part == "hand" else part


def _leader(part: str) -> Mark:
    """From a name to its line."""
    height = BOTTOM - TOP
    return mark(
        "rule", f"name_{part}", silent=True, x="left - 4", y=f"{BOTTOM} - datum.beside * {height}",
        x2=f"{middle('0')} - 3", y2=f"{BOTTOM} - datum.at * {height}", stroke=COLOR, strokeWidth=1,
        strokeOpacity=f"0.55 * ({_shown(part)})",
    )  # fmt: skip


def _names(part: str) -> Mark:
    return text(
        "datum.name", "left - 6", f"{BOTTOM} - datum.beside * {BOTTOM - TOP}", f"name_{part}", align="right",
        fill=COLOR, size="width < 560 ? 11 : 14", fontWeight="datum.part == 'hand' ? 700 : 500",
        fillOpacity=_shown(part), limit="left - 8",
    )  # fmt: skip
