"""The overview: a whole Transformer, layer over layer.

Source tokens and encoder layers below: each layer is computed at all positions at once. Output tokens and decoder
layers above: they grow output by output. Lines between two rows are self-attention; ribbons from the encoder to the
output in hand are cross-attention. Strips of units are static; what is still to come lies under curtains.
"""

from typing import Any

from seq2seq.stories.layered.layout import STRIP, Layout
from seq2seq.stories.layered.marks import caption, curtain, output_tokens, ribbons, source_tokens, strip, tokens
from seq2seq.stories.network.marks import curve
from seq2seq.stories.signals import Signal, smooth, stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

REACH = 2  # states come from a LayerNorm: most of their numbers lie between −2 and 2
STATES = {
    "name": "value", "type": "linear", "domain": [-REACH, 0, REACH], "clamp": True, "interpolate": "lab",
    "range": [{"signal": "negative"}, {"signal": "neutral"}, {"signal": "positive"}],
}  # fmt: skip


def overview(layout: Layout, captions: dict[str, str]) -> Spec:
    """The diagram as a Vega template.

    Data:    source {i, token, short, unknown, ask}; output {t, token, short, mark, read, read_short, ask};
             enc_units and dec_units {row, i or t, v: […], unit: […], tip, ask}; edges {side, l, to, from, w, tip, ask};
             links {t, l, i, w, tip, ask}. Rows are counted from 0, the embeddings.
    Signals: S, T; and for each step stage_at, side_at (whose layer is in hand: 0 encoder, 1 decoder, −1 none),
             layer_at, embedded_at, enc_at (last encoder layer computed), col_at (output column in hand), fed_at (last
             column embedded), dec0_at, … (last column of each decoder layer), back_at (how far self-attention shows),
             kept_at (how far it shows what is kept), row_at, asks_at and glow_at (row of weights; how far the question
             and the weights show), wrote_at.
    """
    marks = [
        *source_tokens(layout, captions), *_encoder(layout, captions), *_decoder(layout, captions), *_asking(layout),
        *ribbons(layout, captions), *_edges(layout), *_frames(layout), *_kept(layout, captions),
        *output_tokens(layout, captions),
    ]  # fmt: skip
    data: list[dict[str, Any]] = [{"name": "source"}, {"name": "output"}]
    for name in ("enc_units", "dec_units"):
        flat = {"type": "flatten", "fields": ["v", "unit"], "index": "u"}
        address = {"type": "formula", "expr": "datum.ask + ' ' + datum.unit", "as": "ask"}
        data += [{"name": name}, {"name": f"{name}_flat", "source": name, "transform": [flat, address]}]
    present = "datum.side == side && datum.l == layer && (side == 0 || datum.to == col)"
    data += [{"name": "edges"}, filtered("edges_now", "edges", present)]
    data += [{"name": "links"}, filtered("links_now", "links", "datum.t == row && datum.l == layer")]
    return diagram(800, layout.height, _signals(layout), data, marks, scales=[STATES])


def _signals(layout: Layout) -> list[Signal]:
    decoder = [f"dec{layer}" for layer in range(layout.layers)]
    gliding = ("embedded", "enc", "fed", "back", "kept", "asks", "glow", "wrote", *decoder)
    jumping = [stepped(name) for name in ("stage", "side", "layer", "col", "row")]
    return [
        value("S", 1), value("T", 1),
        *(signal for track in (*map(smooth, gliding), *jumping) for signal in track),
        derived("roomy", "width > 640"),
        derived("aside", "roomy ? 190 : 0"),
        derived("pitch", "min(width > 1100 ? 84 : 64, (width - aside - 6) / max(S, T))"),
        derived("tight", "pitch < 34"),
        derived("letter", "clamp(pitch * 0.5, 11, 19)"),
        derived("small", "width > 1100 ? 14 : 12"),
        derived("sx", "aside + (width - aside - S * pitch) / 2"),
        derived("tx", "aside + (width - aside - T * pitch) / 2"),
        derived("left", "roomy ? min(sx, tx) - 18 : 0"),
        derived("mid", "tx + (max(0, col) + 0.5) * pitch"),
    ]  # fmt: skip


