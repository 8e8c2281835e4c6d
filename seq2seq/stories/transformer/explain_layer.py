"""The rest of a layer, number by number: embeddings and places, W_O, the feed-forward block, residual and LayerNorm."""

import math

import numpy as np

from seq2seq.stories.explain.equation import Explanation, dot
from seq2seq.stories.explain.vectors import numbers
from seq2seq.stories.formulas import Line, Number, exact
from seq2seq.stories.sources import Passage
from seq2seq.stories.tokens import quoted
from seq2seq.stories.transformer import passages
from seq2seq.stories.transformer.equations import Equations, inside, linear
from seq2seq.stories.transformer.vectors import EPSILON
from seq2seq.traces import DisturbUnit

WAVELENGTH = 10_000.0


class LayerEquations(Equations):
    """Equations of what a layer computes beside its attentions, and of what it reads."""

    def value(self, side: str, layer: int, block: str, value: str, at: int, u: int) -> Explanation:
        """One feature of a block's output, of a residual sum, of a LayerNorm, or of a layer's state."""
        if block == "h" and not value:
            return self.state(side, layer, at, inside(u))
        own = self.vectors.gate(side, layer, f"{block}.{value}", at)[inside(u)]
        if value == "inner":
            return self.inner(side, layer, at, u, own)
        makers = {"out": self.out, "residual": self.residual, "norm": self.normed}
        return makers[value](side, layer, block, at, u, own)

    def named(self, key: str, side: str, layer: int, block: str, at: int, u: int) -> str:
        return self.name(
            key, feature=u + 1, at=self.at(side, at), block=self.block(side, block), layer=self.layer_of(side, layer)
        )

    def out(self, side: str, layer: int, block: str, at: int, u: int, own: Number) -> Explanation:
        """W_O times the heads side by side; of the feed-forward block W₂ times its inner units."""
        line, values = Line(), Line()
        if block == "feed":
            weights, bias = (self.vectors.parameter(f"{side}.{layer}.outer.{name}") for name in ("weight", "bias"))
            read, symbol = self.vectors.gate(side, layer, "feed.inner", at), r"W_2\, \varphi + b_2"
            passage = passages.FEED
        else:
            weights, bias = (
                self.vectors.layer_parameter(side, layer, block, f"output.{name}") for name in ("weight", "bias")
            )
            read, symbol = self.vectors.gate(side, layer, f"{block}.heads", at), r"W_O\, a + b"
            passage = passages.ATTENTION["out"]
        left, offset = numbers(weights[u]), Number(float(bias[u]))
        linear((line, values), rf"({symbol})_{{{line.text(u + 1)}}}", left, read, offset)
        told = self.named("feed.out" if block == "feed" else "out", side, layer, block, at, u)
        computed = dot(left, read) + offset.value
        return Explanation(own.address, told, (line, values), own.value, computed, passage)

    def inner(self, side: str, layer: int, at: int, u: int, own: Number) -> Explanation:
        """One unit inside the feed-forward block."""
        weights, bias = (self.vectors.parameter(f"{side}.{layer}.inner.{name}")[u] for name in ("weight", "bias"))
        left, read, offset = numbers(weights), self.vectors.read(side, layer, "feed", at), Number(float(bias))
        line, values, computed = Line(), Line(), dot(left, read) + offset.value
        line.latex = rf"\varphi_{{{line.text(u + 1)}}} = \max(0,\ (W_1\, x + b_1)_{{{line.text(u + 1)}}})"
        values.latex = rf"= \max(0,\ {values.products(left, read)} + {values.factor(offset)})"
        told = self.named("inner", side, layer, "feed", at, u)
        return Explanation(own.address, told, (line, values), own.value, max(0.0, computed), passages.FEED)

    def residual(self, side: str, layer: int, block: str, at: int, u: int, own: Number) -> Explanation:
        """What came to the block, and what it gave."""
        state, out = (
            self.vectors.state(side, layer, block, at)[u],
            self.vectors.gate(side, layer, f"{block}.out", at)[u],
        )
        line, values = Line(), Line()
        line.latex = rf"(x + \mathrm{{block}}(x))_{{{line.text(u + 1)}}}"
        values.latex = rf"= {values.number(state)} + {values.factor(out)}"
        told = self.named("residual", side, layer, block, at, u)
        computed = state.value + out.value
        return Explanation(own.address, told, (line, values), own.value, computed, passages.RESIDUAL)

    def normed(self, side: str, layer: int, block: str, at: int, u: int, own: Number) -> Explanation:
        prefix, read = f"{side}.{layer}.norm_{block}", self.vectors.normed(side, layer, block, at)
        told = self.named("norm", side, layer, block, at, u)
        return self.layer_norm(own, told, prefix, read, u, passages.NORM[self.trace.norm])

    def layer_norm(
        self, own: Number, told: str, prefix: str, read: list[Number], u: int, passage: Passage
    ) -> Explanation:
        """(x − μ) / √(σ² + ε) · γ + β: μ and σ² over the features of one position, ε as torch has it."""
        gamma, beta = (float(self.vectors.parameter(f"{prefix}.{name}")[u]) for name in ("weight", "bias"))
        held = np.array([number.value for number in read])
        mean, variance = float(held.mean()), float(held.var())
        line, values = Line(), Line()
        line.latex = rf"\frac{{x_{{{line.text(u + 1)}}} - \mathrm{{mean}}(x)}}"
        line.latex += r"{\sqrt{\mathrm{var}(x) + 10^{-5}}}\, \gamma + \beta"
        above = rf"{values.number(read[u])} - {values.factor(Number(mean))}"
        below = rf"{values.number(Number(variance))} + {values.text(exact(EPSILON))}"
        values.latex = rf"= \frac{{{above}}}{{\sqrt{{{below}}}}}"
        values.latex += rf" \cdot {values.factor(Number(gamma))} + {values.factor(Number(beta))}"
        computed = (read[u].value - mean) / math.sqrt(variance + EPSILON) * gamma + beta
        return Explanation(own.address, told, (line, values), own.value, computed, passage)

    def state(self, side: str, layer: int, at: int, u: int) -> Explanation:
        """A layer's state: what its last block left."""
        address = f"{side} {layer} h {at} {u}"
        own = self.vectors.gate(side, layer, "h", at)[u]
        change = self.trace.change
        top = side == "decoder" and layer == self.trace.layers - 1
        if top and isinstance(change, DisturbUnit) and (change.step, change.unit) == (at, u):
            line = Line()
            line.latex = line.text(self.words.say("explain.set"))
            return Explanation(address, self.named("h", side, layer, "feed", at, u), (line,), own.value, own.value)
        name = "norm" if self.trace.norm == "post" else "residual"
        made = self.value(side, layer, "feed", name, at, u)
        told = self.named("h", side, layer, "feed", at, u)
        return Explanation(address, told, made.lines, own.value, made.computed, made.passage)

    def states(self, i: int, u: int) -> Explanation:
        """What the encoder leaves: the top layer's state, pre-norm once more normed."""
        return self.final("encoder", self.trace.states, "states", i, inside(u))

    def readout(self, t: int, u: int) -> Explanation:
        """What the output layer reads."""
        return self.final("decoder", self.trace.readout, "readout", t, inside(u))

    def final(self, side: str, values: np.ndarray, name: str, at: int, u: int) -> Explanation:
        own = Number(float(values[inside(at), u]), f"{name} {at} {u}")
        layer, told = self.trace.layers - 1, self.name(name, at=self.at(side, at), feature=u + 1)
        if self.trace.norm == "pre":
            read = self.vectors.gate(side, layer, "h", at)
            return self.layer_norm(own, told, f"{side}_norm", read, u, passages.FINAL[side])
        made = self.state(side, layer, at, u)
        return Explanation(own.address, told, made.lines, own.value, made.computed, made.passage)

    # ---- what is read

    def embedded(self, side: str, at: int, u: int) -> Explanation:
        """What the token is, and where it stands."""
        token, place = (self.token, self.place) if side == "encoder" else (self.token_read, self.turn)
        parts = [Number(part.value, part.address) for part in (token(at, u), place(at, u))]
        line, values = Line(), Line()
        line.latex = rf"x_{{{line.text(u + 1)}}} = (\sqrt{{d}}\, E[w] + \mathrm{{PE}})_{{{line.text(u + 1)}}}"
        values.latex = rf"= {values.number(parts[0])} + {values.factor(parts[1])}"
        own = self.vectors.embedded(side, at)[u]
        told = self.name("embedded", at=self.at(side, at), feature=u + 1)
        computed = parts[0].value + parts[1].value
        return Explanation(own.address, told, (line, values), own.value, computed, passages.EMBED[side])

    def token(self, i: int, u: int) -> Explanation:
        token = "⟨unk⟩" if self.trace.unknown[inside(i)] else quoted(self.trace.source[i])
        value = float(self.trace.source_tokens[i, inside(u)])
        return self.looked_up(f"token {i} {u}", "encoder", token, self.trace.numbers[i], u, value)

    def token_read(self, t: int, u: int) -> Explanation:
        token = self.trace.read[inside(t)]
        number, value = self.trace.vocabulary.index(token), float(self.trace.target_tokens[t, inside(u)])
        return self.looked_up(f"read {t} {u}", "decoder", quoted(token), number, u, value)

    def looked_up(self, address: str, side: str, token: str, number: int, u: int, value: float) -> Explanation:
        """A number of the embedding table, times √d."""
        table = "source_embedding" if side == "encoder" else "target_embedding"
        held, width = Number(float(self.vectors.parameter(f"{table}.weight")[number, u])), self.trace.width
        line, values = Line(), Line()
        line.latex = rf"\sqrt{{d}}\, E[{line.text(token)}]_{{{line.text(u + 1)}}}"
        values.latex = rf"= \sqrt{{{values.text(width)}}} \cdot {values.factor(held)}"
        told, computed = self.name("token", token=token, feature=u + 1), math.sqrt(width) * held.value
        return Explanation(address, told, (line, values), value, computed, passages.EMBED[side])

    def place(self, i: int, u: int) -> Explanation:
        value = float(self.trace.source_places[inside(i), inside(u)])
        return self.placed(f"place {i} {u}", self.trace.positions[0], "source_place", i, u, value)

    def turn(self, t: int, u: int) -> Explanation:
        value = float(self.trace.target_places[inside(t), inside(u)])
        return self.placed(f"turn {t} {u}", self.trace.positions[1], "target_place", t, u, value)

    def placed(self, address: str, kind: str, module: str, p: int, u: int, value: float) -> Explanation:
        """A position's own vector: a wave, a row of a learned table, or nothing."""
        line, values, told = Line(), Line(), self.name(f"place.{kind}", position=p + 1, feature=u + 1)
        passage, width = passages.PLACE[kind], self.trace.width
        if kind == "sinusoidal":
            wave, even = (r"\sin" if u % 2 == 0 else r"\cos"), u - u % 2
            angle = p / WAVELENGTH ** (even / width)
            line.latex = rf"{wave}\left(p \,/\, 10000^{{{line.text(even)}/{line.text(width)}}}\right)"
            values.latex = rf"= {wave}({values.text(p)} / {values.number(Number(WAVELENGTH ** (even / width)))})"
            computed = math.sin(angle) if u % 2 == 0 else math.cos(angle)
            return Explanation(address, told, (line, values), value, computed, passage)
        if kind == "learned":
            table = self.vectors.parameter(f"{module}.table.weight")
            line.latex = rf"\mathrm{{PE}}_{{{line.text(p + 1)},{line.text(u + 1)}}}"
            computed = float(table[min(p, len(table) - 1), u])
            return Explanation(address, told, (line,), value, computed, passage)
        line.latex = rf"\mathrm{{PE}} = {line.text(0)}"
        return Explanation(address, told, (line,), value, 0.0, passage)
