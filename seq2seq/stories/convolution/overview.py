"""The overview: a whole convolutional network, layer over layer, and what one state of it has seen.

Source tokens and encoder layers below, output tokens and decoder layers above. A fan of edges goes down from the state
in hand to everything it depends on, and frames mark how wide that is in every layer. Strips of units are static; what
is still to come lies under curtains.
"""

from typing import Any

from seq2seq.stories.layered.layout import STRIP, Layout
from seq2seq.stories.layered.marks import caption, curtain, output_tokens, ribbons, source_tokens, strip, tokens
from seq2seq.stories.network.marks import curve
from seq2seq.stories.signals import Signal, smooth, stepped
from seq2seq.stories.vega import (
    VALUES,
    Mark,
    Spec,
    derived,
    diagram,
    filtered,
    mark,
    rect,
    value,
)  # fmt: skip


def overview(layout: Layout, captions: dict[str, str]) -> Spec:
    """The diagram as a Vega template.

    Data:    source {i, token, short, unknown, ask}; output {t, token, short, mark, read, read_short, ask};
             enc_units and dec_units {row, i or t, v: […], unit: […], tip, ask}; edges {side, row, to, from};
             links {t, l, i, w, tip, ask}, without a decoder none.
    Signals: S, T, k, before (positions of a window left of the encoder's own); p (source position in hand); and for
             each step stage_at, layer_at (−1: embeddings), fan_at (0 encoder, 1 decoder, −1 none), embedded_at, own_at
             and whole_at (last encoder layer computed at p, everywhere), col_at (output column), dec0_at, … (last
             column of each decoder layer), row_at and glow_at (row of weights, how far it shows), wrote_at.
    """
    marks = [*source_tokens(layout, captions), *_encoder(layout, captions)]
    if layout.decodes:
        marks += [*_decoder(layout, captions), *ribbons(layout, captions)]
    marks += [*_fan(layout), *_frames(layout), *output_tokens(layout, captions)]
    data: list[dict[str, Any]] = [{"name": "source"}, {"name": "output"}, {"name": "edges"}]
    for name in ("enc_units", "dec_units"):
        flat = {"type": "flatten", "fields": ["v", "unit"], "index": "u"}
        address = {"type": "formula", "expr": "datum.ask + ' ' + datum.unit", "as": "ask"}
        data += [{"name": name}, {"name": f"{name}_flat", "source": name, "transform": [flat, address]}]
    inside = "datum.row <= layer + 1 && datum.to >= at - (layer + 1 - datum.row) * left_reach"
    inside += " && datum.to <= at + (layer + 1 - datum.row) * right_reach"
    data.append(filtered("fan_now", "edges", f"datum.side == fan && {inside}"))
    data += [{"name": "links"}, filtered("links_now", "links", "datum.t == row && datum.l == layer")]
    return diagram(800, layout.height, _signals(layout), data, marks, scales=[VALUES])


def _signals(layout: Layout) -> list[Signal]:
    decoder = [f"dec{row - 1}" for row in range(1, layout.layers + 1)] if layout.decodes else []
    smoothly = [smooth(name) for name in ("embedded", "own", "whole", "glow", "wrote", *decoder)]
    jumping = [stepped(name) for name in ("stage", "layer", "fan", "col", "row")]
    return [
        value("S", 1), value("T", 1), value("k", 3), value("before", 1), value("p", 0),
        *(signal for track in (*smoothly, *jumping) for signal in track),
        derived("roomy", "width > 640"),
        derived("side", "roomy ? 170 : 0"),
        derived("pitch", "min(width > 1100 ? 84 : 64, (width - side - 6) / max(S, T))"),
        derived("tight", "pitch < 34"),
        derived("letter", "clamp(pitch * 0.5, 11, 19)"),
        derived("small", "width > 1100 ? 14 : 12"),
        derived("sx", "side + (width - side - S * pitch) / 2"),
        derived("tx", "side + (width - side - T * pitch) / 2" if layout.decodes else "sx"),
        derived("left", "roomy ? min(sx, tx) - 18 : 0"),
        derived("mid", "tx + (max(0, col) + 0.5) * pitch"),
        # the position whose fan is drawn, and how far it reaches in one layer
        derived("at", "fan == 1 ? max(0, col) : stage == 'predict' ? min(S - 1, col) : p"),
        derived("left_reach", "fan == 1 ? k - 1 : before"),
        derived("right_reach", "fan == 1 ? 0 : k - 1 - before"),
    ]  # fmt: skip


