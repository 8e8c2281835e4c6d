"""The overview: a whole recurrent encoder-decoder, unrolled, with what flows where.

Source tokens and encoder states below, output tokens and decoder states above; between them ribbons as wide as the
attention weights, or, without attention, the one vector that is all the decoder gets. Strips of units are static;
what is still to come lies under curtains, and one frame, one node and the ribbons of one row move.
"""

from typing import Any

from seq2seq.stories.network.flow import attention, fixed_vector, start_links
from seq2seq.stories.network.layout import TOKEN, Layout
from seq2seq.stories.network.marks import Mark, box, caption, curtain, frame, middle, recurrence, strip, token
from seq2seq.stories.signals import Signal, smooth, stepped
from seq2seq.stories.vega import VALUES, diagram


def network_diagram(layout: Layout, captions: dict[str, str]) -> dict[str, Any]:
    """The diagram as a Vega template.

    Data:    source {i, token, short, unknown}; output {t, token, short, mark, read, read_short};
             enc_units {band, i, v, unit, tip}; dec_units {band, t, v, unit, tip}; links {t, i, w, tip} with
             attention, vector {u, n, v, tip} without. A row's `ask` is the address of its number; in a strip
             the unit's number is joined to it.
    Signals: S, T; and for each step enc0_at, enc1_at, … (last position that an encoder layer has read), layer_at (the
             one in hand), col_at (output column in hand), dec_at (last decoder state), wrote_at (tokens written),
             row_at (row of weights in hand), query_at, asks_at and glow_at (how far question, scores and weights
             show), lit_at (column framed; −1 is the decoder's first state), begin_at and begun_at (the decoder
             starts, has started), stage_at (what is being computed).
    """
    marks = [
        *_source_tokens(layout), *_encoder(layout, captions), *_decoder(layout, captions),
        *_output_tokens(layout, captions), *start_links(layout),
        *(attention(layout, captions) if layout.attention else fixed_vector(layout, captions)),
        *_frames(layout),
    ]  # fmt: skip
    data: list[dict[str, Any]] = [{"name": "source"}, {"name": "output"}]
    for name in ("enc_units", "dec_units"):
        data += [
            {"name": name},
            {
                "name": f"{name}_flat",
                "source": name,
                "transform": [
                    {"type": "flatten", "fields": ["v", "unit"], "index": "u"},
                    {"type": "formula", "expr": "datum.ask + ' ' + datum.unit", "as": "ask"},
                ],
            },
        ]
    if layout.attention:
        present = [{"type": "filter", "expr": "datum.t == row"}]
        data += [{"name": "links"}, {"name": "links_now", "source": "links", "transform": present}]
    else:
        data += [{"name": "vector"}]
    return diagram(800, layout.height, _signals(layout), data, marks, scales=[VALUES])


def _signals(layout: Layout) -> list[Signal]:
    reading = sorted({f"enc{layer}" for layer, _ in layout.encoder})
    gliding = (*reading, "col", "lit", "dec", "wrote", "query", "asks", "glow", "begin", "begun")
    tracks = [smooth(name) for name in gliding]
    return [
        {"name": "S", "value": 1},
        {"name": "T", "value": 1},
        *(signal for track in tracks for signal in track),
        *stepped("row"),
        *stepped("stage"),
        *stepped("layer"),
        {"name": "roomy", "update": "width > 640"},  # captions fit at the side
        {"name": "side", "update": "roomy ? 150 : 0"},
        {"name": "pitch", "update": "min(width > 1100 ? 84 : 64, (width - side - 6) / max(S, T + 1))"},
        {"name": "tight", "update": "pitch < 34"},  # long tokens are drawn by one sign
        {"name": "letter", "update": "clamp(pitch * 0.5, 11, 19)"},
        {"name": "small", "update": "width > 1100 ? 14 : 12"},
        {"name": "sx", "update": "side + (width - side - S * pitch) / 2"},
        {"name": "tx", "update": "side + (width - side - (T + 1) * pitch) / 2 + pitch"},  # the first state before it
        {"name": "left", "update": "roomy ? min(sx, tx - pitch) - 18 : 0"},
        {"name": "at", "update": "tx + (max(0, col) + 0.5) * pitch"},  # middle of the present output column
    ]


