"""The equations of a decoding, every one with the numbers of its trace.

Addresses (t output step, i source position, counted from 0; d, u units; v a vocabulary number; −1 as a step is the
decoder's first state):

    weight t i · score t i · hidden t i d · asking t d · key i d · context t d · readout t d · probability t v ·
    logit t v · encoder LAYER WAY GATE i u · decoder LAYER GATE t u · source i d · fed t d · chosen t
"""

import math
from collections.abc import Callable

from seq2seq.stories.explain.cells import CellEquations
from seq2seq.stories.explain.equation import Addressed, Explanation, dot, softmax
from seq2seq.stories.explain.vectors import Vectors
from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.sources import SCORE_PIECES, Passage, cell_passage, stage_passage
from seq2seq.stories.tokens import quoted
from seq2seq.traces import (
    BorrowStart,
    ClampGate,
    DecodingTrace,
    DisturbContext,
    DisturbStart,
    DisturbUnit,
    EraseState,
    LookElsewhere,
)  # fmt: skip
from seq2seq.words import Words

RECURRENT, ATTENTION = "models/recurrent.py", "models/attention.py"


class DecodingExplainer(Addressed):
    """Explains the numbers of one decoding."""

    least = -1  # the decoder's first state stands before its first step

    def __init__(self, trace: DecodingTrace, words: Words) -> None:
        self.trace, self.words, self.vectors = trace, words, Vectors(trace)
        self.cells = CellEquations(self.vectors)
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "weight": self.weight, "score": self.score, "hidden": self.hidden, "asking": self.asking,
            "key": self.key, "context": self.context, "readout": self.readout, "probability": self.probability,
            "logit": self.logit, "encoder": self.encoder, "decoder": self.decoder, "source": self.source,
            "fed": self.fed, "chosen": self.chosen,
        }  # fmt: skip

    def told(
        self, address: str, name: str, lines: list[Line], value: float, computed: float, passage: Passage | None
    ) -> Explanation:
        """An explanation; where a what-if set the number itself, it says just that."""
        if self.is_set(address):
            line = Line()
            line.latex = line.text(self.words.say("explain.set"))
            return Explanation(address, name, (line,), value, value, given=True)
        return Explanation(address, name, tuple(lines), value, computed, passage)

    def is_set(self, address: str) -> bool:
        """Whether the trace's change put this number there, whatever the model computed."""
        change, parts = self.trace.change, address.split()
        if isinstance(change, LookElsewhere):
            return parts[:2] == ["weight", str(change.step)]
        if isinstance(change, DisturbContext) and self.trace.weights is not None:
            return parts[:2] == ["context", str(change.step)]
        if isinstance(change, DisturbContext):
            return parts[0] == "decoder" and parts[-2] == "-1" and parts[2] in ("h", "c")
        if isinstance(change, BorrowStart):
            return parts[0] == "decoder" and parts[3] == "-1" and parts[2] in ("h", "c")
        if isinstance(change, DisturbStart):
            starts = parts[0] == "decoder" and parts[3] == "-1" and parts[2] in ("h", "c")
            return starts and change.noise != 0 and change.first <= int(parts[4]) < change.last
        if isinstance(change, DisturbUnit):
            top = len(self.trace.decoder) - 1
            return address == f"decoder {top} h {change.step} {change.unit}"
        if isinstance(change, ClampGate) and parts[0] == "encoder":
            return change.holds(int(parts[1]), parts[2], parts[3], int(parts[4]), int(parts[5]))
        if isinstance(change, EraseState) and parts[0] == "decoder" and parts[3] == "-1":
            width = self.trace.encoder[-1][change.way]["h"].shape[1]
            at = change.way == "forward" or len(self.trace.directions) == 1
            mine = int(parts[4]) < width if at else int(parts[4]) >= width  # directions side by side
            end = self.trace.order(change.way)[-1]
            return mine and self.trace.erased(int(parts[1]), change.way, parts[2], end)
        return False

    def name(self, key: str, **slots: object) -> str:
        return self.words.say(f"explain.{key}", **slots)

    # ---- attention

    def weight(self, t: int, i: int) -> Explanation:
        trace, scores = self.trace, self.vectors.scores(t)
        line, numbers = Line(), Line()
        own = rf"e_{{{line.text(t + 1)},{line.text(i + 1)}}}"
        line.latex = (
            rf"\alpha_{{{line.text(t + 1)},{line.text(i + 1)}}} = \frac{{\exp({own})}}"
            rf"{{\sum_{{j'}} \exp(e_{{{line.text(t + 1)},j'}})}}"
        )
        numbers.latex = rf"= \frac{{\exp({numbers.number(scores[i])})}}{{{numbers.powers(scores)}}}"
        name = self.name("weight", number=t + 1, token=quoted(trace.source[i]), position=i + 1)
        passage = Passage(ATTENTION, "weigh", ("softmax",))
        value = float(self.vectors.weights(t)[i].value)
        computed = softmax(scores[i].value, scores)
        return self.told(f"weight {t} {i}", name, [line, numbers], value, computed, passage)

    def score(self, t: int, i: int) -> Explanation:
        trace, kind = self.trace, self.trace.attention
        asks = t if trace.asks_before else t + 1
        line, numbers = Line(), Line()
        s, h = (lambda: rf"s_{{{line.text(asks)}}}"), (lambda: rf"h_{{{line.text(i + 1)}}}")
        own = rf"e_{{{line.text(t + 1)},{line.text(i + 1)}}}"
        if kind == "additive":
            left, right = self.vectors.parameter("attention.v"), self.vectors.hidden(t, i)
            line.latex = rf"{own} = v_a^\top \tanh(W_a {s()} + U_a {h()})"
        else:
            left, right = self.vectors.query(t), self.vectors.keys(i)
            middle = " W_a" if kind == "general" else ""
            line.latex = rf"{own} = {s()}^\top{middle} {h()}"
        numbers.latex = rf"= {numbers.products(left, right)}"
        computed = dot(left, right)
        if kind == "scaled_dot":
            line.latex = rf"{own} = \frac{{{s()}^\top {h()}}}{{\sqrt{{D}}}}"
            numbers.latex = rf"= \frac{{{numbers.products(left, right)}}}{{\sqrt{{{numbers.text(len(left))}}}}}"
            computed /= math.sqrt(len(left))
        name = self.name("score", number=t + 1, token=quoted(trace.source[i]), position=i + 1)
        passage = Passage(ATTENTION, "Attention.compare", SCORE_PIECES[kind])
        value = self.vectors.scores(t)[i].value
        return self.told(f"score {t} {i}", name, [line, numbers], value, computed, passage)

    def hidden(self, t: int, i: int, d: int) -> Explanation:
        asking, key, own = self.vectors.asking(t)[d], self.vectors.keys(i)[d], self.vectors.hidden(t, i)[d]
        line, numbers = Line(), Line()
        line.latex = rf"\tanh(W_a s + U_a h_{{{line.text(i + 1)}}})_{{{line.text(d + 1)}}}"
        numbers.latex = rf"= \tanh({numbers.number(asking)} + {numbers.factor(key)})"
        name = self.name("hidden", number=t + 1, position=i + 1, unit=d + 1)
        passage = Passage(ATTENTION, "Attention.compare", ("hidden = ",))
        computed = math.tanh(asking.value + key.value)
        return self.told(f"hidden {t} {i} {d}", name, [line, numbers], own.value, computed, passage)

    def asking(self, t: int, d: int) -> Explanation:
        name = self.name("asking", number=t + 1, unit=d + 1)
        symbol, passage = r"(W_a s)", Passage(ATTENTION, "Attention.compare", ("asking = ",))
        row, column = self.vectors.row("attention.query.weight", d), self.vectors.query(t)
        return self.product(f"asking {t} {d}", name, symbol, row, column, self.vectors.asking(t)[d], passage)

    def key(self, i: int, d: int) -> Explanation:
        name = self.name("key", token=quoted(self.trace.source[i]), position=i + 1, unit=d + 1)
        symbol, passage = r"(U_a h)", Passage(ATTENTION, "Attention.keys", ("return",))
        if self.trace.attention == "general":
            symbol = r"(W_a h)"
        row, column = self.vectors.row("attention.key.weight", d), self.vectors.states(i)
        return self.product(f"key {i} {d}", name, symbol, row, column, self.vectors.keys(i)[d], passage)

    def context(self, t: int, d: int) -> Explanation:
        weights = self.vectors.weights(t)
        column = [self.vectors.states(i)[d] for i in range(len(weights))]
        line, numbers = Line(), Line()
        c = rf"a_{{{line.text(t + 1)}}}"
        line.latex = (
            rf"({c})_{{{line.text(d + 1)}}} = \sum_j \alpha_{{{line.text(t + 1)},j}}\, (h_j)_{{{line.text(d + 1)}}}"
        )
        numbers.latex = rf"= {numbers.products(weights, column)}"
        name, passage = self.name("context", number=t + 1, unit=d + 1), Passage(ATTENTION, "mix", ("einsum",))
        value, computed = self.vectors.context(t)[d].value, dot(weights, column)
        return self.told(f"context {t} {d}", name, [line, numbers], value, computed, passage)

    def product(
        self, address: str, name: str, symbol: str, row: list[Number], column: list[Number], own: Number,
        passage: Passage,
    ) -> Explanation:  # fmt: skip
        """A unit of a matrix times a vector."""
        line, numbers = Line(), Line()
        line.latex = rf"{symbol}_{{{line.text(address.split()[-1])}}}"
        numbers.latex = rf"= {numbers.products(row, column)}"
        return self.told(address, name, [line, numbers], own.value, dot(row, column), passage)

    # ---- prediction

    def readout(self, t: int, d: int) -> Explanation:
        trace, own, state = self.trace, self.vectors.readout(t)[d], self.vectors.top(t)
        name, line, numbers = self.name("readout", number=t + 1, unit=d + 1), Line(), Line()
        if trace.context is None:
            line.latex = rf"(s_{{{line.text(t + 1)}}})_{{{line.text(d + 1)}}}"
            numbers.latex = rf"= {numbers.number(state[d])}"
            return self.told(f"readout {t} {d}", name, [line, numbers], own.value, state[d].value, None)
        row = self.vectors.row("combine.weight", d)
        column, bias = [*self.vectors.context(t), *state], self.vectors.parameter("combine.bias")[d]
        c, s = rf"a_{{{line.text(t + 1)}}}", rf"s_{{{line.text(t + 1)}}}"
        line.latex = rf"\tanh(W_c\,[{c};\ {s}] + b_c)_{{{line.text(d + 1)}}}"
        numbers.latex = rf"= \tanh({numbers.products(row, column)} + {numbers.factor(bias)})"
        passage = Passage(RECURRENT, "Recurrent.step", ("readout = torch",))
        computed = math.tanh(dot(row, column) + bias.value)
        return self.told(f"readout {t} {d}", name, [line, numbers], own.value, computed, passage)

    def probability(self, t: int, v: int) -> Explanation:
        trace, logits, token = self.trace, self.vectors.logits(t), quoted(self.trace.vocabulary[v])
        line, numbers = Line(), Line()
        y = rf"y_{{{line.text(t + 1)}}} = {line.text(token)}"
        line.latex = rf"P({y}) = \frac{{\exp(\ell_{{{line.text(token)}}})}}{{\sum_w \exp(\ell_w)}}"
        numbers.latex = rf"= \frac{{\exp({numbers.number(logits[v])})}}{{{numbers.powers(logits)}}}"
        name = self.name("probability", token=token, number=t + 1)
        value, passage = math.exp(float(trace.log_probs[t, v])), Passage(RECURRENT, "Recurrent.step", ("log_softmax",))
        computed = softmax(logits[v].value, logits)
        return self.told(f"probability {t} {v}", name, [line, numbers], value, computed, passage)

    def logit(self, t: int, v: int) -> Explanation:
        token = quoted(self.trace.vocabulary[v])
        row, column = self.vectors.row("output.weight", v), self.vectors.readout(t)
        bias = self.vectors.parameter("output.bias")[v]
        line, numbers = Line(), Line()
        reads = r"\tilde{s}" if self.trace.context is not None else "s"
        line.latex = rf"\ell_{{{line.text(token)}}} = (W_y\, {reads}_{{{line.text(t + 1)}}} + b_y)"
        line.latex += rf"_{{{line.text(token)}}}"
        numbers.latex = rf"= {numbers.products(row, column)} + {numbers.factor(bias)}"
        name, passage = (
            self.name("logit", token=token, number=t + 1),
            Passage(RECURRENT, "Recurrent.step", ("logits = ",)),
        )
        value, computed = self.vectors.logits(t)[v].value, dot(row, column) + bias.value
        return self.told(f"logit {t} {v}", name, [line, numbers], value, computed, passage)

    def chosen(self, t: int) -> Explanation:
        trace, v = self.trace, int(self.trace.chosen[t])
        best = int(trace.ranking(t)[0])
        own, most = self.vectors.probability(t, v), self.vectors.probability(t, best)
        line, numbers = Line(), Line()
        line.latex = rf"y_{{{line.text(t + 1)}}} = \underset{{w}}{{\mathrm{{argmax}}}}\ P(y_{{{line.text(t + 1)}}} = w)"
        token = quoted(trace.output[t])
        numbers.latex = rf"= {numbers.text(token)}, \quad P = {numbers.number(own)}"
        key = "chosen" if v == best else "chosen.other"
        name = self.name(key, token=token, number=t + 1, best=quoted(trace.vocabulary[best]))
        passage = stage_passage("choose", trace.cell, trace.attention, trace.forced)
        computed = most.value if v == best else own.value
        return self.told(f"chosen {t}", name, [line, numbers], own.value, computed, passage)

    # ---- states

    def encoder(self, layer: int, way: str, gate: str, i: int, u: int) -> Explanation:
        token = quoted(self.trace.source[i])
        lines, value, computed = self.cells.encoder(layer, way, gate, i, u)
        name = self.name(
            f"encoder.{way}",
            gate=self.words.say(f"gate.{gate}"),
            token=token,
            position=i + 1,
            unit=u + 1,
            layer=layer + 1,
        )
        passage = cell_passage(self.trace.cell, gate)
        return self.told(f"encoder {layer} {way} {gate} {i} {u}", name, lines, value, computed, passage)

    def decoder(self, layer: int, gate: str, t: int, u: int) -> Explanation:
        address = f"decoder {layer} {gate} {t} {u}"
        lines, value, computed = self.cells.decoder(layer, gate, t, u)
        if t < 0:
            passage = stage_passage("start", self.trace.cell, self.trace.attention)
            return self.told(address, self.name("start", unit=u + 1, layer=layer + 1), lines, value, computed, passage)
        gate_name = self.words.say(f"gate.{gate}")
        name = self.name("decoder", gate=gate_name, number=t + 1, unit=u + 1, layer=layer + 1)
        return self.told(address, name, lines, value, computed, cell_passage(self.trace.cell, gate))

    # ---- embeddings: looked up, not computed

    def source(self, i: int, d: int) -> Explanation:
        token = "⟨unk⟩" if self.trace.unknown[i] else quoted(self.trace.source[i])
        return self.looked_up(f"source {i} {d}", token, d, self.vectors.embedded(i)[d].value)

    def fed(self, t: int, d: int) -> Explanation:
        token = "⟨bos⟩" if t == 0 else quoted(self.trace.output[t - 1])
        return self.looked_up(f"fed {t} {d}", token, d, self.vectors.fed(t)[d].value)

    def looked_up(self, address: str, token: str, d: int, value: float) -> Explanation:
        line = Line()
        line.latex = rf"E[{line.text(token)}]_{{{line.text(d + 1)}}}"
        name = self.name("embedding", token=token, unit=d + 1)
        return Explanation(address, name, (line,), value, value, given=True)
