"""The picture of the cloud: a dot for each sentence, which glides from one cloud to the next, and ways through it."""

from functools import cache
from typing import Any

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.states.colourings import CLASS_COLOURS
from seq2seq.stories.vega import VALUES, Mark, Spec, derived, diagram, filtered, mark, rect, text, value

LEFT, TOP, AXIS, ROW = 46, 12, 44, 22  # room in pixels: at the left, above, for the axis below, a line of the legend
DOT = 62  # area of a dot where the picture is 800 pixels wide
HALO: dict[str, Any] = {"stroke": "panel", "strokeWidth": 5, "strokeOpacity": 0.9}  # behind a name
COLOURINGS = 7  # of a task, at most

SCALES: list[dict[str, Any]] = [
    VALUES,
    {"name": "cyclic", "type": "linear", "domain": [0, 1], "range": {"scheme": "sinebow"}},
    {"name": "amount", "type": "linear", "domain": [0, 1], "range": {"scheme": "viridis"}},
    {"name": "many", "type": "ordinal", "domain": [0, 1, 2, 3, 4, 5], "range": list(CLASS_COLOURS)},
    {"name": "x", "type": "linear", "zero": False, "domain": {"signal": "[mx - grain * pw / 2, mx + grain * pw / 2]"},
     "range": [LEFT, {"signal": "width - 12"}]},
    {"name": "y", "type": "linear", "zero": False, "domain": {"signal": "[my - grain * ph / 2, my + grain * ph / 2]"},
     "range": [{"signal": "foot"}, TOP]},
]  # fmt: skip
SHAPE = "['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down']"


def colour(u: str, c: str) -> str:
    """The colour of a number u in colouring c, as an expression."""
    kind = f"kinds[{c}]"
    return (
        f"{kind} == 'cyclic' ? scale('cyclic', {u}) : {kind} == 'amount' ? scale('amount', {u}) : "
        f"{kind} == 'signed' ? scale('value', {u}) : {u} < 0 ? faint : scale('many', {u})"
    )


def glide(field: str) -> str:
    """A point's coordinate between two clouds, as an expression."""
    at = f"datum.{field}"
    return f"scale('{field}', {at}[floor(cloud)] + ({at}[ceil(cloud)] - {at}[floor(cloud)]) * (cloud - floor(cloud)))"


@cache
def cloud_picture() -> Spec:
    """The picture as a Vega template.

    Data: points {i, x, y (one a cloud), u, s (one a colouring), near (one list a cloud), tip, asks}; centres {cloud, c,
    x, y, label, w}; legend {c, i, label, u, s}; ways {g, j, k, x, y, nx, ny, ax, ay, nax, nay, token, ask} of the
    encoder (a: where the name stands), written {…} of the decoder without g; chosen {j, number, text}. Tracks: cloud,
    coloured, lead (j), head (g), wrote (k), pale, near, mx, my, ex, ey (middle and extent of what is drawn). Signals:
    kinds, titles_x, titles_y (axes, one a cloud), example, count (of chosen sentences), entries and cells (lines of
    each legend, width of one).
    """
    rows = ", ".join(f"ceil(entries[{c}] / {_columns(str(c))})" for c in range(COLOURINGS))
    signals = [
        value("kinds", []), value("titles_x", []), value("titles_y", []), value("example", -1), value("entries", []),
        value("cells", []), value("count", 0),
        *(signal for name in ("cloud", "head", "wrote", "pale", "mx", "my", "ex", "ey") for signal in smooth(name)),
        *stepped("coloured"), *stepped("near"), *stepped("lead"),
        {"name": "picked", "value": -1, "on": [
            {"events": "@dots:click", "update": "datum.i"}, {"events": "@sheet:click", "update": "-1"}]},
        derived("target", "picked >= 0 ? picked : near > 0 ? example : -1"),
        derived("now", "round(cloud)"),
        derived("grow", "clamp(width / 800, 0.86, 1.3)"), derived("cell", "cells[coloured] * grow"),
        derived("across", _columns("coloured")),
        derived("ph", "clamp(round(width * 0.6), 320, 560)"),
        derived("pw", f"width - 12 - {LEFT}"), derived("foot", f"{TOP} + ph"),
        derived("grain", "max(ex / pw, ey / ph) * 1.08"),
        derived("lines", f"foot + {AXIS} + max({rows}) * {ROW}"),
        derived("height", f"lines + 8 + (count > 0 ? ceil(count / max(1, floor(width / (230 * grow)))) * {ROW} : 0)"),
    ]  # fmt: skip
    aim = [
        {"type": "formula", "expr": "datum.near[now]", "as": "other"},
        {"type": "flatten", "fields": ["other"]},
        {"type": "lookup", "from": "points", "key": "i", "fields": ["other"], "values": ["x", "y"], "as": ["ox", "oy"]},
    ]
    data = [
        {"name": "points"}, {"name": "centres"}, {"name": "legend"}, {"name": "ways"}, {"name": "written"},
        {"name": "chosen"},
        filtered("aimed", "points", "datum.i == target"),
        {"name": "lines_to", "source": "aimed", "transform": aim},
        filtered("centres_now", "centres", "datum.c == coloured && datum.cloud == now"),
        filtered("legend_now", "legend", "datum.c == coloured"),
        filtered("walked", "ways", "datum.g <= head + 0.001"),
        filtered("walker", "walked", "datum.g > head - 0.999"),
        filtered("arrived", "walked", "datum.last && datum.g < head + 0.001"),
        filtered("spoken", "written", "datum.k <= wrote + 0.001 && datum.k > wrote - 3"),
        filtered("speaker", "spoken", "datum.k > wrote - 0.999"),
    ]  # fmt: skip
    marks = [*_ground(), *_dots(), *_ways(), *_foot()]
    spec = diagram(400, 0, signals, data, marks, scales=SCALES, axes=_axes())
    del spec["height"]  # a signal: it follows the width
    return spec


