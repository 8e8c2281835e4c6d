"""An equation with live numbers, and the arithmetic that says what its numbers come to."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from seq2seq.stories.formulas import Formula, FormulaBook, Line, Number, Slot, exact
from seq2seq.stories.sources import Passage, listing
from seq2seq.stories.story import to_json


class Unknown(ValueError):
    """There is no number at this address."""


# What an address that is no address leads to, somewhere on its way.
NOWHERE = (KeyError, TypeError, IndexError, ValueError, AttributeError, StopIteration, ZeroDivisionError)


@dataclass(frozen=True)
class Explanation:
    """How one number came about.

    name: what it is, in words; lines: symbols, then numbers; value: the trace's number; computed: what the numbers
    of the equation, none left out, come to (equal up to float32's rounding); passage: the lines of our own source;
    given: it was looked up, drawn, measured or put there, and not computed from other numbers that are kept.
    """

    address: str
    name: str
    lines: tuple[Line, ...]
    value: float
    computed: float
    passage: Passage | None = None
    given: bool = False

    @property
    def result(self) -> str:
        """The value as it is shown; a count is whole."""
        return f"{self.value:,}" if isinstance(self.value, int) else exact(self.value)

    def under(self, prefix: str) -> "Explanation":
        """The same, where its trace is one of several: addresses begin with the prefix."""

        def moved(slot: Slot) -> Slot:
            return (slot[0], f"{prefix} {slot[1]}") if isinstance(slot, tuple) else slot

        lines = tuple(Line([moved(slot) for slot in line.slots], line.latex) for line in self.lines)
        return replace(self, address=f"{prefix} {self.address}", lines=lines)

    def told(self, book: FormulaBook) -> dict[str, object]:
        """As plain values for the player, its lines as formulas of the book."""
        last = Line()
        last.latex = rf"= {last.text(self.result)}"
        told: dict[str, object] = {
            "name": self.name,
            "lines": [_flat(line.into(book)) for line in (*self.lines, last)],
        }
        if self.passage:
            told["listing"] = listing(self.passage).told()
            told["lit"] = listing(self.passage).lit(self.passage)
        return told

    def told_alone(self) -> dict[str, object]:
        """As plain values, whole by itself."""
        book = FormulaBook()
        return {"address": self.address, **self.told(book), "formulas": book.templates}

    def to_json(self) -> str:
        """As an answer to one click."""
        return to_json(self.told_alone())


class Explainer(Protocol):
    """Explains the numbers of what a story was told from."""

    def explain(self, address: str) -> Explanation:
        """How the number at this address came about.

        Raises: Unknown if there is no such number.
        """
        ...


class Addressed:
    """An explainer whose addresses are a kind and its places, "weight 3 5": a method, and its arguments.

    Addresses come from a browser: whatever they say, nothing but Unknown may follow. A place below `least` is none.
    """

    kinds: Mapping[str, Callable[..., Explanation]]
    least = 0

    def explain(self, address: str) -> Explanation:
        """How the number at this address came about.

        Raises: Unknown if there is no such number.
        """
        kind, *index = address.split() or [""]
        try:
            return self.find(kind, index)
        except NOWHERE as error:
            raise Unknown(address) from error

    def find(self, kind: str, index: list[str]) -> Explanation:
        """The explanation of a kind of number at a place."""
        return self.kinds[kind](*(self.counted(part) if part.lstrip("-").isdecimal() else part for part in index))

    def counted(self, text: str) -> int:
        """A number of an address.

        Raises: ValueError or IndexError if it is none.
        """
        if int(text) < self.least:
            raise IndexError(text)
        return int(text)


def _flat(formula: Formula) -> tuple[object, ...]:
    return (formula[0], *formula[1])


def dot(left: Iterable[Number], right: Iterable[Number]) -> float:
    """The sum of products, in float64."""
    return math.fsum(a.value * b.value for a, b in zip(left, right, strict=True))


def softmax(own: float, exponents: Sequence[Number]) -> float:
    """exp(own) over the sum of exp(exponents), in float64."""
    largest = max(number.value for number in exponents)
    return math.exp(own - largest) / math.fsum(math.exp(number.value - largest) for number in exponents)


def sigmoid(value: float) -> float:
    """The logistic function."""
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))
