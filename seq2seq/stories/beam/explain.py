"""The numbers of a beam search, each with its equation.

Addresses (n: a candidate's number; e: an expanded hypothesis; i: a source position; t: a step; all counted from 0):

    edge n · total n · score n · rated n KIND α (its score under another penalty) · divisor n · bound n · guess n ·
    weight e i · greedy t (the total of greedy's first t + 1 tokens) · after wN.N REST (see explain/beneath.py)
"""

import math
from collections.abc import Callable

from seq2seq.stories.beam import passages
from seq2seq.stories.beam.names import written
from seq2seq.stories.explain.beneath import Beneath, SearchExplainer, instead_of, log_softmax
from seq2seq.stories.explain.equation import Explanation
from seq2seq.stories.formulas import Line, Number, exact
from seq2seq.stories.tokens import quoted
from seq2seq.traces.scoring import ALPHA_HIGHEST, ALPHA_LOWEST, PENALTIES, POWER, LengthPenalty
from seq2seq.traces.search import FINISHED, ROOT, SearchTrace
from seq2seq.words import Words


class BeamExplainer(SearchExplainer):
    """Explains the numbers of one search."""

    def __init__(self, trace: SearchTrace, words: Words, beneath: Beneath | None = None) -> None:
        self.trace, self.words, self.beneath = trace, words, beneath
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "edge": self.edge, "total": self.total, "score": self.score, "rated": self.rated, "divisor": self.divisor,
            "bound": self.bound, "guess": self.guess, "weight": self.weight, "greedy": self.greedy,
        }  # fmt: skip

    def name(self, key: str, **slots: object) -> str:
        return self.words.say(f"beam.explain.{key}", **slots)

    def edge(self, n: int) -> Explanation:
        """The log-probability of one token: from the logits, or given by a table."""
        trace = self.trace
        value, parent = float(trace.log_prob[n]), int(trace.parent[n])
        token, behind = quoted(trace.vocabulary[int(trace.token[n])]), written(trace, parent)
        line, values = Line(), Line()
        line.latex = rf"\ln P(y_{{{line.text(int(trace.step[n]) + 1)}}} = {line.text(token)} \mid {line.text(behind)})"
        told = self.name("edge", token=token, behind=behind)
        if self.beneath is None:
            values.latex = rf"= \ln {values.text(exact(math.exp(value)))}"
            return Explanation(f"edge {n}", told, (line, values), value, value, passages.PREDICT, given=True)
        logits = self.beneath.logits(trace.numbers(parent))
        own = logits[int(trace.token[n])]
        line.latex += rf" = \ell_{{{line.text(token)}}} - \ln \sum_w \exp(\ell_w)"
        values.latex = rf"= {values.number(own)} - \ln \left({values.powers(logits)}\right)"
        computed = log_softmax(own, logits)
        return Explanation(f"edge {n}", told, (line, values), value, computed, passages.PREDICT)

    def total(self, n: int) -> Explanation:
        """A hypothesis: its parent's total, and one token more."""
        trace, parent = self.trace, int(self.trace.parent[n])
        line, values = Line(), Line()
        before = Number(float(trace.total[parent]), f"total {parent}") if parent != ROOT else Number(0.0)
        last = Number(float(trace.log_prob[n]), f"edge {n}")
        text = written(trace, n)
        line.latex = rf"\ln P({line.text(text)}) = \ln P(y_1 \ldots y_{{t-1}}) + \ln P(y_t \mid y_1 \ldots y_{{t-1}})"
        values.latex = rf"= {values.number(before)} + {values.factor(last)}"
        told = self.name("total", text=text, p=exact(math.exp(float(trace.total[n]))))
        computed = before.value + last.value
        return Explanation(f"total {n}", told, (line, values), float(trace.total[n]), computed, passages.EXPAND)

    # ---- scores

    def score(self, n: int) -> Explanation:
        """A finished output's score under the penalty of the search."""
        if self.trace.status[n] != FINISHED:
            raise IndexError(n)
        told = self.name("score", text=written(self.trace, n))
        return self.quotient(f"score {n}", told, n, self.trace.asked.penalty, float(self.trace.score[n]))

    def rated(self, n: int, kind: str, alpha: str | int) -> Explanation:
        """The same under a penalty that the learner has set."""
        penalty = LengthPenalty(float(alpha), kind)
        if kind not in PENALTIES or not ALPHA_LOWEST <= penalty.alpha <= ALPHA_HIGHEST:
            raise ValueError(kind)
        value = float(self.trace.rescored(penalty)[n])
        if math.isnan(value):
            raise IndexError(n)
        told = self.name("rated", text=written(self.trace, n), alpha=f"{penalty.alpha:g}")
        return self.quotient(f"rated {n} {kind} {alpha}", told, n, penalty, value)

    def quotient(self, address: str, told: str, n: int, penalty: LengthPenalty, value: float) -> Explanation:
        """A log-probability over the penalty of a length."""
        length, line, values, last = int(self.trace.step[n]) + 1, Line(), Line(), Line()
        total = Number(float(self.trace.total[n]), f"total {n}")
        below = r"|Y|^{\alpha_{lp}}" if penalty.kind == POWER else r"((5 + |Y|) / 6)^{\alpha_{lp}}"
        line.latex = rf"\frac{{\ln P(Y)}}{{{below}}}"
        base = values.text(length) if penalty.kind == POWER else rf"((5 + {values.text(length)}) / 6)"
        upper = rf"{{{values.text(f'{penalty.alpha:g}')}}}"
        values.latex = rf"= \frac{{{values.number(total)}}}{{{base}^{upper}}}"
        last.latex = rf"= \frac{{{last.number(total)}}}{{{last.text(exact(penalty.divisor(length)))}}}"
        computed = total.value / (length if penalty.kind == POWER else (5 + length) / 6) ** penalty.alpha
        return Explanation(address, told, (line, values, last), value, computed, passages.SCORE)

    def divisor(self, n: int) -> Explanation:
        """The penalty of a length."""
        penalty, length, line = self.trace.asked.penalty, int(self.trace.step[n]) + 1, Line()
        base = line.text(length) if penalty.kind == POWER else rf"((5 + {line.text(length)}) / 6)"
        line.latex = rf"{base}^{{{line.text(f'{penalty.alpha:g}')}}}"
        value = penalty.divisor(length)
        told = self.name("divisor", text=written(self.trace, n))
        return Explanation(f"divisor {n}", told, (line,), value, value, passages.DIVISOR)

    def bound(self, n: int) -> Explanation:
        """The most that an output beginning with this hypothesis can score."""
        trace, penalty, length = self.trace, self.trace.asked.penalty, int(self.trace.step[n]) + 1
        longest, total = trace.asked.limits.longest, Number(float(trace.total[n]), f"total {n}")
        line, values = Line(), Line()
        line.latex = r"\max\left(\frac{\ln P}{\mathrm{lp}(t)},\ \frac{\ln P}{\mathrm{lp}(t_{\max})}\right)"
        parts = [
            rf"\frac{{{values.number(total)}}}{{{values.text(exact(penalty.divisor(many)))}}}"
            for many in (length, longest)
        ]
        values.latex = rf"= \max\left({parts[0]},\ {parts[1]}\right)"
        computed = max(total.value / penalty.divisor(many) for many in (length, longest))
        told = self.name("bound", text=written(trace, n), longest=longest)
        value = penalty.bound(total.value, length, longest)
        return Explanation(f"bound {n}", told, (line, values), value, computed, passages.BOUND_OF)

    def guess(self, n: int) -> Explanation:
        """An unfinished hypothesis, scored at the length it has now."""
        penalty, length = self.trace.asked.penalty, int(self.trace.step[n]) + 1
        told = self.name("guess", text=written(self.trace, n))
        return self.quotient(f"guess {n}", told, n, penalty, penalty.score(float(self.trace.total[n]), length))

    # ---- where it looked, and what greedy wrote

    def weight(self, e: int, i: int) -> Explanation:
        """An attention weight: from the scores of its row."""
        trace = self.trace
        if trace.weights is None or self.beneath is None:
            raise IndexError(e)
        value, node = float(trace.weights[e, i]), int(trace.expanded[e])
        told = self.name("weight", text=written(trace, node), token=quoted(trace.source[i]), position=i + 1)
        return instead_of(self.beneath.weight(trace.numbers(node), i), f"weight {e} {i}", told, value)

    def greedy(self, t: int) -> Explanation:
        """The total of greedy's first tokens."""
        path, line, values = self.trace.greedy, Line(), Line()
        parts = [Number(value, f"edge {node}" if node != ROOT else "")
                 for value, node in zip(path.log_probs[: t + 1], path.node, strict=False)]  # fmt: skip
        if t >= len(path.tokens):
            raise IndexError(t)
        line.latex = rf"\sum_{{t'=1}}^{{{line.text(t + 1)}}} \max_y \ln P(y \mid y_1 \ldots y_{{t'-1}})"
        values.latex = "= " + values.elided(parts, values.factor)
        value = math.fsum(path.log_probs[: t + 1])
        text = "".join(quoted(self.trace.vocabulary[number]) for number in path.tokens[: t + 1])
        computed = math.fsum(number.value for number in parts)
        return Explanation(f"greedy {t}", self.name("greedy", text=text), (line, values), value, computed,
                           passages.GREEDY)  # fmt: skip
