"""Every unit at every position: one small map a gate or state. Cells are drawn once; curtains lie over what comes."""

from functools import cache
from typing import Any

from seq2seq.stories.signals import smooth
from seq2seq.stories.vega import (
    SHARES,
    VALUES,
    Mark,
    Spec,
    derived,
    diagram,
    filtered,
    quoted_text,
    rect,
    text,
    value,
)  # fmt: skip

TITLE, FOOT, GAP, RAMP = 24, 22, 16, 30  # pixels: above a map, its tokens, between maps, the key to the colours
STEPS = 24  # of a colour ramp


@cache
def unit_maps(
    names: tuple[str, ...], titles: tuple[str, ...], shares: tuple[str, ...], keys: tuple[tuple[str, str, str], ...],
    backward: bool = False,
) -> Spec:  # fmt: skip
    """Small maps, units × positions, for gates or states of these names.

    shares: which of them lie between 0 and 1; keys: (scale, lowest, highest) of the colours, in words.
    Data:    cells {g, i, v, unit, ask}, one row a position; source {i, short}.
    Signals: S, U (units shown), picked_row (−1 for none); and for each step at_at (the position in hand, −1 for none)
             and done_NAME_at (positions whose values are known).
    """
    n = len(names)
    signals = [
        value("S", 1), value("U", 1), value("picked_row", -1), *smooth("at"),
        *(signal for name in names for signal in smooth(f"done_{name}")),
        derived("columns", f"width > 900 ? {min(n, 6)} : width > 460 ? {n if n < 5 else 3} : {min(n, 2)}"),
        derived("map_width", f"(width - 6 - (columns - 1) * {GAP}) / columns"), derived("pitch", "map_width / S"),
        derived("unit_height", "U > 40 ? 3.5 : U > 20 ? 5.5 : 9"), derived("map_height", "U * unit_height"),
        derived("row_height", f"map_height + {TITLE + FOOT + GAP}"),
        derived("height", f"ceil({n} / columns) * row_height + (width > 460 ? {RAMP} : {RAMP + 18})"),
        derived("column", "clamp(at, 0, S - 1)"),
    ]  # fmt: skip
    data: list[dict[str, Any]] = [
        {"name": "cells"}, {"name": "source"},
        {
            "name": "flat", "source": "cells",
            "transform": [
                {"type": "flatten", "fields": ["v", "unit"], "index": "u"},
                {"type": "formula", "expr": "datum.ask + ' ' + datum.unit", "as": "ask"},
            ],
        },
        {"name": "ramp", "transform": [{"type": "sequence", "start": 0, "stop": STEPS, "as": "s"}]},
    ]  # fmt: skip
    marks = [
        _map(number, name, title, "share" if name in shares else "value", backward)
        for number, (name, title) in enumerate(zip(names, titles, strict=True))
    ]
    marks += [one for number, key in enumerate(keys) for one in _key(number, *key)]
    return diagram(800, 300, signals, data, marks, scales=[VALUES, SHARES])


def _map(number: int, name: str, title: str, scale: str, backward: bool) -> Mark:
    """One map, in a group at its place in the grid."""
    cells = rect(
        "datum.i * pitch", "datum.u * unit_height", "pitch - (pitch > 8 ? 1 : 0.2)",
        "unit_height - (unit_height > 5 ? 0.6 : 0)", f"flat_{number}", clickable=True,
        fill={"scale": scale, "field": "v"}, tooltip=f"'{name} ' + (datum.unit + 1) + ': ' + format(datum.v, '.4f')",
    )  # fmt: skip
    done = f"done_{name}"
    start, end = ("0", f"(S - {done}) * pitch") if backward else (f"{done} * pitch", "S * pitch")
    marks = [
        rect(0, 0, "map_width", "map_height", silent=True, stroke="faint", strokeWidth=1),
        cells,
        rect(start, -1, f"({end}) - ({start})", "map_height + 2", fill="panel", fillOpacity=0.94),
        rect(-2, "picked_row * unit_height - 1", "map_width + 4", "unit_height + 2", silent=True, stroke="ink",
             strokeWidth=1.5, opacity="picked_row < 0 ? 0 : 0.9"),
        rect("column * pitch - 1", -2, "pitch + 1", "map_height + 4", silent=True, stroke="encoder", strokeWidth=2.5,
             cornerRadius=3, opacity="clamp(at + 1, 0, 1)"),
        text(quoted_text(title), 0, -12, align="left", size="map_width > 200 ? 14 : 12", fontWeight=600,
             limit="map_width"),
        text("pitch > 8 ? datum.short : ''", "(datum.i + 0.5) * pitch", "map_height + 11", "source", color="muted",
             size="clamp(pitch * 0.7, 9, 13)"),
    ]  # fmt: skip
    placed = {
        "x": {"signal": f"3 + ({number} % columns) * (map_width + {GAP})"},
        "y": {"signal": f"floor({number} / columns) * row_height + {TITLE}"},
    }
    return {
        "type": "group", "encode": {"update": placed}, "marks": marks,
        "data": [filtered(f"flat_{number}", "flat", f"datum.g == '{name}'")],
    }  # fmt: skip


def _key(number: int, scale: str, low: str, high: str) -> list[Mark]:
    """What the colours mean: a ramp between its two ends, in words."""
    left, y, step = f"(width > 460 ? {number} * width / 2 : 0)", f"height - (width > 460 ? 14 : {32 - 18 * number})", 4
    at = f"'value' == '{scale}' ? 2 * datum.s / {STEPS - 1} - 1 : datum.s / {STEPS - 1}"
    start = f"{left} + 88"
    size = 13
    return [
        text(quoted_text(low), f"{start} - 8", y, align="right", color="muted", size=size),
        rect(f"{start} + datum.s * {step}", f"{y} - 6", step + 0.3, 12, "ramp", silent=True,
             fill=f"scale('{scale}', {at})"),
        text(quoted_text(high), f"{start} + {STEPS * step + 8}", y, align="left", color="muted", size=size),
    ]  # fmt: skip
