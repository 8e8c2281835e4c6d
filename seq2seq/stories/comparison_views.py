"""The pictures of a what-if: two outputs one above the other, and how far each attention weight moved."""

from functools import cache

import altair as alt

from seq2seq.stories.charts import Spec, finish, row_frame, tokens_axis
from seq2seq.stories.signals import smooth
from seq2seq.stories.vega import Mark, derived, diagram, quoted_text, rect, text, value

ROW, TALL, SIDE = 62, 30, 96  # pixels: from row to row, a token's box, the room for the rows' names


@cache
def outputs_side_by_side(source: str, before: str, after: str) -> Spec:
    """The source, and under it both outputs; a sign stands between tokens that differ.

    Data: source {i, token, short, was}; tokens {row: 0 before, 1 after; t, token, short, p, differs}.
    Signals: S, T, now_at (the output in hand, −1 for none).
    """
    row, short = f"8 + (datum.row + 1) * {ROW}", "tight ? datum.short : datum.token"
    signals = [
        value("S", 1), value("T", 1), *smooth("now"),
        derived("pitch", f"min(width > 1100 ? 84 : 64, (width - {SIDE} - 6) / max(S, T))"),
        derived("tight", "pitch < 34"), derived("letter", "clamp(pitch * 0.5, 11, 19)"),
    ]  # fmt: skip
    marks = [
        *(_name(words, at) for at, words in enumerate((source, before, after))),
        rect(  # round both outputs' tokens at the step in hand
            f"{SIDE} + max(0, now) * pitch", ROW + 2, "pitch", 2 * ROW - 2, silent=True, cornerRadius=7,
            stroke="decoder", strokeWidth=2.5, opacity="clamp(now + 1, 0, 1)",
        ),
        _box("source", "i", 8, "encoder", 0),
        _box("tokens", "t", row, "decoder", "datum.row && datum.differs ? 2 : 0"),
        _token("source", "i", short, 8 + TALL / 2, "ink", "letter"),
        _token("source", "i", "datum.was", 8 + TALL + 12, "decoder", 12),
        _token("tokens", "t", short, f"{row} + {TALL / 2}", "ink", "letter"),
        _token("tokens", "t", "pitch > 44 ? datum.p : ''", f"{row} + {TALL + 12}", "muted", 12),
        _token("tokens", "t", "datum.row && datum.differs ? '≠' : ''", 2 * ROW, "wrong", "clamp(pitch / 3, 13, 20)"),
    ]  # fmt: skip
    return diagram(800, 3 * ROW + 8, signals, [{"name": "source"}, {"name": "tokens"}], marks)


def _x(field: str, share: float) -> str:
    return f"{SIDE} + (datum.{field} + {share}) * pitch"


def _name(words: str, row: int) -> Mark:
    color = "decoder" if row else "encoder"
    return text(
        quoted_text(words), SIDE - 14, 8 + row * ROW + TALL / 2, align="right", color=color, size=14, fontWeight=600
    )


def _box(data: str, field: str, y: str | float, color: str, border: str | float) -> Mark:
    return rect(
        _x(field, 0.08), y, "pitch * 0.84", TALL, data, clickable=True, cornerRadius=5, fill=color, fillOpacity=0.14,
        stroke="wrong", strokeWidth=border,
    )  # fmt: skip


def _token(data: str, field: str, words: str, y: str | float, color: str, size: str | float) -> Mark:
    return text(words, _x(field, 0.5), y, data, color=color, size=size)


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
