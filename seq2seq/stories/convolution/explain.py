"""The equations of a convolutional decoding, every one with the numbers of its trace.

Addresses (i source position, t output step, both counted from 0; l layer; u unit; j place in a window; v a vocabulary
number; SIDE encoder or decoder; NAME a, b, gate, glu, h, in the decoder also residual, query, context):

    SIDE l NAME i u · tap SIDE l NAME i u j · source i u · token i u · place i u · fed t u · read t u · turn t u ·
    value i u · score l t i · weight l t i · logit t v · probability t v · chosen t
"""

import math
from collections.abc import Callable

from seq2seq.stories.convolution.passages import LOOK, PREDICT, RECEIVE, STEPS, choose_passage
from seq2seq.stories.convolution.vectors import ConvVectors
from seq2seq.stories.explain.equation import Addressed, Explanation, dot, sigmoid, softmax
from seq2seq.stories.explain.vectors import numbers, row
from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.sources import Passage
from seq2seq.stories.tokens import quoted
from seq2seq.traces import ConvTrace
from seq2seq.words import Words

HALF = math.sqrt(0.5)


class ConvolutionExplainer(Addressed):
    """Explains the numbers of one convolutional decoding."""

    least = -1

    def __init__(self, trace: ConvTrace, words: Words) -> None:
        self.trace, self.words, self.vectors = trace, words, ConvVectors(trace)
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "encoder": self.encoder, "decoder": self.decoder, "tap": self.tap, "source": self.source,
            "token": self.token, "place": self.place, "fed": self.fed, "read": self.read, "turn": self.turn,
            "value": self.value, "score": self.score, "weight": self.weight, "logit": self.logit,
            "probability": self.probability, "chosen": self.chosen,
        }  # fmt: skip

    def name(self, key: str, **slots: object) -> str:
        return self.words.say(f"convolution.explain.{key}", **slots)

    def at(self, side: str, at: int) -> str:
        """A position in words: a source token, or an output step."""
        if side == "encoder":
            return self.words.say("convolution.at.source", token=quoted(self.trace.source[at]), position=at + 1)
        return self.words.say("convolution.at.output", number=at + 1)

    # ---- layers

    def encoder(self, layer: int, name: str, i: int, u: int) -> Explanation:
        return self.unit("encoder", layer, name, i, u)

    def decoder(self, layer: int, name: str, t: int, u: int) -> Explanation:
        return self.unit("decoder", layer, name, t, u)

    def unit(self, side: str, layer: int, name: str, at: int, u: int) -> Explanation:
        """One unit of one intermediate value of a layer."""
        if u < 0:
            raise IndexError(u)
        own = self.vectors.gate(side, layer, name, at)[u]
        makers: dict[str, Callable[..., tuple[list[Line], float]]] = {
            "a": self.convolved, "b": self.convolved, "gate": self.gated, "glu": self.product, "query": self.query,
            "context": self.context,
        }  # fmt: skip
        state = self.joined if name == "h" and side == "decoder" else self.residual
        lines, computed = makers.get(name, state)(side, layer, name, at, u)
        told = self.name(f"unit.{name}", layer=layer + 1, at=self.at(side, at), unit=u + 1)
        passage = LOOK[name] if name in LOOK else STEPS["join" if state == self.joined and name == "h" else name]
        return Explanation(f"{side} {layer} {name} {at} {u}", told, tuple(lines), own.value, computed, passage)

    def convolved(self, side: str, layer: int, name: str, at: int, u: int) -> tuple[list[Line], float]:
        """A or B: one term for each position of the window, and the bias."""
        line, values, k = Line(), Line(), self.trace.kernel
        taps = [self.vectors.tap(side, layer, name, at, u, j) for j in range(k)]
        bias, weight = self.vectors.bias(side, layer, name, u), "W" if name == "a" else "V"
        x = rf"x_{{{line.text(self.vectors.window(side, at)[0])} + \kappa}}"
        line.latex = (
            rf"({name.upper()})_{{{line.text(u + 1)}}} = \sum_{{\kappa=1}}^{{{line.text(k)}}} {weight}_{{\kappa}} {x}"
        )
        line.latex += r" + b" + ("" if name == "a" else "'") + rf"_{{{line.text(u + 1)}}}"
        values.latex = "= " + " + ".join(values.factor(tap) for tap in taps) + rf" + {values.factor(bias)}"
        return [line, values], math.fsum(tap.value for tap in taps) + bias.value

    def gated(self, side: str, layer: int, name: str, at: int, u: int) -> tuple[list[Line], float]:
        line, values, b = Line(), Line(), self.vectors.gate(side, layer, "b", at)[u]
        line.latex = rf"\sigma(B)_{{{line.text(u + 1)}}} = \frac{{1}}{{1 + \exp(-B)}}"
        values.latex = rf"= \sigma({values.number(b)})"
        return [line, values], sigmoid(b.value)

    def product(self, side: str, layer: int, name: str, at: int, u: int) -> tuple[list[Line], float]:
        line, values = Line(), Line()
        a, gate = (self.vectors.gate(side, layer, key, at)[u] for key in ("a", "gate"))
        line.latex = rf"(A \odot \sigma(B))_{{{line.text(u + 1)}}}"
        values.latex = rf"= {values.factor(a)} \cdot {values.factor(gate)}"
        return [line, values], a.value * gate.value

    def residual(self, side: str, layer: int, name: str, at: int, u: int) -> tuple[list[Line], float]:
        """The gated product and the layer's own input, together."""
        line, values = Line(), Line()
        glu, own = self.vectors.gate(side, layer, "glu", at)[u], self.vectors.below(side, layer, at)[u]
        state, half = ("h" if side == "encoder" else "s"), r"\sqrt{\tfrac{1}{2}}"
        line.latex = rf"{state}_{{{line.text(u + 1)}}} = {half}\,(A \odot \sigma(B) + x)_{{{line.text(u + 1)}}}"
        values.latex = rf"= {values.text('0.7071')} \cdot ({values.number(glu)} + {values.factor(own)})"
        return [line, values], HALF * (glu.value + own.value)

    def joined(self, side: str, layer: int, name: str, at: int, u: int) -> tuple[list[Line], float]:
        """A decoder layer's state once it has looked at the source."""
        line, values = Line(), Line()
        state, context = (self.vectors.gate(side, layer, key, at)[u] for key in ("residual", "context"))
        line.latex = rf"s'_{{{line.text(u + 1)}}} = \sqrt{{\tfrac{{1}}{{2}}}}\,(s + a)_{{{line.text(u + 1)}}}"
        values.latex = rf"= {values.text('0.7071')} \cdot ({values.number(state)} + {values.factor(context)})"
        return [line, values], HALF * (state.value + context.value)

    def tap(self, side: str, layer: int, name: str, at: int, u: int, j: int) -> Explanation:
        """What one position of the window gives: a row of the kernel times what lies there."""
        own = self.vectors.tap(side, layer, name, at, u, j)
        weights = self.vectors.kernel(side, layer, name, u, j)
        place = self.vectors.window(side, at)[j]
        read, line, values = self.vectors.below(side, layer, place), Line(), Line()
        weight = "W" if name == "a" else "V"
        line.latex = rf"({weight}_{{{line.text(j + 1)}}}\, x_{{{line.text(place + 1)}}})_{{{line.text(u + 1)}}}"
        count = len(self.trace.source if side == "encoder" else self.trace.output)
        inside = 0 <= place < count
        where = self.at(side, place) if inside else self.words.say("convolution.at.border")
        values.latex = rf"= {values.products(weights, read)}" if inside else rf"= {values.text('0')}"
        told = self.name("tap", place=j + 1, count=self.trace.kernel, at=where, unit=u + 1)
        return Explanation(own.address, told, (line, values), own.value, dot(weights, read), STEPS["a"])

    # ---- attention

    def query(self, side: str, layer: int, name: str, at: int, u: int) -> tuple[list[Line], float]:
        matrix, bias = (self.vectors.parameter(f"query.{layer}.{part}") for part in ("weight", "bias"))
        left, right = numbers(row(matrix, u)), self.vectors.gate("decoder", layer, "residual", at)
        offset, token = Number(float(bias[u])), self.vectors.fed(at)[u]
        line, values = Line(), Line()
        line.latex = rf"q_{{{line.text(u + 1)}}} = (W_q\, s + b + x)_{{{line.text(u + 1)}}}"
        values.latex = rf"= {values.products(left, right)} + {values.factor(offset)} + {values.factor(token)}"
        return [line, values], dot(left, right) + offset.value + token.value

    def context(self, side: str, layer: int, name: str, at: int, u: int) -> tuple[list[Line], float]:
        weights = self.vectors.weights(layer, at)
        column = [self.vectors.values(i)[u] for i in range(len(weights))]
        line, values = Line(), Line()
        line.latex = rf"a_{{{line.text(u + 1)}}} = \sum_j \alpha_j\, (h_j + x_j)_{{{line.text(u + 1)}}}"
        values.latex = rf"= {values.products(weights, column)}"
        return [line, values], dot(weights, column)

    def value(self, i: int, u: int) -> Explanation:
        if u < 0:
            raise IndexError(u)
        z, e, line, values = self.vectors.keys(i)[u], self.vectors.embedded(i)[u], Line(), Line()
        line.latex = rf"(h_{{{line.text(i + 1)}}} + x_{{{line.text(i + 1)}}})_{{{line.text(u + 1)}}}"
        values.latex = rf"= {values.number(z)} + {values.factor(e)}"
        own, told = self.vectors.values(i)[u], self.name("value", at=self.at("encoder", i), unit=u + 1)
        return Explanation(f"value {i} {u}", told, (line, values), own.value, z.value + e.value, RECEIVE)

    def score(self, layer: int, t: int, i: int) -> Explanation:
        own = self.pick(self.vectors.scores(layer, t), i)
        left, right = self.vectors.gate("decoder", layer, "query", t), self.vectors.keys(i)
        line, values = Line(), Line()
        line.latex = rf"e_{{{line.text(i + 1)}}} = q^\top h_{{{line.text(i + 1)}}}"
        values.latex = rf"= {values.products(left, right)}"
        told = self.name("score", layer=layer + 1, number=t + 1, at=self.at("encoder", i))
        return Explanation(own.address, told, (line, values), own.value, dot(left, right), LOOK["scores"])

    def weight(self, layer: int, t: int, i: int) -> Explanation:
        own, scores = self.pick(self.vectors.weights(layer, t), i), self.vectors.scores(layer, t)
        line, values = Line(), Line()
        line.latex = (
            rf"\alpha_{{{line.text(i + 1)}}} = \frac{{\exp(e_{{{line.text(i + 1)}}})}}{{\sum_{{j'}} \exp(e_{{j'}})}}"
        )
        values.latex = rf"= \frac{{\exp({values.number(scores[i])})}}{{{values.powers(scores)}}}"
        told = self.name("weight", layer=layer + 1, number=t + 1, at=self.at("encoder", i))
        computed = softmax(scores[i].value, scores)
        return Explanation(own.address, told, (line, values), own.value, computed, LOOK["weights"])

    @staticmethod
    def pick(found: list[Number], index: int) -> Number:
        if index < 0:
            raise IndexError(index)
        return found[index]

    # ---- prediction

    def logit(self, t: int, v: int) -> Explanation:
        token, left, right = quoted(self.trace.vocabulary[v]), self.output_row(v), self.vectors.readout(t)
        bias = Number(float(self.vectors.parameter("output.bias")[v]))
        own, line, values = self.pick(self.vectors.logits(t), v), Line(), Line()
        line.latex = rf"\ell_{{{line.text(token)}}} = (W_y\, s_{{{line.text(t + 1)}}} + b_y)_{{{line.text(token)}}}"
        values.latex = rf"= {values.products(left, right)} + {values.factor(bias)}"
        told = self.name("logit", token=token, number=t + 1)
        computed = dot(left, right) + bias.value
        return Explanation(own.address, told, (line, values), own.value, computed, PREDICT["logits"])

    def output_row(self, v: int) -> list[Number]:
        return numbers(row(self.vectors.parameter("output.weight"), v))

    def probability(self, t: int, v: int) -> Explanation:
        if v < 0:
            raise IndexError(v)
        own, logits = self.vectors.probability(t, v), self.vectors.logits(t)
        token, line, values = quoted(self.trace.vocabulary[v]), Line(), Line()
        y = rf"y_{{{line.text(t + 1)}}} = {line.text(token)}"
        line.latex = rf"P({y}) = \frac{{\exp(\ell_{{{line.text(token)}}})}}{{\sum_w \exp(\ell_w)}}"
        values.latex = rf"= \frac{{\exp({values.number(logits[v])})}}{{{values.powers(logits)}}}"
        told, computed = self.name("probability", token=token, number=t + 1), softmax(logits[v].value, logits)
        return Explanation(own.address, told, (line, values), own.value, computed, PREDICT["probability"])

    def chosen(self, t: int) -> Explanation:
        v, best = int(self.trace.chosen[t]), int(self.trace.ranking(t)[0])
        own, line, values = self.vectors.probability(t, v), Line(), Line()
        y = rf"y_{{{line.text(t + 1)}}}"
        line.latex = rf"{y} = \underset{{w}}{{\mathrm{{argmax}}}}\ P({y} = w)"
        token = quoted(self.trace.output[t])
        values.latex = rf"= {values.text(token)}, \quad P = {values.number(own)}"
        told = self.name(
            "chosen" if v == best else "chosen.other", token=token, number=t + 1,
            best=quoted(self.trace.vocabulary[best]),
        )  # fmt: skip
        computed = self.vectors.probability(t, best).value if v == best else own.value
        return Explanation(f"chosen {t}", told, (line, values), own.value, computed, choose_passage(self.trace.forced))

    # ---- embeddings: looked up, and added

    def source(self, i: int, u: int) -> Explanation:
        return self.summed(f"source {i} {u}", self.token(i, u), self.place(i, u), self.vectors.embedded(i)[u].value)

    def fed(self, t: int, u: int) -> Explanation:
        return self.summed(f"fed {t} {u}", self.read(t, u), self.turn(t, u), self.vectors.fed(t)[u].value)

    def summed(self, address: str, token: Explanation, place: Explanation, value: float) -> Explanation:
        """An embedding: what the token is and where it stands."""
        line, values = Line(), Line()
        parts = [Number(part.value, part.address) for part in (token, place)]
        u = int(address.split()[-1]) + 1
        line.latex = rf"x_{{{line.text(u)}}} = (E[w] + \mathrm{{PE}})_{{{line.text(u)}}}"
        values.latex = rf"= {values.number(parts[0])} + {values.factor(parts[1])}"
        told = self.name("embedded", token=token.name, place=place.name)
        return Explanation(address, told, (line, values), value, token.value + place.value, STEPS["embed"])

    def token(self, i: int, u: int) -> Explanation:
        token = "⟨unk⟩" if self.trace.unknown[self.inside(i)] else quoted(self.trace.source[i])
        return self.looked_up(f"token {i} {u}", "source_embedding", token, self.trace.numbers[i], u)

    def read(self, t: int, u: int) -> Explanation:
        token = "⟨bos⟩" if self.inside(t) == 0 else quoted(self.trace.output[t - 1])
        number = self.trace.vocabulary.index("⟨bos⟩") if t == 0 else int(self.trace.chosen[t - 1])
        return self.looked_up(f"read {t} {u}", "target_embedding", token, number, u)

    def place(self, i: int, u: int) -> Explanation:
        return self.looked_up(f"place {i} {u}", "source_place", str(i + 1), self.inside(i), u)

    def turn(self, t: int, u: int) -> Explanation:
        return self.looked_up(f"turn {t} {u}", "target_place", str(t + 1), self.inside(t), u)

    @staticmethod
    def inside(index: int) -> int:
        if index < 0:
            raise IndexError(index)
        return index

    def looked_up(self, address: str, table: str, row_name: str, number: int, u: int) -> Explanation:
        found = self.vectors.parameter(f"{table}.weight")
        value, line = float(found[min(number, len(found) - 1), self.inside(u)]), Line()
        symbol = r"\mathrm{PE}" if table.endswith("place") else "E"
        line.latex = rf"{symbol}[{line.text(row_name)}]_{{{line.text(u + 1)}}}"
        key = "place" if table.endswith("place") else "token"
        passage: Passage | None = None
        return Explanation(
            address, self.name(key, token=row_name, unit=u + 1), (line,), value, value, passage, given=True
        )
