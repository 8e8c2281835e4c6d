"""One row of a mask as bars: scores, then weights of what is visible; dashed, what there would be without the mask."""

from functools import cache

from seq2seq.stories.masks.grids import hatch
from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

ROOM, BARS, LABELS = 30, 92, 26  # heights in pixels: a title, a row of bars, the tokens


@cache
def row_bars(scores: str, weights: str, opened: str, keys: str, nothing: str) -> Spec:
    """The row in hand as a Vega template; the sentences say what its parts are, `nothing` where no row is in hand.

    Data: bars {row, j, token, pad, v, score, w, open, asks}. Signals: count_at (keys of the row), row_at (−1: none),
    glow_at (how far the weights show), tone_at (colour: 0 encoder, 1 decoder, 2 attention), low_at and high_at (of the
    scores that are shown on one axis).
    """
    begin = ROOM + BARS + LABELS + ROOM
    base = begin + BARS
    signals = [
        *stepped("low"), *stepped("high"), *stepped("count"), *stepped("row"), *smooth("glow"), *stepped("tone"),
        derived("pitch", "min(54, (width - 40) / max(1, count))"),
        derived("sx", "40 + max(0, (width - 40 - count * pitch) / 2)"),
        derived("color", "tone === 0 ? encoder : tone === 1 ? decoder : attention"),
    ]  # fmt: skip
    data = [
        {"name": "bars"}, filtered("now", "bars", "datum.row === row", key="j"),
        filtered("seen", "now", "datum.v", key="j"), filtered("hidden", "now", "!datum.v", key="j"),
    ]  # fmt: skip
    scales = [
        {"name": "score", "type": "linear", "nice": True, "zero": True,
         "domain": [{"signal": "min(0, low)"}, {"signal": "max(0, high)"}], "range": [ROOM + BARS, ROOM]},
        {"name": "weight", "type": "linear", "domain": [0, 1], "range": [base, begin]},
    ]  # fmt: skip
    axes = [
        {"orient": "left", "scale": "score", "tickCount": 3, "offset": -36},
        {"orient": "left", "scale": "weight", "tickCount": 2, "offset": -36, "format": ".1f"},
    ]
    x, wide, middle = "sx + (datum.j + 0.12) * pitch", "pitch * 0.76", "sx + (datum.j + 0.5) * pitch"
    marks = [
        text(quoted_text(scores), 40, ROOM - 16, align="left", fontWeight=600, limit="width - 40"),
        text(quoted_text(weights), 40, begin - 16, align="left", fontWeight=600, fillOpacity="0.65 + 0.35 * glow",
             limit="width - 40"),
        mark("rect", "seen", clickable=True, x=x, width=wide, y="scale('score', 0)", y2="scale('score', datum.score)",
             fill="color", fillOpacity=0.55, ask="datum.asks[0]", tooltip="format(datum.score, '.3f')"),
        mark("rect", "hidden", clickable=True, x=x, width=wide, y="scale('score', 0)", y2="scale('score', datum.score)",
             fill="faint", fillOpacity=0.3, stroke="muted", strokeDash={"value": [3, 2]}, ask="datum.asks[0]",
             tooltip="format(datum.score, '.3f')"),
        text("pitch > 26 ? (datum.v ? format(datum.score, '.1f') : '−∞') : ''", middle, ROOM + BARS + 9, "now",
             color="datum.v ? muted : wrong", size=11),
        mark("rect", "now", clickable=True, x=x, width=wide, y="scale('weight', 0)", y2="scale('weight', datum.open)",
             fill="panel", fillOpacity=0.01, stroke="muted", strokeDash={"value": [3, 2]}, strokeOpacity="glow",
             ask="datum.asks[2]", tooltip="format(datum.open, '.4f')"),
        mark("rect", "seen", clickable=True, x=x, width=wide, y="scale('weight', 0)", y2="scale('weight', datum.w)",
             fill="color", fillOpacity="glow", ask="datum.asks[1]", tooltip="format(datum.w, '.4f')"),
        text("'0'", middle, base - 8, "hidden", color="wrong", size="clamp(pitch * 0.4, 9, 15)", fontWeight=700,
             fillOpacity="glow", silent=False, clickable=True, ask="datum.asks[1]"),
        text("datum.token", middle, base + 13, "now", size="clamp(pitch * 0.5, 10, 16)",
             color="datum.pad ? muted : ink"),
        rect("sx + 4", base + LABELS + 6, 14, 11, silent=True, stroke="muted", strokeDash={"value": [3, 2]},
             strokeOpacity="row < 0 ? 0 : 1"),
        text(quoted_text(opened), "sx + 24", base + LABELS + 12, align="left", color="muted", size=12,
             fillOpacity="row < 0 ? 0 : 1", limit="width - sx - 24"),
        text(quoted_text(keys), "width - 4", ROOM - 16, align="right", color="muted", size="width > 460 ? 12 : 0"),
        text(quoted_text(nothing), "width / 2", 130, color="muted", size=14, fillOpacity="row < 0 ? 1 : 0",
             limit="width - 60"),
    ]  # fmt: skip
    return diagram(400, base + LABELS + 24, signals, data, marks, scales=scales, axes=axes)


@cache
def batch_rows(sources: str, targets: str) -> Spec:
    """The batch as rows of tokens, pads hatched; the sentence in hand framed; where narrow, targets below the sources.

    Data: cells {side (0 source, 1 target), b, n, token, pad}. Signals: S, T, B, b_at, lit_at (1 where one sentence is
    in hand).
    """
    tall = 30
    signals = [
        value("S", 1), value("T", 1), value("B", 1), *stepped("b"), *smooth("lit"),
        derived("pitch", "min(30, (width - 22) / max(S, T))"), derived("letter", "clamp(pitch * 0.62, 8, 17)"),
        derived("height", f"2 * (30 + B * {tall}) + 12"),
    ]  # fmt: skip
    data = [{"name": "cells"}, filtered("real", "cells", "!datum.pad"), filtered("pads", "cells", "datum.pad")]
    x = "20 + datum.n * pitch"
    y = f"30 + datum.side * (36 + B * {tall}) + datum.b * {tall}"
    color = "datum.side ? decoder : encoder"
    marks = [
        text(quoted_text(sources), 20, 12, align="left", color="encoder", fontWeight=600, size=14),
        text(quoted_text(targets), 20, f"48 + B * {tall}", align="left", color="decoder", fontWeight=600, size=14),
        rect(f"{x} + 1", f"{y} + 2", "pitch - 2", tall - 4, "real", silent=True, cornerRadius=4, fill=color,
             fillOpacity=0.16),
        text("datum.token", f"{x} + pitch / 2", f"{y} + {tall / 2}", "real", size="letter"),
        rect(f"{x} + 1", f"{y} + 2", "pitch - 2", tall - 4, "pads", silent=True, cornerRadius=4, stroke="faint",
             fill="faint", fillOpacity=0.12),
        mark("path", "pads", silent=True, x=x, y=f"{y} + ({tall} - pitch) / 2", path=hatch("pitch"), stroke="muted",
             strokeOpacity=0.6),
        *[
            rect(18, f"{29 + side} + {side} * (35 + B * {tall}) + b * {tall}", f"{'T' if side else 'S'} * pitch + 4",
                 tall + 2, silent=True, cornerRadius=6, stroke="ink", strokeWidth=2.5, strokeOpacity="lit")
            for side in (0, 1)
        ],
    ]  # fmt: skip
    return diagram(400, 240, signals, data, marks)
