"""The steps of one convolutional decoding: what is told, with which numbers, and where the clock's tracks stand."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from seq2seq.stories.convolution.passages import STEPS, choose_passage
from seq2seq.stories.convolution.vectors import ConvVectors
from seq2seq.stories.flaws import flawed
from seq2seq.stories.formulas import FormulaBook, Line, exact, percent, short
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step
from seq2seq.stories.tokens import quoted
from seq2seq.traces import ConvTrace
from seq2seq.words import Words


@dataclass(frozen=True)
class Moment:
    """Where every track stands at one step; see `overview` for what they mean."""

    stage: str
    layer: int = -1  # the layer in hand: −1 the embeddings
    fan: int = -1  # 0: edges of the encoder's fan are drawn, 1: of the decoder's; −1: none
    embedded: int = 0
    whole: int = -1  # the last encoder layer computed everywhere
    own: int = -1  # the last encoder layer computed at the position in hand
    col: int = -1  # the output column in hand
    dec: tuple[int, ...] = ()  # the last column computed, for each decoder layer
    row: int = -1  # the row of weights in hand
    glow: float = 0
    wrote: int = 0
    told: int = 0
    cell: int = 0  # which cell the picture of one layer shows
    shown: int = -1  # how much of it


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
    """Builds the steps in order; `say` looks up a sentence under `convolution.`; p is the source position in hand."""

    def __init__(self, trace: ConvTrace, words: Words, p: int) -> None:
        self.trace, self.words, self.p, self.book = trace, words, p, FormulaBook()
        self.vectors = ConvVectors(trace)
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.chapters: list[str] = []
        self.S, self.T, self.L = len(trace.source), len(trace.output), trace.layers
        self.moment = Moment("intro", dec=(-1,) * len(trace.decoder))

    def say(self, key: str, **slots: object) -> str:
        return self.words.say(f"{'convolution' if self.words.has(f'convolution.{key}') else 'decoding'}.{key}", **slots)

    def chapter(self, title: str) -> None:
        self.chapters.append(title)

    def add(self, key: str, line: Line | None, passage: Passage, slots: dict[str, object], **tracks: Any) -> None:
        """One step; its sentences are `key.title` and `key.text`; the tracks named move, the others stay."""
        self.moment = replace(self.moment, **tracks)
        title, text = (self.say(f"{key}.{part}", **slots) for part in ("title", "text"))
        formula = line.into(self.book) if line else None
        self.steps.append(Step(title, text, len(self.chapters) - 1, formula, passage))
        self.moments.append(self.moment)

    def tell(self, answer: str | None, flaw: str | None = None) -> Told:
        """The whole decoding."""
        self.chapter(self.words.say("convolution.chapter.encoder"))
        self.embed()
        for layer in range(self.L):
            self.chapter(self.words.say("convolution.chapter.layer", layer=layer + 1))
            self.encode(layer)
        for t in range(self.T):
            self.chapter(self.words.say("decoding.chapter.output", number=t + 1))
            if self.trace.decoder:
                for layer in range(self.L):
                    self.decode(t, layer)
                    self.look(t, layer)
            self.predict_and_choose(t)
        self.finish(answer, flaw)
        return Told(self.steps, self.moments, self.chapters, self.book.templates)

    # ---- encoder

    @property
    def spot(self) -> dict[str, object]:
        """The position in hand, as slots."""
        return {"token": quoted(self.trace.source[self.p]), "position": self.p + 1, "count": self.S}

    def embed(self) -> None:
        trace, slots = self.trace, self.spot | {"kernel": self.trace.kernel, "layers": self.L}
        slots |= {"source": "".join(trace.source), "field": 1 + self.L * (trace.kernel - 1)}
        self.add("intro" if trace.decoder else "intro.positions", None, STEPS["embed"], slots, fan=0, layer=self.L - 1)
        line = Line()
        i = line.text(self.p + 1)
        line.latex = rf"x_{{{i}}} = E[{line.text(quoted(trace.source[self.p]))}]"
        line.latex += rf" + \mathrm{{PE}}[{line.text(self.p + 1)}]"
        line.latex += rf" \\ = {line.units(self.vectors.embedded(self.p))}"
        self.add("embed", line, STEPS["embed"], slots, stage="embed", embedded=1, shown=0, fan=-1, layer=-1)

    def encode(self, layer: int) -> None:
        """One layer at the position in hand, piece by piece, then everywhere."""
        trace, p = self.trace, self.p
        low, high = trace.seen(layer, p)
        window = [j for j in self.vectors.window("encoder", p) if 0 <= j < self.S]
        x = "x" if layer == 0 else "h"
        slots = self.spot | {
            "layer": layer + 1, "kernel": trace.kernel, "window": "".join(trace.source[j] for j in window),
            "field": "".join(quoted(token) for token in trace.source[low : high + 1]), "seen": high - low + 1,
            "width": 1 + (layer + 1) * (trace.kernel - 1), "below": 1 + layer * (trace.kernel - 1),
        }  # fmt: skip

        def units(name: str, symbol: str) -> Line:
            line = Line()
            line.latex = rf"{symbol} \\ = {line.units(self.vectors.gate('encoder', layer, name, p))}"
            return line

        tracks: dict[str, Any] = {"layer": layer, "fan": 0, "cell": layer}
        key = "conv" if layer == 0 else "conv.above"
        sums = rf"A = \sum_{{\kappa}} W_{{\kappa}}\, {x}_{{j+\kappa}} + b"
        conv = units("a", sums + rf", \quad B = \sum_{{\kappa}} V_{{\kappa}}\, {x}_{{j+\kappa}} + b'")
        self.add(key, conv, STEPS["conv"], slots, stage="conv", shown=1, **tracks)
        gate = self.vectors.gate("encoder", layer, "gate", p)
        slots |= {"open": sum(number.value > 0.5 for number in gate), "units": len(gate)}
        sigma = units("gate", r"\sigma(B) = \frac{1}{1 + \exp(-B)}")
        self.add("gate", sigma, STEPS["gate"], slots, stage="gate", shown=2)
        self.add("glu", units("glu", r"A \odot \sigma(B)"), STEPS["glu"], slots, stage="glu", shown=3)
        line = units("h", rf"h = \sqrt{{\tfrac{{1}}{{2}}}}\,(A \odot \sigma(B) + {x}_j)")
        self.add("residual", line, STEPS["residual"], slots, stage="residual", shown=4, own=layer)
        line = Line()
        k, depth = line.text(trace.kernel), line.text(layer + 1)
        value = line.text(1 + (layer + 1) * (trace.kernel - 1))
        line.latex = rf"\mathrm{{RF}} = 1 + {depth} \cdot ({k} - 1) = {value}"
        self.add("layer", line, STEPS["layer"], slots, stage="layer", whole=layer)

    # ---- decoder

    def decode(self, t: int, layer: int) -> None:
        trace = self.trace
        first = t - (layer + 1) * (trace.kernel - 1)
        read = ["⟨bos⟩", *trace.output[:-1]]
        shown = " ".join(quoted(token) for token in read[max(0, first) : t + 1])
        slots: dict[str, object] = {
            "number": t + 1, "layer": layer + 1, "kernel": trace.kernel, "read": shown,
            "last": quoted(read[t]), "count": t + 1 - max(0, first),
        }  # fmt: skip
        line = Line()
        x = "x" if layer == 0 else "s"
        inside = rf"\sum_{{\kappa}} W_{{\kappa}}\, {x}_{{{line.text(t + 1)}-\kappa}}"
        own = rf"{x}_{{{line.text(t + 1)}}}"
        line.latex = (
            rf"s_{{{line.text(t + 1)}}} = \sqrt{{\tfrac{{1}}{{2}}}}\,(\mathrm{{GLU}}({inside}) + {own})"
            rf" \\ = {line.units(self.vectors.gate('decoder', layer, 'residual', t))}"
        )
        key = ("decode.first" if t == 0 else "decode") if layer == 0 else "decode.above"
        dec = tuple(t if at <= layer else old for at, old in enumerate(self.moment.dec))
        tracks = {"stage": "decode", "layer": layer, "fan": 1, "col": t, "dec": dec, "row": -1, "glow": 0, "told": 0}
        cell = self.L + t * self.L + layer
        self.add(key, line, STEPS["dconv"], slots, cell=cell, shown=4, **tracks)

    def look(self, t: int, layer: int) -> None:
        trace, weights = self.trace, self.vectors.weights(layer, t)
        best = max(range(self.S), key=lambda i: weights[i].value)
        slots: dict[str, object] = {
            "number": t + 1, "layer": layer + 1, "token": quoted(trace.source[best]), "position": best + 1,
            "weight": short(weights[best].value), "score": short(self.vectors.scores(layer, t)[best].value),
        }  # fmt: skip
        line = Line()
        line.latex = (
            rf"q = W_q\, s_{{{line.text(t + 1)}}} + b + x_{{{line.text(t + 1)}}}"
            rf" \\ \alpha_{{{line.text(best + 1)}}} = \mathrm{{softmax}}(q^\top h)_{{{line.text(best + 1)}}}"
            rf" = {line.number(weights[best])}"
            rf" \\ a = \sum_j \alpha_j (h_j + x_j) \\ = {line.units(self.vectors.gate('decoder', layer, 'context', t))}"
        )
        key = "look" if weights[best].value >= 0.5 else "look.spread"
        self.add(key, line, STEPS["look"], slots, stage="look", fan=-1, row=t, glow=1, shown=5)

    def predict_and_choose(self, t: int) -> None:
        trace = self.trace
        probabilities, chosen = np.exp(trace.log_probs[t]), int(trace.chosen[t])
        second = next(int(number) for number in trace.ranking(t) if number != chosen)
        token = quoted(trace.output[t])
        slots: dict[str, object] = {
            "number": t + 1, "token": token, "p": percent(probabilities[chosen]), "size": len(probabilities),
            "second": quoted(trace.vocabulary[second]), "q": percent(probabilities[second]), "layers": self.L,
        }  # fmt: skip
        key, passage, tracks = "predict", STEPS["predict"], {"fan": -1, "glow": 0.0, "row": -1}
        if not trace.decoder:
            key, passage, tracks = "predict.positions", STEPS["predict.positions"], {"fan": 0, "layer": self.L - 1}
            low, high = trace.seen(self.L - 1, min(t, self.S - 1))
            slots["field"] = " ".join(quoted(token) for token in trace.source[low : high + 1])
        line = Line()
        y = rf"P(y_{{{line.text(t + 1)}}} = {line.text(token)})"
        softmax = rf"\mathrm{{softmax}}(W_y\, s_{{{line.text(t + 1)}}} + b_y)_{{{line.text(token)}}}"
        line.latex = rf"{y} \\ = {softmax} \\ = {line.number(self.vectors.probability(t, chosen))}"
        self.add(key, line, passage, slots, stage="predict", col=t, told=1, **tracks)
        end = trace.output[t] == "⟨eos⟩"
        key = (
            ("end" if trace.decoder else "end.positions")
            if end
            else "choose.forced"
            if trace.forced
            else "choose"
            if trace.decoder
            else "choose.positions"
        )
        greedy = Line()
        y = rf"y_{{{greedy.text(t + 1)}}}"
        argmax = rf"\underset{{w}}{{\mathrm{{argmax}}}}\ P({y} = w)"
        greedy.latex = rf"{y} = {argmax} \\ = {greedy.text(token, f'chosen {t}')}"
        passage = STEPS["end"] if end else choose_passage(trace.forced)
        self.add(key, None if trace.forced else greedy, passage, slots, stage="choose", wrote=t + 1)

    def finish(self, answer: str | None, flaw: str | None) -> None:
        trace = self.trace
        self.chapter(self.words.say("decoding.chapter.end"))
        key = "done" if answer is None else "done.right" if trace.text == answer else "done.wrong"
        if not trace.finished:
            key = "done.unfinished"
        line = Line()
        line.latex = rf"\ln P(Y \mid X) = \sum_t \ln P(y_t \mid y_{{<t}}, X) \\ = {line.text(exact(trace.log_prob))}"
        slots: dict[str, object] = {"source": "".join(trace.source), "output": trace.text, "answer": answer}
        slots |= {"steps": self.T, "p": percent(float(np.exp(trace.log_prob)))}
        self.add(key, line, STEPS["done"], slots, stage="done", fan=-1, row=-1, glow=0.0)
        self.steps[-1] = flawed(self.steps[-1], flaw, trace.text, self.words)
