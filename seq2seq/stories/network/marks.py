"""The marks that an unrolled network is drawn with, as Vega has them. Arguments named x, y, … may be expressions."""

from typing import Any

from seq2seq.stories.network.layout import TOKEN, Layout
from seq2seq.stories.vega import Mark


def middle(axis: str, field: str) -> dict[str, str]:
    """Signal for the middle of a column: axis "sx" (source) or "tx" (output)."""
    return {"signal": f"{axis} + (datum.{field} + 0.5) * pitch"}


def caption(text: str, y: float, height: float, color: str = "muted") -> Mark:
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


def strip(data: str, band: int, top: float, axis: str, field: str, layout: Layout) -> Mark:
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
                        "cursor": {"value": "pointer"},
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


def curtain(x: str, x2: str, top: float, height: float, opacity: str = "0.94") -> Mark:
    """What is still to come lies under this, and cannot be asked yet: the curtain takes the click."""
    return {
        "type": "rect",
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


def token(data: str, field: str, short: str, axis: str, index: str, y: float, extra: dict[str, Any]) -> Mark:
    return {
        "type": "text",
        "from": {"data": data},
        "encode": {
            "enter": {"align": {"value": "center"}, "baseline": {"value": "middle"}, "y": {"value": y}},
            "update": {
                "x": middle(axis, index),
                "text": {"signal": f"tight ? datum.{short} : datum.{field}"},
                "fontSize": {"signal": "letter"},
                "fill": {"signal": "ink"},
                "tooltip": {"field": field},
                **extra,
            },
        },
    }


def box(data: str, axis: str, index: str, y: float, color: Any) -> Mark:
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


def recurrence(data: str, axis: str, index: str, y: float, sign: str, shown: str) -> Mark:
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


def path(points: str, color: str, width: str, opacity: str, data: str | None = None) -> Mark:
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


def node(y: float, x: str, opacity: str) -> Mark:
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


def frame(x: str, y: float, height: float, color: str, opacity: str) -> Mark:
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
