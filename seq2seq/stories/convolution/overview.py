"""The overview: a whole convolutional network, layer over layer, and what one state of it has seen.

Source tokens and encoder layers below, output tokens and decoder layers above. A fan of edges goes down from the state
in hand to everything it depends on, and frames mark how wide that is in every layer. Strips of units are static; what
is still to come lies under curtains.
"""

from typing import Any

from seq2seq.stories.convolution.layout import STRIP, TOKEN, UNIT, Layout
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
    quoted_text,
    rect,
    text,
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
    marks = [*_source(layout, captions), *_encoder(layout, captions)]
    if layout.decodes:
        marks += [*_decoder(layout, captions), *_attention(layout, captions)]
    marks += [*_fan(layout), *_frames(layout), *_output(layout, captions)]
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


def _caption(words: str, y: float, height: float, color: str = "muted") -> Mark:
    """A row's name: at the side, level with its middle, or above it where the picture is narrow."""
    return mark(
        "text", silent=True, text=quoted_text(words), x="left", y=f"roomy ? {y + height / 2} : {y - 8}",
        align="roomy ? 'right' : 'left'", baseline="'middle'", fill=color, fontSize="small",
    )  # fmt: skip


def _tokens(data: str, field: str, short: str, axis: str, index: str, y: float, **more: Any) -> Mark:
    shown = f"tight ? datum.{short} : datum.{field}"
    middle = f"{axis} + (datum.{index} + 0.5) * pitch"
    defaults: dict[str, Any] = {"size": "letter", "tooltip": f"datum.{field}", "silent": False}
    return text(shown, middle, y, data, **(defaults | more))


def _box(data: str, axis: str, index: str, y: float, color: Any) -> Mark:
    x, top = f"{axis} + (datum.{index} + 0.08) * pitch", y - TOKEN / 2
    return rect(x, top, "pitch * 0.84", TOKEN, data, silent=True, cornerRadius=5, fillOpacity=0.14, fill=color)


def _curtain(x: str, x2: str, top: float, height: float, opacity: float = 0.94) -> Mark:
    """What is still to come lies under this, and cannot be asked yet: the curtain takes the click."""
    return mark("rect", x=x, x2=f"max({x}, {x2})", y=top, height=height, fill="panel", fillOpacity=opacity)


def _strip(data: str, row: int, top: float, axis: str, field: str) -> Mark:
    """The strips of one row: a column of units at each position, coloured by value."""
    cells = rect(
        f"{axis} + (datum.{field} + 0.14) * pitch", f"datum.u * {UNIT}", "pitch * 0.72", UNIT + 0.2, "cells",
        clickable=True, fill={"scale": "value", "field": "v"}, tooltip="datum.tip + format(datum.v, '.4f')",
    )  # fmt: skip
    return {
        "type": "group",
        "encode": {"update": {"y": {"value": top}}},
        "data": [filtered("cells", f"{data}_flat", f"datum.row == {row}")],
        "marks": [cells],
    }