def _encoder(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    """A row is first computed at the position in hand, then everywhere: its curtain opens from there."""
    marks = []
    for row in range(layout.layers + 1):
        top = layout.encoder_top(row)
        marks.append(strip("enc_units", row, top, "sx", "i"))
        marks.append(caption(captions[f"encoder {row}"], top, STRIP, "encoder"))
        if row == 0:
            marks.append(curtain("sx", "sx + S * pitch * (1 - embedded)", top - 1, STRIP + 2))
            continue
        whole, own = f"clamp(whole - {row - 2}, 0, 1)", f"clamp(own - {row - 2}, 0, 1)"
        bounds = (top - 1, STRIP + 2)
        marks.append(curtain("sx", f"sx + p * pitch * (1 - {whole})", *bounds))
        marks.append(curtain(f"sx + (p + 1 + (S - p - 1) * {whole}) * pitch", "sx + S * pitch", *bounds))
        marks.append(curtain("sx + p * pitch", f"sx + (p + 1 - {own}) * pitch", *bounds))
    return marks


def _decoder(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    marks = []
    for row in range(layout.layers + 1):
        top = layout.decoder_top(row)
        marks.append(strip("dec_units", row, top, "tx", "t"))
        marks.append(caption(captions[f"decoder {row}"], top, STRIP, "decoder"))
        done = f"dec{max(0, row - 1)}"
        marks.append(curtain(f"tx + min(T, {done} + 1) * pitch", "tx + T * pitch", top - 1, STRIP + 2))
    reads = {"color": "muted", "size": "letter * 0.82"}
    marks += [
        tokens("output", "read", "read_short", "tx", "t", layout.read_back, ask="'fed ' + datum.t + ' 0'", **reads),
        curtain("tx + min(T, dec0 + 1) * pitch", "tx + T * pitch", layout.read_back - 12, 24, 1),
        caption(captions["read"], layout.read_back - 9, 18),
    ]
    return marks


def _row_y(layout: Layout, offset: float) -> str:
    """A y in a row of either side; `row` is in datum, `fan` says which side."""
    pitch = layout.encoder_top(0) - layout.encoder_top(1)
    encoder = f"({layout.encoder_top(0) + offset} - datum.row * {pitch})"
    decoder = f"({layout.decoder_top(0) + offset} - datum.row * {pitch})"
    return f"(fan == 1 ? {decoder} : {encoder})"


def _fan(layout: Layout) -> list[Mark]:
    """Edges from a state to the states of the layer below that it was computed from, and so on down."""
    axis = "(fan == 1 ? tx : sx)"
    low, high = f"{axis} + (datum.from + 0.5) * pitch", f"{axis} + (datum.to + 0.5) * pitch"
    pitch = layout.encoder_top(0) - layout.encoder_top(1)
    below = f"({_row_y(layout, 0)} + {pitch - 2})"
    path = curve(low, below, high, _row_y(layout, STRIP + 3))
    color = "fan == 1 ? decoder : encoder"
    return [
        mark(
            "path", "fan_now", silent=True, path=path, stroke=color, strokeCap={"value": "round"},
            strokeWidth="datum.row == layer + 1 ? 2.6 : 1.5", strokeOpacity="datum.row == layer + 1 ? 0.95 : 0.55",
        )
    ]  # fmt: skip


def _frames(layout: Layout) -> list[Mark]:
    """How far the state in hand has seen, in every row below it."""
    marks = []
    for row in range(layout.layers + 1):
        for side in (0, 1) if layout.decodes else (0,):
            top = (layout.decoder_top if side else layout.encoder_top)(row)
            axis, end, color = ("tx", "T", "decoder") if side else ("sx", "S", "encoder")
            first = f"max(0, at - (layer + {1 - row}) * left_reach)"
            last = f"min({end} - 1, at + (layer + {1 - row}) * right_reach)"
            shown = f"fan == {side} && layer + 1 >= {row} ? 1 : 0"
            marks.append(
                rect(
                    f"{axis} + ({first} + 0.06) * pitch", top - 3, f"({last} - ({first}) + 0.88) * pitch", STRIP + 6,
                    silent=True, stroke=color, cornerRadius=5, opacity=shown,
                    strokeWidth=f"layer + 1 == {row} ? 3 : 1.8",
                )
            )  # fmt: skip
    return marks
