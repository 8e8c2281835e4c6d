"""The overview: every head of every layer as a small map of one sentence, and what is written with some of them off.

Three blocks, side by side where there is room, else one below the other; in each, a row a layer and a column a head.
A head that is off is crossed out. Maps are static; what moves is a frame, the crosses, and one row of output.
"""

from functools import cache
from typing import Any

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import (
    SHARES,
    Mark,
    Spec,
    derived,
    diagram,
    filtered,
    mark,
    quoted_text,
    rect,
    text,
    value,
)  # fmt: skip

TITLE, TOKEN, LINE = 30, 28, 54  # pixels: above a block, an output token, a line of output with its caption
COLORS = ("encoder", "decoder", "attention")
COLOR = "[encoder, decoder, attention][datum.b]"


@cache
def head_maps(titles: tuple[str, str, str]) -> Spec:
    """The picture as a Vega template; `titles` are what the blocks are called.

    Data:    rows {v, b, l, h, q, seen, w: […], key: […], ask}: one row a query, without its faintest weights; v: of
             which decoding; b: block 0 encoder, 1 decoder on itself, 2 on the source; maps {b, l, h, id, name, spread,
             short, h_alone (the same where there is little room), plain, ask_name, ask_spread, rank}: rank says when
             it goes; outputs {k, line, t, token, differs, ask}: line 0 with every head, 1 with k off; told {k, line,
             text, ask}.
    Signals: N (heads of a layer), R (layers), S, T, D (longest output); and for each step b_at, l_at, h_at (the head in
             hand), held_at (whether there is one), gone_at (how many are off), v_at (whose maps).
    """
    signals = [
        value("N", 4), value("R", 2), value("S", 1), value("T", 1), value("D", 1),
        *(signal for name in ("b", "l", "h", "held", "gone") for signal in smooth(name)),
        *stepped("v"), derived("count", "gone_at[round(step)]"),
        derived("wide", "width > 640"), derived("gap", "wide ? (width > 1000 ? 44 : 26) : 0"),
        derived("block", "wide ? (width - 2 * gap) / 3 : width"), derived("pitch", "min(150, block / N)"),
        derived("side", "pitch - (pitch > 60 ? 12 : pitch > 30 ? 6 : 2)"), derived("named", "pitch > 50"),
        derived("above", "named ? 20 : 4"), derived("below", "named ? 42 : 6"),
        derived("small", "clamp(pitch * 0.16, 10.5, 14)"),
        derived("line", "above + side + below"), derived("panel_height", f"{TITLE} + R * line"),
        derived("foot", "(wide ? 1 : 3) * panel_height + 8"), derived("height", f"foot + {2 * LINE + 10}"),
        derived("token", "min(40, width / max(1, D))"), derived("letter", "clamp(token * 0.5, 10, 17)"),
    ]  # fmt: skip
    flat = {"type": "flatten", "fields": ["w", "key"]}
    address = {"type": "formula", "expr": "datum.ask + ' ' + datum.key", "as": "ask"}
    data: list[dict[str, Any]] = [
        {"name": "rows"}, {"name": "maps"}, {"name": "outputs"}, {"name": "told"},
        filtered("rows_now", "rows", "datum.v == v"),
        {"name": "cells", "source": "rows_now", "transform": [flat, address]},
        filtered("outputs_now", "outputs", "datum.line == 0 || datum.k == count"),
        filtered("told_now", "told", "datum.line == 0 || datum.k == count"),
    ]  # fmt: skip
    marks = [*_titles(titles), *_maps(), *_labels(), *_crosses(), _frame(), *_outputs()]
    spec = diagram(900, 480, signals, data, marks, scales=[SHARES])
    del spec["height"]  # a signal: it follows the width
    return spec


def _x(b: str, h: str) -> str:
    return f"((wide ? {b} * (block + gap) : 0) + {h} * pitch + 1)"


def _y(b: str, row: str) -> str:
    return f"((wide ? 0 : {b} * panel_height) + {TITLE} + {row} * line + above)"


X, Y = _x("datum.b", "datum.h"), _y("datum.b", "datum.l")
TALL, ACROSS = "(side / (datum.b == 0 ? S : T))", "(side / (datum.b == 1 ? T : S))"


