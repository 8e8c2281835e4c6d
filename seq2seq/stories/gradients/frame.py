"""What the pictures of a backward pass share: columns from left to right, a logarithmic axis, and the curtain.

The source runs from left to right, the loss stands at the right: learning comes from there. So every picture's axis
stands at the right too, and what is still to be reached lies at the left under a curtain.
"""

from typing import Any

from seq2seq.stories.signals import Signal, smooth
from seq2seq.stories.vega import Mark, derived, mark, quoted_text, rect, text, value


def columns(left: str, right: str) -> list[Signal]:
    """Signals: S positions between two margins; `at` tells which of the tokens have room for their sign."""
    return [
        value("S", 1), derived("left", left), derived("right", right), *smooth("now"),
        derived("pitch", "(width - left - right) / S"), derived("every", "ceil(13 / pitch)"),
        derived("letter", "clamp(pitch * 0.72, 12, 18)"), derived("edge", "left + max(0, now) * pitch"),
    ]  # fmt: skip


MARGINS = ("width < 560 ? 72 : 128", "width < 560 ? 72 : 128")  # of the wide pictures
NARROW = ("44", "50")


def middle(field: str = "datum.t") -> str:
    """The middle of a column."""
    return f"left + ({field} + 0.5) * pitch"


def log_axis(top: float, bottom: float) -> list[Mark]:
    """A rule and a label for each row of "ticks" {e, label}; the scale "power" gives their place."""
    y = "scale('power', datum.e)"
    return [
        mark("rule", "ticks", silent=True, x="left", x2="width - right", y=y, stroke="faint", strokeOpacity=0.6),
        text("datum.label", "width - right + 8", y, "ticks", align="left", color="muted", size=13),
    ]


def power_scale(top: float, bottom: float) -> dict[str, Any]:
    """Powers of ten from `low` to `high`."""
    domain = [{"signal": "low"}, {"signal": "high"}]
    return {"name": "power", "type": "linear", "domain": domain, "range": [bottom, top], "clamp": True}


def token_row(y: float) -> list[Mark]:
    """The source under its columns, as many signs as there is room for; the symbol is marked."""
    return [
        text(
            "datum.t == 0 || datum.t % every == 0 ? datum.token : ''", middle(), y, "tokens", size="letter",
            fill=[{"test": "datum.t == 0", "signal": "decoder"}, {"signal": "ink"}],
            fontWeight=[{"test": "datum.t == 0", "value": 700}, {"value": 400}],
        )
    ]  # fmt: skip


def curtain(top: float, bottom: float, opacity: str | float = 0.96) -> Mark:
    """Over the columns that learning has not reached; it takes the clicks."""
    return rect("left - 4", top, "max(0, edge - left + 4)", bottom - top, fill="panel", fillOpacity=opacity)


def frame(top: float, bottom: float) -> Mark:
    """Round the column in hand."""
    return rect(
        "edge", top, "max(pitch, 3)", bottom - top, silent=True, stroke="decoder", strokeWidth=2, cornerRadius=4,
        opacity="now < S && now > -1 ? 0.9 : 0",
    )  # fmt: skip


def axis_title(sentence: str, x: str, y: float, align: str = "left") -> Mark:
    return text(quoted_text(sentence), x, y, align=align, color="muted", size=13, limit="width - 8")
