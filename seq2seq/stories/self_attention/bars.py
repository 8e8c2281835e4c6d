"""From dot products to weights: three rows of bars over the keys, for the query in hand."""

from functools import cache
from typing import Any

from seq2seq.stories.self_attention.focus import Focus
from seq2seq.stories.self_attention.questions import unscaled
from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

BARS, ROOM, FOOT = 76, 34, 42  # heights: of a row of bars, of the title above it, of the tokens below
LEFT, NUMBERS = 46, 27  # pixels: before the first bar; of a column that has room for its number


@cache
def three_bars(dots: str, scores: str, weights: str, without: str, keys: str) -> Spec:
    """The picture as a Vega template; its parts are called dots, scores and weights, its axis keys; without: of what
    the dashed outlines are.

    Data:    bars {t, dot: […], score, w, raw, seen, ask_dot, …}; asked {j, token, long}: the keys.
    Signals: M, low and high (of all products), row_at (the query), dots_at, scores_at, hides_at and weights_at (how far
             each is shown).
    """
    tops = [ROOM + k * (BARS + ROOM) for k in range(3)]
    ends = [{"signal": "min(0, low)"}, {"signal": "max(0, high)"}]
    scales: list[dict[str, Any]] = [
        {"name": name, "type": "linear", "domain": ends, "range": [top + BARS - 12, top + 2]}
        for name, top in zip(("dot", "score"), tops, strict=False)
    ]
    scales.append({"name": "weight", "type": "linear", "domain": [0, 1], "range": [tops[2] + BARS, tops[2]]})
    axes = [
        {"orient": "left", "scale": name, "tickCount": count, "offset": -LEFT + 2, "domain": False, "ticks": False}
        for name, count in (("dot", 3), ("score", 3), ("weight", 2))
    ]
    signals = [
        value("M", 1), value("low", -1), value("high", 1), *stepped("row"), *smooth("dots"), *smooth("scores"),
        *smooth("hides"), *smooth("weights"), derived("pitch", f"min(54, (width - {LEFT}) / M)"),
        derived("sx", f"{LEFT} + (width - {LEFT} - M * pitch) / 2"),
    ]  # fmt: skip
    marks = [
        _title(dots, tops[0], "dots"), _title(scores, tops[1], "scores"), _title(weights, tops[2], "weights"),
        *_bars("dot", "dot", tops[0], "muted", "dots"),
        *_bars("score", "score", tops[1], "muted", "scores * (datum.seen ? 1 : 1 - 0.85 * hides)"),
        *_bars("weight", "w", tops[2], "attention", "weights"),
        mark(  # what the weights would be if nothing were divided by √d_k
            "rect", "raw", clickable=True, x="sx + (datum.j + 0.12) * pitch", width="pitch * 0.76",
            y="scale('weight', datum.raw)", y2="scale('weight', datum.raw < datum.w ? 0 : datum.w)", fill="panel",
            fillOpacity=0.01, stroke="ink", strokeDash={"value": [4, 3]}, strokeOpacity="0.75 * weights",
            tooltip="datum.long + ': ' + format(datum.raw, '.4f')", ask="datum.ask_raw + ' ' + datum.j",
        ),
        text(f"length(data('raw')) ? {quoted_text(without)} : ''", "width - 4", tops[2] - 14, align="right",
             color="muted", size=12, fillOpacity="weights"),
        text("'−∞'", "sx + (datum.j + 0.5) * pitch", tops[1] + BARS / 2, "hidden", color="muted",
             size="pitch > 24 ? 13 : 11", fillOpacity="hides"),
        text("pitch < 30 ? datum.token : datum.long", "sx + (datum.j + 0.5) * pitch", tops[2] + BARS + 13, "now",
             size="clamp(pitch * 0.5, 11, 16)"),
        text(quoted_text(keys), "sx + M * pitch / 2", tops[2] + BARS + 32, color="muted", size=12),
    ]  # fmt: skip
    names = [{"type": "formula", "expr": f"data('asked')[datum.j].{name}", "as": name} for name in ("token", "long")]
    flat: dict[str, Any] = {"type": "flatten", "fields": ["dot", "score", "w", "raw", "seen"], "index": "j"}
    data: list[dict[str, Any]] = [
        {"name": "bars"}, {"name": "asked"}, filtered("rows", "bars", "datum.t == row"),
        {"name": "now", "source": "rows", "key": "j", "transform": [flat, *names]},
        filtered("raw", "now", "datum.raw != null", key="j"),
        filtered("hidden", "now", "!datum.seen", key="j"),
        filtered("roomy", "now", f"pitch >= {NUMBERS}", key="j"),  # no nodes for numbers that there is no room for
    ]  # fmt: skip
    return diagram(400, tops[2] + BARS + FOOT, signals, data, marks, scales=scales, axes=axes)


def _title(words: str, top: float, shown: str) -> Mark:
    return text(
        quoted_text(words), LEFT, top - 14, align="left", fillOpacity=f"0.35 + 0.65 * {shown}", fontWeight=600, size=13
    )


def _bars(scale: str, held: str, top: float, color: str, shown: str) -> list[Mark]:
    """Bars from 0, and each number under its bar, where there is room for it."""
    x = "sx + (datum.j + 0.12) * pitch"
    # a click lands on the whole column, however low the bar
    column = rect(
        x, top, "pitch * 0.76", BARS, "now", clickable=True, fill="panel", fillOpacity=0.01,
        tooltip=f"datum.long + ': ' + format(datum.{held}, '.4f')", ask=f"datum.ask_{held} + ' ' + datum.j",
    )  # fmt: skip
    bar = mark(
        "rect", "now", silent=True, x=x, width="pitch * 0.76", y=f"scale('{scale}', 0)",
        y2=f"scale('{scale}', datum.{held})", fill=color, fillOpacity=shown,
    )  # fmt: skip
    digits = "'.2f'" if held == "w" else "'.1f'"
    place = f"scale('{scale}', datum.{held}) - 8" if held == "w" else str(top + BARS - 3)
    shown_if = f"datum.seen ? {shown} : 0" if held == "w" else shown
    number = text(
        f"replace(format(datum.{held}, {digits}), '-', '−')", "sx + (datum.j + 0.5) * pitch", place, "roomy",
        color="muted", size=11, fillOpacity=shown_if,
    )  # fmt: skip
    return [column, bar, number]


def bar_rows(focus: Focus) -> list[dict[str, Any]]:
    """The bars' data: a row for each query, against every key."""
    rows = []
    for t, seen in enumerate(focus.visible):
        row: dict[str, Any] = {"t": t, "seen": seen}
        for field, name in (("dot", "dots"), ("score", "scores"), ("w", "weights")):
            row[field] = focus.pairs(name)[t]
            row[f"ask_{field}"] = f"{focus.address}.{name} {focus.head} {t}"
        raw = unscaled(focus.pairs("dots")[t], seen)
        row["raw"] = [
            float(w) if visible and focus.trace.scaled else None for w, visible in zip(raw, seen, strict=True)
        ]
        row["ask_raw"] = f"unscaled {focus.address} {focus.head} {t}"
        rows.append(row)
    return rows
