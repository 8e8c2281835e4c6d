"""The steps of one decoding: what is told, which formula with which numbers, and where the clock's tracks stand."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from seq2seq.stories.explain.vectors import Vectors
from seq2seq.stories.flaws import flawed
from seq2seq.stories.formulas import FormulaBook, Line, exact, percent, short, subscript
from seq2seq.stories.sources import stage_passage
from seq2seq.stories.story import Step
from seq2seq.stories.tokens import quoted
from seq2seq.traces import DecodingTrace
from seq2seq.words import Words

CELL_NAMES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}


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


class Teller:
    """Builds the steps in order; `say` looks up a sentence under `decoding.`."""

    def __init__(self, trace: DecodingTrace, words: Words) -> None:
        self.trace, self.words, self.book = trace, words, FormulaBook()
        self.vectors = Vectors(trace)
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

    def add(self, key: str, moment: Moment, formula: Line | None = None, **slots: object) -> None:
        """One step; its sentences are `key.title` and `key.text`, its lines of source those of its stage."""
        title, text = (self.say(f"{key}.{part}", **slots) for part in ("title", "text"))
        stage = {"intro": "intro", "end": "end"}.get(key, moment.stage)
        passage = stage_passage(stage, self.trace.cell, self.trace.attention, self.trace.forced)
        line = formula.into(self.book) if formula else None
        self.steps.append(Step(title, text, len(self.chapters) - 1, line, passage))
        self.moments.append(moment)

    def tell(self, answer: str | None, flaw: str | None = None) -> Told:
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
        self.finish(answer, flaw)
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

    def encoder_formula(self, layer: int, i: int) -> Line:
        """h_i from its input and h_{i−1}, forward, with the first units of the result."""
        line = Line()
        arrow = r"\overrightarrow{h}" if len(self.trace.directions) == 2 else "h"
        mark = rf"^{{({layer + 1})}}" if self.layers > 1 else ""
        below = rf"h^{{({layer})}}" if layer else "x"
        now, before = line.text(i + 1), line.text(i)
        state, old = rf"{arrow}_{{{now}}}{mark}", rf"{arrow}_{{{before}}}{mark}"
        read = rf"\mathrm{{{self.cell}}}({below}_{{{now}}},\ {old})"
        if self.trace.cell == "rnn":
            read = rf"\tanh(W {below}_{{{now}}} + U {old} + b)"
        width = self.trace.encoder[layer]["forward"]["h"].shape[1]
        line.latex = rf"{state} = {read} \\ = {line.units(self.vectors.encoder(layer, i)[:width])}"
        return line

    def start_decoder(self) -> None:
        trace = self.trace
        states = [state for layer in trace.start for state in layer.values()]
        key = "start.attention" if trace.weights is not None else "start.fixed"
        if len(states) > 1:  # an LSTM's cell state, or more than one layer
            key += ".several"
        line, mark = Line(), rf"^{{({self.layers})}}" if self.layers > 1 else ""
        ends = rf"h_{{{line.text(self.S)}}}{mark}"
        if len(trace.directions) == 2:
            ends = rf"[\overrightarrow{{h}}_{{{line.text(self.S)}}}{mark}\,;\ \overleftarrow{{h}}_1{mark}]"
        line.latex = rf"s_0{mark} = {ends} \\ = {line.units(self.vectors.top(-1))}"
        moment = Moment("start", enc=self.all_read, begin=1)
        size, shown = sum(len(state) for state in states), len(trace.start[-1]["h"])
        self.add(key, moment, line, count=self.S, size=size, shown=shown)

    # ---- decoder

    def new_state(self, t: int, moment: Moment) -> Moment:
        trace = self.trace
        read = quoted(trace.output[t - 1]) if t else "⟨bos⟩"
        moment = replace(moment, stage="state", dec=t, lit=t, query=0)
        line = Line()
        now, before = line.text(t + 1), line.text(t)
        extra = rf",\ a_{{{now}}}" if trace.asks_before else ""
        inside = rf"\mathrm{{{self.cell}}}(y_{{{before}}}{extra},\ s_{{{before}}})"
        line.latex = rf"s_{{{now}}} = {inside} \\ = {line.units(self.vectors.top(t))}"
        key = ("state.after" if extra else "state") + ("" if t else ".first")
        self.add(key, moment, line, number=t + 1, before=subscript(t), read=read, cell=self.cell)
        return moment

    def attend(self, t: int, moment: Moment) -> Moment:
        trace = self.trace
        assert trace.scores is not None and trace.weights is not None and trace.context is not None
        best = int(trace.weights[t].argmax())
        asks = t if trace.asks_before else t + 1  # number of the state that asks
        score, weight = self.vectors.scores(t)[best], self.vectors.weights(t)[best]
        slots = {
            "number": t + 1, "asks": subscript(asks), "position": best + 1, "token": quoted(trace.source[best]),
            "score": short(score.value), "weight": short(weight.value), "count": self.S,
        }  # fmt: skip
        if trace.asks_before:
            moment = replace(moment, stage="query", query=1)
            self.add("query", moment, None, **slots)
        moment = replace(moment, stage="scores", asks=1)
        line = Line()
        line.latex = rf"e_{{{line.text(t + 1)},{line.text(best + 1)}}} = {self.score_symbols(line, asks, best + 1)}"
        line.latex += rf" \\ = {line.number(score)}"
        self.add("scores", moment, line, **slots)
        moment, line = replace(moment, stage="weights", glow=1), Line()
        row = line.text(t + 1)
        line.latex = (
            rf"\alpha_{{{row},{line.text(best + 1)}}} = \frac{{\exp({line.number(score)})}}"
            rf"{{\sum_{{j'=1}}^{{{line.text(self.S)}}} \exp(e_{{{row},j'}})}} \\ = {line.number(weight)}"
        )
        self.add("weights", moment, line, **slots)
        moment, line = replace(moment, stage="context"), Line()
        row = line.text(t + 1)
        line.latex = (
            rf"a_{{{row}}} = \sum_j \alpha_{{{row},j}}\, h_j \\ = {line.weighted(self.vectors.weights(t), 'h')}"
            rf" \\ = {line.units(self.vectors.context(t))}"
        )
        self.add("context" if weight.value >= 0.5 else "context.spread", moment, line, **slots)
        return moment

    def score_symbols(self, line: Line, asks: int, position: int) -> str:
        """How a score is computed, in symbols."""
        s, h = rf"s_{{{line.text(asks)}}}", rf"h_{{{line.text(position)}}}"
        return {
            "additive": rf"v_a^\top \tanh(W_a {s} + U_a {h})",
            "dot": rf"{s}^\top {h}",
            "general": rf"{s}^\top W_a {h}",
            "scaled_dot": rf"\frac{{{s}^\top {h}}}{{\sqrt{{D}}}}",
        }[self.trace.attention]

    def predict_and_choose(self, t: int, moment: Moment) -> None:
        trace = self.trace
        probabilities = np.exp(trace.log_probs[t])
        token, chosen = quoted(trace.output[t]), int(trace.chosen[t])
        runner_up = next(int(number) for number in trace.ranking(t) if number != chosen)
        slots = {
            "number": t + 1, "token": token, "p": percent(probabilities[chosen]), "size": len(probabilities),
            "second": quoted(trace.vocabulary[runner_up]), "q": percent(probabilities[runner_up]),
        }  # fmt: skip
        line, moment = Line(), replace(moment, stage="predict", dec=t, told=1)
        s, y = rf"s_{{{line.text(t + 1)}}}", rf"y_{{{line.text(t + 1)}}}"
        reads = s if trace.context is None else rf"\tanh(W_c\,[a_{{{line.text(t + 1)}}};\ {s}] + b_c)"
        softmax = rf"\mathrm{{softmax}}(W_y\, {reads} + b_y)_{{{line.text(token)}}}"
        line.latex = (
            rf"P({y} = {line.text(token)}) \\ = {softmax} \\ = {line.number(self.vectors.probability(t, chosen))}"
        )
        self.add("predict", moment, line, **slots)
        key = "end" if trace.output[t] == "⟨eos⟩" else "choose.forced" if trace.forced else "choose"
        greedy = Line()
        y = rf"y_{{{greedy.text(t + 1)}}}"
        argmax = rf"\underset{{w}}{{\mathrm{{argmax}}}}\ P({y} = w)"
        greedy.latex = rf"{y} = {argmax} \\ = {greedy.text(token, f'chosen {t}')}"
        self.add(key, replace(moment, stage="choose", wrote=t + 1), None if trace.forced else greedy, **slots)

    def finish(self, answer: str | None, flaw: str | None) -> None:
        trace = self.trace
        self.chapter(self.say("chapter.end"))
        last = self.T - 1
        moment = Moment("done", enc=self.all_read, col=last, lit=last, dec=last, wrote=self.T, row=last)
        moment = replace(moment, asks=1, glow=1, told=1)
        key = "done" if answer is None else "done.right" if trace.text == answer else "done.wrong"
        if not trace.finished:
            key = "done.unfinished"
        line = Line()
        line.latex = rf"\ln P(Y \mid X) = \sum_t \ln P(y_t \mid y_{{<t}}, X) \\ = {line.text(exact(trace.log_prob))}"
        slots = {"source": "".join(trace.source), "output": trace.text, "answer": answer, "steps": self.T}
        slots["p"] = percent(float(np.exp(trace.log_prob)))
        self.add(key, moment, line, **slots)
        self.steps[-1] = flawed(self.steps[-1], flaw, trace.text, self.words)
