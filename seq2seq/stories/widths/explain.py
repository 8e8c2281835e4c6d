"""The figures of a width, each with its count.

Addresses: exact WIDTH · errors WIDTH · ratio WIDTH · log_prob WIDTH · ms WIDTH · cell WIDTH LENGTH · best
"""

from collections.abc import Callable

from seq2seq.stories.explain.equation import Addressed, Explanation
from seq2seq.stories.formulas import Line
from seq2seq.stories.widths.steps import SCORED, SEARCHED
from seq2seq.traces.widths import WidthScore, WidthsTrace
from seq2seq.words import Words


class WidthsExplainer(Addressed):
    """Explains how a beam of one width does."""

    def __init__(self, trace: WidthsTrace, words: Words) -> None:
        self.trace, self.words = trace, words
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "exact": self.exact, "errors": self.errors, "ratio": self.ratio, "log_prob": self.log_prob, "ms": self.ms,
            "cell": self.cell, "best": self.best,
        }  # fmt: skip

    def of(self, width: int) -> WidthScore:
        return next(score for score in self.trace.scores if score.width == width)

    def name(self, key: str, **slots: object) -> str:
        return self.words.say(f"explain.widths.{key}", n=self.trace.n, **slots)

    def share(self, address: str, name: str, count: int, n: int) -> Explanation:
        """A count over a count."""
        line = Line()
        line.latex = rf"\frac{{{line.text(f'{count:,}')}}}{{{line.text(f'{n:,}')}}}"
        return Explanation(address, name, (line,), count / n, count / n, SCORED)

    def exact(self, width: int) -> Explanation:
        return self.share(f"exact {width}", self.name("exact", width=width), self.of(width).right, self.trace.n)

    def errors(self, width: int) -> Explanation:
        return self.share(f"errors {width}", self.name("errors", width=width), self.of(width).errors, self.trace.n)

    def ratio(self, width: int) -> Explanation:
        name = self.name("ratio", width=width)
        return self.share(f"ratio {width}", name, self.of(width).tokens, self.trace.tokens)

    def cell(self, width: int, length: int) -> Explanation:
        n, right, _ = self.of(width).by_length[length]
        return self.share(f"cell {width} {length}", self.name("cell", width=width, length=length), right, n)

    def best(self) -> Explanation:
        line = Line()
        line.latex = rf"\frac{{{line.text(self.trace.best_right)}}}{{{line.text(self.trace.n)}}}"
        value = self.trace.best_right / self.trace.n
        return Explanation("best", self.name("best", proved=self.trace.proved), (line,), value, value, SEARCHED)

    def log_prob(self, width: int) -> Explanation:
        return self.plain(f"log_prob {width}", self.name("log_prob", width=width), self.of(width).log_prob,
                          r"\mathrm{mean}_X\ \ln P(\hat{Y} \mid X)")  # fmt: skip

    def ms(self, width: int) -> Explanation:
        return self.plain(f"ms {width}", self.name("ms", width=width), self.of(width).ms,
                          r"\operatorname{median}_X\ \mathrm{seconds}(X)")  # fmt: skip

    def plain(self, address: str, name: str, value: float, latex: str) -> Explanation:
        """A figure over all sentences, whose parts are not kept."""
        line = Line()
        line.latex = latex
        return Explanation(address, name, (line,), value, value, SCORED, given=True)
