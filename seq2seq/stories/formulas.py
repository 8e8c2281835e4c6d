"""Formulas: LaTeX with numbered slots, as MathML that the player fills; a slot may lead to another number."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, TypeVar

from latex2mathml.converter import convert


@lru_cache(maxsize=1024)
def mathml(latex: str) -> str:
    r"""LaTeX as MathML. A slot is written \text{@0}, \text{@1}, …; the player puts text there, never markup.

    A formula may be broken at a double backslash, where there is no room for it in one line.
    Only our own formulas come here: latex2mathml does not escape what it is given.
    """
    return "".join(convert(part, display="block") for part in latex.split(r"\\"))  # block: full size in fractions too


Slot = str | tuple[str, str]  # text, or text and the address of the number that it is
Formula = tuple[int, tuple[Slot, ...]]  # number of its template, what goes into its slots
T = TypeVar("T")
HEAD, TAIL = 3, 1  # terms of a long sum that are shown, from its beginning and its end


class FormulaBook:
    """The formulas of one story, each kept once: `book.add(latex, "0.93", "a")` gives a step's formula."""

    def __init__(self) -> None:
        self.templates: list[str] = []
        self.numbers: dict[str, int] = {}

    def add(self, latex: str, *slots: object) -> Formula:
        """The formula's number and its slots; a slot that leads to a number stays a pair."""
        template = mathml(latex)
        if template not in self.numbers:
            self.numbers[template] = len(self.templates)
            self.templates.append(template)
        return self.numbers[template], tuple(slot if isinstance(slot, tuple) else str(slot) for slot in slots)


def percent(share: float) -> str:
    """A share as a sentence shows it: what is not all or nothing is never rounded to it."""
    if 0.9995 <= share < 1:
        return "> 99.9%"
    return "< 0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def subscript(value: int) -> str:
    """A number as subscript characters."""
    return str(value).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


class Number(NamedTuple):
    """A number of the trace, and the address under which it explains itself ("" if it is given, not computed)."""

    value: float
    address: str = ""


def exact(value: float) -> str:
    """A number as pictures show it: four decimals, or four digits where it is tiny or large."""
    if value and not 1e-4 <= abs(value) < 1e4:
        digits, power = f"{value:.3e}".split("e")
        superscript = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{digits}·10{superscript}".replace("-", "−")
    return f"{value:.4f}".replace("-", "−")


def short(value: float) -> str:
    """A number inside an equation: three decimals, or two digits where that would be nothing."""
    return f"{value:.3f}".replace("-", "−") if not value or abs(value) >= 5e-4 else exact(value)


@dataclass
class Line:
    """One line of an equation; its methods put something into a slot and return the LaTeX of that slot.

    head, tail: how many terms of a long sum are shown, from its beginning and its end.
    """

    slots: list[Slot] = field(default_factory=list)
    latex: str = ""
    head: int = HEAD
    tail: int = TAIL

    def into(self, book: FormulaBook) -> Formula:
        """The line as a formula of a book."""
        return book.add(self.latex, *self.slots)

    def text(self, text: object, address: str = "") -> str:
        """A text, or a number that leads to its own explanation."""
        self.slots.append((str(text), address) if address else str(text))
        return rf"\text{{@{len(self.slots) - 1}}}"

    def number(self, number: Number) -> str:
        """A number of an equation."""
        return self.text(short(number.value), number.address)

    def factor(self, number: Number) -> str:
        """A number that is multiplied or raised: a negative one in brackets."""
        text = short(number.value)
        return self.text(f"({text})" if text.startswith("−") else text, number.address)

    def products(self, left: Sequence[Number], right: Sequence[Number]) -> str:
        """A row times a column, elided in the middle when long."""
        pairs = list(zip(left, right, strict=True))
        return self.elided(pairs, lambda pair: rf"{self.factor(pair[0])} \cdot {self.factor(pair[1])}")

    def powers(self, exponents: Sequence[Number]) -> str:
        """A sum of exponentials, elided in the middle when long."""
        return self.elided(exponents, lambda number: rf"\exp({self.number(number)})")

    def units(self, vector: Sequence[Number], shown: int = HEAD) -> str:
        """The first numbers of a vector, in brackets."""
        parts = [self.number(number) for number in vector[:shown]]
        return "(" + r",\ ".join(parts) + (r",\ \ldots)" if len(vector) > shown else ")")

    def weighted(self, weights: Sequence[Number], name: str) -> str:
        """The largest terms of a weighted sum of vectors called `name`."""
        order = sorted(range(len(weights)), key=lambda i: -weights[i].value)[:HEAD]
        terms = [rf"{self.number(weights[i])}\, {name}_{{{self.text(i + 1)}}}" for i in order]
        return " + ".join(terms) + (r" + \cdots" if len(weights) > HEAD else "")

    def elided(self, terms: Sequence[T], show: Callable[[T], str]) -> str:
        """Terms joined by plus signs; of many, the first and the last only."""
        if len(terms) <= self.head + self.tail + 1:
            return " + ".join(show(term) for term in terms)
        last = terms[len(terms) - self.tail :]
        return " + ".join([*map(show, terms[: self.head]), r"\cdots", *map(show, last)])


def stacked(lines: Sequence[Line]) -> Line:
    """Several lines as one that is broken between them."""
    whole = Line()
    for line in lines:
        whole.latex += (r" \\ " if whole.latex else "") + renumbered(line.latex, len(whole.slots))
        whole.slots += line.slots
    return whole


def renumbered(latex: str, by: int) -> str:
    """A line's LaTeX where its slots come behind others."""
    return re.sub(r"@(\d+)", lambda found: f"@{int(found[1]) + by}", latex)
