"""The steps of one decoding: what is told, which formula with which numbers, and where the clock's tracks stand."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from seq2seq.stories.formulas import FormulaBook, number, percent, subscript, weighted_terms
from seq2seq.stories.story import Step
from seq2seq.traces import DecodingTrace
from seq2seq.words import Words

CELL_NAMES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
SCORES = {
    "additive": r"v^\top \tanh(W s_{\text{@1}} + U h_{\text{@2}})",
    "dot": r"s_{\text{@1}}^\top h_{\text{@2}}",
    "general": r"s_{\text{@1}}^\top W h_{\text{@2}}",
    "scaled_dot": r"\frac{s_{\text{@1}}^\top h_{\text{@2}}}{\sqrt{D}}",
}


@dataclass(frozen=True)
class Moment:
    """Where every track stands at one step; see `network_diagram` for what they mean."""

    stage: str
    enc: tuple[int, ...]  # the last position read, for each encoder layer
    layer: int = 0  # the encoder layer in hand
    col: int = -1  # the output column in hand
    lit: int = -1  # the decoder column that is framed: −1 is its first state
    dec: int = -1  # the last decoder state computed
    wrote: int = 0
    row: int = -1
    asks: float = 0
    glow: float = 0
    query: float = 0  # Bahdanau's wiring: the state before the step is asking
    begin: float = 0
    told: int = 0

    @property
    def begun(self) -> int:
        """Whether the decoder has its first state."""
        return int(self.stage != "encoder")


@dataclass(frozen=True)
class Told:
    """All steps of a story, with their tracks and formulas."""

    steps: list[Step]
    moments: list[Moment]
    chapters: list[str]
    formulas: list[str]

    def track(self, name: str) -> list[Any]:
        """One track's value at each step; "enc0", "enc1", … are the encoder's layers."""
        if name.startswith("enc"):
            return [moment.enc[int(name[3:])] for moment in self.moments]
        return [getattr(moment, name) for moment in self.moments]


def quoted(token: str) -> str:
    """A token as a sentence shows it: a space needs a sign."""
    return "␣" if token == " " else token


class Teller:
    """Builds the steps in order; `say` looks up a sentence under `decoding.`."""

    def __init__(self, trace: DecodingTrace, words: Words) -> None:
        self.trace, self.words, self.book = trace, words, FormulaBook()
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.chapters: list[str] = []
        self.S, self.T = len(trace.source), len(trace.output)
        self.layers = len(trace.encoder)
        self.all_read = (self.S - 1,) * self.layers
        self.cell = CELL_NAMES[trace.cell]

    def say(self, key: str, **slots: object) -> str:
        return self.words.say(f"decoding.{key}", **slots)

    def chapter(self, title: str) -> None:
        self.chapters.append(title)

    def add(
        self, key: str, moment: Moment, formula: tuple[int, tuple[str, ...]] | None = None, **slots: object
    ) -> None:
        """One step; its sentences are `key.title` and `key.text`."""
        title, text = (self.say(f"{key}.{part}", **slots) for part in ("title", "text"))
        self.steps.append(Step(title, text, len(self.chapters) - 1, formula))
        self.moments.append(moment)

    def tell(self, answer: str | None) -> Told:
        """The whole decoding."""
        self.chapter(self.say("chapter.encoder"))
        self.read_source()
        self.start_decoder()
        for t in range(self.T):
            self.chapter(self.say("chapter.output", number=t + 1))
            moment = Moment("state", enc=self.all_read, col=t, lit=t - 1, dec=t - 1, wrote=t)
            if self.trace.weights is None:
                moment = self.new_state(t, moment)
            elif self.trace.asks_before:
                moment = self.new_state(t, self.attend(t, replace(moment, row=t)))
            else:
                moment = self.attend(t, self.new_state(t, replace(moment, row=t)))
            self.predict_and_choose(t, moment)
        self.finish(answer)
        return Told(self.steps, self.moments, self.chapters, self.book.templates)

    # ---- encoder

    def read_source(self) -> None:
        trace, nothing = self.trace, (-1,) * self.layers
        self.add("intro", Moment("encoder", nothing), source="".join(trace.source), count=self.S, cell=self.cell)
        both = "both" if len(trace.directions) == 2 else "one"
        for layer in range(self.layers):  # a layer reads what the whole layer below it wrote
            for i, token in enumerate(trace.source):
                read = (self.S - 1,) * layer + (i,) + (-1,) * (self.layers - layer - 1)
                mirror = self.S - 1 - i
                slots: dict[str, object] = {
                    "token": quoted(token), "position": i + 1, "count": self.S, "cell": self.cell,
                    "mirror": mirror + 1, "mirror_token": quoted(trace.source[mirror]), "layer": layer + 1,
                    "layers": self.layers,
                }  # fmt: skip
                key = f"read.{both}" + (".unknown" if trace.unknown[i] and layer == 0 else "")
                if layer:
                    key = f"read.{both}.above"
                self.add(key, Moment("encoder", read, layer), self.encoder_formula(layer, i), **slots)

    def encoder_formula(self, layer: int, i: int) -> tuple[int, tuple[str, ...]]:
        """h_i from its input and h_{i−1}, forward, with the first units of the result."""
        h = self.trace.encoder[layer]["forward"]["h"][i]
        arrow = r"\overrightarrow{h}" if len(self.trace.directions) == 2 else "h"
        mark = rf"^{{({layer + 1})}}" if self.layers > 1 else ""
        below = rf"h^{{({layer})}}" if layer else "x"
        state, before = rf"{arrow}_{{\text{{@0}}}}{mark}", rf"{arrow}_{{\text{{@1}}}}{mark}"
        read = rf"\mathrm{{{self.cell}}}({below}_{{\text{{@0}}}},\ {before})"
        if self.trace.cell == "rnn":
            read = rf"\tanh(W {below}_{{\text{{@0}}}} + U {before} + b)"
        return self.book.add(rf"{state} = {read} = (\text{{@2}})", i + 1, i, first_units(h))

    def start_decoder(self) -> None:
        trace = self.trace
        states = [state for layer in trace.start for state in layer.values()]
        key = "start.attention" if trace.weights is not None else "start.fixed"
        if len(states) > 1:  # an LSTM's cell state, or more than one layer
            key += ".several"
        mark = rf"^{{({self.layers})}}" if self.layers > 1 else ""
        ends = rf"h_{{\text{{@0}}}}{mark}"
        if len(trace.directions) == 2:
            ends = rf"[\overrightarrow{{h}}_{{\text{{@0}}}}{mark}\,;\ \overleftarrow{{h}}_1{mark}]"
        formula = self.book.add(rf"s_0{mark} = {ends} = (\text{{@1}})", self.S, first_units(trace.start[-1]["h"]))
        moment = Moment("start", enc=self.all_read, begin=1)
        size, shown = sum(len(state) for state in states), len(trace.start[-1]["h"])
        self.add(key, moment, formula, count=self.S, size=size, shown=shown)

    # ---- decoder

    def new_state(self, t: int, moment: Moment) -> Moment:
        trace = self.trace
        read = quoted(trace.output[t - 1]) if t else "⟨bos⟩"
        moment = replace(moment, stage="state", dec=t, lit=t, query=0)
        extra = r",\ c_{\text{@0}}" if trace.asks_before and trace.weights is not None else ""
        inside = rf"\mathrm{{{self.cell}}}(y_{{\text{{@1}}}}{extra},\ s_{{\text{{@1}}}})"
        units = first_units(trace.decoder[-1]["h"][t])
        formula = self.book.add(rf"s_{{\text{{@0}}}} = {inside} = (\text{{@2}})", t + 1, t, units)
        key = ("state.after" if extra else "state") + ("" if t else ".first")
        self.add(key, moment, formula, number=t + 1, before=subscript(t), read=read, cell=self.cell)
        return moment

    def attend(self, t: int, moment: Moment) -> Moment:
        trace = self.trace
        assert trace.scores is not None and trace.weights is not None and trace.context is not None
        best = int(trace.weights[t].argmax())
        asks = t if trace.asks_before else t + 1  # number of the state that asks
        score, weight = number(trace.scores[t, best]), number(trace.weights[t, best])
        slots = {
            "number": t + 1, "asks": subscript(asks), "position": best + 1, "token": quoted(trace.source[best]),
            "score": score, "weight": weight, "count": self.S,
        }  # fmt: skip
        if trace.asks_before:
            moment = replace(moment, stage="query", query=1)
            self.add("query", moment, None, **slots)
        moment = replace(moment, stage="scores", asks=1)
        latex = rf"e_{{\text{{@0}},\text{{@2}}}} = {SCORES[trace.attention]} = \text{{@3}}"
        self.add("scores", moment, self.book.add(latex, t + 1, asks, best + 1, score), **slots)
        moment = replace(moment, stage="weights", glow=1)
        latex = (
            r"\alpha_{\text{@0},\text{@1}} = \frac{\exp(\text{@2})}{\sum_{j=1}^{\text{@3}} \exp(e_{\text{@0},j})}"
            r" = \text{@4}"
        )
        self.add("weights", moment, self.book.add(latex, t + 1, best + 1, score, self.S, weight), **slots)
        moment = replace(moment, stage="context")
        names = [f"h{subscript(i + 1)}" for i in range(self.S)]
        terms, units = weighted_terms(trace.weights[t].tolist(), names), first_units(trace.context[t])
        latex = r"c_{\text{@0}} = \sum_i \alpha_{\text{@0},i}\, h_i = \text{@1} = (\text{@2})"
        key = "context" if trace.weights[t, best] >= 0.5 else "context.spread"
        self.add(key, moment, self.book.add(latex, t + 1, terms, units), **slots)
        return moment

    def predict_and_choose(self, t: int, moment: Moment) -> None:
        trace = self.trace
        probabilities = np.exp(trace.log_probs[t])
        token, chosen = quoted(trace.output[t]), int(trace.chosen[t])
        runner_up = next(int(number) for number in trace.ranking(t) if number != chosen)
        slots = {
            "number": t + 1, "token": token, "p": percent(probabilities[chosen]), "size": len(probabilities),
            "second": quoted(trace.vocabulary[runner_up]), "q": percent(probabilities[runner_up]),
        }  # fmt: skip
        reads = r"s_{\text{@0}}"
        if trace.context is not None:
            reads = r"\tanh(W_c\,[c_{\text{@0}};\ s_{\text{@0}}])"
        softmax = rf"\mathrm{{softmax}}(W_o\, {reads} + b)_{{\text{{@1}}}}"
        latex = rf"P(y_{{\text{{@0}}}} = \text{{@1}}) = {softmax} = \text{{@2}}"
        formula = self.book.add(latex, t + 1, token, number(probabilities[chosen]))
        moment = replace(moment, stage="predict", dec=t, told=1)
        self.add("predict", moment, formula, **slots)
        key = "end" if trace.output[t] == "⟨eos⟩" else "choose.forced" if trace.forced else "choose"
        latex = r"y_{\text{@0}} = \underset{w}{\mathrm{argmax}}\ P(y_{\text{@0}} = w) = \text{@1}"
        greedy = None if trace.forced else self.book.add(latex, t + 1, token)
        self.add(key, replace(moment, stage="choose", wrote=t + 1), greedy, **slots)

    def finish(self, answer: str | None) -> None:
        trace = self.trace
        self.chapter(self.say("chapter.end"))
        last = self.T - 1
        moment = Moment("done", enc=self.all_read, col=last, lit=last, dec=last, wrote=self.T, row=last)
        moment = replace(moment, asks=1, glow=1, told=1)
        key = "done" if answer is None else "done.right" if trace.text == answer else "done.wrong"
        if not trace.finished:
            key = "done.unfinished"
        latex = r"\log P(y \mid x) = \sum_t \log P(y_t \mid y_{<t}, x) = \text{@0}"
        slots = {"source": "".join(trace.source), "output": trace.text, "answer": answer, "steps": self.T}
        slots["p"] = percent(float(np.exp(trace.log_prob)))
        self.add(key, moment, self.book.add(latex, number(trace.log_prob)), **slots)


def first_units(values: np.ndarray, shown: int = 3) -> str:
    """The first units of a vector, as text."""
    text = ", ".join(number(float(value)) for value in values[:shown])
    return text + (", …" if len(values) > shown else "")
