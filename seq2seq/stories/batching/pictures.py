"""How a batch is drawn: the grid and its mask, bars of many batches, and waste against the size of a batch."""

from functools import cache
from typing import Any

from seq2seq.stories.signals import smooth
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

TALL, TOP, BOTTOM = 24, 30, 16  # pixels: a row, the caption above the rows, what stands below them


def _cell(x: str, y: str, data: str, number: int, **more: object) -> Mark:
    return rect(
        f"{x} + datum.s * pitch + 1", f"{y} + datum.r * {TALL} + 1", "pitch - 2", TALL - 2, data, clickable=True,
        cornerRadius=3, ask=f"datum.asks[{number}]", **more,
    )  # fmt: skip


def _veil(x: str | float, y: str | float, width: str, height: str | float, shown: str) -> list[Mark]:
    """Paper over what is still to come; it fades, and takes the click as long as it covers."""
    return [
        rect(x, y, width, height, fill="panel", fillOpacity=f"1 - {shown}", silent=True),
        rect(x, y, f"{shown} > 0.5 ? 0 : {width}", height, fill="panel", fillOpacity=0),
    ]


@cache
def batch_grid(tokens: str, ids: str, mask_title: str, length: str) -> Spec:
    """The batch as a grid of tokens, pads hatched; beside it or, where narrow, below it, its ids and then its mask.

    Data: cells {r, s, token, id, real, v, asks}, rows {r, b, n, longest, ask}. Signals: S, B (rows drawn), bold (row
    of the longest), second (next longest), came_at, framed_at, pads_at, mask_at, without_at.
    """
    signals = [
        value("S", 1), value("B", 1), value("second", 1), value("bold", 0),
        *smooth("came"), *smooth("framed"), *smooth("pads"), *smooth("mask"), *smooth("without"),
        derived("roomy", "width > 720"), derived("side", "30"), derived("gap", "roomy ? 84 : 46"),
        derived("pitch", "min(34, (width - (roomy ? 2 * side + gap + 8 : side + gap)) / (roomy ? 2 * S : S))"),
        derived("spare", "roomy ? width - 2 * side - gap - 8 - 2 * S * pitch : width - side - gap - S * pitch"),
        derived("x0", "side + max(0, spare / 2)"),
        derived("grid", f"B * {TALL}"),
        derived("mx", "roomy ? x0 + S * pitch + gap + side : x0"), derived("y0", f"{TOP}"),
        derived("my", f"roomy ? {TOP} : {TOP} + grid + {BOTTOM} + {TOP}"),
        derived("height", f"my + grid + {BOTTOM}"), derived("letter", "clamp(pitch * 0.62, min(12, pitch * 0.85), 18)"),
        derived("unseen", "came < B ? 1 : 0"), derived("numbered", "mask < 0.5"), derived("padded", "pads > 0.5"),
    ]  # fmt: skip
    data = [
        {"name": "cells"}, {"name": "rows"}, filtered("real", "cells", "datum.real"),
        filtered("padding", "cells", "!datum.real"), filtered("ids", "cells", "numbered && (datum.real || padded)"),
    ]  # fmt: skip
    left, row = "x0 + datum.s * pitch", f"y0 + datum.r * {TALL}"
    half, right, high, low = "(pitch * 0.5)", "(pitch - 3)", TALL - 14, TALL - 5
    hatch = f"'M3 {low}L' + {right} + ' 4M3 {high}L' + {half} + ' 4M' + {half} + ' {low}L' + {right} + ' {high}'"
    marks = [
        text(quoted_text(tokens), "x0", 12, align="left", color="encoder", size=15, fontWeight=600),
        _cell("x0", "y0", "real", 0, fill="encoder", fillOpacity=0.15, tooltip="datum.token + '  ·  ' + datum.id"),
        text("datum.token", f"{left} + pitch / 2", f"{row} + {TALL / 2}", "real", size="letter"),
        _cell(
            "x0", "y0", "padding", 0, fill="faint", fillOpacity=0.25, stroke="faint", tooltip="'⟨pad⟩  ·  ' + datum.id",
        ),
        mark("path", "padding", silent=True, x=left, y=row, path=hatch, stroke="muted", strokeOpacity=0.75),
        rect(  # pads are still to come: one curtain a row
            "x0 + datum.n * pitch", f"{row} - 1", "(S - datum.n) * pitch + 2", TALL + 2, "rows", fill="panel",
            fillOpacity="1 - pads", silent=True,
        ),
        text("'' + datum.b", "x0 - 8", f"{row} + {TALL / 2}", "rows", align="right", color="muted", size=13),
        text(  # lengths
            "'' + datum.n", "x0 + S * pitch + 10", f"{row} + {TALL / 2}", "rows", align="left", size=14,
            color="datum.longest && framed > 0.5 ? decoder : muted", fontWeight="datum.longest ? 700 : 400",
            silent=False, clickable=True, ask="datum.ask",
        ),
        text(quoted_text(length), "x0 + S * pitch + 10", 12, align="left", color="muted", size=13),
        # the longest, and the width it decides
        rect(
            "x0 - 2", f"y0 + bold * {TALL} - 1", "S * pitch + 4", TALL + 2, stroke="decoder", strokeWidth=3,
            strokeOpacity="framed * (1 - without)", cornerRadius=5, silent=True,
        ),
        mark(
            "rule", silent=True, x="x0 + S * pitch + 3", x2="x0 + S * pitch + 3", y="y0 - 4", y2="y0 + grid + 4",
            stroke="decoder", strokeWidth=2, strokeDash="[5, 4]", strokeOpacity="framed * (1 - without)",
        ),
        # taken out: the row fades, and the columns it alone had go
        rect("x0 - 26", f"y0 + bold * {TALL}", "S * pitch + 66", TALL, fill="panel", fillOpacity="0.86 * without",
        silent=True),
        rect(
            "x0 + second * pitch + 1", "y0 - 2", "max(0, (S - second) * pitch)", "grid + 4", fill="panel",
            fillOpacity="0.9 * without", silent=True,
        ),
        mark(
            "rule", silent=True, x="x0 + second * pitch + 3", x2="x0 + second * pitch + 3", y="y0 - 4",
            y2="y0 + grid + 4", stroke="decoder", strokeWidth=2.5, strokeDash="[5, 4]", strokeOpacity="without",
        ),
        rect(0, f"y0 + came * {TALL} - 2", "mx > x0 ? mx - side - 10 : width", f"max(0, grid - came * {TALL}) + 4",
        fill="panel"),
        # the mask
        text(quoted_text(mask_title), "mx", "my - 18", align="left", color="attention", size=15, fontWeight=600),
        _cell(
            "mx", "my", "cells", 1, fill="datum.real ? attention : panel", fillOpacity="datum.real ? 0.75 : 1",
            stroke="datum.real ? attention : faint", tooltip="datum.real ? 'True' : 'False'",
        ),
        text(
            "datum.real ? '1' : '0'", "mx + (datum.s + 0.5) * pitch", f"my + (datum.r + 0.5) * {TALL}", "cells",
            size="pitch < 16 ? 0 : clamp(pitch * 0.5, 9, 14)", color="datum.real ? panel : muted",
        ),
        *_veil("mx - 4", "my - 30", "S * pitch + 8", "grid + 36", "mask"),
        # before it, in its place: the ids, which are what is compared with ⟨pad⟩
        text(
            quoted_text(ids), "mx", "my - 18", align="left", color="encoder", size=15, fontWeight=600,
            fillOpacity="numbered ? 1 - mask : 0",
        ),
        _cell(
            "mx", "my", "ids", 0, fill="datum.real ? encoder : faint", fillOpacity="datum.real ? 0.08 : 0.25",
            tooltip="datum.real ? datum.token + '  ·  ' + datum.id : '⟨pad⟩  ·  ' + datum.id",
        ),
        text(
            "'' + datum.id", "mx + (datum.s + 0.5) * pitch", f"my + (datum.r + 0.5) * {TALL}", "ids",
            size="pitch < 20 ? clamp(pitch * 0.9, 8, 11) : min(pitch * 0.5, 14)", angle="pitch < 20 ? -90 : 0",
            color="datum.real ? ink : muted",
        ),
        rect(
            "mx - 2", f"my + bold * {TALL}", "S * pitch + 4", TALL, fill="panel", fillOpacity="0.86 * without",
            silent=True,
        ),
        rect(
            "mx + second * pitch + 1", "my - 2", "max(0, (S - second) * pitch)", "grid + 4", fill="panel",
            fillOpacity="0.9 * without", silent=True,
        ),
    ]  # fmt: skip
    return diagram(400, 400, signals, data, marks)


