"""Attention, number by number: queries, keys and values, their products, the softmax over what is visible, the mix."""

import math
from dataclasses import replace
from typing import cast

from seq2seq.stories.explain.equation import Explanation, dot, softmax
from seq2seq.stories.explain.vectors import numbers
from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.sources import Passage
from seq2seq.stories.transformer import passages
from seq2seq.stories.transformer.equations import Equations, inside, linear
from seq2seq.traces import DisturbContext, LookElsewhere
from seq2seq.traces.transformer import Side


class AttentionEquations(Equations):
    """Equations of an attention block."""

    def projected(self, side: str, layer: int, block: str, letter: str, at: int, u: int) -> Explanation:
        """One feature of Q, K or V: a row of its matrix times what it is computed from."""
        cross_memory = block == "cross" and letter != "q"
        asked = self.vectors.asked(side, layer, block, at)
        read = asked if letter != "q" else self.vectors.read(side, layer, block, at)
        own_side = self.vectors.key_side(side, block) if letter != "q" else side
        number = "qkv".index(letter) * self.trace.width + inside(u)
        if u >= self.trace.width:
            raise IndexError(u)
        weights = numbers(self.vectors.layer_parameter(side, layer, block, "project.weight")[number])
        bias = Number(float(self.vectors.layer_parameter(side, layer, block, "project.bias")[number]))
        own, line, values = self.vectors.gate(side, layer, f"{block}.{letter}", at)[u], Line(), Line()
        symbol = rf"{letter}_{{{line.text(at + 1)},{line.text(u + 1)}}}"
        symbol += rf" = (W_{letter.upper()}\, x + b)_{{{line.text(u + 1)}}}"
        linear((line, values), symbol, weights, read, bias)
        told = self.name(
            letter, at=self.at(own_side, at), feature=u + 1, head=u // self.trace.head_width + 1,
            block=self.block(side, block), layer=self.layer_of(side, layer),
        )  # fmt: skip
        passage = passages.PROJECT_SELF if block == "self" else passages.PROJECT_QUERY
        passage = passages.PROJECT_MEMORY if cross_memory else passage
        return Explanation(own.address, told, (line, values), own.value, dot(weights, read) + bias.value, passage)

    def pair(self, side: str, layer: int, block: str, value: str, head: int, at: int, j: int) -> Explanation:
        """One query against one key: their product, the score, or the weight."""
        maker = {"dots": self.product, "scores": self.score, "weights": self.weight}[value]
        return maker(side, layer, block, inside(head), at, inside(j))

    def named(self, key: str, side: str, layer: int, block: str, head: int, at: int, j: int) -> str:
        return self.name(
            key, head=head + 1, block=self.block(side, block), layer=self.layer_of(side, layer),
            query=self.at(side, at), asked=self.at(self.vectors.key_side(side, block), j),
        )  # fmt: skip

    def product(self, side: str, layer: int, block: str, head: int, at: int, j: int) -> Explanation:
        own = self.vectors.attention(side, layer, f"{block}.dots", head, at)[j]
        query = self.vectors.of_head(self.vectors.gate(side, layer, f"{block}.q", at), head)
        key = self.vectors.of_head(self.vectors.gate(side, layer, f"{block}.k", j), head)
        line, values = Line(), Line()
        line.latex = rf"q_{{{line.text(at + 1)}}} \cdot k_{{{line.text(j + 1)}}}"
        line.latex += rf" = \sum_{{u=1}}^{{{line.text(self.trace.head_width)}}} q_u\, k_u"
        values.latex = rf"= {values.products(query, key)}"
        told = self.named("dots", side, layer, block, head, at, j)
        return Explanation(
            own.address, told, (line, values), own.value, dot(query, key), passages.ATTENTION["dots"]
        )  # fmt: skip

    def score(self, side: str, layer: int, block: str, head: int, at: int, j: int) -> Explanation:
        own = self.vectors.attention(side, layer, f"{block}.scores", head, at)[j]
        product = self.vectors.attention(side, layer, f"{block}.dots", head, at)[j]
        line, values, root = Line(), Line(), math.sqrt(self.trace.head_width)
        place = rf"{line.text(at + 1)},{line.text(j + 1)}"
        if self.trace.scaled:
            line.latex = rf"e_{{{place}}} = \frac{{q \cdot k}}{{\sqrt{{d_k}}}}"
            values.latex = rf"= \frac{{{values.number(product)}}}{{\sqrt{{{values.text(self.trace.head_width)}}}}}"
            computed = product.value / root
        else:
            line.latex, values.latex = rf"e_{{{place}}} = q \cdot k", rf"= {values.number(product)}"
            computed = product.value
        told = self.named("scores", side, layer, block, head, at, j)
        return Explanation(own.address, told, (line, values), own.value, computed, passages.ATTENTION["scores"])

    def weight(self, side: str, layer: int, block: str, head: int, at: int, j: int) -> Explanation:
        own = self.vectors.attention(side, layer, f"{block}.weights", head, at)[j]
        scores = self.vectors.attention(side, layer, f"{block}.scores", head, at)
        visible = self.vectors.visible(side, block, at)
        line, values = Line(), Line()
        told = self.named("weights", side, layer, block, head, at, j)
        passage = passages.ATTENTION["weights"]
        if self.is_set(side, layer, block, head, at):
            return self.set_by_hand(own, told, passage)
        exponents = [score for score, seen in zip(scores, visible, strict=True) if seen]
        place = rf"{line.text(at + 1)},{line.text(j + 1)}"
        if not visible[j]:
            line.latex = rf"\alpha_{{{place}}} \propto \exp(-\infty) = 0"
            told = self.named("masked", side, layer, block, head, at, j)
            return Explanation(own.address, told, (line,), own.value, 0.0, passages.ATTENTION["mask"])
        line.latex = (
            rf"\alpha_{{{place}}} = \frac{{\exp(e_{{{place}}})}}{{\sum_{{j'\ \mathrm{{visible}}}} \exp(e_{{j'}})}}"
        )
        values.latex = rf"= \frac{{\exp({values.number(scores[j])})}}{{{values.powers(exponents)}}}"
        computed = softmax(scores[j].value, exponents)
        return Explanation(own.address, told, (line, values), own.value, computed, passage)

    def is_set(self, side: str, layer: int, block: str, head: int, at: int) -> bool:
        """Whether this row of weights was put there by hand."""
        change = self.trace.change
        return (
            isinstance(change, LookElsewhere)
            and (side, block, at) == ("decoder", "cross", change.step)
            and change.layer in (None, layer)
            and change.head in (None, head)
        )

    def is_disturbed(self, side: str, layer: int, block: str, at: int) -> bool:
        """Whether what the heads bring at this step was put there by hand."""
        change, place = self.trace.change, (side, block)
        if not isinstance(change, DisturbContext) or place != ("decoder", "cross"):
            return False
        return at == change.step and change.layer in (None, layer)

    def mixed(self, side: str, layer: int, block: str, at: int, u: int) -> Explanation:
        """One feature of what a head brings: its weights times that feature of V."""
        head = inside(u) // self.trace.head_width
        own = self.vectors.gate(side, layer, f"{block}.heads", at)[u]
        weights = self.vectors.attention(side, layer, f"{block}.weights", head, at)
        told = self.name(
            "heads", head=head + 1, feature=u + 1, at=self.at(side, at), block=self.block(side, block),
            layer=self.layer_of(side, layer),
        )  # fmt: skip
        passage = passages.ATTENTION["heads"]
        if self.is_disturbed(side, layer, block, at):
            return self.set_by_hand(own, told, passage)
        keys = range(len(weights))
        column = [self.vectors.gate(side, layer, f"{block}.v", j)[u] for j in keys]
        line, values = Line(), Line()
        line.latex = rf"a_{{{line.text(at + 1)},{line.text(u + 1)}}} = \sum_j \alpha_j\, v_{{j,{line.text(u + 1)}}}"
        values.latex = rf"= {values.products(weights, column)}"
        return Explanation(own.address, told, (line, values), own.value, dot(weights, column), passage)

    def set_by_hand(self, own: Number, told: str, passage: Passage) -> Explanation:
        """A number that a what-if put there."""
        line = Line()
        line.latex = line.text(self.words.say("explain.set"))
        return Explanation(own.address, told, (line,), own.value, own.value, passage, given=True)

    def top(self, t: int, i: int) -> Explanation:
        """The top layer's look at the source: the mean over its heads."""
        layer = self.trace.layers - 1
        told = self.name("mean", layer=self.layer_of("decoder", layer), at=self.at("encoder", i), number=t + 1)
        return replace(self.mean("decoder", layer, "cross", t, i), address=f"weight {t} {i}", name=told)

    def mean(self, side: str, layer: int, block: str, at: int, j: int) -> Explanation:
        """One query against one key: the mean of what the heads give it."""
        heads, name = self.trace.heads, f"{block}.weights"
        parts = [self.vectors.attention(side, layer, name, n, inside(at))[inside(j)] for n in range(heads)]
        line, values = Line(), Line()
        place, count = rf"{line.text(at + 1)},{line.text(j + 1)}", line.text(heads)
        line.latex = rf"\bar{{\alpha}}_{{{place}}} = \frac{{1}}{{{count}}} \sum_{{\mathrm{{heads}}}} \alpha"
        terms = " + ".join(values.factor(part) for part in parts)
        values.latex = rf"= \frac{{1}}{{{values.text(heads)}}} ({terms})"
        told = self.name(
            "mean.pair", block=self.block(side, block), layer=self.layer_of(side, layer), query=self.at(side, at),
            asked=self.at(self.vectors.key_side(side, block), j),
        )  # fmt: skip
        own = float(self.trace.gates(cast(Side, side), layer)[name][:, at, j].mean())
        computed = math.fsum(part.value for part in parts) / heads
        return Explanation(f"mean {side} {layer} {block} {at} {j}", told, (line, values), own, computed, passages.MEAN)
