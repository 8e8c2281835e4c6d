"""Marks of an overview drawn layer over layer.

Signals they read: S, T, sx and tx (where the columns begin), pitch, tight, letter, small, roomy, left, mid (of the
column in hand), layer, wrote, glow.
"""

from typing import Any

from seq2seq.stories.layered.layout import STRIP, TOKEN, UNIT, Layout
from seq2seq.stories.network.marks import curve
from seq2seq.stories.vega import Mark, filtered, mark, quoted_text, rect, text


def caption(words: str, y: float, height: float, color: str = "muted", **more: Any) -> Mark:
    """A row's name: at the side, level with its middle, or above it where the picture is narrow."""
    return mark(
        "text", silent=True, text=quoted_text(words), x="left", y=f"roomy ? {y + height / 2} : {y - 8}",
        align="roomy ? 'right' : 'left'", baseline="'middle'", fill=color, fontSize="small", **more,
    )  # fmt: skip


def tokens(data: str, field: str, short: str, axis: str, index: str, y: float, **more: Any) -> Mark:
    shown = f"tight ? datum.{short} : datum.{field}"
    middle = f"{axis} + (datum.{index} + 0.5) * pitch"
    defaults: dict[str, Any] = {"size": "letter", "tooltip": f"datum.{field}", "silent": False}
    return text(shown, middle, y, data, **(defaults | more))


def box(data: str, axis: str, index: str, y: float, color: Any) -> Mark:
    x, top = f"{axis} + (datum.{index} + 0.08) * pitch", y - TOKEN / 2
    return rect(x, top, "pitch * 0.84", TOKEN, data, silent=True, cornerRadius=5, fillOpacity=0.14, fill=color)


def curtain(x: str, x2: str, top: float, height: float, opacity: float = 0.94) -> Mark:
    """What is still to come lies under this, and cannot be asked yet: the curtain takes the click."""
    return mark("rect", x=x, x2=f"max({x}, {x2})", y=top, height=height, fill="panel", fillOpacity=opacity)


def strip(data: str, row: int, top: float, axis: str, field: str) -> Mark:
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


def source_tokens(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    unknown = [{"test": "datum.unknown", "signal": "wrong"}, {"signal": "ink"}]
    return [
        box("source", "sx", "i", layout.source, "encoder"),
        tokens("source", "token", "short", "sx", "i", layout.source, color=unknown),
        caption(captions["source"], layout.source - TOKEN / 2, TOKEN),
    ]


def output_tokens(layout: Layout, captions: dict[str, str]) -> list[Mark]:
    color = [
        {"test": "datum.mark == 'wrong'", "signal": "wrong"},
        {"test": "datum.mark == 'right'", "signal": "correct"},
        {"signal": "decoder"},
    ]
    top = layout.output - TOKEN / 2
    return [
        box("output", "tx", "t", layout.output, color),
        tokens("output", "token", "short", "tx", "t", layout.output, fontWeight=600),
        text(
            "datum.mark == 'wrong' ? '✗' : ''",
            "tx + (datum.t + 0.5) * pitch",
            top - 8,
            "output",
            color="wrong",
            size=13,
        ),
        curtain("tx + min(T, wrote) * pitch", "tx + T * pitch", 0, layout.output + TOKEN / 2 + 1, 1),
        caption(captions["output"], top, TOKEN),
    ]


def ribbons(layout: Layout, captions: dict[str, str]) -> list[Mark]:
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
