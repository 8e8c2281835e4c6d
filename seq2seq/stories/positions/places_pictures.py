"""Pictures of a table of position vectors: the table, its clocks, its waves, and its dot products by distance."""

from functools import cache
from typing import Any

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

ROW = 13  # height of a position in the table
TOP = 34  # of the table, below its axis
CLOCKS = 8  # in a row
SIGNED = {
    "name": "value", "type": "linear", "domain": [-1, 0, 1], "clamp": True, "interpolate": "lab",
    "range": [{"signal": "negative"}, {"signal": "neutral"}, {"signal": "positive"}],
}  # fmt: skip


@cache
def table_picture(rows: int, features: str, position: str, unread: str) -> Spec:
    """The whole table, drawn once; a frame on the row in hand, another on the pair of features in hand.

    Data: rows {p, v: […], unit: […], ask, tip}. Signals: d, read (rows that training read), p_at (position in hand,
    −1: none), pair_at (pair of features in hand, −1: none).
    """
    flat = {"type": "flatten", "fields": ["v", "unit"], "index": "f"}
    address = {"type": "formula", "expr": "datum.ask + ' ' + datum.unit", "as": "ask"}
    signals = [
        value("d", 64), value("read", rows), *smooth("p"), *smooth("pair"),
        derived("sx", "width > 560 ? 96 : 34"), derived("cell", "(width - sx - 8) / d"),
    ]  # fmt: skip
    foot = TOP + rows * ROW
    every = "width > 560 ? 8 : 16"
    marks = [
        rect(
            "sx + datum.f * cell", f"{TOP} + datum.p * {ROW}", "cell + 0.3", ROW + 0.3, "cells", clickable=True,
            fill={"scale": "value", "field": "v"},
            tooltip="datum.tip + (datum.unit + 1) + ': ' + format(datum.v, '.4f')",
        ),
        text("datum.p % 4 ? '' : datum.p", "sx - 8", f"{TOP} + (datum.p + 0.5) * {ROW}", "rows", align="right",
             color="muted", size=12),
        text(f"datum.unit % ({every}) ? '' : datum.unit + 1", "sx + (datum.f + 0.5) * cell", TOP - 9, "first",
             color="muted", size=12),
        text(quoted_text(features), "sx + (width - sx) / 2", 8, color="muted", size=12),
        text(f"width > 560 ? {quoted_text(position)} : ''", "sx - 34", f"{TOP} + {rows * ROW / 2}", align="right",
             color="muted", size=12),
        # rows that training never read
        rect("sx", f"{TOP} + read * {ROW}", "width - sx - 8", f"max(0, {rows} - read) * {ROW}", silent=True,
             fill="panel", fillOpacity=0.55),
        text(f"read < {rows} ? {quoted_text(unread)} : ''", "sx + (width - sx) / 2",
             f"{TOP} + (read + {rows}) / 2 * {ROW}", size="width > 560 ? 14 : 12", fontWeight=600, stroke="panel",
             strokeWidth=5),
        text(f"read < {rows} ? {quoted_text(unread)} : ''", "sx + (width - sx) / 2",
             f"{TOP} + (read + {rows}) / 2 * {ROW}", size="width > 560 ? 14 : 12", fontWeight=600),
        rect("sx + 2 * pair * cell - 1", TOP - 2, "2 * cell + 2", rows * ROW + 4, silent=True, stroke="ink",
             strokeWidth=2, cornerRadius=3, opacity="clamp(pair + 1, 0, 1)"),
        rect("sx - 2", f"{TOP} + p * {ROW} - 2", "width - sx - 4", ROW + 4, silent=True, stroke="encoder",
             strokeWidth=3, cornerRadius=4, opacity="clamp(p + 1, 0, 1)"),
        text("round(p)", "sx - 6", f"{TOP} + (p + 0.5) * {ROW}", align="right", color="encoder", size=14,
             fontWeight=700, stroke="panel", strokeWidth=6, opacity="clamp(p + 1, 0, 1)"),
        text("round(p)", "sx - 6", f"{TOP} + (p + 0.5) * {ROW}", align="right", color="encoder", size=14,
             fontWeight=700, opacity="clamp(p + 1, 0, 1)"),
    ]  # fmt: skip
    data: list[dict[str, Any]] = [
        {"name": "rows"}, {"name": "cells", "source": "rows", "transform": [flat, address]},
        filtered("first", "cells", "datum.p == 0"),
    ]  # fmt: skip
    return diagram(800, foot + 6, signals, data, marks, scales=[SIGNED])