def _columns(c: str) -> str:
    """How many entries of a legend stand side by side, as an expression."""
    return f"max(2, floor((width - 16) / (cells[{c}] * grow)))"


def _axes() -> list[dict[str, Any]]:
    return [
        {"orient": "bottom", "scale": "x", "tickCount": 5, "offset": {"signal": "foot - height"},
         "grid": False, "domain": False, "ticks": False, "title": {"signal": "titles_x[now]"}, "zindex": 0},
        {"orient": "left", "scale": "y", "tickCount": 5, "offset": -LEFT, "grid": False, "domain": False,
         "ticks": False, "title": {"signal": "titles_y[now]"}, "zindex": 0, "titlePadding": 4},
    ]  # fmt: skip


def _ground() -> list[Mark]:
    sheet = rect(LEFT, TOP, "pw", "ph", fill="panel", fillOpacity=0, stroke="faint", strokeOpacity=0.6)
    across = mark("rule", silent=True, x=LEFT, x2=f"{LEFT} + pw", y="scale('y', 0)", y2=None, **_zero("y", TOP, "foot"))
    up = mark("rule", silent=True, x="scale('x', 0)", y=TOP, y2="foot", **_zero("x", LEFT, f"{LEFT} + pw"))
    return [sheet | {"name": "sheet"}, across, up]


def _zero(axis: str, low: float, high: str) -> dict[str, Any]:
    """The look of a line through the mean of all states; none where it lies outside."""
    inside = f"scale('{axis}', 0) > {low} && scale('{axis}', 0) < {high} ? 0.6 : 0"
    return {"stroke": "faint", "strokeWidth": 1, "strokeOpacity": inside}


def _dots() -> list[Mark]:
    dots = mark(
        "symbol", "points", clickable=True, x=glide("x"), y=glide("y"),
        size=f"{DOT} * grow * (width < 520 ? 0.7 : grow)", fill=colour("datum.u[coloured]", "coloured"),
        shape=f"{SHAPE}[datum.s[coloured]]", stroke="panel", strokeWidth=0.7, fillOpacity="1 - 0.6 * pale",
        tooltip={"field": "tip"}, ask="datum.asks[now]",
    )  # fmt: skip
    lines = mark(
        "rule", "lines_to", silent=True, x="scale('x', datum.x[now])", y="scale('y', datum.y[now])",
        x2="scale('x', datum.ox[now])", y2="scale('y', datum.oy[now])", stroke="attention", strokeWidth=2,
    )  # fmt: skip
    ends = mark(
        "symbol", "lines_to", silent=True, x="scale('x', datum.ox[now])", y="scale('y', datum.oy[now])",
        size=150, stroke="attention", strokeWidth=2, fill=None,
    )  # fmt: skip
    ring = mark(
        "symbol", "aimed", silent=True, x=glide("x"), y=glide("y"), size=330, stroke="attention", strokeWidth=3.5,
    )  # fmt: skip
    shown = "abs(cloud - now) < 0.05 ? 1 : 0"
    wide = "datum.w * 4.2 * grow"
    within = f"clamp(scale('x', datum.x), {LEFT} + {wide}, width - 12 - {wide})"
    names = text(
        "datum.label", within, "scale('y', datum.y)", "centres_now", size="15 * grow",
        fontWeight=700, opacity=f"{shown} * (1 - 0.4 * pale)",
    )  # fmt: skip
    halo = text(
        "datum.label", within, "scale('y', datum.y)", "centres_now", size="15 * grow",
        fontWeight=700, opacity=shown, stroke="panel", strokeWidth=5, strokeOpacity=0.85,
    )  # fmt: skip
    return [dots | {"name": "dots"}, lines, ends, ring, halo, names]


