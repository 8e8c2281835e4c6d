"""The equations behind the curves of runs: shares of right answers, losses, gradients' norms.

Addresses (key: of the run; k: the report's update; t: position, counted from 0):

    reach key k t · exact key k · left key k · norm key k · loss key k · right key k
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from seq2seq.stories.explain.equation import Addressed, Explanation
from seq2seq.stories.formulas import Line, Number, exact
from seq2seq.stories.gradients.training import WATCH, Curve
from seq2seq.stories.sources import Passage
from seq2seq.words import Words

EVALUATE = "training/evaluate.py"
NORMS = Passage("training/trainer.py", "Trainer.gradient_norm", ("clipped = ", "return GradientNorm"))
Report = Mapping[str, Any]


class CurvesExplainer(Addressed):
    """Explains the numbers of several runs' reports."""

    def __init__(self, curves: Sequence[Curve], words: Words) -> None:
        self.curves, self.words = {curve.key: curve for curve in curves}, words
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "reach": self.reach, "exact": self.right, "left": self.left, "norm": self.norm, "loss": self.loss,
            "right": self.right,
        }  # fmt: skip

    def find(self, kind: str, index: list[str]) -> Explanation:
        """Of a run's report: "reach KEY 120 3"."""
        key, step, *places = index
        report = next(report for report in self.curves[key].reports if report["step"] == int(step))
        address = " ".join([kind, *index])
        return self.kinds[kind](address, self.curves[key], report, *map(self.counted, places))

    def name(self, kind: str, curve: Curve, report: Report, **slots: object) -> str:
        return self.words.say(f"gradients.explain.run.{kind}", name=curve.name, step=report["step"], **slots)

    def over(
        self, address: str, name: str, symbol: str, top: Number, below: Number, value: float, at: Passage
    ) -> Explanation:
        """One number over another."""
        head, line = Line(), Line()
        head.latex = symbol
        first, second = (
            line.text(exact(n.value) if n.value % 1 else f"{n.value:,.0f}", n.address) for n in (top, below)
        )
        line.latex = rf"= \frac{{{first}}}{{{second}}}"
        return Explanation(address, name, (head, line), value, top.value / below.value, at)

    def reach(self, address: str, curve: Curve, report: Report, t: int) -> Explanation:
        """A mean over the pairs that are watched; the pairs' own norms are not kept in a report."""
        value, n = report["reach"]["h"][t], report["reach"]["n"]
        symbol = rf"\mathrm{{mean}}_X\  \left\lVert \frac{{\partial L}}{{\partial h_{{{t + 1}}}}} \right\rVert"
        name = self.name("reach", curve, report, position=t + 1, n=n)
        return self.over(address, name, symbol, Number(value * n), Number(n), value, WATCH)

    def left(self, address: str, curve: Curve, report: Report) -> Explanation:
        h = report["reach"]["h"]
        top, below = (Number(h[t], f"reach {curve.key} {report['step']} {t}") for t in (0, len(h) - 1))
        symbol = (
            r"\left\lVert \frac{\partial L}{\partial h_1} \right\rVert / "
            rf"\left\lVert \frac{{\partial L}}{{\partial h_{{{len(h)}}}}} \right\rVert"
        )
        return self.over(address, self.name("left", curve, report), symbol, top, below, h[0] / h[-1], WATCH)

    def right(self, address: str, curve: Curve, report: Report) -> Explanation:
        at = Passage(EVALUATE, "evaluate", ("written, _ = greedy", "exact +="))
        symbol = r"\mathrm{mean}_X\  [\,\hat{Y} = Y\,]"
        right, n = Number(report["right"]), Number(report["n"])
        return self.over(address, self.name("exact", curve, report), symbol, right, n, report["exact_match"], at)

    def loss(self, address: str, curve: Curve, report: Report) -> Explanation:
        at = Passage(EVALUATE, "evaluate", ("loss +=",))
        tokens = 2 * report["n"]  # an answer is one symbol and its end
        name = self.name("loss", curve, report)
        symbol = r"-\frac{1}{T} \sum_t \ln P(y_t \mid y_{<t}, X)"
        return self.over(address, name, symbol, Number(report["loss"] * tokens), Number(tokens), report["loss"], at)

    def norm(self, address: str, curve: Curve, report: Report) -> Explanation:
        gradient, head = report["gradient"], Line()
        updates = head.text(gradient["updates"])
        head.latex = rf"\max_{{\mathrm{{updates}} \leq {updates}}} \left\lVert \nabla L \right\rVert"
        clipped = f"{gradient['clipped']} / {gradient['updates']}"
        name = self.name("norm", curve, report, clipped=clipped, mean=exact(gradient["mean"]))
        return Explanation(address, name, (head,), gradient["largest"], gradient["largest"], NORMS)
