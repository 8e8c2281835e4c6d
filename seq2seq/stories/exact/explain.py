"""The numbers of an exact search, each with its equation.

Addresses (n: a beginning; e: an expansion, counted from 0; WHO: greedy, beam, wider, exact or right; t: a token of it):

    token n · total n · bound n · lower e · upper e · sum WHO · score WHO · log WHO t ·
    after wN.N REST (see explain/beneath.py)
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from seq2seq.stories.exact import names
from seq2seq.stories.exact.names import divisor_latex, written
from seq2seq.stories.explain.beneath import Beneath, SearchExplainer, log_softmax
from seq2seq.stories.explain.equation import Explanation
from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.tokens import quoted
from seq2seq.traces.contest import ContestTrace
from seq2seq.traces.exact import ENDED
from seq2seq.words import Words

SHOWN = 3  # of the bounds that the most promising is the largest of


def sum_explained(address: str, told: str, parts: list[Number], value: float) -> Explanation:
    """A log-probability as the sum of those of its tokens."""
    line, values = Line(), Line(head=6, tail=2)
    line.latex = r"\ln P(Y \mid X) = \sum_t \ln P(y_t \mid y_{<t}, X)"
    values.latex = "= " + values.elided(parts, values.factor)
    return Explanation(address, told, (line, values), value, math.fsum(p.value for p in parts), names.TOTAL)


class ExactExplainer(SearchExplainer):
    """Explains the numbers of one contest."""

    def __init__(self, contest: ContestTrace, words: Words, beneath: Beneath | None = None) -> None:
        self.contest, self.trace, self.words, self.beneath = contest, contest.exact, words, beneath
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "token": self.token, "total": self.total, "bound": self.bound, "lower": self.lower, "upper": self.upper,
            "sum": self.sum, "score": self.score, "log": self.log,
        }  # fmt: skip

    def name(self, key: str, **slots: object) -> str:
        return self.words.say(f"exact.explain.{key}", **slots)

    def of_token(self, address: str, value: float, token: int, begun: Sequence[int], before: str) -> Explanation:
        """The log-probability of one token after some: from the logits, or given by a table."""
        line, values = Line(), Line()
        line.latex = r"\ln P(y_t \mid y_{<t}, X)"
        sign = quoted(self.trace.vocabulary[token])
        told = self.name("token", token=sign, before=before)
        if self.beneath is None:
            values.latex = rf"= \ln {values.text(f'{math.exp(value):.6g}')}"
            return Explanation(address, told, (line, values), value, value, names.TABLE, given=True)
        logits = self.beneath.logits(begun)
        line.latex += rf" = \ell_{{{line.text(sign)}}} - \ln \sum_w \exp(\ell_w)"
        values.latex = rf"= {values.number(logits[token])} - \ln \left({values.powers(logits)}\right)"
        return Explanation(address, told, (line, values), value, log_softmax(logits[token], logits), names.TOKEN)

    # ---- beginnings

    def token(self, n: int) -> Explanation:
        trace = self.trace
        path = [int(trace.token[node]) for node in trace.path(n)]
        before = written(trace, int(trace.parent[n]))
        return self.of_token(f"token {n}", float(trace.log_prob[n]), path[-1], path[:-1], before)

    def total(self, n: int) -> Explanation:
        trace = self.trace
        parts = [Number(float(trace.log_prob[node]), f"token {node}") for node in trace.path(n)]
        told = self.name("total", beginning=written(trace, n))
        return sum_explained(f"total {n}", told, parts, float(trace.total[n]))

    def bound(self, n: int) -> Explanation:
        trace, penalty = self.trace, self.trace.asked.penalty
        total, length = Number(float(trace.total[n]), f"total {n}"), int(trace.length[n])
        if trace.fate[n] == ENDED:
            told = self.name("output", output=written(trace, n))
            return self.divided(f"bound {n}", told, total, length, float(trace.bound[n]))
        line, values, longest = Line(), Line(), trace.asked.limits.longest
        line.latex = r"\max\left(\frac{\ln P}{\mathrm{lp}(t)},\ \frac{\ln P}{\mathrm{lp}(t_{\max})}\right)"
        now, then = (
            rf"\frac{{{values.number(total)}}}{{{divisor_latex(penalty, values, count)}}}"
            for count in (length, longest)
        )
        values.latex = rf"= \max\left({now},\ {then}\right)"
        told = self.name("bound", beginning=written(trace, n), length=length, longest=longest)
        computed = max(total.value / penalty.divisor(length), total.value / penalty.divisor(longest))
        return Explanation(f"bound {n}", told, (line, values), float(trace.bound[n]), computed, names.BOUND)

    def divided(self, address: str, told: str, total: Number, length: int, value: float) -> Explanation:
        """A score: a log-probability by the penalty of its length."""
        penalty, line, values = self.trace.asked.penalty, Line(), Line()
        line.latex = r"\mathrm{score}(Y) = \frac{\ln P(Y \mid X)}{\mathrm{lp}(|Y|)}"
        values.latex = rf"= \frac{{{values.number(total)}}}{{{divisor_latex(penalty, values, length)}}}"
        computed = total.value / penalty.divisor(length)
        return Explanation(address, told, (line, values), value, computed, names.SCORE)

    # ---- the two bounds

    def lower(self, e: int) -> Explanation:
        """The best score of an output met so far: the beam's, or that of a beginning that ended."""
        trace, value, line, values = self.trace, float(self.trace.lower[e]), Line(), Line()
        line.latex = r"\max_{Y\ \mathrm{found}} \mathrm{score}(Y)"
        ended = np.flatnonzero((trace.fate == ENDED) & (trace.born <= e))
        nodes = ended[np.argsort(-trace.bound[ended], kind="stable")][:SHOWN].tolist()
        beam = Number(trace.beam_output.score, "score beam")
        every = [beam, *(Number(float(trace.bound[n]), f"bound {n}") for n in nodes)]
        shown = r",\ ".join(values.number(number) for number in every)
        values.latex = rf"= \max({shown}{', ...' if len(ended) > SHOWN else ''})".replace("...", r"\ \ldots")
        told, computed = self.name("lower", e=e + 1), max(number.value for number in every)
        return Explanation(f"lower {e}", told, (line, values), value, computed, names.BETTER)

    def upper(self, e: int) -> Explanation:
        """The most that an open beginning promises; no less than the best output."""
        trace, value, line, values = self.trace, float(self.trace.upper[e]), Line(), Line()
        nodes = trace.open_after(e).tolist()
        every = [Number(float(trace.bound[n]), f"bound {n}") for n in nodes[:SHOWN]]
        lower = Number(float(trace.lower[e]), f"lower {e}")
        line.latex = r"\max\left(\max_{\mathrm{open}} \mathrm{bound},\ "
        line.latex += r"\max_{Y\ \mathrm{found}} \mathrm{score}(Y)\right)"
        shown = r",\ ".join(values.number(number) for number in every)
        if len(nodes) > SHOWN:
            shown += r",\ \ldots"
        values.latex = rf"= \max({shown + ';' if every else ''}\ {values.number(lower)})"
        told = self.name("upper", e=e + 1, open=len(nodes))
        computed = max(number.value for number in [*every, lower])
        return Explanation(f"upper {e}", told, (line, values), value, computed, names.GAP)

    # ---- outputs

    def sum(self, who: str) -> Explanation:
        found = self.contest.who(who)
        parts = [Number(value, f"log {who} {t}") for t, value in enumerate(found.log_probs)]
        told = self.name("sum", output=names.cut(found.text), who=names.who(found, self.words))
        return sum_explained(f"sum {who}", told, parts, found.output.log_prob)

    def score(self, who: str) -> Explanation:
        found = self.contest.who(who)
        told = self.name("score", output=names.cut(found.text), who=names.who(found, self.words))
        total = Number(found.output.log_prob, f"sum {who}")
        return self.divided(f"score {who}", told, total, names.length_of(found.output), found.output.score)

    def log(self, who: str, t: int) -> Explanation:
        found, vocabulary = self.contest.who(who), self.trace.vocabulary
        tokens = found.output.tokens
        before = "".join(quoted(vocabulary[number]) for number in tokens[:t]) or "…"
        return self.of_token(f"log {who} {t}", found.log_probs[t], tokens[t], tokens[:t], before)