@cache
def many_batches(axis: str, nothing: str) -> Spec:
    """Some batches of each kind as bars: as long as their longest sentence, filled as far as they are real.

    Data: batches {kind, k, width, real, share, tip, ask}, labels {kind, title, told, v, asks}. Signals: most (the
    longest of all), N (bars), random_at, buckets_at (0: under a curtain).
    """
    tall, top = 8.5, 52
    signals = [
        value("most", 1), value("N", 1), *smooth("random"), *smooth("buckets"),
        derived("half", "(width - 28) / 2"), derived("unit", "(half - 4) / most"),
    ]  # fmt: skip
    left, y = "datum.kind * (half + 28)", f"{top} + datum.k * {tall}"
    data = [{"name": "batches"}, {"name": "labels"}]
    low = top + 24 * tall
    marks = [
        rect(
            left, f"{y} + 1", "datum.width * unit", tall - 2, "batches", clickable=True, fill="faint", fillOpacity=0.55,
            stroke="muted", strokeWidth=0.5, tooltip="datum.tip", ask="datum.ask",
        ),
        rect(left, f"{y} + 1", "datum.real * unit", tall - 2, "batches", fill="encoder", silent=True),
        text(quoted_text(axis), 0, low + 16, align="left", color="muted", size=13, limit="width"),
        *_veil(-2, 0, "half + 6", low + 2, "random"), *_veil("half + 22", 0, "half + 8", low + 2, "buckets"),
        text("datum.title", left, 10, "labels", align="left", size=15, fontWeight=600, limit="half"),
        text(
            "datum.told", left, 32, "labels", align="left", size="width > 520 ? 13 : 11", silent=False, clickable=True,
            ask="datum.asks[0]", color="encoder", fillOpacity="datum.kind ? buckets : random", limit="half + 14",
        ),
        text(quoted_text(nothing), "width / 2", 130, color="muted", size=15, fillOpacity="1 - random"),
    ]  # fmt: skip
    return diagram(400, low + 30, signals, data, marks)