@cache
def clocks_picture(pairs: int, turn: str) -> Spec:
    """A clock for each pair of features: its hand points to (cos, sin) of the position in hand.

    Data: clocks {i, rate, name, tip}. Signals: p_at, pair_at, lit_at (how many clocks are told).
    """
    rows = -(-pairs // CLOCKS)
    signals = [
        *smooth("p"), *stepped("pair"), *smooth("lit"),
        derived("pitch", f"width / {CLOCKS}"), derived("r", "min(24, pitch * 0.38)"),
        derived("at", "max(0, p)"),
    ]  # fmt: skip
    x, y = f"(datum.i % {CLOCKS} + 0.5) * pitch", f"(floor(datum.i / {CLOCKS}) * 68 + 30)"
    angle = "(at * datum.rate)"
    own = "datum.i == pair"
    shown = "datum.i < lit ? 1 : 0.45"
    marks = [
        mark("symbol", "clocks", clickable=True, x=x, y=y, size="3.1416 * r * r", fill="panel",
             stroke=f"{own} ? ink : muted", strokeWidth=f"{own} ? 2.5 : 1", opacity=shown, tooltip="datum.tip",
             ask="'place ' + round(at) + ' ' + 2 * datum.i"),
        # the way that the hand has come, as far as it is less than a turn
        mark("arc", "clocks", silent=True, x=x, y=y, startAngle=1.5708, endAngle=f"1.5708 - min({angle}, 6.2832)",
             outerRadius="r * 0.62", innerRadius=0, fill="encoder", fillOpacity="datum.i < lit ? 0.2 : 0"),
        mark("rule", "clocks", silent=True, x=x, y=y, x2=f"{x} + r * 0.92 * cos({angle})",
             y2=f"{y} - r * 0.92 * sin({angle})", stroke="encoder", strokeWidth=2.5, strokeCap={"value": "round"},
             opacity=shown),
        mark("symbol", "clocks", silent=True, x=x, y=y, size=22, fill="encoder", opacity=shown),
        text("datum.name", x, f"{y} + 34", "clocks", color="muted", size=11, fontWeight=f"{own} ? 700 : 400",
             opacity=shown),
        text(quoted_text(turn), "width / 2", rows * 68 + 12, color="muted", size=12),
    ]  # fmt: skip
    return diagram(420, rows * 68 + 24, signals, [{"name": "clocks"}], marks)


@cache
def waves_picture(count: int, position: str, sine: str, cosine: str) -> Spec:
    """The pair in hand along the positions: a sine and a cosine, and where the position in hand cuts them.

    Data: waves {i, p, sin, cos}. Signals: p_at, pair_at.
    """
    top, height = 34, 170
    base = top + height
    signals = [
        *smooth("p"), *stepped("pair"), derived("sx", "36"), derived("i", "max(0, pair)"),
        derived("pitch", f"(width - sx - 14) / {count - 1}"), derived("at", "max(0, p)"),
    ]  # fmt: skip
    scales = [{"name": "y", "type": "linear", "domain": [-1, 1], "range": [base, top]}]
    axes = [{"orient": "left", "scale": "y", "values": [-1, 0, 1], "offset": {"signal": "-sx"}, "grid": False}]
    x = "sx + datum.p * pitch"

    def at(name: str) -> str:
        return f"scale('y', datum.{name})"

    marks = [
        mark("rule", silent=True, x="sx", x2="width - 14", y="scale('y', 0)", stroke="faint"),
        mark("rule", silent=True, x="sx + at * pitch", y=top - 6, y2=base + 6, stroke="encoder", strokeWidth=2),
        mark("line", "wave", silent=True, x=x, y=at("cos"), stroke="muted", strokeWidth=2,
             strokeDash={"value": [5, 4]}),
        mark("line", "wave", silent=True, x=x, y=at("sin"), stroke="ink", strokeWidth=2),
        mark("symbol", "points", clickable=True, x=x, y=at("sin"), fill="ink", size=36,
             ask="'place ' + datum.p + ' ' + 2 * datum.i", tooltip="format(datum.sin, '.4f')"),
        mark("symbol", "points", clickable=True, x=x, y=at("cos"), fill="panel", stroke="muted", strokeWidth=1.5,
             size=36, ask="'place ' + datum.p + ' ' + (2 * datum.i + 1)",
             tooltip="format(datum.cos, '.4f')"),
        text(f"{quoted_text('● ' + sine)} + ' ' + (2 * i + 1)", "sx", 10, align="left", size=12),
        text(f"{quoted_text('○ ' + cosine)} + ' ' + (2 * i + 2)", "sx + 150", 10, align="left", color="muted", size=12),
        text("datum.p % 4 ? '' : datum.p", x, base + 14, "wave", color="muted", size=12),
        text(quoted_text(position), "sx + (width - sx) / 2", base + 34, color="muted", size=12),
    ]  # fmt: skip
    data = [
        {"name": "waves"}, filtered("wave", "waves", "datum.i == i", key="p"),
        filtered("points", "wave", "datum.p == floor(datum.p)", key="p"),
    ]  # fmt: skip
    return diagram(420, base + 46, signals, data, marks, scales=scales, axes=axes)


@cache
def dots_picture(count: int, low: float, high: float, x_title: str, y_title: str, waiting: str) -> Spec:
    """Row times row, by how far apart they stand: points of the position in hand, rings of those told before.

    Data: dots {p, q, v, ask, tip}; curve {d, v} (empty where distance alone does not decide). Signals: p_at, dots_at
    (0 before dot products are told), told_at (how many of the positions in `order` were told before), order.
    """
    top, height = 30, 190
    base = top + height
    signals = [
        value("order", []), *stepped("p"), *stepped("dots"), *stepped("told"), derived("sx", "40"),
        derived("pitch", f"(width - sx - 14) / {2 * count - 2}"),
    ]  # fmt: skip
    scales = [{"name": "y", "type": "linear", "domain": [low, high], "range": [base, top]}]
    axes = [{"orient": "left", "scale": "y", "tickCount": 5, "offset": {"signal": "-sx"}, "grid": False}]
    x = f"sx + (datum.q - datum.p + {count - 1}) * pitch"
    y = "scale('y', datum.v)"
    apart = 8 if count > 16 else 2
    ticks = [{"d": d} for d in range(-((count - 1) // apart) * apart, count, apart)]
    on = f"sx + (datum.d + {count - 1}) * pitch"
    marks = [
        mark("rule", silent=True, x="sx", x2="width - 14", y="scale('y', 0)", stroke="faint"),
        mark("rule", silent=True, x=f"sx + {count - 1} * pitch", y=top - 4, y2=base, stroke="faint",
             opacity="dots"),
        mark("line", "curve", silent=True, x=on, y=y, stroke="muted", strokeWidth=1.5, strokeOpacity="dots ? 0.7 : 0"),
        mark("symbol", "before", silent=True, x=x, y=y, size=90, stroke="muted", strokeWidth=1.5, opacity="dots"),
        mark("symbol", "now", clickable=True, x=x, y=y, size=56, fill="encoder", stroke="panel", opacity="dots",
             tooltip="datum.tip + format(datum.v, '.4f')"),
        text("datum.d > 0 ? '+' + datum.d : datum.d < 0 ? '−' + -datum.d : '0'", on, base + 14, "ticks", color="muted",
             size=12),
        text(quoted_text(y_title), 2, 10, align="left", color="muted", size=12),
        text(quoted_text(x_title), "sx + (width - sx) / 2", base + 34, color="muted", size=12),
        text(quoted_text(waiting), "sx + (width - sx) / 2", top + height / 2, color="muted", size=14,
             opacity="dots ? 0 : 1"),
    ]  # fmt: skip
    data: list[dict[str, Any]] = [
        {"name": "dots"}, {"name": "curve"}, {"name": "ticks", "values": ticks},
        filtered("now", "dots", "datum.p == p", key="q"),
        filtered("before", "dots", "indexof(slice(order, 0, told), datum.p) >= 0"),
    ]  # fmt: skip
    return diagram(420, base + 46, signals, data, marks, scales=scales, axes=axes)