def _source(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    unknown = [{"test": "datum.unknown", "signal": "wrong"}, {"signal": "ink"}]
    return [
        _box("source", "sx", "i", layout.source, "encoder"),
        _tokens("source", "token", "short", "sx", "i", layout.source, color=unknown),
        _caption(captions["source"], layout.source - TOKEN / 2, TOKEN),
    ]


def _encoder(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    """A row is first computed at the position in hand, then everywhere: its curtain opens from there."""
    marks = []
    for row in range(layout.layers + 1):
        top = layout.encoder_top(row)
        marks.append(_strip("enc_units", row, top, "sx", "i"))
        marks.append(_caption(captions[f"encoder {row}"], top, STRIP, "encoder"))
        if row == 0:
            marks.append(_curtain("sx", "sx + S * pitch * (1 - embedded)", top - 1, STRIP + 2))
            continue
        whole, own = f"clamp(whole - {row - 2}, 0, 1)", f"clamp(own - {row - 2}, 0, 1)"
        bounds = (top - 1, STRIP + 2)
        marks.append(_curtain("sx", f"sx + p * pitch * (1 - {whole})", *bounds))
        marks.append(_curtain(f"sx + (p + 1 + (S - p - 1) * {whole}) * pitch", "sx + S * pitch", *bounds))
        marks.append(_curtain("sx + p * pitch", f"sx + (p + 1 - {own}) * pitch", *bounds))
    return marks


def _decoder(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    marks = []
    for row in range(layout.layers + 1):
        top = layout.decoder_top(row)
        marks.append(_strip("dec_units", row, top, "tx", "t"))
        marks.append(_caption(captions[f"decoder {row}"], top, STRIP, "decoder"))
        done = f"dec{max(0, row - 1)}"
        marks.append(_curtain(f"tx + min(T, {done} + 1) * pitch", "tx + T * pitch", top - 1, STRIP + 2))
    reads = {"color": "muted", "size": "letter * 0.82"}
    marks += [
        _tokens("output", "read", "read_short", "tx", "t", layout.read_back, ask="'fed ' + datum.t + ' 0'", **reads),
        _curtain("tx + min(T, dec0 + 1) * pitch", "tx + T * pitch", layout.read_back - 12, 24, 1),
        _caption(captions["read"], layout.read_back - 9, 18),
    ]
    return marks


def _attention(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    """The weights of the decoder layer in hand, from the encoder's top layer into that layer's state."""
    foot, top = layout.node + 12, layout.encoder_first - 40
    link = curve("sx + (datum.i + 0.5) * pitch", str(top), "mid", str(foot))
    strip_foot = f"({layout.decoder_top(0)} - (layer + 1) * {layout.decoder_top(0) - layout.decoder_top(1)} + {STRIP})"
    beside = "(mid - 0.47 * pitch)"  # up along the column, past the layers below, into the one in hand
    stem = f"'M' + mid + ',' + {layout.node - 12} + 'L' + {beside} + ',' + {layout.read_back - 16}"
    stem += f" + 'L' + {beside} + ',' + ({strip_foot} - {STRIP / 2}) + 'L' + (mid - 0.36 * pitch) + ',' + "
    stem += f"({strip_foot} - {STRIP / 2})"
    labels = text(
        "datum.w >= (tight ? 0.5 : 0.1) ? format(datum.w, '.2f') : ''", "sx + (datum.i + 0.5) * pitch",
        layout.encoder_first - 24, "links_now", color="attention", size="small", fontWeight=600, fillOpacity="glow",
    )  # fmt: skip
    near = "mid < width / 2"
    name = mark(
        "text", silent=True, text=quoted_text(captions["context"]), x=f"roomy ? left : {near} ? mid + 20 : mid - 20",
        y=layout.node, align=f"roomy ? 'right' : {near} ? 'left' : 'right'", baseline="'middle'", fill="attention",
        fontSize="small", fillOpacity="roomy ? 1 : glow",
    )  # fmt: skip
    return [
        mark(
            "path", "links_now", clickable=True, path=link, stroke="attention", strokeCap={"value": "round"},
            strokeWidth="0.6 + 15 * datum.w * glow", strokeOpacity="glow * (0.25 + 0.6 * datum.w)",
            tooltip="datum.tip",
        ),
        mark(
            "path", silent=True, path=stem, stroke="attention", strokeWidth=4, strokeOpacity="glow * 0.8",
            strokeJoin={"value": "round"}, strokeCap={"value": "round"},
        ),
        mark(
            "symbol", silent=True, x="mid", y=layout.node, size=420, fill="panel", stroke="attention", strokeWidth=3,
            opacity="glow",
        ),
        labels,
        name,
    ]  # fmt: skip


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


def _output(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    color = [
        {"test": "datum.mark == 'wrong'", "signal": "wrong"},
        {"test": "datum.mark == 'right'", "signal": "correct"},
        {"signal": "decoder"},
    ]
    top = layout.output - TOKEN / 2
    return [
        _box("output", "tx", "t", layout.output, color),
        _tokens("output", "token", "short", "tx", "t", layout.output, fontWeight=600),
        text(
            "datum.mark == 'wrong' ? '✗' : ''",
            "tx + (datum.t + 0.5) * pitch",
            top - 8,
            "output",
            color="wrong",
            size=13,
        ),
        _curtain("tx + min(T, wrote) * pitch", "tx + T * pitch", 0, layout.output + TOKEN / 2 + 1, 1),
        _caption(captions["output"], top, TOKEN),
    ]
