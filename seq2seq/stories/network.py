"""The overview: a whole recurrent encoder-decoder, unrolled, with what flows where.

Source tokens and encoder states below, output tokens and decoder states above; between them ribbons as wide as the
attention weights, or, without attention, the one vector that is all the decoder gets. Strips of units are static;
what is still to come lies under curtains, and one frame, one node and the ribbons of one row move.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from seq2seq.stories.signals import CLOCK, Signal, palette_signals, smooth, stepped

Mark = dict[str, Any]
UNITS = 16  # of each state, those that change most
TOKEN, CAPTION = 28, 22  # heights in pixels


@dataclass(frozen=True)
class Layout:
    """Where the bands lie, top to bottom, in pixels. Bands of the encoder: (layer, direction), top layer first."""

    encoder: tuple[tuple[int, str], ...]
    decoder: tuple[int, ...]
    attention: bool

    @property
    def unit(self) -> float:
        """Height of one unit in a strip."""
        return 4.5 if len(self.encoder) + len(self.decoder) <= 3 else 3.0

    @property
    def strip(self) -> float:
        """Height of one strip."""
        return self.unit * UNITS

    @cached_property
    def output(self) -> float:
        """Middle of the output tokens."""
        return CAPTION + TOKEN / 2

    def decoder_top(self, band: int) -> float:
        """Top of a decoder band."""
        return self.output + TOKEN / 2 + CAPTION + band * (self.strip + CAPTION)

    @cached_property
    def read_back(self) -> float:
        """Middle of the row of tokens that the decoder reads."""
        return self.decoder_top(len(self.decoder) - 1) + self.strip + 32

    @cached_property
    def node(self) -> float:
        """Middle of the context."""
        return self.read_back + 44

    @cached_property
    def encoder_first(self) -> float:
        """Top of the uppermost encoder band."""
        return self.node + (134 if self.attention else 90)

    def encoder_top(self, band: int) -> float:
        """Top of an encoder band."""
        return self.encoder_first + band * (self.strip + CAPTION)

    @cached_property
    def source(self) -> float:
        """Middle of the source tokens."""
        return self.encoder_top(len(self.encoder) - 1) + self.strip + CAPTION + TOKEN / 2

    @cached_property
    def height(self) -> float:
        """Of the whole picture."""
        return self.source + TOKEN / 2 + 6


def network_diagram(layout: Layout, captions: dict[str, str]) -> dict[str, Any]:
    """The diagram as a Vega template.

    Data:    source {i, token, short, unknown}; output {t, token, short, mark, read, read_short};
             enc_units {band, i, v, tip}; dec_units {band, t, v, tip}; links {t, i, w, tip} with attention,
             vector {u, n, v, tip} without.
    Signals: S, T; and for each step enc_at (last position read), col_at (output column in hand), dec_at (last
             decoder state), wrote_at (tokens written), row_at (row of weights in hand), query_at, asks_at and glow_at
             (how far question, scores and weights show), lit_at (column framed; −1 is the decoder's first state),
             begin_at and begun_at (the decoder starts, has started), stage_at (what is being computed).
    """
    marks = [
        *_source_tokens(layout), *_encoder(layout, captions), *_decoder(layout, captions),
        *_output_tokens(layout, captions), *_start_links(layout, captions),
        *(_attention(layout, captions) if layout.attention else _fixed_vector(layout, captions)),
        *_frames(layout),
    ]  # fmt: skip
    data: list[dict[str, Any]] = [{"name": "source"}, {"name": "output"}]
    for name in ("enc_units", "dec_units"):
        data += [
            {"name": name},
            {
                "name": f"{name}_flat",
                "source": name,
                "transform": [{"type": "flatten", "fields": ["v"], "index": "u", "as": ["v"]}],
            },
        ]
    if layout.attention:
        present = [{"type": "filter", "expr": "datum.t == row"}]
        data += [{"name": "links"}, {"name": "links_now", "source": "links", "transform": present}]
    else:
        data += [{"name": "vector"}]
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": 800,
        "height": layout.height,
        "padding": 0,
        "autosize": "none",
        "signals": [*_signals(), *palette_signals()],
        "data": data,
        "scales": [
            {
                "name": "value", "type": "linear", "domain": [-1, 0, 1], "clamp": True, "interpolate": "lab",
                "range": [{"signal": "negative"}, {"signal": "neutral"}, {"signal": "positive"}],
            }
        ],
        "marks": marks,
    }  # fmt: skip


def _signals() -> list[Signal]:
    gliding = ("enc", "col", "lit", "dec", "wrote", "query", "asks", "glow", "begin", "begun")
    tracks = [smooth(name) for name in gliding]
    return [
        CLOCK,
        {"name": "S", "value": 1},
        {"name": "T", "value": 1},
        *(signal for track in tracks for signal in track),
        *stepped("row"),
        *stepped("stage"),
        {"name": "roomy", "update": "width > 720"},  # captions fit at the side
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


def _middle(axis: str, field: str) -> dict[str, str]:
    """Signal for the middle of a column: axis "sx" (source) or "tx" (output)."""
    return {"signal": f"{axis} + (datum.{field} + 0.5) * pitch"}


def _caption(text: str, y: float, height: float, color: str = "muted") -> Mark:
    """A band's name: at the side, level with its middle, or above it where the picture is narrow."""
    return {
        "type": "text",
        "interactive": False,
        "encode": {
            "update": {
                "text": {"value": text},
                "x": {"signal": "left"},
                "y": {"signal": f"roomy ? {y + height / 2} : {y - 3}"},
                "align": {"signal": "roomy ? 'right' : 'left'"},
                "baseline": {"signal": "roomy ? 'middle' : 'bottom'"},
                "fill": {"signal": color},
                "fontSize": {"signal": "small"},
            }
        },
    }


def _strip(data: str, band: int, top: float, axis: str, field: str, layout: Layout) -> Mark:
    """The strips of one band: a column of units at each position, coloured by value."""
    return {
        "type": "group",
        "encode": {"update": {"y": {"value": top}}},
        "data": [
            {
                "name": "cells",
                "source": f"{data}_flat",
                "transform": [{"type": "filter", "expr": f"datum.band == {band}"}],
            }
        ],
        "marks": [
            {
                "type": "rect",
                "from": {"data": "cells"},
                "encode": {
                    "enter": {
                        "height": {"value": layout.unit + 0.2},
                        "y": {"signal": f"datum.u * {layout.unit}"},
                        "tooltip": {"signal": "datum.tip + format(datum.v, '.4f')"},
                    },
                    "update": {
                        "x": {"signal": f"{axis} + (datum.{field} + 0.14) * pitch"},
                        "width": {"signal": "pitch * 0.72"},
                        "fill": {"scale": "value", "field": "v"},
                    },
                },
            }
        ],
    }


def _curtain(x: str, x2: str, top: float, height: float, opacity: str = "0.94") -> Mark:
    """What is still to come lies under this."""
    return {
        "type": "rect",
        "interactive": False,
        "encode": {
            "update": {
                "x": {"signal": x},
                "x2": {"signal": f"max({x}, {x2})"},
                "y": {"value": top},
                "height": {"value": height},
                "fill": {"signal": "panel"},
                "fillOpacity": {"signal": opacity},
            }
        },
    }


def _token(data: str, field: str, short: str, axis: str, index: str, y: float, extra: dict[str, Any]) -> Mark:
    return {
        "type": "text",
        "from": {"data": data},
        "encode": {
            "enter": {"align": {"value": "center"}, "baseline": {"value": "middle"}, "y": {"value": y}},
            "update": {
                "x": _middle(axis, index),
                "text": {"signal": f"tight ? datum.{short} : datum.{field}"},
                "fontSize": {"signal": "letter"},
                "fill": {"signal": "ink"},
                "tooltip": {"field": field},
                **extra,
            },
        },
    }


def _box(data: str, axis: str, index: str, y: float, color: Any) -> Mark:
    return {
        "type": "rect",
        "from": {"data": data},
        "interactive": False,
        "encode": {
            "enter": {
                "y": {"value": y - TOKEN / 2},
                "height": {"value": TOKEN},
                "cornerRadius": {"value": 5},
                "fillOpacity": {"value": 0.14},
            },
            "update": {
                "x": {"signal": f"{axis} + (datum.{index} + 0.08) * pitch"},
                "width": {"signal": "pitch * 0.84"},
                "fill": color,
            },
        },
    }


def _source_tokens(layout: Layout) -> list[Mark]:
    unknown = [{"test": "datum.unknown", "signal": "wrong"}, {"signal": "ink"}]
    return [
        _box("source", "sx", "i", layout.source, {"signal": "encoder"}),
        _token("source", "token", "short", "sx", "i", layout.source, {"fill": unknown}),
    ]


def _encoder(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    marks = [_caption(captions["source"], layout.source - TOKEN / 2, TOKEN)]
    for band, (layer, way) in enumerate(layout.encoder):
        top = layout.encoder_top(band)
        marks.append(_strip("enc_units", band, top, "sx", "i", layout))
        ends = ("sx + min(S, enc + 1) * pitch", "sx + S * pitch")
        if way == "backward":
            ends = ("sx", "sx + max(0, S - 1 - enc) * pitch")
        marks.append(_curtain(*ends, top - 1, layout.strip + 2))
        marks.append(_caption(captions[f"{way} {layer}"], top, layout.strip, "encoder"))
        shown = "datum.i > 0 && " + ("datum.i <= enc" if way == "forward" else "datum.i >= S - enc")
        marks.append(_recurrence("source", "sx", "i", top + layout.strip / 2, "›" if way == "forward" else "‹", shown))
    return marks


def _recurrence(data: str, axis: str, index: str, y: float, sign: str, shown: str) -> Mark:
    """Between two columns, which state went into which."""
    return {
        "type": "text",
        "from": {"data": data},
        "interactive": False,
        "encode": {
            "enter": {
                "align": {"value": "center"},
                "baseline": {"value": "middle"},
                "y": {"value": y},
                "text": {"value": sign},
            },
            "update": {
                "x": {"signal": f"{axis} + datum.{index} * pitch"},
                "fontSize": {"signal": "clamp(pitch * 0.42, 11, 22)"},
                "fill": {"signal": "muted"},
                "opacity": {"signal": f"{shown} ? 1 : 0"},
            },
        },
    }


def _decoder(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    marks = []
    for band, layer in enumerate(layout.decoder):
        top = layout.decoder_top(band)
        marks.append(_strip("dec_units", band, top, "tx", "t", layout))
        marks.append(_curtain("tx + min(T, dec + 1) * pitch", "tx + T * pitch", top - 1, layout.strip + 2))
        marks.append(_curtain("tx - pitch", "tx", top - 1, layout.strip + 2, "0.94 * (1 - begun)"))
        marks.append(_caption(captions[f"decoder {layer}"], top, layout.strip, "decoder"))
        middle = top + layout.strip / 2
        marks.append(_recurrence("output", "tx", "t", middle, "›", "datum.t <= dec"))
    reads = {"fill": {"signal": "muted"}, "fontSize": {"signal": "letter * 0.82"}}
    marks.append(_token("output", "read", "read_short", "tx", "t", layout.read_back, reads))
    marks.append(_curtain("tx + min(T, dec + 1) * pitch", "tx + T * pitch", layout.read_back - 12, 24, "1"))
    marks.append(_caption(captions["read"], layout.read_back - 8, 16))
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
                "x": _middle("tx", "t"),
                "text": {"signal": "datum.mark == 'wrong' ? '✗' : ''"},
                "fill": {"signal": "wrong"},
                "fontSize": {"value": 13},
            },
        },
    }
    return [
        _box("output", "tx", "t", layout.output, color),
        _token("output", "token", "short", "tx", "t", layout.output, {"fontWeight": {"value": 600}}),
        cross,
        _curtain("tx + min(T, wrote) * pitch", "tx + T * pitch", 0, layout.output + TOKEN / 2 + 1, "1"),
        _caption(captions["output"], layout.output - TOKEN / 2, TOKEN),
    ]