def _encoder(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    """A row is computed at all its positions at once: its curtain rises as a whole."""
    marks = []
    for row in range(layout.layers + 1):
        top = layout.encoder_top(row)
        hidden = "(1 - embedded)" if row == 0 else f"clamp({row - 1} - enc, 0, 1)"
        marks.append(strip("enc_units", row, top, "sx", "i"))
        marks.append(caption(captions[f"encoder {row}"], top, STRIP, "encoder"))
        marks.append(
            mark(
                "rect", x="sx", x2="sx + S * pitch", y=top - 1, height=f"{hidden} > 0.02 ? {STRIP + 2} * {hidden} : 0",
                fill="panel", fillOpacity=0.94,
            )
        )  # fmt: skip
    return marks


def _decoder(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    marks = []
    for row in range(layout.layers + 1):
        top, done = layout.decoder_top(row), f"dec{row - 1}" if row else "fed"
        marks.append(strip("dec_units", row, top, "tx", "t"))
        marks.append(caption(captions[f"decoder {row}"], top, STRIP, "decoder"))
        marks.append(curtain(f"tx + min(T, {done} + 1) * pitch", "tx + T * pitch", top - 1, STRIP + 2))
    reads = {"color": "muted", "size": "letter * 0.82"}
    marks += [
        tokens("output", "read", "read_short", "tx", "t", layout.read_back, ask="'fed ' + datum.t + ' 0'", **reads),
        curtain("tx + min(T, fed + 1) * pitch", "tx + T * pitch", layout.read_back - 12, 24, 1),
        caption(captions["read"], layout.read_back - 9, 18, fillOpacity="roomy ? 1 : 0"),  # no room below the strips
    ]
    return marks


def _row_top(layout: Layout, row: str) -> str:
    """The top of a row of either side, as an expression."""
    pitch = layout.encoder_top(0) - layout.encoder_top(1)
    return f"((side == 1 ? {layout.decoder_top(0)} : {layout.encoder_top(0)}) - ({row}) * {pitch})"


def _edges(layout: Layout) -> list[Mark]:
    """Self-attention: from the states of the row below to those that look, as wide as the weights."""
    axis = "(side == 1 ? tx : sx)"
    low, high = f"{axis} + (datum.from + 0.5) * pitch", f"{axis} + (datum.to + 0.5) * pitch"
    foot, head = _row_top(layout, "datum.l"), _row_top(layout, "datum.l + 1")
    path = curve(low, f"({foot} - 2)", high, f"({head} + {STRIP + 3})")
    return [
        mark(
            "path", "edges_now", clickable=True, path=path, stroke="side == 1 ? decoder : encoder", tooltip="datum.tip",
            strokeCap={"value": "round"}, strokeWidth="0.6 + 6 * datum.w",
            strokeOpacity="back * (0.2 + 0.7 * datum.w)",
        )
    ]  # fmt: skip


def _asking(layout: Layout) -> list[Mark]:
    """Scores are computed, but no weights yet: one thin line to every source position."""
    link = curve("sx + (datum.i + 0.5) * pitch", str(layout.encoder_first - 40), "mid", str(layout.node + 12))
    return [
        mark(
            "path", "links_now", silent=True, path=link, stroke="muted", strokeWidth=1,
            strokeOpacity="0.55 * asks * (1 - glow)",
        )
    ]  # fmt: skip


def _frames(layout: Layout) -> list[Mark]:
    """What is being computed: a whole row of the encoder, one state of a decoder layer."""
    top = f"({_row_top(layout, 'layer + 1')} - 3)"
    shared: dict[str, Any] = {"silent": True, "cornerRadius": 5, "strokeWidth": 2.5}
    return [
        rect(
            "sx + 0.04 * pitch", top, "(S - 0.08) * pitch", STRIP + 6, stroke="encoder",
            opacity="side == 0 ? 1 : 0", **shared,
        ),
        rect(
            "tx + (max(0, col) + 0.06) * pitch", top, "pitch * 0.88", STRIP + 6, stroke="decoder",
            opacity="side == 1 && stage != 'cache' ? 1 : 0", **shared,
        ),
    ]  # fmt: skip


def _kept(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    """What is not computed again: the encoder's states, or, while the decoder goes on, its own earlier columns."""
    top, foot = layout.encoder_top(layout.layers), layout.decoder_top(1) + STRIP
    high = layout.decoder_top(layout.layers)
    shared: dict[str, Any] = {"silent": True, "cornerRadius": 8, "stroke": "attention", "strokeWidth": 2}
    shared["strokeDash"] = {"value": [6, 4]}
    source, decoder = "kept * (col < 0 ? 1 : 0)", "kept * (col > 0 ? 1 : 0)"
    words = quoted_text(captions["kept"])
    return [
        rect("sx - 4", top - 8, "S * pitch + 8", STRIP + 16, opacity=source, **shared),
        text(
            words, "sx + S * pitch / 2", top - 24, color="attention", size="small", fontWeight=600, fillOpacity=source
        ),
        rect("tx - 4", high - 8, "max(0, col) * pitch + 4", foot - high + 16, opacity=decoder, **shared),
        text(
            words, "tx + max(0, col) * pitch + 8", f"{(high + foot) / 2}", align="left", color="attention",
            size="small", fontWeight=600, fillOpacity=decoder,
        ),
    ]  # fmt: skip
