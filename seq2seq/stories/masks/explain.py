"""The equations of a batch under its masks, with the numbers of its trace.

Addresses (PLACE encoder, self or cross; b sentence, i query, j key, counted from 0):

    mask PLACE b i j · score PLACE b i j · weight PLACE b i j · open PLACE b i j · seen PLACE b i
"""

from collections.abc import Callable

import numpy as np

from seq2seq.stories.explain.equation import Addressed, Explanation, dot, softmax
from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.sentences import bracketed
from seq2seq.stories.sources import Passage
from seq2seq.stories.tokens import quoted
from seq2seq.traces.masks import MasksTrace
from seq2seq.words import Words

MULTI_HEAD, MODEL = "models/multi_head.py", "models/transformer.py"
MASK = {
    "encoder": Passage(MODEL, "Transformer.source_visible", ("return",)),
    "self": Passage(MODEL, "Transformer.target_visible", (".tril()",)),
    "cross": Passage(MODEL, "Transformer.cross_visible", ("return",)),
}


class MasksExplainer(Addressed):
    """Explains the numbers of one head over a batch."""

    def __init__(self, trace: MasksTrace, words: Words) -> None:
        self.trace, self.words = trace, words
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "mask": self.mask, "score": self.score, "weight": self.weight, "open": self.open, "seen": self.seen
        }  # fmt: skip

    def name(self, key: str, place: str, b: int, i: int, j: int = 0) -> str:
        """What a number is, in words."""
        slots = {
            "place": self.words.say(f"masks.place.{place}"), "layer": self.trace.layer + 1,
            "head": self.trace.head + 1, "sentence": b + 1, "query": self.token(self.trace.queries(place, b), i),
            "other": self.token(self.trace.keys(place, b), j),
        }  # fmt: skip
        return self.words.say(f"masks.explain.{key}", **slots)

    def token(self, tokens: tuple[str, ...], n: int) -> str:
        """A token with its position; behind the end, a pad."""
        return bracketed(quoted(tokens[n]) if n < len(tokens) else "⟨pad⟩", n + 1, self.words)

    def mask(self, place: str, b: int, i: int, j: int) -> Explanation:
        """Whether a key is visible to a query."""
        look, line, numbers = self.trace.looks[place], Line(), Line()
        value = float(look.visible[b, i, j])
        if place == "self":
            line.latex = r"m_{t,j} = [\,j \leq t\,]"
            numbers.latex = rf"= [\,{numbers.text(j + 1)} \leq {numbers.text(i + 1)}\,]"
            computed = float(j <= i)
        else:
            number = int(self.trace.source_ids[b, j])
            line.latex = r"m_j = [\,w_j \neq \mathrm{pad}\,]"
            numbers.latex = rf"= [\,{numbers.text(number)} \neq {numbers.text(0)}\,]"
            computed = float(number != 0)
        name = self.name("mask", place, b, i, j)
        return Explanation(f"mask {place} {b} {i} {j}", name, (line, numbers), value, computed, MASK[place])

    def score(self, place: str, b: int, i: int, j: int) -> Explanation:
        """Query times key, scaled."""
        look, line, numbers = self.trace.looks[place], Line(), Line()
        q, k = ([Number(float(x)) for x in row] for row in (look.q[b, i], look.k[b, j]))
        line.latex = rf"e = \frac{{q \cdot k}}{{\sqrt{{d_k}}}},\quad d_k = {line.text(self.trace.head_width)}"
        divisor = numbers.number(Number(1 / self.trace.scale))
        numbers.latex = rf"= \frac{{{numbers.products(q, k)}}}{{{divisor}}}"
        value, computed = float(look.scores[b, i, j]), dot(q, k) * self.trace.scale
        passage = Passage(MULTI_HEAD, "MultiHead.attend_glass", ("dots = ", "scores = "))
        name = self.name("score", place, b, i, j)
        return Explanation(f"score {place} {b} {i} {j}", name, (line, numbers), value, computed, passage)

    def weight(self, place: str, b: int, i: int, j: int) -> Explanation:
        """The softmax over what is visible; what is hidden gets exactly 0."""
        look, line, numbers = self.trace.looks[place], Line(), Line()
        value, address = float(look.weights[b, i, j]), f"weight {place} {b} {i} {j}"
        passage = Passage(MULTI_HEAD, "MultiHead.attend_glass", ("visible = ", "weights = touch"))
        name = self.name("weight", place, b, i, j)
        if not look.visible[b, i, j]:
            shown = numbers.text(0, f"mask {place} {b} {i} {j}")
            line.latex = r"\alpha = \frac{\exp(-\infty)}{\sum_{j:\, m_j = 1} \exp(e_j)}"
            numbers.latex = rf"m = {shown} \Rightarrow e = -\infty,\quad \exp(-\infty) = 0"
            return Explanation(address, name, (line, numbers), value, 0.0, passage)
        scores = self.scores(place, b, i, np.flatnonzero(look.visible[b, i]))
        own = Number(float(look.scores[b, i, j]), f"score {place} {b} {i} {j}")
        line.latex = r"\alpha = \frac{\exp(e)}{\sum_{j:\, m_j = 1} \exp(e_j)}"
        numbers.latex = rf"= \frac{{\exp({numbers.number(own)})}}{{{numbers.powers(scores)}}}"
        return Explanation(address, name, (line, numbers), value, softmax(own.value, scores), passage)

    def open(self, place: str, b: int, i: int, j: int) -> Explanation:
        """The softmax of the same scores, nothing hidden."""
        look, line, numbers = self.trace.looks[place], Line(), Line()
        scores = self.scores(place, b, i, np.arange(look.scores.shape[2]))
        own = scores[j]
        line.latex = r"\alpha' = \frac{\exp(e)}{\sum_{j} \exp(e_j)}"
        numbers.latex = rf"= \frac{{\exp({numbers.number(own)})}}{{{numbers.powers(scores)}}}"
        passage = Passage("recording/masks.py", "_look", ("scores.softmax",))
        name, value = self.name("open", place, b, i, j), float(look.open[b, i, j])
        address = f"open {place} {b} {i} {j}"
        return Explanation(address, name, (line, numbers), value, softmax(own.value, scores), passage)

    def seen(self, place: str, b: int, i: int) -> Explanation:
        """How many keys a query sees."""
        look, line, numbers = self.trace.looks[place], Line(), Line()
        row = look.visible[b, i].astype(int).tolist()
        line.latex = r"\sum_j m_j"
        cells = list(enumerate(row))
        numbers.latex = "= " + numbers.elided(
            cells, lambda cell: numbers.text(cell[1], f"mask {place} {b} {i} {cell[0]}")
        )
        own = len(self.trace.keys(place, b)) if place != "self" else i + 1
        name = self.name("seen", place, b, i)
        return Explanation(f"seen {place} {b} {i}", name, (line, numbers), sum(row), own, MASK[place])

    def scores(self, place: str, b: int, i: int, keys: np.ndarray) -> list[Number]:
        """Some scores of a row."""
        found = self.trace.looks[place].scores[b, i]
        return [Number(float(found[j]), f"score {place} {b} {i} {j}") for j in keys]
