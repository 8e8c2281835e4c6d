"""Formulas: LaTeX with numbered slots, as MathML that the player fills with live numbers."""

from collections.abc import Sequence
from functools import cache

from latex2mathml.converter import convert


@cache
def mathml(latex: str) -> str:
    r"""LaTeX as MathML. A slot is written \text{@0}, \text{@1}, …; the player puts text there, never markup.

    Only our own formulas come here: latex2mathml does not escape what it is given.
    """
    return convert(latex, display="block")  # full size in fractions too


class FormulaBook:
    """The formulas of one story, each kept once: `book.add(latex, "0.93", "a")` gives a step's formula."""

    def __init__(self) -> None:
        self.templates: list[str] = []

    def add(self, latex: str, *slots: object) -> tuple[int, tuple[str, ...]]:
        """The formula's number and its slots as text."""
        template = mathml(latex)
        if template not in self.templates:
            self.templates.append(template)
        return self.templates.index(template), tuple(str(slot) for slot in slots)


def number(value: float) -> str:
    """A number as a formula shows it: three decimals at most, a real minus sign."""
    text = f"{value:.3f}" if abs(value) < 10 else f"{value:.2f}"
    return text.replace("-", "−")


def percent(share: float) -> str:
    """A share as a sentence shows it: what is not all or nothing is never rounded to it."""
    if 0.9995 <= share < 1:
        return "> 99.9%"
    return "< 0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def weighted_terms(weights: Sequence[float], names: Sequence[str], shown: int = 3) -> str:
    """The largest terms of a weighted sum, as text: "0.92 h₇ + 0.05 h₆ + …"."""
    order = sorted(range(len(weights)), key=lambda i: -weights[i])
    terms = [f"{weights[i]:.2f} {names[i]}" for i in order[:shown]]
    return " + ".join(terms) + (" + …" if len(weights) > shown else "")


def subscript(value: int) -> str:
    """A number as subscript characters."""
    return str(value).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
