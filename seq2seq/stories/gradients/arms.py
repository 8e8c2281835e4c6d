"""What is compared: three cells, each with and without attention; how they are called, and how their lines look."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seq2seq.stories.formulas import exact
from seq2seq.stories.sentences import pair
from seq2seq.traces.gradients import GradientTrace
from seq2seq.words import Words

CELLS = ("rnn", "gru", "lstm")
CELL_NAMES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
DASHES = {"rnn": [1, 0], "gru": [9, 4], "lstm": [2, 4]}
DEEPEST = 12  # powers of ten that a picture of a training shows at most
FAINTEST = -60  # powers of ten below this are drawn at the foot of the picture


def arm_key(cell: str, attention: bool) -> str:
    """How an arm is called in addresses and links."""
    return f"{cell}-attention" if attention else cell


def arm_name(key: str, forget_bias: float, words: Words) -> str:
    """An arm in a few words: "LSTM b=1 + attention"."""
    cell, _, attention = key.partition("-")
    name = CELL_NAMES[cell] + (f" b={forget_bias:g}" if cell == "lstm" else "")
    return words.say("gradients.arm.attention", cell=name) if attention else name


def beside(name: str, words: Words) -> str:
    """The name as there is room for it beside a curve."""
    whole, short = (words.say(f"gradients.arm.{key}", cell="") for key in ("attention", "beside"))
    return name.replace(whole, short)


@dataclass(frozen=True)
class Reach:
    """The arms of one comparison, all on the same pairs; `hand` is the one whose backward pass is told.

    doubled: the same as `hand` with recurrent matrices twice as large; None where the weights are trained.
    """

    traces: Mapping[str, GradientTrace]
    hand: str
    forget_bias: float
    scale: float
    trained: bool
    doubled: GradientTrace | None = None

    @property
    def trace(self) -> GradientTrace:
        """The backward pass that is told."""
        return self.traces[self.hand]

    def others(self, attention: bool) -> list[str]:
        """The arms beside the one in hand, with or without attention."""
        return [key for key in self.traces if key != self.hand and key.endswith("-attention") == attention]


def mean_norms(trace: GradientTrace, state: str = "h") -> np.ndarray:
    """‖∂L/∂h_t‖, mean over the examples, (S,)."""
    norms = trace.h_norms if state == "h" else trace.c_norms
    assert norms is not None
    return norms.mean(0)


def power(value: float) -> float | None:
    """The logarithm to base ten, where there is one."""
    return max(math.log10(value), FAINTEST) if value > 0 else None


def powers(values: Sequence[np.ndarray]) -> tuple[int, int]:
    """Powers of ten between which all the values lie, at least two apart."""
    found = [e for array in values for value in np.ravel(array) if (e := power(float(value))) is not None]
    low, high = math.floor(min(found, default=-1)), math.ceil(max(found, default=0))
    return (low, high) if high - low >= 2 else (high - 2, high)


def ticks(low: int, high: int, most: int = 6) -> list[dict[str, Any]]:
    """Marks of a logarithmic axis: the power, and how it is written."""
    gap = max(1, math.ceil((high - low) / most))
    return [{"e": e, "label": ten_to(e)} for e in range(high, low - 1, -gap)]


def ten_to(e: int) -> str:
    """A power of ten."""
    return {0: "1", 1: "10"}.get(e, "10" + str(e).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")))


def scientific(value: float) -> str:
    """A norm as a sentence shows it: two digits, and a power of ten where it is small or large."""
    if value == 0:
        return "0"
    if 0.01 <= value < 1000:
        return f"{value:.2g}" if value < 100 else f"{value:.0f}"
    digits, e = f"{value:.1e}".split("e")
    return f"{digits}·{ten_to(int(e))}"


def fold(ratio: float) -> str:
    """How many times: "1.4", "37", "52,000", "1.2·10¹¹"."""
    if ratio < 10:
        return f"{ratio:.1f}"
    return f"{float(f'{ratio:.2g}'):,.0f}" if ratio < 1e6 else scientific(ratio)


def part_names(names: Sequence[dict[str, Any]], gap: float) -> None:
    """Give each name, beside the line that ends at `at` (0 to 1), a place `beside` with room of its own.

    A bunch that stands too close is spread about its own middle (pool adjacent violators), so that each is as near to
    its line as may be; gap: between two names, as a share of the height.
    """
    order = sorted(names, key=lambda name: name["at"])
    gap = min(gap, 1 / max(1, len(order) - 1))
    bunches: list[tuple[float, int]] = []  # where its lowest name wants to be, how many
    for k, name in enumerate(order):
        place, count = name["at"] - k * gap, 1
        while bunches and bunches[-1][0] >= place:
            other, n = bunches.pop()
            place, count = (other * n + place * count) / (n + count), n + count
        bunches.append((place, count))
    places = [place for place, count in bunches for _ in range(count)]
    top = max(0.0, 1 - gap * (len(order) - 1))
    for k, (name, place) in enumerate(zip(order, places, strict=True)):
        name["beside"] = min(max(place, 0.0), top) + k * gap


def tip(name: str, value: float, words: Words) -> str:
    """What the pointer shows of a number."""
    return pair(name, exact(value), words)
