"""The overview of one step: the tokens above, and the inside of each cell below, one panel a cell.

Lines, nodes and units are drawn once; what runs now is lit by a few lines above them, the units of the position in hand
take their colours, and a small curtain lies over what is not computed yet.
"""

from functools import cache
from typing import Any

from seq2seq.stories.cell.plan import HEIGHT, STRIP, TRACK, WIDE, Edge, Node, Plan, Point, Strip, plan
from seq2seq.stories.cell.subject import GATES
from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import (
    SHARES,
    VALUES,
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

UNITS = 16  # of each vector
HEAD, GAP = 92, 18  # pixels: the tokens' rows, between panels
NARROWEST = 225  # of a panel that stands beside others


@cache
def cell_diagram(
    cells: tuple[str, ...], names: tuple[str, ...], source: str, output: str, picked: str, old: str, new: str
) -> Spec:  # fmt: skip
    """The template for cells of these kinds, under these names; the rest are captions.

    Data:    source {i, token, short, ask}; output {t, token, short, mark, p, ask}; strips {k, g, i, v, unit, ask};
             values {k, g, i, text, ask}, those of the picked unit.
    Signals: S, T, picked0, row0, … (the unit, and its place in the strips); and for each step at_at (the position in
             hand, −1 for none), wrote_at (tokens written), lit0_at, … (what a cell computes now) and known0_at, …
             (what it has computed of the position in hand).
    """
    signals = [
        value("S", 1), value("T", 1), *smooth("at"),
        *(value(f"{name}{k}", 0) for k in range(len(cells)) for name in ("row", "picked")),
        *smooth("wrote"), derived("now", "at_at[round(step)]"),
        *(signal for k in range(len(cells)) for signal in (*stepped(f"lit{k}"), *stepped(f"known{k}"))),
        derived("pitch", "min(64, (width - 30) / (S + T))"), derived("tight", "pitch < 34"),
        derived("letter", "clamp(pitch * 0.5, 10, 19)"), derived("sx", "(width - 30 - (S + T) * pitch) / 2"),
        derived("tx", "sx + S * pitch + 30"), derived("edge", "tx + 130 > width"),
        derived("stacked", f"{len(cells)} > 1 && width < {len(cells) * NARROWEST}"),
        derived("panel_width", f"stacked ? width : (width - {GAP * (len(cells) - 1)}) / {len(cells)}"),
        derived("broad", f"clamp(panel_width * 0.045, 10, {WIDE + 6})"),  # a strip
        derived("height", f"{HEAD} + (stacked ? {len(cells) * (HEIGHT + GAP)} : {HEIGHT})"),
    ]  # fmt: skip
    data: list[dict[str, Any]] = [
        {"name": "source"}, {"name": "output"}, {"name": "strips"}, {"name": "values"},
        filtered("values_now", "values", "datum.i == now"),
    ]  # fmt: skip
    marks = _tokens(source, output)
    for k, (cell, name) in enumerate(zip(cells, names, strict=True)):
        marks.append(_panel(k, plan(cell), name, picked, {"old": old, "new": new}))
    return diagram(800, HEAD + HEIGHT, signals, data, marks, scales=[VALUES, SHARES])


def _tokens(source: str, output: str) -> list[Mark]:
    """The sequence read, the position in hand framed, and what is written in the end."""
    short = "tight ? datum.short : datum.token"
    colour: Any = [
        {"test": "datum.mark == 'wrong'", "signal": "wrong"}, {"test": "datum.mark == 'right'", "signal": "correct"},
        {"signal": "decoder"},
    ]  # fmt: skip
    box: dict[str, Any] = {"clickable": True, "cornerRadius": 5, "fillOpacity": 0.14}
    x, tx = "sx + (datum.i + {}) * pitch", "tx + (datum.t + {}) * pitch"
    return [
        text(quoted_text(source), "sx + 2", 9, align="left", color="encoder", size=13, fontWeight=600),
        mark("text", silent=True, text=quoted_text(output), y=9, baseline={"value": "middle"}, fontSize=13,
             fontWeight=600, fill="decoder", x="edge ? width - 2 : tx + 2", align="edge ? 'right' : 'left'"),
        rect(x.format(0.06), 22, "pitch * 0.88", 32, "source", fill="encoder", **box),
        text(short, x.format(0.5), 38, "source", size="letter"),
        rect(tx.format(0.06), 22, "pitch * 0.88", 32, "output", fill=colour, **box),
        text(short, tx.format(0.5), 38, "output", size="letter", fontWeight=600),
        text("pitch > 44 ? datum.p : datum.mark == 'wrong' ? '✗' : ''", tx.format(0.5), 66, "output", color="muted",
             size=12),
        rect("tx + min(T, wrote) * pitch", 18, "(T - min(T, wrote)) * pitch + 2", 56, fill="panel"),
        text("'⟶'", "tx - 15", 38, color="muted", size=18),
        rect("sx + max(0, at) * pitch + 1", 20, "pitch - 2", 36, silent=True, cornerRadius=7, stroke="encoder",
             strokeWidth=2.5, opacity="clamp(at + 1, 0, 1)"),
    ]  # fmt: skip


def _panel(k: int, drawn: Plan, name: str, picked: str, ages: dict[str, str]) -> Mark:
    """One cell: a group at its own place."""
    marks = [
        rect(0, 0, "panel_width", HEIGHT, silent=True, cornerRadius=12, stroke="faint", strokeWidth=1),
        text(quoted_text(name), 14, 17, align="left", size=15, fontWeight=650, limit="panel_width - 130"),
        text(f"{quoted_text(picked)} + ' ' + picked{k}", "panel_width - 14", 17, align="right", color="muted", size=13),
        _line("'" + "' + '".join(_points(edge) for edge in drawn.edges) + "'", "faint", 2, "1"),
    ]
    for stage in dict.fromkeys(edge.stage for edge in drawn.edges):
        lit = "'" + "' + '".join(_points(edge) for edge in drawn.edges if edge.stage == stage) + "'"
        marks.append(_line(lit, "encoder", 4, f"indexof(lit{k}, '{stage}') < 0 ? 0 : 0.9"))
    marks += [one for strip in drawn.strips for one in _backs(strip, ages)]
    marks += [one for strip in drawn.strips for one in (_units(k, strip), *_over(k, strip))]
    marks += [one for node in drawn.nodes for one in _node(k, node)]
    placed = {
        "x": {"signal": f"stacked ? 0 : {k} * (panel_width + {GAP})"},
        "y": {"signal": f"{HEAD} + (stacked ? {k * (HEIGHT + GAP)} : 0)"},
    }
    return {"type": "group", "encode": {"update": placed}, "marks": marks}


def _points(edge: Edge) -> str:
    """A line as a piece of an SVG path, inside a quoted expression."""
    steps = [f"' + ({x} * panel_width) + ',{y}" for x, y in edge.points]
    return "M" + "L".join(steps)


def _line(points: str, colour: str, width: float, opacity: str) -> Mark:
    return mark(
        "path", silent=True, path=points, stroke=colour, strokeWidth=width, strokeOpacity=opacity,
        strokeJoin={"value": "round"}, strokeCap={"value": "round"},
    )  # fmt: skip


def _left(at: Point) -> str:
    return f"{at[0]} * panel_width - broad / 2"


def _backs(strip: Strip, ages: dict[str, str]) -> list[Mark]:
    """An empty box, so that a strip has its place before it is filled; and its letter, above it or at its left."""
    x, y = strip.at
    age, _, letter = strip.shown.rpartition(" ")
    said = quoted_text(f"{ages[age]} {letter}" if age else letter)
    if 0.2 < x < 0.9:
        name = text(said, f"{_left(strip.at)} - 7", y - STRIP / 2 + 7, align="right", size=15, fontWeight=650)
    else:
        size = "panel_width > 300 ? 14 : 12"
        name = text(said, f"{x} * panel_width", y - STRIP / 2 - 11, size=size, fontWeight=600)
    box = rect(
        f"{_left(strip.at)} - 2", y - STRIP / 2 - 2, "broad + 4", STRIP + 4, silent=True, cornerRadius=4,
        fill="panel", stroke="muted", strokeWidth=1,
    )  # fmt: skip
    return [box, name]


def _units(k: int, strip: Strip) -> Mark:
    """A strip: its units are placed once; what changes with the position is their colour alone."""
    name, scale = f"{k}_{strip.name.replace(' ', '_')}", "share" if strip.name in GATES else "value"
    rows, now = f"rows_{name}", f"data('rows_{name}')[max(0, now)]"  # one row a position
    number = f"{now}.v[datum.u]"
    cells = rect(
        0, f"datum.u * {STRIP / UNITS}", "broad", STRIP / UNITS + 0.2, f"units_{name}", clickable=True,
        fill=f"scale('{scale}', {number})", ask=f"{now}.ask ? {now}.ask + ' ' + datum.unit : null",
        tooltip=f"'{strip.name} ' + (datum.unit + 1) + ': ' + format({number}, '.4f')",
    )  # fmt: skip
    first = [{"type": "filter", "expr": "datum.i == 0"}, {"type": "flatten", "fields": ["unit"], "index": "u"}]
    window = mark("group", x=_left(strip.at), y=strip.at[1] - STRIP / 2)
    mine = filtered(rows, "strips", f"datum.k == {k} && datum.g == '{strip.name}'")
    return window | {"data": [mine, {"name": f"units_{name}", "source": rows, "transform": first}], "marks": [cells]}


def _over(k: int, strip: Strip) -> list[Mark]:
    """Over a strip: a frame round the picked unit and its value; and, until it is computed, a curtain."""
    (x, y), computed = strip.at, f"indexof(known{k}, '{strip.name}') >= 0"
    top, rows = y - STRIP / 2, f"value_{k}_{strip.name.replace(' ', '_')}"
    curtain = rect(
        f"{_left(strip.at)} - 1", top - 1, "broad + 2", f"{computed} ? 0 : {STRIP + 2}", fill="panel", fillOpacity=1
    )
    if strip.name == "x":  # an embedding has other units
        return [curtain]
    shown = rect(
        f"{_left(strip.at)} - 3", f"{top} + row{k} * {STRIP / UNITS} - 1", "broad + 6", STRIP / UNITS + 2,
        silent=True, stroke="ink", strokeWidth=1.5, opacity=f"{computed} && now >= 0 ? 1 : 0",
    )  # fmt: skip
    beside = 0.2 < x < 0.9 or strip.name == "h before" and y == TRACK  # there a line runs below the strip
    number = text(
        "datum.text", f"{x} * panel_width + {4 if beside else 0}", top + STRIP + 11, rows, silent=False,
        align="left" if beside else "center", size="panel_width > 420 ? 13 : panel_width > 300 ? 11 : 10",
        clickable=True, fontWeight=600, opacity=f"{computed} ? 1 : 0",
    )  # fmt: skip
    mine = f"datum.k == {k} && datum.g == '{strip.name}'"
    return [curtain, shown, {"type": "group", "data": [filtered(rows, "values_now", mine)], "marks": [number]}]


def _node(k: int, node: Node) -> list[Mark]:
    """A circle with its sign, filled while its stage runs."""
    x, y = f"{node.at[0]} * panel_width", node.at[1]
    lit = f"indexof(lit{k}, '{node.stage}') >= 0"
    size = 620 if node.sign == "tanh" else 420
    circle = mark(
        "symbol", silent=True, x=x, y=y, size=size, stroke=f"{lit} ? encoder : muted", strokeWidth=f"{lit} ? 3 : 1.5",
        fill=f"{lit} ? encoder : panel", fillOpacity=1,
    )  # fmt: skip
    sign = text(
        quoted_text(node.sign), x, y, color=f"{lit} ? panel : ink", size=11 if len(node.sign) > 2 else 15,
        fontWeight=600,
    )  # fmt: skip
    return [circle, sign]
