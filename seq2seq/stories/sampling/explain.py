"""The numbers of one drawn output, each with its equation.

Addresses (t: token of the output, from 0; v: a token's number in the vocabulary; i: a source position; STAGE: model,
temperature, top_k, top_p):

    STAGE t v · others STAGE t (all without a row) · kept STAGE t (what stays had so much before the cut) · sum t v
    (running sum before the cut by p) · reach t v (where a token begins on the line) · draw t · entropy STAGE t ·
    weight t i · whole model, whole drawn (log-probabilities of the output) · after wN.N REST (see explain/beneath.py)
"""

import math
from collections.abc import Callable, Sequence

from seq2seq.stories.explain.beneath import Beneath, SearchExplainer, instead_of
from seq2seq.stories.explain.equation import Explanation, softmax
from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.sampling import names
from seq2seq.stories.sampling.names import stage_name
from seq2seq.stories.sampling.scene import groups
from seq2seq.stories.tokens import quoted
from seq2seq.traces.sampling import STAGES, SampleTrace, falling
from seq2seq.words import Words


class SamplingExplainer(SearchExplainer):
    """Explains the numbers of one output."""

    def __init__(self, trace: SampleTrace, words: Words, beneath: Beneath | None = None) -> None:
        self.trace, self.words, self.cut, self.beneath = trace, words, trace.asked.cut, beneath
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "model": self.model, "temperature": self.temperature, "top_k": self.top_k, "top_p": self.top_p,
            "others": self.others, "kept": self.kept, "sum": self.sum, "reach": self.reach, "draw": self.draw,
            "entropy": self.entropy, "weight": self.weight, "whole": self.whole,
        }  # fmt: skip

    # ---- what several numbers need

    def probs(self, stage: str, t: int) -> list[float]:
        """The distribution (V,) after a stage, in float64."""
        values: list[float] = self.trace.stages[stage][t].astype(float).tolist()
        return values

    def at(self, stage: str, t: int, v: int) -> Number:
        """A probability and its address."""
        return Number(self.probs(stage, t)[v], f"{stage} {t} {v}")

    def written(self, t: int) -> list[int]:
        """The tokens before token t of the output."""
        written: list[int] = self.trace.chosen[:t].tolist()
        return written

    def token(self, v: int) -> str:
        return quoted(self.trace.vocabulary[v])

    def name(self, key: str, **slots: object) -> str:
        return self.words.say(f"sampling.explain.{key}", **slots)

    def told(self, key: str, stage: str, t: int, v: int) -> str:
        """What a probability is, in words."""
        return self.name(key, token=self.token(v), number=t + 1, stage=stage_name(stage, self.cut, self.words))

    def order(self, stage: str, t: int) -> list[int]:
        """Tokens that have a probability, from the most probable down."""
        probs = self.trace.stages[stage][t]
        return [n for n in falling(probs).tolist() if probs[n] > 0]

    # ---- probabilities, stage by stage

    def model(self, t: int, v: int) -> Explanation:
        prob = self.probs("model", t)[v]
        line, values = Line(), Line()
        token = self.token(v)
        line.latex = rf"P({line.text(token)}) = \frac{{\exp(\ell_{{{line.text(token)}}})}}{{\sum_w \exp(\ell_w)}}"
        told = self.told("model", "model", t, v)
        if prob <= 0:
            values.latex = values.text(self.name("never"))
            return Explanation(f"model {t} {v}", told, (line, values), 0.0, 0.0, names.SOFTMAX, given=True)
        if self.beneath is None:
            values.latex = rf"= {values.number(Number(prob))}"
            return Explanation(f"model {t} {v}", told, (values,), prob, prob, names.SOFTMAX, given=True)
        logits = self.beneath.logits(self.written(t))
        allowed = [logits[n] for n in self.order("model", t)]  # what may not be written has no share
        values.latex = rf"= \frac{{\exp({values.number(logits[v])})}}{{{values.powers(allowed)}}}"
        computed = softmax(logits[v].value, allowed)
        return Explanation(f"model {t} {v}", told, (line, values), prob, computed, names.SOFTMAX)

    def temperature(self, t: int, v: int) -> Explanation:
        heat, address, value = self.cut.temperature, f"temperature {t} {v}", self.probs("temperature", t)[v]
        own, line, values = self.at("model", t, v), Line(), Line()
        told = self.told("temperature", "temperature", t, v)
        if heat == 0:
            best = self.order("model", t)[0]
            line.latex = r"\lim_{T \to 0} \frac{P(y)^{1/T}}{\sum_w P(w)^{1/T}}"
            values.latex = values.text(self.name("best" if v == best else "not_best", token=self.token(best)))
            return Explanation(address, told, (line, values), value, float(v == best), names.COLD)
        every = [self.at("model", t, n) for n in self.order("model", t)]
        line.latex = r"\mathrm{softmax}(\ell / T)_y = \frac{P(y)^{1/T}}{\sum_w P(w)^{1/T}}"
        power = rf"^{{1/{values.text(f'{heat:g}')}}}"
        below = values.elided(every, lambda number: f"{values.number(number)}{power}")
        values.latex = rf"= \frac{{{values.number(own)}{power}}}{{{below}}}"
        largest = every[0].value
        sum_ = math.fsum((number.value / largest) ** (1 / heat) for number in every)
        computed = (own.value / largest) ** (1 / heat) / sum_
        return Explanation(address, told, (line, values), value, computed, names.CUTS["temperature"])

    def top_k(self, t: int, v: int) -> Explanation:
        return self.shared("temperature", "top_k", t, v)

    def top_p(self, t: int, v: int) -> Explanation:
        return self.shared("top_k", "top_p", t, v)

    def shared(self, before: str, after: str, t: int, v: int) -> Explanation:
        """What a token had, divided by what all that stay had; nothing if it does not stay."""
        own, value, address = self.at(before, t, v), self.probs(after, t)[v], f"{after} {t} {v}"
        stay = [self.at(before, t, n) for n in self.order(after, t)]
        line, values = Line(), Line()
        told = self.told("shared", after, t, v)
        setting = {"top_k": (r"\mathrm{top\ k}", f"{self.cut.top_k or len(self.trace.vocabulary)}"),
                   "top_p": (r"\mathrm{top\ p}", f"{self.cut.top_p:g}")}[after]  # fmt: skip
        line.latex = rf"\frac{{P(y)}}{{\sum_{{w \in S}} P(w)}} \quad ({setting[0]} = {line.text(setting[1])})"
        if value == 0:
            values.latex = values.text(self.name("removed" if own.value > 0 else "never"))
            return Explanation(address, told, (line, values), 0.0, 0.0, names.CUTS[after])
        values.latex = rf"= \frac{{{values.number(own)}}}{{{values.elided(stay, values.number)}}}"
        computed = own.value / math.fsum(number.value for number in stay)
        return Explanation(address, told, (line, values), value, computed, names.CUTS[after])

    def others(self, stage: str, t: int) -> Explanation:
        rows = groups(self.trace, t)
        if rows[-1].own:
            raise IndexError(t)
        told = self.name("others", count=len(rows[-1].tokens), number=t + 1, stage=self.stage(stage))
        probs = self.probs(stage, t)
        parts = sorted((self.at(stage, t, n) for n in rows[-1].tokens), key=lambda number: -number.value)
        value = math.fsum(probs[n] for n in rows[-1].tokens)
        return self.added(f"others {stage} {t}", told, parts, value, r"\sum_w P(w)", names.CUTS[stage])

    def stage(self, stage: str) -> str:
        return stage_name(stage, self.cut, self.words)

    def added(
        self, address: str, told: str, parts: Sequence[Number], value: float, symbols: str, passage: names.Passage
    ) -> Explanation:
        """A sum of numbers; of none, 0."""
        line, values = Line(), Line()
        line.latex = symbols
        values.latex = f"= {values.elided(parts, values.number)}" if parts else f"= {values.text(0)}"
        return Explanation(address, told, (line, values), value, math.fsum(n.value for n in parts), passage)

    # ---- sums

    def kept(self, stage: str, t: int) -> Explanation:
        before = STAGES[STAGES.index(stage) - 1]
        parts = [self.at(before, t, n) for n in self.order(stage, t)]
        told = self.name("kept", number=t + 1, count=len(parts), stage=self.stage(stage))
        if stage not in ("top_k", "top_p"):
            raise KeyError(stage)
        value = float(self.trace.stages[before][t][self.trace.stages[stage][t] > 0].sum())
        return self.added(f"kept {stage} {t}", told, parts, value, r"\sum_{w \in S} P(w)", names.CUTS[stage])

    def sum(self, t: int, v: int) -> Explanation:
        order = self.order("top_k", t)
        parts = [self.at("top_k", t, n) for n in order[: order.index(v) + 1]]
        told = self.told("sum", "top_k", t, v)
        value = float(self.trace.stages["top_k"][t][order[: order.index(v) + 1]].sum())
        return self.added(f"sum {t} {v}", told, parts, value, r"\sum_{P(w) \ge P(y)} P(w)", names.CUTS["top_p"])

    def reach(self, t: int, v: int) -> Explanation:
        if self.probs("top_p", t)[v] <= 0:
            raise IndexError(v)
        before = self.trace.below(t, v)
        parts = [self.at("top_p", t, n) for n in before.tolist()]
        value = float(self.trace.stages["top_p"][t][before].sum())
        told = self.told("reach", "top_p", t, v)
        return self.added(f"reach {t} {v}", told, parts, value, r"\sum_{P(w) > P(y)} P(w)", names.DRAW)

    def draw(self, t: int) -> Explanation:
        value, chosen, line = float(self.trace.drawn[t]), int(self.trace.chosen[t]), Line()
        begin = Number(float(self.trace.stages["top_p"][t][self.trace.below(t, chosen)].sum()), f"reach {t} {chosen}")
        line.latex = rf"\xi \sim \mathcal{{U}}[0, 1) \\ {line.number(begin)} \le \xi < {line.number(begin)}"
        line.latex += rf" + {line.number(self.at('top_p', t, chosen))}"
        told = self.name("draw", number=t + 1, token=self.token(chosen), seed=self.trace.asked.seed)
        return Explanation(f"draw {t}", told, (line,), value, value, names.DRAW, given=True)

    # ---- the rest

    def entropy(self, stage: str, t: int) -> Explanation:
        parts = [self.at(stage, t, n) for n in self.order(stage, t)]
        line, values = Line(), Line()
        line.latex = r"H = -\sum_w P(w) \ln P(w)"
        terms = values.elided(parts, lambda number: rf"{values.number(number)} \,\ln {values.number(number)}")
        values.latex = rf"= -({terms})"
        told = self.name("entropy", number=t + 1, stage=self.stage(stage))
        value = self.trace.entropy(t, stage)
        computed = -math.fsum(number.value * math.log(number.value) for number in parts)
        return Explanation(f"entropy {stage} {t}", told, (line, values), value, max(0.0, computed), names.ENTROPY)

    def weight(self, t: int, i: int) -> Explanation:
        if self.trace.weights is None or self.beneath is None:
            raise IndexError(i)
        told = self.name("weight", token=quoted(self.trace.source[i]), number=t + 1)
        found = self.beneath.weight(self.written(t), i)
        return instead_of(found, f"weight {t} {i}", told, float(self.trace.weights[t, i]))

    def whole(self, which: str) -> Explanation:
        stage = {"model": "model", "drawn": "top_p"}[which]
        value = self.trace.log_prob_after(stage)
        parts = [self.at(stage, t, n) for t, n in enumerate(self.trace.chosen.tolist())]
        line, values = Line(tail=2), Line(tail=2)
        line.latex = r"\ln P(Y) = \sum_t \ln P(y_t)"
        values.latex = "= " + values.elided(parts, lambda number: rf"\ln {values.number(number)}")
        computed = math.fsum(math.log(number.value) for number in parts)
        told = self.name(f"whole.{which}")
        return Explanation(f"whole {which}", told, (line, values), value, computed, names.TOTAL)