def _ways() -> list[Mark]:
    """The ways: a line as far as one has come, where one is, and its token; the encoder's, then the decoder's."""
    found: list[Mark] = []
    for seen, here, color, clock in (
        ("walked", "walker", "encoder", "head"),
        ("spoken", "speaker", "decoder", "wrote"),
    ):
        field = "g" if clock == "head" else "k"
        share = f"clamp({clock} - datum.{field}, 0, 1)"
        shown = "datum.j == lead ? 1 : 0.3" if clock == "head" else "0.85"
        x, y = (f"scale('{a}', datum.{a} + (datum.n{a} - datum.{a}) * {share})" for a in "xy")
        line: Mark = {
            "type": "group",
            "interactive": False,
            "from": {"facet": {"name": f"{seen}_one", "data": seen, "groupby": "j"}},
            "marks": [mark(
                "line", f"{seen}_one", silent=True, x="scale('x', datum.x)", y="scale('y', datum.y)", stroke=color,
                strokeWidth=2.5, strokeOpacity=shown,
            )],
        }  # fmt: skip
        steps = mark(
            "symbol", seen, clickable=True, x="scale('x', datum.x)", y="scale('y', datum.y)", size=34, fill=color,
            stroke="panel", strokeWidth=0.8, opacity=shown, tooltip={"field": "tip"}, ask="datum.ask",
        )  # fmt: skip
        last = mark(
            "rule", here, silent=True, x="scale('x', datum.x)", y="scale('y', datum.y)", x2=x, y2=y, stroke=color,
            strokeWidth=2.5,
        )  # fmt: skip
        head = mark(
            "symbol", here, silent=True, x=x, y=y, size=170, fill=color, stroke="panel", strokeWidth=2,
        )  # fmt: skip
        far = ((21, "x"), (19, "y")) if clock == "head" else ((31, "x"), (22, "y"))
        aside = [f"{r} * grow * (datum.a{a} + (datum.na{a} - datum.a{a}) * {share})" for r, a in far]
        words = "datum.token" if clock == "head" else "datum.number + ' ' + datum.token"
        token: dict[str, Any] = {"fontWeight": 700, "size": "17 * grow"}
        label = [
            text(words, f"{x} + {aside[0]}", f"{y} + {aside[1]}", here, **more, **token)
            for more in (HALO, {"color": color})
        ]
        found += [line, steps, last, head, *label]
    place = "scale('x', datum.x) + 15 * cos(datum.j * 1.257)", "scale('y', datum.y) + 15 * sin(datum.j * 1.257)"
    for more in (HALO, {"color": "encoder"}):
        found.append(
            text("datum.number", *place, "arrived", size=17, fontWeight=700, opacity="wrote < 0 ? 1 : 0", **more)
        )
    return found


def _foot() -> list[Mark]:
    """The legend, and the chosen sentences by their numbers."""
    row = f"foot + {AXIS} + 12 + floor(datum.i / across) * {ROW}"
    column = f"{16} + (datum.i % across) * cell"
    swatch = mark(
        "symbol", "legend_now", silent=True, x=column, y=row, size=90, fill=colour("datum.u", "datum.c"),
        shape=f"{SHAPE}[datum.s]", stroke="muted", strokeWidth=0.5,
    )  # fmt: skip
    label = text(
        "datum.label", f"{column} + 11", row, "legend_now", align="left", size="13.5 * grow", limit="cell - 18"
    )
    wide = "max(1, floor(width / (230 * grow)))"
    sentence = text(
        "datum.number + ' ' + datum.text", f"10 + (datum.j % {wide}) * 230 * grow",
        f"lines + 12 + floor(datum.j / {wide}) * {ROW}", "chosen", align="left", size="14 * grow", limit="222 * grow",
        opacity="pale > 0.5 ? 1 : 0.55",
    )  # fmt: skip
    return [swatch, label, sentence]