def _path(points: str, color: str, width: str, opacity: str, data: str | None = None) -> Mark:
    mark: Mark = {
        "type": "path",
        "encode": {
            "update": {
                "path": {"signal": points},
                "stroke": {"signal": color},
                "strokeWidth": {"signal": width},
                "strokeOpacity": {"signal": opacity},
                "strokeCap": {"value": "round"},
            }
        },
    }
    if data:
        mark["from"] = {"data": data}
    return mark


def curve(x: str, y: str, x2: str, y2: str) -> str:
    """Expression for an S-shaped path that leaves and arrives vertically; arguments are expressions."""
    middle = f"(({y}) + ({y2})) / 2"
    parts = ["'M'", x, "','", y, "'C'", x, "','", middle, "' '", x2, "','", middle, "' '", x2, "','", y2]
    return " + ".join(part if part.startswith("'") else f"({part})" for part in parts)


def _attention(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    foot, top = layout.node + 12, layout.encoder_first - 38
    bottom = layout.read_back + 12
    link = curve("sx + (datum.i + 0.5) * pitch", str(top), "at", str(foot))
    asker = "tx + (lit + 0.5) * pitch"
    asking = _path(link, "muted", "1", "0.55 * asks", "links_now")
    asking["interactive"] = False
    ribbons = _path(link, "attention", "0.4 + 15 * datum.w * glow", "glow * (0.25 + 0.6 * datum.w)", "links_now")
    ribbons["encode"]["update"]["tooltip"] = {"signal": "datum.tip"}
    labels = {
        "type": "text",
        "from": {"data": "links_now"},
        "interactive": False,
        "encode": {
            "enter": {"align": {"value": "center"}, "y": {"value": layout.encoder_first - 23}},
            "update": {
                "x": {"signal": "sx + (datum.i + 0.5) * pitch"},
                "text": {"signal": "datum.w >= 0.1 ? format(datum.w, '.2f') : ''"},
                "fill": {"signal": "attention"},
                "fontSize": {"signal": "small"},
                "fontWeight": {"value": 600},
                "fillOpacity": {"signal": "glow"},
            },
        },
    }
    stem = f"'M' + at + ',' + {foot - 24} + 'L' + at + ',' + {bottom}"
    return [
        asking,
        _path(curve(asker, str(layout.read_back - 26), "at", str(layout.node - 14)), "decoder", "2.5", "0.8 * query"),
        ribbons,
        _path(stem, "attention", "4", "glow * 0.8"),
        _node(layout.node, "at", "max(0.6 * query, 0.6 * asks, glow) * (row < 0 ? 0 : 1)"),
        labels,
        _beside_node(captions["context"], layout.node),
    ]


def _beside_node(text: str, y: float) -> Mark:
    """The context's name: at the side like the others, or beside its node where the picture is narrow."""
    mark = _caption(text, y - 12, 24, "attention")
    near = "at < width / 2"
    mark["encode"]["update"] |= {
        "x": {"signal": f"roomy ? left : {near} ? at + 20 : at - 20"},
        "align": {"signal": f"roomy ? 'right' : {near} ? 'left' : 'right'"},
        "y": {"value": y},
        "baseline": {"value": "middle"},
        "opacity": {"signal": "roomy || row >= 0 ? 1 : 0"},
    }
    return mark


def _node(y: float, x: str, opacity: str) -> Mark:
    return {
        "type": "symbol",
        "interactive": False,
        "encode": {
            "update": {
                "x": {"signal": x},
                "y": {"value": y},
                "size": {"value": 420},
                "fill": {"signal": "panel"},
                "stroke": {"signal": "attention"},
                "strokeWidth": {"value": 3},
                "opacity": {"signal": opacity},
            }
        },
    }


def _ends(layout: Layout) -> list[tuple[str, float]]:
    """Where the reading ends, for each direction: (x as an expression, y of the top of its strip)."""
    top_layer = max(layer for layer, _ in layout.encoder)
    places = {"forward": "sx + (S - 0.5) * pitch", "backward": "sx + 0.5 * pitch"}
    return [
        (places[way], layout.encoder_top(band))
        for band, (layer, way) in enumerate(layout.encoder)
        if layer == top_layer
    ]


def _start_links(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    """From the last states read to the decoder's first: drawn strongly while the decoder starts."""
    if not layout.attention:
        return []  # there it is the whole story, drawn as the fixed vector
    x, y = "tx - 0.5 * pitch", layout.decoder_top(len(layout.decoder) - 1) + layout.strip + 3
    paths = []
    for end, top in _ends(layout):
        mark = _path(curve(end, str(top - 2), x, str(y)), "encoder", "3", "begin * 0.8")
        mark["interactive"] = False
        paths.append(mark)
    return paths


def _fixed_vector(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    """Without attention: one vector, the last state, from which the decoder must write everything."""
    y, height = layout.node - 2, 20
    box = "min(width * 0.5, 420)"
    cells = {
        "type": "rect",
        "from": {"data": "vector"},
        "encode": {
            "enter": {"y": {"value": y}, "height": {"value": height}},
            "update": {
                "x": {"signal": f"width / 2 - {box} / 2 + datum.u * {box} / datum.n"},
                "width": {"signal": f"{box} / datum.n + 0.2"},
                "fill": {"scale": "value", "field": "v"},
                "tooltip": {"signal": "datum.tip + format(datum.v, '.4f')"},
            },
        },
    }
    border = {
        "type": "rect",
        "interactive": False,
        "encode": {
            "update": {
                "x": {"signal": f"width / 2 - {box} / 2 - 3"},
                "width": {"signal": f"{box} + 6"},
                "y": {"value": y - 3},
                "height": {"value": height + 6},
                "cornerRadius": {"value": 5},
                "stroke": {"signal": "attention"},
                "strokeWidth": {"signal": "1.5 + 2 * begin"},
            }
        },
    }
    up = curve("width / 2", str(y - 3), "tx - 0.5 * pitch", str(layout.read_back - 26))
    into = [
        _path(curve(end, str(top - 2), "width / 2", str(y + height + 4)), "attention", "7", "0.2 + 0.6 * begin")
        for end, top in _ends(layout)
    ]
    return [
        *into,
        _path(up, "attention", "7", "0.2 + 0.6 * begin"),
        cells,
        border,
        _caption(captions["vector"], y, height, "attention"),
    ]


def _frames(layout: Layout) -> list[Mark]:
    """What is being computed now: one frame an encoder direction, one for the decoder's column."""
    frames = []
    for band, (_, way) in enumerate(layout.encoder):
        column = "clamp(enc, 0, S - 1)" if way == "forward" else "clamp(S - 1 - enc, 0, S - 1)"
        top = layout.encoder_top(band)
        shown = "stage == 'encoder' && enc >= 0 ? 1 : 0"
        frames.append(_frame(f"sx + {column} * pitch", top - 3, layout.strip + 6, "encoder", shown))
    top = layout.decoder_top(0)
    height = layout.decoder_top(len(layout.decoder) - 1) + layout.strip - top
    frames.append(_frame("tx + lit * pitch", top - 3, height + 6, "decoder", "begun"))
    return frames


def _frame(x: str, y: float, height: float, color: str, opacity: str) -> Mark:
    return {
        "type": "rect",
        "interactive": False,
        "encode": {
            "update": {
                "x": {"signal": f"{x} + pitch * 0.06"},
                "width": {"signal": "pitch * 0.88"},
                "y": {"value": y},
                "height": {"value": height},
                "cornerRadius": {"value": 4},
                "stroke": {"signal": color},
                "strokeWidth": {"value": 2.5},
                "opacity": {"signal": opacity},
            }
        },
    }
