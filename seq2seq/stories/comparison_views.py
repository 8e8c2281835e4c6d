"""The pictures of a what-if: two outputs one above the other, and how far each attention weight moved."""

from functools import cache
from typing import Any

import altair as alt

from seq2seq.stories.charts import Spec, finish, row_frame, tokens_axis
from seq2seq.stories.signals import CLOCK, palette_signals, smooth

ROW, TALL, SIDE = 62, 30, 96  # pixels: from row to row, a token's box, the room for the rows' names


@cache
def outputs_side_by_side(source: str, before: str, after: str) -> Spec:
    """The source, and under it both outputs; a sign stands between tokens that differ.

    Data: source {i, token, short, was}; tokens {row: 0 before, 1 after; t, token, short, p, differs}.
    Signals: S, T, now_at (the output in hand, −1 for none).
    """
    height = 3 * ROW + 8
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": 800,
        "height": height,
        "padding": 0,
        "autosize": "none",
        "signals": [
            CLOCK,
            {"name": "S", "value": 1},
            {"name": "T", "value": 1},
            *smooth("now"),
            {"name": "pitch", "update": f"min(width > 1100 ? 84 : 64, (width - {SIDE} - 6) / max(S, T))"},
            {"name": "tight", "update": "pitch < 34"},
            {"name": "letter", "update": "clamp(pitch * 0.5, 11, 19)"},
            *palette_signals(),
        ],
        "data": [{"name": "source"}, {"name": "tokens"}],
        "marks": [
            *(_name(text, row) for row, text in enumerate((source, before, after))),
            _frame(),
            _box("source", "i", "8", "encoder", "0"),
            _box("tokens", "t", f"8 + (datum.row + 1) * {ROW}", "decoder", "datum.row && datum.differs ? 2 : 0"),
            _text("source", "i", f"{8 + TALL / 2}", "tight ? datum.short : datum.token", "ink", "letter"),
            _text("source", "i", f"{8 + TALL + 12}", "datum.was", "decoder", "12"),
            _text(
                "tokens", "t", f"8 + (datum.row + 1) * {ROW} + {TALL / 2}", "tight ? datum.short : datum.token", "ink",
                "letter",
            ),
            _text(
                "tokens", "t", f"8 + (datum.row + 1) * {ROW} + {TALL + 12}", "pitch > 44 ? datum.p : ''", "muted", "12"
            ),
            _text(
                "tokens", "t", f"{2 * ROW}", "datum.row && datum.differs ? '≠' : ''", "wrong",
                "clamp(pitch / 3, 13, 20)",
            ),
        ],
    }  # fmt: skip


def _x(field: str, share: float) -> dict[str, str]:
    return {"signal": f"{SIDE} + (datum.{field} + {share}) * pitch"}


def _name(text: str, row: int) -> dict[str, Any]:
    return {
        "type": "text",
        "interactive": False,
        "encode": {
            "update": {
                "text": {"value": text},
                "x": {"value": SIDE - 14},
                "y": {"value": 8 + row * ROW + TALL / 2},
                "align": {"value": "right"},
                "baseline": {"value": "middle"},
                "fill": {"signal": "decoder" if row else "encoder"},
                "fontSize": {"value": 14},
                "fontWeight": {"value": 600},
            }
        },
    }


def _box(data: str, field: str, y: str, color: str, border: str) -> dict[str, Any]:
    return {
        "type": "rect",
        "from": {"data": data},
        "encode": {
            "update": {
                "x": _x(field, 0.08),
                "width": {"signal": "pitch * 0.84"},
                "y": {"signal": y},
                "height": {"value": TALL},
                "cornerRadius": {"value": 5},
                "fill": {"signal": color},
                "fillOpacity": {"value": 0.14},
                "stroke": {"signal": "wrong"},
                "strokeWidth": {"signal": border},
                "cursor": {"value": "pointer"},
            }
        },
    }


def _text(data: str, field: str, y: str, text: str, color: str, size: str) -> dict[str, Any]:
    return {
        "type": "text",
        "from": {"data": data},
        "interactive": False,
        "encode": {
            "update": {
                "x": _x(field, 0.5),
                "y": {"signal": y},
                "text": {"signal": text},
                "align": {"value": "center"},
                "baseline": {"value": "middle"},
                "fill": {"signal": color},
                "fontSize": {"signal": size},
            }
        },
    }


def _frame() -> dict[str, Any]:
    """Round both outputs' tokens at the step in hand."""
    return {
        "type": "rect",
        "interactive": False,
        "encode": {
            "update": {
                "x": {"signal": f"{SIDE} + max(0, now) * pitch"},
                "width": {"signal": "pitch"},
                "y": {"value": ROW + 2},
                "height": {"value": 2 * ROW - 2},
                "cornerRadius": {"value": 7},
                "stroke": {"signal": "decoder"},
                "strokeWidth": {"value": 2.5},
                "opacity": {"signal": "clamp(now + 1, 0, 1)"},
            }
        },
    }


@cache
def difference_map(row_title: str, column_title: str, title: str, before: str, after: str) -> Spec:
    """After minus before, weight by weight.

    Data: "difference" {t, i, d, before, after}. Signals: source, target (tokens), framed_at, height.
    """
    colors = [alt.expr("negative"), alt.expr("neutral"), alt.expr("positive")]
    cells = (
        alt.Chart(alt.NamedData(name="difference"))
        .mark_rect(cursor="pointer")
        .encode(
            x=alt.X("i:O", axis=tokens_axis("source", column_title, orient="top"), scale=alt.Scale(paddingInner=0.06)),
            y=alt.Y(
                "t:O",
                axis=tokens_axis("target", row_title, labelPadding=9, minExtent=30, maxExtent=30),
                scale=alt.Scale(paddingInner=0.06),
            ),
            color=alt.Color(
                "d:Q", scale=alt.Scale(domain=[-1, 0, 1], range=colors, interpolate="lab"), title=title
            ).legend(orient="bottom", gradientLength=160, gradientThickness=8),
            tooltip=[
                alt.Tooltip("before:Q", title=before, format=".4f"),
                alt.Tooltip("after:Q", title=after, format=".4f"),
                alt.Tooltip("d:Q", title=title, format="+.4f"),
            ],
        )
    )
    signals = [{"name": "source", "value": []}, {"name": "target", "value": []}, *smooth("framed")]
    return finish(alt.layer(cells, row_frame()), 260, signals)
