"""The operation in hand, enlarged: rows of numbers, one under the other as they are added, multiplied or weighed."""

from functools import cache

from seq2seq.stories.self_attention.overview import FEATURES, PRODUCTS, WEIGHTS
from seq2seq.stories.signals import stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, rect, text, value

TERMS = {**FEATURES, "name": "term", "domain": [-1, 0, 1]}  # weights, and what is multiplied by them
TALL, TOP, MOST_ROWS, ALIKE = 29, 54, 8, (9, 20)


@cache
def enlarged() -> Spec:
    """The picture as a Vega template.

    Every cell is there from the start, most of them empty, and takes its number from the scene: to make nodes as the
    scenes change would cost more than all else at a step.
    Data:    rows {scene, r, kind (feature, term, product or share), label, short, v, unit, ask, lead, total, whole}:
             cells with their addresses, `lead` where they have none of their own; a total and its address. heads
             {scene, v}: what stands above the columns. titles {scene, title, note}.
    Signals: scene_at, lines and most_columns (the most that a scene has), most (largest |product|), brightest (weight).
    """
    shades = [f"datum.line.kind == '{kind}' ? scale('{kind}', datum.v)" for kind in ("term", "product", "share")]
    made = {
        "r": "floor(datum.n / most_columns)", "u": "datum.n % most_columns", "line": "data('now')[datum.r]",
        "on": "datum.line && datum.u < length(datum.line.v)", "v": "datum.on ? datum.line.v[datum.u] : null",
        "ask": "!datum.on ? null : datum.line.ask ? datum.line.ask + ' ' + datum.line.unit[datum.u] : datum.line.lead",
        "shade": f"!datum.on ? 'transparent' : datum.v == null ? panel : {' : '.join(shades)} :"
                 " scale('feature', datum.v)",
    }  # fmt: skip
    data = [
        {"name": "rows"}, {"name": "heads"}, {"name": "titles"},
        filtered("title", "titles", "datum.scene == scene"),
        filtered("now", "rows", "datum.scene == scene", key="r"),
        filtered("top", "heads", "datum.scene == scene"),
        {"name": "columns", "source": "top", "key": "u", "transform": [
            {"type": "flatten", "fields": ["v"], "index": "u"},
        ]},
        {"name": "cells", "transform": [
            {"type": "sequence", "start": 0, "stop": {"signal": "lines * most_columns"}, "as": "n"},
            *({"type": "formula", "expr": expression, "as": name} for name, expression in made.items()),
        ]},
    ]  # fmt: skip
    signals = [
        value("most", 1), value("brightest", 1), value("lines", 1), value("most_columns", 1), *stepped("scene"),
        derived("height", f"{TOP + 2} + lines * {TALL}"),
        derived("roomy", "width > 560"), derived("large", "width > 1050"),
        derived("sx", "large ? 250 : roomy ? 180 : 92"), derived("ends", "roomy ? 86 : 68"),
        derived("count", "length(data('columns'))"),
        derived("down", f"(lines - min(lines, length(data('now')))) * {TALL * 0.3}"),  # few rows: nearer the middle
        # one width for scenes of about as many columns: their cells stay where they are and only change colour
        derived("broad", f"max(1, count, roomy && count > {ALIKE[0]} ? min({ALIKE[1]}, most_columns) : 1)"),
        derived("pitch", "min(large ? 60 : 54, (width - sx - ends) / broad)"),
        derived("letter", "clamp(pitch * 0.31, 10.5, large ? 15 : 13)"),
        derived("dark", "luminance(ink) < luminance(paper) ? ink : paper"),  # whatever the theme
        derived("light", "luminance(ink) < luminance(paper) ? paper : ink"),
    ]  # fmt: skip
    x, y = "sx + datum.u * pitch", f"{TOP} + datum.r * {TALL}"
    middle = f"{y} + {TALL / 2 - 3}"
    rows = [
        *_cells(x, y),
        text("roomy ? datum.label : datum.short", "sx - 10", middle, "now", align="right",
             size="large ? 15 : roomy ? 13 : 11", limit="sx - 10"),
        text("datum.v", "sx + (datum.u + 0.5) * pitch - 1", TOP - 13, "columns", color="muted",
             size="pitch < 17 ? 10 : clamp(pitch * 0.36, 11, 14)", fillOpacity="pitch < 13 && datum.u % 2 ? 0 : 1"),
        mark(
            "text", "now", clickable=True, x="sx + count * pitch + 8", y=middle, text="datum.total",
            align={"value": "left"}, baseline={"value": "middle"}, fill="attention", fontWeight=700,
            fontSize="large ? 16 : roomy ? 14 : 11", ask="datum.whole",
        ),
    ]  # fmt: skip
    marks = [
        text("datum.title", 0, 12, "title", align="left", size="large ? 17 : roomy ? 15 : 13", fontWeight=600),
        text("datum.note", "sx + count * pitch", 12, "title", align="right", color="muted", size="roomy ? 13 : 11",
             fillOpacity="roomy ? 1 : 0"),
        {"type": "group", "encode": {"update": {"y": {"signal": "down"}}}, "marks": rows},
    ]  # fmt: skip
    spec = diagram(700, 300, signals, data, marks, scales=[FEATURES, TERMS, PRODUCTS, WEIGHTS])
    del spec["height"]  # a signal: it follows the lines
    return spec


def _cells(x: str, y: str) -> list[Mark]:
    """The numbers on their colours; a masked one is empty and says so."""
    shown = "replace(format(datum.v, pitch > 31 ? '.2f' : '.1f'), '-', '−')"
    return [
        rect(
            x, y, "max(1, pitch - 2)", TALL - 6, "cells", cornerRadius=3, stroke="faint", fill="datum.shade",
            strokeWidth="datum.on && datum.v == null ? 1 : 0", cursor="datum.on ? 'pointer' : 'default'",
            tooltip="!datum.on ? null : datum.v == null ? '−∞' : format(datum.v, '.4f')",
        ),
        text(
            f"!datum.on ? '' : datum.v == null ? '−∞' : pitch > 21 ? {shown} : ''", f"{x} + pitch / 2 - 1",
            f"{y} + {TALL / 2 - 3}", "cells", size="letter",
            color="datum.v == null ? muted : luminance(datum.shade) > 0.3 ? dark : light",
        ),
    ]  # fmt: skip
