"""The equations of the scale.

Addresses: dot w j · raw w j · scaled w j · largest KIND w · exact D SIDE seed step; w: number of the d_k.
"""

import math
from collections.abc import Callable

from seq2seq.stories.explain.equation import Addressed, Explanation, dot, softmax
from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.sources import Passage
from seq2seq.traces.scale import ScaleTrace
from seq2seq.words import Words

DRAW = Passage("studies/scale.py", "random_keys", ("dots = ", "scaled = "))


class ScaleExplainer(Addressed):
    """Explains a draw, and runs."""

    def __init__(self, trace: ScaleTrace, words: Words) -> None:
        self.trace, self.keys, self.words = trace, trace.keys, words
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "dot": self.dot, "raw": self.raw, "scaled": self.scaled, "largest": self.largest, "exact": self.exact
        }  # fmt: skip

    def name(self, key: str, w: int, j: int = 0) -> str:
        """What a number is, in words."""
        return self.words.say(f"scale.explain.{key}", width=self.keys.widths[w], number=j + 1, draws=self.keys.draws)

    def dot(self, w: int, j: int) -> Explanation:
        """Query times key."""
        q, k = ([Number(float(x)) for x in row] for row in (self.keys.queries[w], self.keys.keys[w][j]))
        line, numbers = Line(), Line()
        line.latex = r"q \cdot k = \sum_u q_u k_u"
        numbers.latex = f"= {numbers.products(q, k)}"
        value = float(self.keys.dots[w, j])
        return Explanation(f"dot {w} {j}", self.name("dot", w, j), (line, numbers), value, dot(q, k), DRAW)

    def raw(self, w: int, j: int) -> Explanation:
        """The softmax of the dots."""
        scores = [Number(float(x), f"dot {w} {i}") for i, x in enumerate(self.keys.dots[w])]
        return self.softmax(f"raw {w} {j}", self.name("raw", w, j), scores, j, float(self.keys.raw[w, j]))

    def scaled(self, w: int, j: int) -> Explanation:
        """The softmax of the dots over √d_k."""
        root = math.sqrt(self.keys.widths[w])
        scores = [Number(float(x) / root) for x in self.keys.dots[w]]
        return self.softmax(f"scaled {w} {j}", self.name("scaled", w, j), scores, j, float(self.keys.scaled[w, j]))

    @staticmethod
    def softmax(address: str, name: str, scores: list[Number], j: int, value: float) -> Explanation:
        """One weight of a row."""
        line, numbers = Line(), Line()
        line.latex = r"\alpha_j = \frac{\exp(e_j)}{\sum_{j'} \exp(e_{j'})}"
        numbers.latex = rf"= \frac{{\exp({numbers.number(scores[j])})}}{{{numbers.powers(scores)}}}"
        passage = Passage("studies/scale.py", "softmax", ("powers", "return"))
        return Explanation(address, name, (line, numbers), value, softmax(scores[j].value, scores), passage)

    def largest(self, kind: str, w: int) -> Explanation:
        """The mean of the largest weight over many draws."""
        values = {"raw": self.keys.largest_raw, "scaled": self.keys.largest_scaled}[kind]
        line = Line()
        line.latex = rf"\frac{{1}}{{{line.text(self.keys.draws)}}} \sum \max_j \alpha_j"
        value = float(values[w])
        passage = Passage("studies/scale.py", "_over_many", (f"{kind}.append",))
        return Explanation(
            f"largest {kind} {w}", self.name(f"largest.{kind}", w), (line,), value, value, passage, given=True
        )

    def exact(self, width: int, side: str, seed: int, step: int) -> Explanation:
        """Exact match of a run."""
        run = next(run for run in self.trace.runs if run.name == f"{width} {side} {seed}")
        report = next(report for report in run.reports if report.step == step)
        right, line, numbers = round(report.exact * report.n), Line(), Line()
        line.latex = r"\mathrm{mean}_X\  [\,\hat{Y} = Y\,]"
        numbers.latex = rf"= \frac{{{numbers.text(right)}}}{{{numbers.text(report.n)}}}"
        told = self.words.say("scale.with" if run.scaled else "scale.without")
        name = self.words.say("scale.explain.exact", side=told, width=width, seed=seed, step=step)
        passage = Passage("training/evaluate.py", "evaluate", ("exact += float",))
        return Explanation(
            f"exact {run.name} {step}", name, (line, numbers), report.exact, right / report.n, passage
        )  # fmt: skip
