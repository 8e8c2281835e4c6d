"""The steps of one decoding by a Transformer: what is told, with which numbers, and where the clock's tracks stand."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from seq2seq.stories.flaws import flawed
from seq2seq.stories.formulas import FormulaBook, Line, Number, exact, percent, short
from seq2seq.stories.looks import Look
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step
from seq2seq.stories.tokens import quoted
from seq2seq.stories.transformer import passages
from seq2seq.stories.transformer.self_edges import self_weights
from seq2seq.stories.transformer.vectors import TransformerVectors
from seq2seq.traces import TransformerTrace
from seq2seq.words import Words


@dataclass(frozen=True)
class Moment:
    """Where every track stands at one step; see `overview` for what they mean."""

    stage: str
    side: int = -1  # whose layer is in hand: 0 the encoder's, 1 the decoder's
    layer: int = -1
    embedded: int = 0
    enc: int = -1  # the last encoder layer computed
    col: int = -1  # the output column in hand
    fed: int = -1  # the last column whose token is embedded
    dec: tuple[int, ...] = ()  # the last column computed, for each decoder layer
    back: float = 0  # how far self-attention shows
    kept: float = 0
    row: int = -1  # the row of weights over the source in hand
    asks: float = 0
    glow: float = 0
    wrote: int = 0
    told: int = 0


@dataclass(frozen=True)
class Told:
    """All steps of a story, with their tracks and formulas."""

    steps: list[Step]
    moments: list[Moment]
    chapters: list[str]
    formulas: list[str]

    def track(self, name: str) -> list[Any]:
        """One track's value at each step; "dec0", "dec1", … are the decoder's layers."""
        if name.startswith("dec"):
            return [moment.dec[int(name[3:])] for moment in self.moments]
        return [getattr(moment, name) for moment in self.moments]


class Teller:
    """Builds the steps in order; `say` looks up a sentence under `transformer.story.`, else under `decoding.`.

    look: the layer that is told piece by piece, and the head whose numbers are named (None: the mean of all).
    """

    def __init__(self, trace: TransformerTrace, words: Words, look: Look) -> None:
        self.trace, self.words, self.look, self.book = trace, words, look, FormulaBook()
        self.vectors = TransformerVectors(trace)
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.chapters: list[str] = []
        self.S, self.T, self.L = len(trace.source), len(trace.output), trace.layers
        self.moment = Moment("intro", dec=(-1,) * self.L)
        self.mean = ".mean" if look.head is None else ""

    def say(self, key: str, **slots: object) -> str:
        story = f"transformer.story.{key}"
        return self.words.say(story if self.words.has(story) else f"decoding.{key}", **slots)

    @property
    def head(self) -> str:
        """Whose weights are named, in words."""
        return heads_named(self.trace, self.look.head, self.words)

    def add(self, key: str, line: Line | None, passage: Passage, slots: dict[str, object], **tracks: Any) -> None:
        """One step; its sentences are `key.title` and `key.text`; the tracks named move, the others stay."""
        self.moment = replace(self.moment, **tracks)
        title, text = (self.say(f"{key}.{part}", **slots) for part in ("title", "text"))
        formula = line.into(self.book) if line else None
        self.steps.append(Step(title, text, len(self.chapters) - 1, formula, passage))
        self.moments.append(self.moment)

    def tell(self, answer: str | None, flaw: str | None = None) -> Told:
        """The whole decoding."""
        self.chapters.append(self.words.say("decoding.chapter.encoder"))
        self.embed()
        for layer in range(self.L):
            self.encode(layer)
        self.remember()
        for t in range(self.T):
            self.chapters.append(self.words.say("decoding.chapter.output", number=t + 1))
            for layer in range(self.L):
                self.look_back(t, layer)
                if layer == self.look.layer:
                    self.attend(t, layer)
                else:
                    self.look_over(t, layer)
            self.predict_and_choose(t)
        self.finish(answer, flaw)
        return Told(self.steps, self.moments, self.chapters, self.book.templates)

    # ---- encoder: all positions at once; the formulas follow the last one

    @property
    def spot(self) -> dict[str, object]:
        """The position that formulas follow, and the size of things, as slots."""
        trace = self.trace
        return {
            "token": quoted(trace.source[-1]), "position": self.S, "count": self.S, "width": trace.width,
            "layers": self.L, "heads": trace.heads, "shown": self.head, "source": "".join(trace.source),
        }  # fmt: skip

    def embed(self) -> None:
        self.add("intro", None, passages.ENCODE, self.spot)
        line, i = Line(), self.S - 1
        line.latex = rf"x_{{{line.text(i + 1)}}} = \sqrt{{d}}\, E[{line.text(quoted(self.trace.source[i]))}]"
        line.latex += rf" + \mathrm{{PE}}_{{{line.text(i + 1)}}} \\ = {line.units(self.vectors.embedded('encoder', i))}"
        key = "embed" if self.trace.positions[0] != "none" else "embed.nowhere"
        self.add(key, line, passages.EMBED["encoder"], self.spot, stage="embed", embedded=1, side=0)

    def encode(self, layer: int) -> None:
        """One layer: every position looks at every other, then each works on what it gathered."""
        i, weights = self.S - 1, self_weights(self.trace, "encoder", layer, self.look.head)
        best = int(weights[i].argmax())
        slots = self.spot | {
            "layer": layer + 1, "below": layer, "other": quoted(self.trace.source[best]), "at": best + 1,
            "weight": short(float(weights[i, best])),
        }  # fmt: skip
        line = self.weight_line("encoder", layer, "self", i, best, Number(float(weights[i, best])))
        key = "enc.look.above" if layer else "enc.look"
        passage = passages.ATTENTION["weights"]
        self.add(key, line, passage, slots, stage="look", side=0, layer=layer, back=1)
        line = self.state_line("encoder", layer, i)
        key = "enc.feed" if self.trace.norm == "post" else "enc.feed.pre"
        self.add(key, line, passages.BLOCKS, slots, stage="feed", back=0, enc=layer)

    def remember(self) -> None:
        line, layer = Line(), self.look.layer
        line.latex = rf"k_{{{line.text(self.S)}}} = W_K\, h_{{{line.text(self.S)}}} + b"
        line.latex += rf" \\ = {line.units(self.vectors.gate('decoder', layer, 'cross.k', self.S - 1))}"
        slots = self.spot | {"layer": layer + 1}
        self.add("memory", line, passages.KEPT, slots, stage="memory", side=-1, layer=-1, kept=1)

    # ---- decoder

    def read(self, t: int) -> dict[str, object]:
        """An output step, as slots."""
        return self.spot | {"number": t + 1, "read": quoted(self.trace.read[t]), "count": self.S, "outputs": self.T}

    def look_back(self, t: int, layer: int) -> None:
        """Masked self-attention: over what the decoder has read so far."""
        tracks: dict[str, Any] = {"stage": "back", "side": 1, "layer": layer, "col": t, "fed": t, "kept": 0}
        tracks |= {"row": -1, "asks": 0, "glow": 0, "told": 0, "back": 1}
        if t == 1 and layer == 0:
            held = tracks | {"stage": "cache", "fed": 0, "kept": 1, "back": 0}
            self.add("cache", None, passages.CACHE, self.read(t), **held)
        weights = self_weights(self.trace, "decoder", layer, self.look.head)[t, : t + 1]
        best = int(weights.argmax())
        slots = self.read(t) | {
            "layer": layer + 1, "below": layer, "other": quoted(self.trace.read[best]), "at": best + 1,
            "weight": short(float(weights[best])),
        }  # fmt: skip
        line = self.weight_line("decoder", layer, "self", t, best, Number(float(weights[best])))
        key = "back.above" if layer else "back"
        self.add(f"{key}.first" if t == 0 else key, line, passages.ATTENTION["mask"], slots, **tracks)

    def look_over(self, t: int, layer: int) -> None:
        """Cross-attention and the rest of a layer that is not told piece by piece."""
        weights = self.weights(layer, t)
        best = max(range(self.S), key=lambda i: weights[i].value)
        slots = self.read(t) | {
            "layer": layer + 1, "token": quoted(self.trace.source[best]), "position": best + 1,
            "weight": short(weights[best].value),
        }  # fmt: skip
        line = self.state_line("decoder", layer, t)
        tracks = {"row": t, "glow": 1, "back": 0, "dec": self.computed(t, layer)}
        self.add("over", line, passages.BLOCKS, slots, stage="over", **tracks)

    def attend(self, t: int, layer: int) -> None:
        """Cross-attention piece by piece: scores, weights, what they bring, and the layer's state."""
        trace, weights = self.trace, self.weights(layer, t)
        best = max(range(self.S), key=lambda i: weights[i].value)
        every = trace.decoder[layer]["cross.weights"][:, t, best]
        head = int(every.argmax()) if self.look.head is None else self.look.head
        scores = self.vectors.attention("decoder", layer, "cross.scores", head, t)
        highest = max(range(self.S), key=lambda i: scores[i].value)
        top = best if self.look.head is None else highest  # they differ only where weights are set by hand
        slots = self.read(t) | {
            "layer": layer + 1, "head": head + 1, "token": quoted(trace.source[best]), "position": best + 1,
            "score": short(scores[top].value), "weight": short(weights[best].value), "part": trace.head_width,
            "low": short(float(every.min())), "high": short(float(every.max())), "hidden": trace.width,
        }  # fmt: skip
        scored = slots | {"token": quoted(trace.source[top]), "position": top + 1}
        line = Line()
        dots = self.vectors.attention("decoder", layer, "cross.dots", head, t)[top]
        symbol = rf"q_{{{line.text(t + 1)}}} \cdot k_{{{line.text(top + 1)}}}"
        line.latex = rf"e_{{{line.text(t + 1)},{line.text(top + 1)}}} = "
        if trace.scaled:
            divided = rf"\frac{{{line.number(dots)}}}{{\sqrt{{{line.text(trace.head_width)}}}}}"
            line.latex += rf"\frac{{{symbol}}}{{\sqrt{{d_k}}}} \\ = {divided} = {line.number(scores[top])}"
        else:
            line.latex += rf"{symbol} \\ = {line.number(scores[top])}"
        self.add(
            f"scores{self.mean}" if trace.scaled or self.mean else "scores.unscaled", line,
            passages.ATTENTION["scores"], scored, stage="scores", row=t, asks=1, back=0,
        )  # fmt: skip
        line = self.weight_line("decoder", layer, "cross", t, best, weights[best])
        passage = passages.MEAN if self.mean else passages.ATTENTION["weights"]
        self.add(f"weights{self.mean}", line, passage, slots, stage="weights", glow=1)
        line = self.state_line("decoder", layer, t, weights)
        key = "state" if weights[best].value >= 0.5 else "state.spread"
        self.add(key, line, passages.BRING, slots, stage="state", dec=self.computed(t, layer))

    def computed(self, t: int, layer: int) -> tuple[int, ...]:
        """How far each decoder layer is once this one has computed column t."""
        return tuple(t if at == layer else old for at, old in enumerate(self.moment.dec))

    def predict_and_choose(self, t: int) -> None:
        trace = self.trace
        probabilities, chosen = np.exp(trace.log_probs[t]), int(trace.chosen[t])
        second = next(int(number) for number in trace.ranking(t) if number != chosen)
        token = quoted(trace.output[t])
        slots: dict[str, object] = {
            "number": t + 1, "token": token, "p": percent(probabilities[chosen]), "size": len(probabilities),
            "second": quoted(trace.vocabulary[second]), "q": percent(probabilities[second]),
        }  # fmt: skip
        line = Line()
        y = rf"P(y_{{{line.text(t + 1)}}} = {line.text(token)})"
        softmax = rf"\mathrm{{softmax}}(W_y\, s_{{{line.text(t + 1)}}} + b_y)_{{{line.text(token)}}}"
        line.latex = rf"{y} \\ = {softmax} \\ = {line.number(self.vectors.probability(t, chosen))}"
        tracks = {"stage": "predict", "told": 1, "side": -1, "back": 0}
        self.add("predict", line, passages.READ_OUT, slots, **tracks)
        end = trace.output[t] == "⟨eos⟩"
        greedy = Line()
        y = rf"y_{{{greedy.text(t + 1)}}}"
        argmax = rf"\underset{{w}}{{\mathrm{{argmax}}}}\ P({y} = w)"
        greedy.latex = rf"{y} = {argmax} \\ = {greedy.text(token, f'chosen {t}')}"
        key = "end" if end else "choose.forced" if trace.forced else "choose"
        passage = passages.END if end else passages.choose_passage(trace.forced)
        self.add(key, None if trace.forced else greedy, passage, slots, stage="choose", wrote=t + 1)

    def finish(self, answer: str | None, flaw: str | None) -> None:
        trace = self.trace
        self.chapters.append(self.words.say("decoding.chapter.end"))
        key = "done" if answer is None else "done.right" if trace.text == answer else "done.wrong"
        if not trace.finished:
            key = "done.unfinished"
        line = Line()
        line.latex = rf"\ln P(Y \mid X) = \sum_t \ln P(y_t \mid y_{{<t}}, X) \\ = {line.text(exact(trace.log_prob))}"
        slots: dict[str, object] = {"source": "".join(trace.source), "output": trace.text, "answer": answer}
        slots |= {"steps": self.T, "p": percent(float(np.exp(trace.log_prob)))}
        self.add(key, line, passages.DONE, slots, stage="done")
        self.steps[-1] = flawed(self.steps[-1], flaw, trace.text, self.words)

    # ---- formulas

    def weights(self, layer: int, t: int) -> list[Number]:
        """A row of a decoder layer's weights over the source: the head's, or the mean's."""
        held = self.trace.decoder[layer]["cross.weights"]
        if self.look.head is not None:
            return self.vectors.attention("decoder", layer, "cross.weights", self.look.head, t)
        row = held.mean(0)[t].tolist()
        return [Number(w, f"mean decoder {layer} cross {t} {i}") for i, w in enumerate(row)]

    def weight_line(self, side: str, layer: int, block: str, at: int, j: int, weight: Number) -> Line:
        """One weight: a softmax over scores, or the mean of the heads'."""
        line = Line()
        alpha = rf"_{{{line.text(at + 1)},{line.text(j + 1)}}}"
        if self.look.head is None:
            weight = Number(weight.value, f"mean {side} {layer} {block} {at} {j}")
            heads = line.text(self.trace.heads)
            line.latex = rf"\bar{{\alpha}}{alpha} = \frac{{1}}{{{heads}}} \sum_{{\mathrm{{heads}}}} \alpha{alpha}"
        else:
            weight = Number(weight.value, f"{side} {layer} {block}.weights {self.look.head} {at} {j}")
            scores = self.vectors.attention(side, layer, f"{block}.scores", self.look.head, at)
            line.latex = rf"\alpha{alpha} = \frac{{\exp({line.number(scores[j])})}}{{\sum_{{j'}} \exp(e_{{j'}})}}"
        line.latex += rf" \\ = {line.number(weight)}"
        return line

    def state_line(self, side: str, layer: int, at: int, weights: list[Number] | None = None) -> Line:
        """A layer's state; with weights: what a head brings, first."""
        line, post = Line(), self.trace.norm == "post"
        if weights is not None and self.look.head is not None:
            line.latex = rf"a = \sum_j \alpha_j\, v_j \\ = {line.weighted(weights, 'v')} \\ "
        inside = r"\mathrm{LN}(x + \mathrm{FFN}(x))" if post else r"x + \mathrm{FFN}(\mathrm{LN}(x))"
        state = "h" if side == "encoder" else "s"
        line.latex += rf"{state}_{{{line.text(at + 1)}}}^{{({line.text(layer + 1)})}} = {inside}"
        line.latex += rf" \\ = {line.units(self.vectors.gate(side, layer, 'h', at))}"
        return line


def heads_named(trace: TransformerTrace, head: int | None, words: Words) -> str:
    """One head, or the mean of all, in words."""
    key = "transformer.head.mean" if head is None else "transformer.head.one"
    return words.say(key, head=0 if head is None else head + 1, heads=trace.heads)
