"""Inside one layer, at one position: convolution A, gate σ(B), their product, the residual, and what attention adds."""

from functools import cache

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import SHARES, VALUES, Spec, derived, diagram, filtered, quoted_text, rect, text, value

ROWS = ("input", "a", "b", "gate", "glu", "residual", "context", "h")
TALL, TOP = 34, 50


@cache
def gated_units(names: tuple[str, ...], unit: str) -> Spec:
    """The picture as a Vega template; `names` are what its rows are called.

    Data: cells {key, r, v: […], unit: […], stage, share, ask}: one row a value; `stage` is when it is computed.
    places {key, name}: where each of them lies, in words.
    Signals: cell_at (whose values), shown_at (how far they are computed), names (of the rows), columns.
    """
    rows = len(names)
    signals = [
        value("names", []), value("columns", 12), *stepped("cell"), *smooth("shown"),
        derived("sx", "width > 560 ? 210 : 96"), derived("pitch", "min(56, (width - sx - 4) / columns)"),
        derived("letter", "clamp(pitch * 0.31, 10, 13)"),
        derived("dark", "luminance(ink) < luminance(paper) ? ink : paper"),  # whatever the theme
        derived("light", "luminance(ink) < luminance(paper) ? paper : ink"),
    ]  # fmt: skip
    flat = [{"type": "flatten", "fields": ["v", "unit"], "index": "u"}]
    address = [{"type": "formula", "expr": "datum.ask + ' ' + datum.unit", "as": "ask"}]
    data = [
        {"name": "cells"},
        {"name": "places"},
        filtered("place", "places", "datum.key == cell && shown > -0.5"),
        filtered("now", "cells", "datum.key == cell"),
        {"name": "values", "source": "now", "transform": flat + address},
        filtered("signed", "values", "!datum.share"),
        filtered("shares", "values", "datum.share"),
    ]
    x, y = "sx + datum.u * pitch", f"{TOP} + datum.r * {TALL}"
    shown = "clamp(shown - datum.stage + 1, 0, 1)"

    def cells(name: str, scale: str) -> list[dict]:
        tip = "names[datum.r] + ' · ' + (datum.unit + 1) + ': ' + format(datum.v, '.4f')"
        digits = "pitch > 30 ? format(datum.v, '.2f') : ''"
        ink = f"luminance(scale('{scale}', datum.v)) > 0.3 ? dark : light"
        return [
            rect(
                x, y, "pitch - 2", TALL - 8, name, clickable=True, fill={"scale": scale, "field": "v"}, tooltip=tip,
                cornerRadius=3, fillOpacity=shown,
            ),
            text(
                digits, f"{x} + pitch / 2 - 1", f"{y} + {(TALL - 8) / 2}", name, size="letter", color=ink,
                fillOpacity=shown,
            ),
        ]  # fmt: skip

    marks = [
        *cells("signed", "value"),
        *cells("shares", "share"),
        text("names[datum.r]", "sx - 10", f"{y} + {(TALL - 8) / 2}", "now", align="right", size="width > 560 ? 13 : 11",
             fillOpacity=f"0.35 + 0.65 * {shown}"),
        text("datum.name", "sx", 12, "place", align="left", size="width > 560 ? 15 : 13", fontWeight=600),
        text(
            "pitch < 26 && datum.u % 2 ? '' : datum.unit + 1", f"{x} + pitch / 2 - 1", TOP - 12, "top", color="muted",
            size="letter",
        ),
        text(quoted_text(unit), "sx - 10", TOP - 12, align="right", color="muted", size=11),
    ]  # fmt: skip
    data.append(filtered("top", "values", "datum.r == 0"))
    return diagram(700, TOP + rows * TALL + 4, signals, data, marks, scales=[VALUES, SHARES])