def _titles(titles: tuple[str, str, str]) -> list[Mark]:
    made = []
    for b, title in enumerate(titles):
        x, y = _x(str(b), "0"), f"(wide ? 0 : {b} * panel_height) + 11"
        made.append(text(quoted_text(title), x, y, align="left", color=COLORS[b], size="width > 1000 ? 15 : 13",
                         fontWeight=600, limit="block"))  # fmt: skip
    return made


def _maps() -> list[Mark]:
    """What a query may see lies dark; on it its weights. What it may not see is not painted."""
    space = f"({ACROSS} > 6 ? 0.6 : 0)"
    return [
        rect(X, f"{Y} + datum.q * {TALL}", f"datum.seen * {ACROSS}", f"{TALL} + 0.3", "rows_now", silent=True,
             fill={"scale": "share", "value": 0}),
        rect(f"{X} + datum.key * {ACROSS}", f"{Y} + datum.q * {TALL}", f"{ACROSS} - {space}", f"{TALL} - {space}",
             "cells", clickable=True, fill={"scale": "share", "field": "w"}, tooltip="format(datum.w, '.3f')"),
        rect(X, Y, "side", "side", "maps", silent=True, stroke="faint", strokeWidth=1),
    ]  # fmt: skip


def _labels() -> list[Mark]:
    middle = f"{X} + side / 2"
    shown: dict[str, Any] = {"size": "small", "silent": False, "limit": "pitch - 4"}
    name = "named ? (pitch > 84 ? datum.name : datum.short) : ''"
    spread = "named ? (pitch > 104 ? datum.spread : datum.h_alone) : ''"
    return [
        text("named ? datum.id : ''", X, f"{Y} - 9", "maps", align="left", color=COLOR, size="small", fontWeight=700),
        text(name, middle, f"{Y} + side + 12", "maps", clickable=True, ask="datum.ask_name",
             fontWeight="datum.plain ? 400 : 700", color="datum.plain ? muted : ink", **shown),
        text(spread, middle, f"{Y} + side + 28", "maps", clickable=True, ask="datum.ask_spread",
             color="muted", **shown),
    ]  # fmt: skip


def _crosses() -> list[Mark]:
    """A head that is off: faded, and crossed out."""
    off = "clamp(gone - datum.rank, 0, 1)"
    lines = f"'M' + ({X}) + ',' + ({Y}) + 'l' + side + ',' + side + 'M' + ({X}) + ',' + ({Y} + side)"
    lines += " + 'l' + side + ',' + (-side)"
    return [
        rect(X, Y, "side", "side", "maps", silent=True, fill="panel", fillOpacity=f"0.72 * {off}"),
        mark("path", "maps", silent=True, path=lines, stroke="wrong", strokeWidth="clamp(side / 26, 1.5, 3)",
             strokeOpacity=off, strokeCap={"value": "round"}),
    ]  # fmt: skip


def _frame() -> Mark:
    """Round the head in hand."""
    return rect(f"{_x('b', 'h')} - 3", f"{_y('b', 'l')} - 3", "side + 6", "side + 6", silent=True, stroke="ink",
                strokeWidth=3, cornerRadius=4, opacity="held")  # fmt: skip


def _outputs() -> list[Mark]:
    """What is written with every head, and with those that are off now; where they differ, a mark."""
    top = f"foot + datum.line * {LINE}"
    x, y = "datum.t * token", f"{top} + 20"
    color = "datum.differs ? wrong : decoder"
    return [
        text("datum.text", 1, f"{top} + 8", "told_now", align="left", color="ink", size="width > 520 ? 13.5 : 12",
             silent=False, clickable=True, ask="datum.ask", limit="width - 2"),
        rect(f"{x} + 1", y, "token - 3", TOKEN, "outputs_now", cornerRadius=5, fill=color, fillOpacity=0.14,
             stroke=color, strokeWidth="datum.differs ? 2 : 0", silent=True),
        text("datum.token", f"{x} + token / 2", f"{y} + {TOKEN / 2}", "outputs_now", size="letter", fontWeight=600,
             silent=False, ask="datum.ask"),
        text("datum.differs ? '≠' : ''", f"{x} + token - 4", f"{y} + 1", "outputs_now", color="wrong", size=13,
             fontWeight=700, align="right"),
    ]  # fmt: skip
