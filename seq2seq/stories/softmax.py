"""From scores to weights: two rows of bars over the source positions, for the output step in hand."""

from functools import cache
from typing import Any

from seq2seq.stories.signals import CLOCK, palette_signals, smooth, stepped

BARS, LABELS, ROOM = 88, 24, 32  # heights in pixels: a row of bars, the tokens, the titles


@cache
def score_bars(scores: str, weights: str, source: str) -> dict[str, Any]:
    """The picture as a Vega template, `scores`, `weights` and `source` being what its parts are called.

    Data: bars {t, i, score, w, token, short, tip}. Signals: S, low and high (of all scores), row_at,
    asks_at (how far the scores show), glow_at (how far the weights show).
    """
    below = ROOM + BARS + LABELS + ROOM
    bottom = below + BARS
    present = {"type": "filter", "expr": "datum.t == row"}
    zero = {"signal": "scale('score', 0)"}
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": 400,
        "height": bottom + LABELS + 18,
        "padding": 0,
        "autosize": "none",
        "signals": [
            CLOCK,
            {"name": "S", "value": 1},
            {"name": "low", "value": -1},
            {"name": "high", "value": 1},
            *stepped("row"),
            *smooth("asks"),
            *smooth("glow"),
            {"name": "pitch", "update": "min(52, (width - 44) / S)"},
            {"name": "sx", "update": "44 + (width - 44 - S * pitch) / 2"},
            *palette_signals(),
        ],
        "data": [{"name": "bars"}, {"name": "now", "source": "bars", "transform": [present]}],
        "scales": [
            {
                "name": "score", "type": "linear", "nice": True, "zero": True,
                "domain": [{"signal": "min(0, low)"}, {"signal": "max(0, high)"}], "range": [ROOM + BARS, ROOM],
            },
            {"name": "weight", "type": "linear", "domain": [0, 1], "range": [bottom, below]},
        ],
        "axes": [
            {"orient": "left", "scale": "score", "tickCount": 3, "offset": -42},
            {"orient": "left", "scale": "weight", "tickCount": 2, "offset": -42, "format": ".1f"},
        ],
        "marks": [
            _title(scores, ROOM - 14, "asks"),
            _title(weights, below - 14, "glow"),
            _bars("score", zero, {"scale": "score", "field": "score"}, "muted", "asks"),
            _bars("weight", {"scale": "weight", "value": 0}, {"scale": "weight", "field": "w"}, "attention", "glow"),
            _values("score", ROOM + BARS, "asks"),
            {
                "type": "text",
                "from": {"data": "now"},
                "encode": {
                    "enter": {"align": {"value": "center"}, "y": {"value": bottom + 16}},
                    "update": {
                        "x": {"signal": "sx + (datum.i + 0.5) * pitch"},
                        "text": {"signal": "pitch < 34 ? datum.short : datum.token"},
                        "fill": {"signal": "ink"},
                        "fontSize": {"signal": "clamp(pitch * 0.5, 11, 16)"},
                    },
                },
            },
            {
                "type": "text",
                "interactive": False,
                "encode": {
                    "update": {
                        "x": {"signal": "sx + S * pitch / 2"},
                        "y": {"value": bottom + LABELS + 14},
                        "align": {"value": "center"},
                        "text": {"value": source},
                        "fill": {"signal": "muted"},
                        "fontSize": {"value": 12},
                    }
                },
            },
        ],
    }  # fmt: skip


def _title(text: str, y: float, shown: str) -> dict[str, Any]:
    return {
        "type": "text",
        "interactive": False,
        "encode": {
            "update": {
                "x": {"value": 44},
                "y": {"value": y},
                "text": {"value": text},
                "fill": {"signal": "ink"},
                "fillOpacity": {"signal": f"0.35 + 0.65 * {shown}"},
                "fontSize": {"value": 13},
                "fontWeight": {"value": 600},
            }
        },
    }


def _bars(kind: str, base: dict[str, Any], end: dict[str, Any], color: str, shown: str) -> dict[str, Any]:
    return {
        "type": "rect",
        "from": {"data": "now"},
        "encode": {
            "update": {
                "x": {"signal": "sx + (datum.i + 0.12) * pitch"},
                "width": {"signal": "pitch * 0.76"},
                "y": base,
                "y2": end,
                "fill": {"signal": color},
                "fillOpacity": {"signal": shown},
                "tooltip": {"field": "tip"},
                "ask": {"signal": f"'{kind} ' + datum.t + ' ' + datum.i"},
                "cursor": {"value": "pointer"},
            }
        },
    }


def _values(field: str, y: float, shown: str) -> dict[str, Any]:
    """Each number under its bar, where there is room for it."""
    return {
        "type": "text",
        "from": {"data": "now"},
        "interactive": False,
        "encode": {
            "update": {
                "x": {"signal": "sx + (datum.i + 0.5) * pitch"},
                "y": {"value": y + 13},
                "align": {"value": "center"},
                "text": {"signal": f"pitch >= 34 ? format(datum.{field}, '.1f') : ''"},
                "fill": {"signal": "muted"},
                "fillOpacity": {"signal": shown},
                "fontSize": {"value": 11},
            }
        },
    }