@cache
def waste_curve(size: str, waste: str, random: str, by_length: str, nothing: str) -> Spec:
    """The share of pads to be expected against the size of a batch, and what was measured as larger dots.

    Data: law {kind, k, size, v, ask}, measured {kind, size, v, ask}. Signals: sizes, top, random_at, buckets_at.
    """
    tall = 210
    signals = [value("sizes", [1, 128]), value("top", 1), *smooth("random"), *smooth("buckets")]
    scales = [
        {"name": "x", "type": "log", "base": 2, "domain": [1, 128], "range": [58, {"signal": "width - 16"}]},
        {"name": "y", "type": "linear", "domain": [0, {"signal": "top"}], "range": [tall, 22]},
    ]
    axes = [
        {"orient": "left", "scale": "y", "format": ".0%", "tickCount": 4, "offset": -50, "domain": False},
        {"orient": "bottom", "scale": "x", "values": {"signal": "sizes"}, "offset": -56, "title": size, "grid": False},
    ]  # fmt: skip
    data = [
        {"name": "law"}, {"name": "measured"}, filtered("at_random", "law", "datum.kind === 0"),
        filtered("by_length", "law", "datum.kind === 1"),
    ]  # fmt: skip
    place: dict[str, Any] = {"x": {"scale": "x", "field": "size"}, "y": {"scale": "y", "field": "v"}}
    tip = "datum.size + ': ' + format(datum.v, '.1%')"
    marks: list[Mark] = []
    for name, shown, color, title in (
        ("at_random", "random", "wrong", random), ("by_length", "buckets", "correct", by_length),
    ):  # fmt: skip
        marks += [
            mark("line", name, **place, stroke=color, strokeWidth=3, strokeOpacity=shown),
            mark(
                "symbol", name, clickable=True, **place, size=70, fill=color, fillOpacity=shown, ask="datum.ask",
                tooltip=tip,
            ),
            text(
                quoted_text(title), "scale('x', datum.size) - 4", "scale('y', datum.v) - 16", name, align="right",
                color=color,
                size="datum.size === 64 ? 14 : 0", fontWeight=600, fillOpacity=shown,
            ),
        ]  # fmt: skip
    marks += [
        text(quoted_text(waste), 0, 8, align="left", color="muted", size=13),
        mark(
            "symbol", "measured", clickable=True, **place, size=240, stroke="ink", strokeWidth=2.5, fill="panel",
            fillOpacity="0.01 * (datum.kind ? buckets : random)", strokeOpacity="datum.kind ? buckets : random",
            ask="datum.ask", tooltip=tip,
        ),
        text(quoted_text(nothing), "width / 2", 110, color="muted", size=15, fillOpacity="1 - random"),
    ]  # fmt: skip
    return diagram(400, tall + 56, signals, data, marks, scales=scales, axes=axes)
