"""The equations of the leak.

Addresses: loss SIDE seed step · free SIDE seed step · bound · map SIDE t j · head SIDE n t j; SIDE: causal, leaking.
"""

import math
from collections.abc import Callable

from seq2seq.stories.explain.equation import Addressed, Explanation
from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.sources import Passage
from seq2seq.stories.tokens import quoted
from seq2seq.traces.masks import LeakTrace
from seq2seq.traces.run_report import RunReport
from seq2seq.words import Words

EVALUATE = "training/evaluate.py"


class LeakExplainer(Addressed):
    """Explains the numbers of runs with the causal mask and without it."""

    def __init__(self, trace: LeakTrace, words: Words) -> None:
        self.trace, self.words = trace, words
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "loss": self.loss, "free": self.free, "bound": self.bound, "map": self.map, "head": self.head
        }  # fmt: skip

    def report(self, side: str, seed: int, step: int) -> RunReport:
        """One report of one run."""
        run = next(run for run in self.trace.of(side) if run.seed == seed)
        return next(report for report in run.reports if report.step == step)

    def name(self, key: str, side: str, seed: int, report: RunReport) -> str:
        """What a number of a report is, in words."""
        told = self.words.say(f"leak.side.{side}")
        return self.words.say(f"leak.explain.{key}", side=told, seed=seed, step=report.step, n=report.n)

    def loss(self, side: str, seed: int, step: int) -> Explanation:
        """The mean of −log p over the right tokens; as if each had had one and the same probability."""
        report, line, numbers = self.report(side, seed, step), Line(), Line()
        mean = math.exp(-report.loss)
        line.latex = r"L = -\frac{1}{T} \sum_t \ln P(y_t \mid y_{<t}, X) = -\ln \bar{P}"
        numbers.latex = rf"= -\ln {numbers.number(Number(mean))}"
        passage = Passage(EVALUATE, "token_loss", ("return",))
        address = f"loss {side} {seed} {step}"
        return Explanation(
            address, self.name("loss", side, seed, report), (line, numbers), report.loss, -math.log(mean), passage
        )

    def free(self, side: str, seed: int, step: int) -> Explanation:
        """Outputs that are exactly right of all."""
        report, line, numbers = self.report(side, seed, step), Line(), Line()
        right = round(report.exact * report.n)
        line.latex = r"\mathrm{mean}_X\  [\,\hat{Y} = Y\,]"
        numbers.latex = rf"= \frac{{{numbers.text(right)}}}{{{numbers.text(report.n)}}}"
        passage = Passage(EVALUATE, "evaluate", ("greedy(", "exact += float"))
        name = self.name("free", side, seed, report)
        return Explanation(f"free {side} {seed} {step}", name, (line, numbers), report.exact, right / report.n, passage)

    def bound(self) -> Explanation:
        """What a letter costs that nobody can know, per token; the end of the target costs nothing."""
        trace, line, numbers = self.trace, Line(), Line()
        assert trace.bound is not None
        letters, tokens = sum(trace.lengths), sum(n + 1 for n in trace.lengths)
        line.latex = r"H = \ln V \cdot \frac{\sum (T - 1)}{\sum T}"
        numbers.latex = (
            rf"= \ln {numbers.text(trace.letters)} \cdot \frac{{{numbers.text(letters)}}}{{{numbers.text(tokens)}}}"
        )
        computed = math.log(trace.letters) * letters / tokens
        passage = Passage("tasks/random_target.py", "RandomTarget.entropy", ("return",))
        name = self.words.say("leak.explain.bound", low=min(trace.lengths), high=max(trace.lengths))
        return Explanation("bound", name, (line, numbers), trace.bound, computed, passage)

    def map(self, side: str, t: int, j: int) -> Explanation:
        """The mean over the heads."""
        found, line, numbers = self.trace.maps[side], Line(), Line()
        heads = [float(head[t, j]) for head in found.weights]
        line.latex = r"\bar{\alpha} = \frac{1}{N} \sum_{\mathrm{heads}} \alpha"
        shown = [numbers.number(Number(weight, f"head {side} {n} {t} {j}")) for n, weight in enumerate(heads)]
        numbers.latex = rf"= \frac{{{' + '.join(shown)}}}{{{numbers.text(len(heads))}}}"
        name = self.words.say("leak.explain.map", **self.slots(side, t, j))
        value = float(found.mean[t, j])
        passage = Passage("traces/masks.py", "LeakMap.mean", ("found",))
        return Explanation(f"map {side} {t} {j}", name, (line, numbers), value, sum(heads) / len(heads), passage)

    def head(self, side: str, n: int, t: int, j: int) -> Explanation:
        """One head's weight: what the rest of its row leaves."""
        row, line, numbers = self.trace.maps[side].weights[n, t], Line(), Line()
        value, rest = float(row[j]), float(row.sum() - row[j])
        line.latex = r"\alpha_{j} = 1 - \sum_{j' \neq j} \alpha_{j'}"
        numbers.latex = rf"= 1 - {numbers.number(Number(rest))}"
        name = self.words.say("leak.explain.head", **self.slots(side, t, j), head=n + 1)
        passage = Passage("models/multi_head.py", "MultiHead.attend_glass", ("weights = touch",))
        return Explanation(f"head {side} {n} {t} {j}", name, (line, numbers), value, 1 - rest, passage)

    def slots(self, side: str, t: int, j: int) -> dict[str, object]:
        """Who looks at what."""
        found = self.trace.maps[side]
        return {
            "side": self.words.say(f"leak.side.{side}"), "number": t + 1, "write": quoted(found.target[t]),
            "read": quoted(found.read[j]), "position": j + 1,
        }  # fmt: skip
