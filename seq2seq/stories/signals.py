"""What every view shares: the clock, tracks that follow it, and the palette (filled in by the player's theme)."""

from typing import Any

Signal = dict[str, Any]

# Named by what they mean; the player's theme.js holds the colours, one set for light and one for dark.
PALETTE = (
    "ink", "muted", "faint", "paper", "panel", "encoder", "decoder", "attention", "correct", "wrong",
    "negative", "neutral", "positive",
)  # fmt: skip


def palette_signals() -> list[Signal]:
    """One signal a colour; the values here only make the specification whole by itself."""
    return [{"name": name, "value": "#888888"} for name in PALETTE]


def smooth(name: str) -> list[Signal]:
    """A track that glides: `name_at` holds its value at each step, `name` is interpolated between them."""
    at = f"{name}_at"
    between = f"lerp([{at}[floor(step)], {at}[min(ceil(step), length({at}) - 1)]], step - floor(step))"
    return [{"name": at, "value": [0]}, {"name": name, "update": between}]


def stepped(name: str) -> list[Signal]:
    """A track that jumps: `name` is its value at the nearest step."""
    return [{"name": f"{name}_at", "value": [0]}, {"name": name, "update": f"{name}_at[round(step)]"}]


def lite_parameters(signals: list[Signal]) -> list[Signal]:
    """The same signals as parameters of a Vega-Lite specification."""
    return [{"name": signal["name"], "expr": signal["update"]} if "update" in signal else signal for signal in signals]


CLOCK: Signal = {"name": "step", "value": 0}
