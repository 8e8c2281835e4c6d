"""From scores to weights: two rows of bars over the source positions, for the output step in hand."""

from functools import cache

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, text, value

BARS, LABELS, ROOM = 88, 24, 32  # heights in pixels: a row of bars, the tokens, the titles


@cache
def score_bars(scores: str, weights: str, source: str, addressed: bool = False) -> Spec:
    """The picture as a Vega template, `scores`, `weights` and `source` being what its parts are called.

    addressed: the addresses of score and weight come with the data, as `asks`; else they are "score t i", "weight t i".
    Data: bars {t, i, score, w, token, short, tip, asks}. Signals: S, low and high (of all scores), row_at,
    asks_at (how far the scores show), glow_at (how far the weights show).
    """
    below = ROOM + BARS + LABELS + ROOM
    bottom = below + BARS
    middle = "sx + (datum.i + 0.5) * pitch"
    scales = [
        {
            "name": "score", "type": "linear", "nice": True, "zero": True,
            "domain": [{"signal": "min(0, low)"}, {"signal": "max(0, high)"}], "range": [ROOM + BARS, ROOM],
        },
        {"name": "weight", "type": "linear", "domain": [0, 1], "range": [bottom, below]},
    ]  # fmt: skip
    axes = [
        {"orient": "left", "scale": "score", "tickCount": 3, "offset": -42},
        {"orient": "left", "scale": "weight", "tickCount": 2, "offset": -42, "format": ".1f"},
    ]
    signals = [
        value("S", 1), value("low", -1), value("high", 1), *stepped("row"), *smooth("asks"), *smooth("glow"),
        derived("pitch", "min(52, (width - 44) / S)"), derived("sx", "44 + (width - 44 - S * pitch) / 2"),
    ]  # fmt: skip
    short = "pitch < 34 ? datum.short : datum.token"
    marks = [
        _title(scores, ROOM - 18, "asks"),
        _title(weights, below - 18, "glow"),
        _bars("score", "scale('score', 0)", "muted", "asks", "datum.asks[0]" if addressed else ""),
        _bars("weight", "scale('weight', 0)", "attention", "glow", "datum.asks[1]" if addressed else ""),
        text(  # each score under its bar, where there is room for it
            "pitch >= 34 ? format(datum.score, '.1f') : ''", middle, ROOM + BARS + 9, "now", color="muted", size=11,
            fillOpacity="asks",
        ),
        text(short, middle, bottom + 12, "now", size="clamp(pitch * 0.5, 11, 16)"),
        text(quoted_text(source), "sx + S * pitch / 2", bottom + LABELS + 10, color="muted", size=12),
    ]  # fmt: skip
    data = [{"name": "bars"}, filtered("now", "bars", "datum.t == row")]
    return diagram(400, bottom + LABELS + 18, signals, data, marks, scales=scales, axes=axes)


def _title(words: str, y: float, shown: str) -> Mark:
    return text(quoted_text(words), 44, y, align="left", fillOpacity=f"0.65 + 0.35 * {shown}", fontWeight=600)


def _bars(kind: str, base: str, color: str, shown: str, ask: str) -> Mark:
    return mark(
        "rect", "now", clickable=True, x="sx + (datum.i + 0.12) * pitch", width="pitch * 0.76", y=base,
        y2={"scale": kind, "field": "score" if kind == "score" else "w"}, fill=color, fillOpacity=shown,
        tooltip={"field": "tip"}, ask=ask or f"'{kind} ' + datum.t + ' ' + datum.i",
    )  # fmt: skip
