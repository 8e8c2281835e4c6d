"""The equations of a table of positions: `place p f`, one number of it; `dot p q`, row times row."""

import math
from collections.abc import Callable

from seq2seq.stories.explain.equation import Addressed, Explanation, dot
from seq2seq.stories.explain.vectors import numbers
from seq2seq.stories.formulas import Line
from seq2seq.stories.positions.places import BASE, LEARNED, WAVES
from seq2seq.stories.sources import Passage
from seq2seq.traces.places import PlacesTrace
from seq2seq.words import Words

PRODUCT = Passage("studies/places.py", "_trace", ("return PlacesTrace",))


class PlacesExplainer(Addressed):
    """Explains the numbers of one table."""

    def __init__(self, trace: PlacesTrace, words: Words) -> None:
        self.trace, self.words = trace, words
        self.kinds: dict[str, Callable[..., Explanation]] = {"place": self.place, "dot": self.dot}

    def place(self, p: int, f: int) -> Explanation:
        """One number of the table: a wave, or a weight that was learnt."""
        value = float(self.trace.table[p, f])
        line, address = Line(), f"place {p} {f}"
        line.latex = rf"\mathrm{{PE}}_{{{line.text(p)},{line.text(f + 1)}}}"
        if self.trace.kind != "sinusoidal":
            key = "weight" if p < self.trace.read else "drawn"
            name = self.words.say(f"places.explain.{key}", position=p, feature=f + 1)
            return Explanation(address, name, (line,), value, value, LEARNED, given=True)
        even, d = f - f % 2, self.trace.width
        wave = "cos" if f % 2 else "sin"
        line.latex += rf" = \{wave} \frac{{p}}{{10000^{{2i/d}}}}"
        values = Line()
        values.latex = (
            rf"= \{wave} \frac{{{values.text(p)}}}{{10000^{{{values.text(even)}/{values.text(d)}}}}}"
            rf" = \{wave}\, {values.text(f'{p / BASE ** (even / d):.6g}')}"
        )
        computed = getattr(math, wave)(p / BASE ** (even / d))
        name = self.words.say(f"places.explain.{wave}", position=p, feature=f + 1)
        return Explanation(address, name, (line, values), value, computed, WAVES)

    def dot(self, p: int, q: int) -> Explanation:
        """Row times row."""
        one, other = (numbers(self.trace.table[at], f"place {at}") for at in (p, q))
        line, values = Line(), Line()
        line.latex = rf"\mathrm{{PE}}_{{{line.text(p)}}} \cdot \mathrm{{PE}}_{{{line.text(q)}}}"
        line.latex += rf" = \sum_u \mathrm{{PE}}_{{{line.text(p)},u}}\,"
        line.latex += rf" \mathrm{{PE}}_{{{line.text(q)},u}}"
        values.latex = f"= {values.products(one, other)}"
        name = self.words.say("places.explain.dot", p=p, q=q, apart=abs(p - q))
        return Explanation(
            f"dot {p} {q}", name, (line, values), float(self.trace.dots[p, q]), dot(one, other), PRODUCT
        )  # fmt: skip
