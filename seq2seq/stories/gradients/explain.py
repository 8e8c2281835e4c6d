"""The equations of a backward pass, with the numbers of its traces.

Addresses (arm: its key, or "doubled"; s: "h" or "c"; t: position, from 0; j, u: units, an LSTM's c behind h):

    norm arm s t · mean arm s t · unit arm s t u · looked arm t · straight arm t u · start arm s u · ratio arm t ·
    carried arm t · stretch arm t · factor arm t j u · weight arm row u
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from seq2seq.stories.explain.equation import Addressed, Explanation, dot
from seq2seq.stories.explain.vectors import present
from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.gradients.arms import Reach, arm_name
from seq2seq.stories.gradients.curves_explain import CurvesExplainer
from seq2seq.stories.gradients.local import entry
from seq2seq.stories.gradients.steps import BACKWARD, FACTORS, LOOKED, MEANS, SCALED, gradient, norm_of
from seq2seq.stories.sources import Passage, cell_passage
from seq2seq.words import Words

__all__ = ["CurvesExplainer", "GradientExplainer"]
WEIGHTS = Passage("models/cells.py", "cell_weights", ("return",))


class GradientExplainer(Addressed):
    """Explains the numbers of every arm."""

    def __init__(self, reach: Reach, words: Words) -> None:
        self.reach, self.words = reach, words
        self.traces = dict(reach.traces) | ({"doubled": reach.doubled} if reach.doubled else {})
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "norm": self.norm, "mean": self.mean, "unit": self.unit, "looked": self.looked, "straight": self.straight,
            "start": self.start, "ratio": self.ratio, "carried": self.carried, "stretch": self.stretch,
            "factor": self.factor, "weight": self.weight,
        }  # fmt: skip

    def find(self, kind: str, index: list[str]) -> Explanation:
        """Of an arm, and of h or c: "unit rnn h 3 5"."""
        key, *rest = index
        states = [rest.pop(0)] if kind in ("norm", "mean", "unit", "start") else []
        if not set(states) <= set(self.traces[key].states):
            raise KeyError(states)
        return self.kinds[kind](key, *states, *map(self.counted, rest))

    def called(self, kind: str, key: str, **slots: object) -> str:
        """What a number is, in words."""
        arm = arm_name(self.reach.hand if key == "doubled" else key, self.reach.forget_bias, self.words)
        return self.words.say(f"gradients.explain.{kind}", arm=arm, **slots)

    def units(self, key: str, state: str, t: int) -> list[Number]:
        """∂L/∂h_t or ∂L/∂c_t."""
        values = self.traces[key].of(state)[t].tolist()
        return [Number(v, f"unit {key} {state} {t} {u}") for u, v in enumerate(values)]

    def length(
        self, address: str, name: str, symbol: str, numbers: Sequence[Number], value: float, at: Passage
    ) -> Explanation:
        """The norm of a vector: the root of the sum of its squares."""
        head, line = Line(), Line()
        head.latex = symbol
        squares = line.elided(list(numbers), lambda number: rf"{line.factor(number)}^2")
        line.latex = rf"= \sqrt{{{squares}}}"
        computed = math.sqrt(dot(numbers, numbers))
        return Explanation(address, name, (head, line), value, computed, at)

    def norm(self, key: str, state: str, t: int) -> Explanation:
        numbers = self.units(key, state, t)
        value = float(np.linalg.norm(self.traces[key].of(state)[t]))
        name = self.called("norm", key, state=state, position=t + 1)
        return self.length(
            f"norm {key} {state} {t}", name, norm_of(gradient(str(t + 1), state)), numbers, value, BACKWARD
        )

    def mean(self, key: str, state: str, t: int) -> Explanation:
        trace = self.traces[key]
        norms = present(trace.h_norms if state == "h" else trace.c_norms)
        column = [Number(v) for v in norms[:, t].tolist()]
        head, line, n = Line(), Line(), len(column)
        head.latex = rf"\mathrm{{mean}}_X\  {norm_of(gradient(str(t + 1), state))}"
        total = line.elided(column, line.number)
        line.latex = rf"= \frac{{{total}}}{{{line.text(n)}}}"
        computed = math.fsum(number.value for number in column) / n
        name = self.called("mean", key, state=state, position=t + 1, n=n)
        return Explanation(f"mean {key} {state} {t}", name, (head, line), float(norms[:, t].mean()), computed, MEANS)

    def unit(self, key: str, state: str, t: int, u: int) -> Explanation:
        """What the recurrence carries from the position after, and what attention brings straight."""
        trace = self.traces[key]
        H, value = trace.h.shape[1], float(trace.of(state)[t][u])
        if u >= H:
            raise IndexError(u)
        line, head = Line(), Line()
        straight = None
        if trace.looked is not None and state == "h":
            straight = Number(float(trace.looked[t, u]), f"straight {key} {t} {u}")
        if t == len(trace.source) - 1:
            begin = present(trace.start_h if state == "h" else trace.start_c)
            first = Number(float(begin[u]), f"start {key} {state} {u}")
            head.latex, numbers, computed = r"\frac{\partial L}{\partial s_0}", line.number(first), first.value
            passage = BACKWARD
        else:
            column = u + (H if state == "c" else 0)
            factors = [
                Number(v, f"factor {key} {t + 1} {j} {column}")
                for j, v in enumerate(trace.factors[t + 1, :, column].tolist())
            ]
            after = [number for part in trace.states for number in self.units(key, part, t + 1)]
            after_name = gradient(str(t + 2), "(h,c)" if trace.c is not None else "h")
            head.latex = rf"\sum_j J_{{j{u + 1}}} \left({after_name}\right)_j"
            numbers, computed, passage = line.products(factors, after), dot(factors, after), cell_passage(trace.cell)
        if straight:
            head.latex += rf" + \left[{gradient(str(t + 1))}\right]_{{\mathrm{{att}}}}"
            numbers, computed = rf"{numbers} + {line.factor(straight)}", computed + straight.value
        line.latex = rf"= {numbers}"
        name = self.called("unit", key, state=state, position=t + 1, unit=u + 1)
        return Explanation(f"unit {key} {state} {t} {u}", name, (head, line), value, computed, passage)

    def looked(self, key: str, t: int) -> Explanation:
        looked = present(self.traces[key].looked)
        numbers = [Number(v, f"straight {key} {t} {u}") for u, v in enumerate(looked[t].tolist())]
        symbol = norm_of(rf"\left[{gradient(str(t + 1))}\right]_{{\mathrm{{att}}}}")
        name = self.called("looked", key, position=t + 1)
        return self.length(f"looked {key} {t}", name, symbol, numbers, float(np.linalg.norm(looked[t])), LOOKED)

    def given(self, address: str, name: str, symbol: str, value: float, passage: Passage) -> Explanation:
        """A number where our way down ends: what autograd, or the start of the training, gave."""
        head = Line()
        head.latex = symbol
        return Explanation(address, name, (head,), value, value, passage, given=True)

    def straight(self, key: str, t: int, u: int) -> Explanation:
        looked = present(self.traces[key].looked)
        symbol = rf"\left[{gradient(str(t + 1))}\right]_{{\mathrm{{att}}}}"
        name = self.called("straight", key, position=t + 1, unit=u + 1)
        return self.given(f"straight {key} {t} {u}", name, symbol, float(looked[t, u]), LOOKED)

    def start(self, key: str, state: str, u: int) -> Explanation:
        values = present(self.traces[key].start_h if state == "h" else self.traces[key].start_c)
        name = self.called("start", key, state=state, unit=u + 1)
        return self.given(
            f"start {key} {state} {u}", name, r"\frac{\partial L}{\partial s_0}", float(values[u]), BACKWARD
        )

    def ratio(self, key: str, t: int) -> Explanation:
        norms = self.traces[key].norms
        here, after = (Number(float(norms[i]), f"norm {key} h {i}") for i in (t, t + 1))
        head, line = Line(), Line()
        head.latex = rf"{norm_of(gradient(str(t + 1)))} / {norm_of(gradient(str(t + 2)))}"
        line.latex = rf"= \frac{{{line.number(here)}}}{{{line.number(after)}}}"
        value = here.value / after.value
        name = self.called("ratio", key, position=t + 1, after=t + 2)
        return Explanation(f"ratio {key} {t}", name, (head, line), value, here.value / after.value, BACKWARD)

    def carried(self, key: str, t: int) -> Explanation:
        """Of a step back from position t: the norm of what arrives over the norm of what left."""
        trace = self.traces[key]
        if not t:
            raise IndexError(t)
        whole = [number for state in trace.states for number in self.units(key, state, t)]
        arrived = [dot([Number(v) for v in column], whole) for column in trace.factors[t].T.tolist()]
        below = math.sqrt(dot(whole, whole))
        head, line = Line(), Line()
        state = "(h,c)" if trace.c is not None else "h"
        after = gradient(str(t + 1), state)
        arrived_latex = rf"J_{{{t + 1}}}^{{\top}} {after}"
        head.latex = rf"{norm_of(arrived_latex)} / {norm_of(after)}"
        top = math.sqrt(math.fsum(v * v for v in arrived))
        line.latex = rf"= \frac{{{line.number(Number(top))}}}{{{line.number(Number(below))}}}"
        name = self.called("carried", key, position=t + 1, before=t)
        value = float(trace.carried[t])
        return Explanation(f"carried {key} {t}", name, (head, line), value, top / below if below else 0.0, FACTORS)

    def stretch(self, key: str, t: int) -> Explanation:
        """The largest singular value: the root of the largest eigenvalue of JᵀJ."""
        trace = self.traces[key]
        if not t:
            raise IndexError(t)
        largest = float(np.linalg.eigvalsh(trace.factors[t].T @ trace.factors[t])[-1])
        head, line = Line(), Line()
        head.latex = rf"\left\lVert J_{{{t + 1}}} \right\rVert_2 = \sqrt{{\lambda_{{\max}}(J^{{\top}} J)}}"
        line.latex = rf"= \sqrt{{{line.number(Number(largest))}}}"
        name, computed = self.called("stretch", key, position=t + 1, before=t), math.sqrt(max(largest, 0.0))
        return Explanation(f"stretch {key} {t}", name, (head, line), float(trace.stretch[t]), computed, FACTORS)

    def factor(self, key: str, t: int, j: int, u: int) -> Explanation:
        trace = self.traces[key]
        value, found = float(trace.factors[t, j, u]), entry(trace, key, t, j, u)
        H = trace.h.shape[1]
        slots = {"to": f"{'hc'[j // H]}{j % H + 1}", "source": f"{'hc'[u // H]}{u % H + 1}"}
        name = self.called("factor", key, position=t + 1, before=t, **slots)
        return Explanation(
            f"factor {key} {t} {j} {u}", name, found.lines, value, found.computed, cell_passage(trace.cell)
        )

    def weight(self, key: str, row: int, u: int) -> Explanation:
        value = float(self.traces[key].u[row, u])
        name = self.called("weight", key, row=row + 1, unit=u + 1)
        passage = WEIGHTS if self.reach.trained else SCALED
        return self.given(f"weight {key} {row} {u}", name, rf"U_{{{row + 1},{u + 1}}}", value, passage)