def _source_tokens(layout: Layout) -> list[Mark]:
    unknown = [{"test": "datum.unknown", "signal": "wrong"}, {"signal": "ink"}]
    return [
        box("source", "sx", "i", layout.source, {"signal": "encoder"}),
        token("source", "token", "short", "sx", "i", layout.source, {"fill": unknown}),
    ]


def _encoder(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    marks = [caption(captions["source"], layout.source - TOKEN / 2, TOKEN)]
    for band, (layer, way) in enumerate(layout.encoder):
        top = layout.encoder_top(band)
        marks.append(strip("enc_units", band, top, "sx", "i", layout))
        enc = f"enc{layer}"
        ends = (f"sx + min(S, {enc} + 1) * pitch", "sx + S * pitch")
        if way == "backward":
            ends = ("sx", f"sx + clamp(S - 1 - {enc}, 0, S) * pitch")
        marks.append(curtain(*ends, top - 1, layout.strip + 2))
        marks.append(caption(captions[f"{way} {layer}"], top, layout.strip, "encoder"))
        shown = "datum.i > 0 && " + (f"datum.i <= {enc}" if way == "forward" else f"datum.i >= S - {enc}")
        marks.append(recurrence("source", "sx", "i", top + layout.strip / 2, "›" if way == "forward" else "‹", shown))
    return marks


def _decoder(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    marks = []
    for band, layer in enumerate(layout.decoder):
        top = layout.decoder_top(band)
        marks.append(strip("dec_units", band, top, "tx", "t", layout))
        marks.append(curtain("tx + min(T, dec + 1) * pitch", "tx + T * pitch", top - 1, layout.strip + 2))
        marks.append(curtain("tx - pitch", "tx - (begun > 0.5) * pitch", top - 1, layout.strip + 2))
        marks.append(caption(captions[f"decoder {layer}"], top, layout.strip, "decoder"))
        middle = top + layout.strip / 2
        marks.append(recurrence("output", "tx", "t", middle, "›", "datum.t <= dec"))
    reads = {
        "fill": {"signal": "muted"},
        "fontSize": {"signal": "letter * 0.82"},
        "ask": {"signal": "'fed ' + datum.t + ' 0'"},
    }
    marks.append(token("output", "read", "read_short", "tx", "t", layout.read_back, reads))
    marks.append(curtain("tx + min(T, dec + 1) * pitch", "tx + T * pitch", layout.read_back - 12, 24, "1"))
    marks.append(caption(captions["read"], layout.read_back - 8, 16))
    return marks


def _output_tokens(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    color = [
        {"test": "datum.mark == 'wrong'", "signal": "wrong"},
        {"test": "datum.mark == 'right'", "signal": "correct"},
        {"signal": "decoder"},
    ]
    cross = {  # an error is marked by more than its colour
        "type": "text",
        "from": {"data": "output"},
        "interactive": False,
        "encode": {
            "enter": {"align": {"value": "center"}, "y": {"value": layout.output - TOKEN / 2 - 3}},
            "update": {
                "x": middle("tx", "t"),
                "text": {"signal": "datum.mark == 'wrong' ? '✗' : ''"},
                "fill": {"signal": "wrong"},
                "fontSize": {"value": 13},
            },
        },
    }
    return [
        box("output", "tx", "t", layout.output, color),
        token("output", "token", "short", "tx", "t", layout.output, {"fontWeight": {"value": 600}}),
        cross,
        curtain("tx + min(T, wrote) * pitch", "tx + T * pitch", 0, layout.output + TOKEN / 2 + 1, "1"),
        caption(captions["output"], layout.output - TOKEN / 2, TOKEN),
    ]


def _frames(layout: Layout) -> list[Mark]:
    """What is being computed now: one frame an encoder direction, one for the decoder's column."""
    frames = []
    for band, (layer, way) in enumerate(layout.encoder):
        enc = f"enc{layer}"
        column = f"clamp({enc}, 0, S - 1)" if way == "forward" else f"clamp(S - 1 - {enc}, 0, S - 1)"
        top = layout.encoder_top(band)
        shown = f"stage == 'encoder' && layer == {layer} && {enc} >= 0 ? 1 : 0"
        frames.append(frame(f"sx + {column} * pitch", top - 3, layout.strip + 6, "encoder", shown))
    top = layout.decoder_top(0)
    height = layout.decoder_top(len(layout.decoder) - 1) + layout.strip - top
    frames.append(frame("tx + lit * pitch", top - 3, height + 6, "decoder", "begun"))
    return frames
