"""What flows between encoder and decoder: ribbons of attention, or the one fixed vector, and the decoder's start."""

from seq2seq.stories.network.layout import Layout
from seq2seq.stories.network.marks import Mark, caption, curve, node, path


def attention(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    foot, top = layout.node + 12, layout.encoder_first - 44
    bottom = layout.read_back + 12
    link = curve("sx + (datum.i + 0.5) * pitch", str(top), "at", str(foot))
    asker = "tx + (lit + 0.5) * pitch"
    asking = path(link, "muted", "1", "0.55 * asks", "links_now")
    asking["interactive"] = False
    ribbons = path(link, "attention", "0.4 + 15 * datum.w * glow", "glow * (0.25 + 0.6 * datum.w)", "links_now")
    ribbons["encode"]["update"] |= {"tooltip": {"signal": "datum.tip"}, "cursor": {"value": "pointer"}}
    labels = {
        "type": "text",
        "from": {"data": "links_now"},
        "interactive": False,
        "encode": {
            "enter": {"align": {"value": "center"}, "y": {"value": layout.encoder_first - 23}},
            "update": {
                "x": {"signal": "sx + (datum.i + 0.5) * pitch"},
                "text": {"signal": "datum.w >= (tight ? 0.5 : 0.1) ? format(datum.w, '.2f') : ''"},
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
        path(curve(asker, str(layout.read_back - 26), "at", str(layout.node - 14)), "decoder", "2.5", "0.8 * query"),
        ribbons,
        path(stem, "attention", "4", "glow * 0.8"),
        node(layout.node, "at", "max(0.6 * query, 0.6 * asks, glow) * (row < 0 ? 0 : 1)"),
        labels,
        beside_node(captions["context"], layout.node),
    ]


def beside_node(text: str, y: float) -> Mark:
    """The context's name: at the side like the others, or beside its node where the picture is narrow."""
    mark = caption(text, y - 12, 24, "attention")
    near = "at < width / 2"
    mark["encode"]["update"] |= {
        "x": {"signal": f"roomy ? left : {near} ? at + 20 : at - 20"},
        "align": {"signal": f"roomy ? 'right' : {near} ? 'left' : 'right'"},
        "y": {"value": y},
        "baseline": {"value": "middle"},
        "opacity": {"signal": "roomy || row >= 0 ? 1 : 0"},
    }
    return mark


def _ends(layout: Layout, layer: int) -> list[tuple[str, float]]:
    """Where a layer's reading ends, for each direction: (x as an expression, y of the top of its strip)."""
    places = {"forward": "sx + (S - 0.5) * pitch", "backward": "sx + 0.5 * pitch"}
    return [(places[way], layout.encoder_top(band)) for band, (at, way) in enumerate(layout.encoder) if at == layer]


def start_links(layout: Layout) -> list[Mark]:
    """From the last states read to the decoder's first, layer by layer: drawn while the decoder starts."""
    if not layout.attention:
        return []  # there it is the whole story, drawn as the fixed vector
    paths = []
    for band, layer in enumerate(layout.decoder):
        bottom = layout.decoder_top(band) + layout.strip + 3
        for end, top in _ends(layout, layer):
            mark = path(curve(end, str(top - 2), "tx - 0.5 * pitch", str(bottom)), "encoder", "3", "begin * 0.8")
            mark["interactive"] = False
            paths.append(mark)
    return paths


def fixed_vector(layout: Layout, captions: dict[str, str]) -> list[Mark]:
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
                "cursor": {"value": "pointer"},
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
        path(curve(end, str(top - 2), "width / 2", str(y + height + 4)), "attention", "7", "0.2 + 0.6 * begin")
        for end, top in _ends(layout, max(layout.decoder))
    ]
    return [
        *into,
        path(up, "attention", "7", "0.2 + 0.6 * begin"),
        cells,
        border,
        caption(captions["vector"], y, height, "attention"),
    ]
