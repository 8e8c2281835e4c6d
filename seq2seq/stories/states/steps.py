"""The steps of the page on states: clouds before and after training, what groups them, and the ways of sentences."""

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from seq2seq.stories.explain.vectors import numbers
from seq2seq.stories.formulas import FormulaBook, Line, Number, percent, short
from seq2seq.stories.sentences import listed
from seq2seq.stories.sources import Passage
from seq2seq.stories.states.colourings import Colouring, index_of
from seq2seq.stories.states.explain import GEOMETRY, INSIDE, NEAREST_OTHERS, PROJECT, cloud_name, group_name
from seq2seq.stories.states.measured import Measured
from seq2seq.stories.states.questions import belongs_question, groups_question, jump_question, nearer_question
from seq2seq.stories.story import Question, Step
from seq2seq.stories.tokens import quoted
from seq2seq.words import Words

COMPONENTS = Passage(GEOMETRY, "principal_components", ("centred = ", "np.linalg.svd", "shares = "))
READING = Passage("recording/states.py", "read_so_far", ("found", "gates[way][name]"))
FINAL = Passage("recording/states.py", "record_final", ("encode_glass", "return"))
WRITING = Passage("recording/states.py", "record_writing", ("walk", "return"))
RECORDED = {"final": FINAL, "every": READING, "output": WRITING}
WAY = Passage("recording/states.py", "record_path", ("walk", "decoder = "))


def brief(line: Line, left: list[Number], right: list[Number]) -> str:
    """A row times a column, its first and last products: as much as stands beside a picture."""
    pairs = list(zip(left, right, strict=True))
    terms = [rf"{line.factor(a)} \cdot {line.factor(b)}" for a, b in (pairs[0], pairs[-1])]
    return r" + \cdots + ".join(terms)


@dataclass(frozen=True)
class Moment:
    """Where the tracks of the cloud stand at one step."""

    cloud: int
    coloured: int = 0
    head: float = -1
    wrote: float = -1
    pale: float = 0
    near: int = 0
    lead: int = -1  # the sentence that is read
    told: int = -1


class StatesTeller:
    """Builds the steps in order; `word` looks up a sentence under `states.`."""

    def __init__(self, measured: Measured, words: Words, found: tuple[Colouring, ...], kept: int | None = None) -> None:
        self.measured, self.trace, self.words, self.found, self.kept = measured, measured.trace, words, found, kept
        self.book = FormulaBook()
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.chapters: list[str] = []

    def word(self, key: str, **slots: object) -> str:
        return self.words.say(f"states.{key}", **slots)

    def add(
        self, key: str, moment: Moment, line: Line | None, passage: Passage, question: Question | None = None,
        **slots: Any,
    ) -> None:  # fmt: skip
        """One step; where the learner keeps one colouring, that is what all steps have."""
        if self.kept is not None:
            moment = replace(moment, coloured=self.kept)
        slots = {"by": self.found[moment.coloured].name} | slots
        formula = line.into(self.book) if line else None
        title, text = (self.word(f"step.{key}.{part}", **slots) for part in ("title", "text"))
        self.steps.append(Step(title, text, len(self.chapters) - 1, formula, passage, question))
        self.moments.append(moment)

    def recolour(self, key: str, moment: Moment, **slots: Any) -> None:
        """A step in which only the colour changes: none where the learner keeps one."""
        if self.kept is None:
            self.add(key, moment, self.coordinate(moment.cloud), PROJECT, None, **slots)

    def tell(self) -> None:
        """The whole story."""
        self.before()
        self.after()
        if self.measured.writing > self.trace.trained:
            self.just_before_writing()
        self.chosen()

    @property
    def with_attention(self) -> str:
        """Of a sentence: how its key ends where the decoder may look at the source."""
        return "" if self.trace.attention == "none" else ".attention"

    @property
    def colours(self) -> tuple[int, ...]:
        """The groupings that are shown one after the other, the first one first."""
        ids = ("language", "month", "both") if self.trace.task == "dates" else ("first", "last")
        return tuple(index_of(self.found, id) for id in ids)

    # ---- the cloud

    def before(self) -> None:
        trace, colours = self.trace, self.colours
        self.chapters.append(self.word("chapter.before"))
        count, size = trace.clouds[0].states.shape
        self.add(
            f"before.{trace.which}", Moment(0, colours[0]), self.variance(0), COMPONENTS, count=count, size=size
        )  # fmt: skip
        self.recolour("before.also", Moment(0, colours[1]))

    def after(self) -> None:
        trace, measured, colours, c = self.trace, self.measured, self.colours, self.trace.trained
        self.chapters.append(self.word("chapter.after"))
        share = percent(trace.exact_match or 0.0)
        self.add(
            "after", Moment(c, colours[1], told=0), self.variance(c), RECORDED[trace.which], exact=share,
        )  # fmt: skip
        self.recolour("after.also", Moment(c, colours[0], told=0))
        if trace.task == "dates" and trace.which == "final":
            for id in ("year", "both"):
                labels = ("century", "order", "both")
                scores = {label: short(measured.score(c, label) or 0.0) for label in labels}
                self.recolour(
                    f"after.{id}{self.with_attention}", Moment(c, index_of(self.found, id), told=0),
                    x=percent(measured.projections[c].shares[0]), y=percent(measured.projections[c].shares[1]),
                    **scores,
                )  # fmt: skip
        self.numbers(c, replace(self.moments[-1], told=c), groups_question(measured, self.words, c))
        self.nearest(c, replace(self.moments[-1], near=1))

    def numbers(self, c: int, moment: Moment, question: Question | None) -> None:
        """The silhouettes of a cloud beside those before training."""
        trace, measured = self.trace, self.measured
        scored = {g: score for g in measured.groups if (score := measured.score(c, g)) is not None}
        best = max(scored, key=lambda g: scored[g])
        told = self.word("list").join(
            self.word("score", label=group_name(trace, self.words, g), value=short(score),
                     before=short(measured.score(0, g) or 0.0))
            for g, score in scored.items() if g in (best, "language", "month", "first", "last")
        )  # fmt: skip
        line = Line()
        found = measured.silhouette(c, best)
        assert found is not None
        values = [Number(v, f"point {c} {best} {i}") for i, v in enumerate(found.values.tolist())]
        line.latex = (
            rf"\overline{{\mathrm{{sil}}}} = \frac{{1}}{{N}} \sum_i \frac{{b_i - a_i}}{{\max(a_i, b_i)}} \\ = \frac{{"
            rf"{line.factor(values[0])} + {line.factor(values[1])} + \cdots}}{{{line.text(len(values))}}}"
            rf" \\ = {line.number(Number(found.mean, f'silhouette {c} {best}'))}"
        )
        slots = {"told": told, "best": group_name(trace, self.words, best), "cloud": cloud_name(trace, self.words, c)}
        self.add("numbers", moment, line, INSIDE, question, **slots)

    def nearest(self, c: int, moment: Moment) -> None:
        """One point and its nearest."""
        trace, measured, i = self.trace, self.measured, self.measured.example
        near = measured.nearest[c][i]
        label = "date" if trace.task == "dates" else "last"
        line = Line()
        between = Number(float(measured.between[c][i, near[0]]), f"distance {c} {i} {near[0]}")
        states = trace.clouds[c].states
        one, other = numbers(states[i])[0], numbers(states[near[0]])[0]
        terms = rf"({line.number(one)} - {line.factor(other)})^2 + \cdots"
        line.latex = rf"d(h, h') = \sqrt{{\sum_u (h_u - h'_u)^2}} \\ = \sqrt{{{terms}}} \\ = {line.number(between)}"
        slots = {
            "text": measured.read(i), "count": len(near), "size": states.shape[1],
            "same": percent(measured.same(c, label)), "before": percent(measured.same(0, label)),
            "label": group_name(trace, self.words, label),
        }  # fmt: skip
        self.add("nearest", moment, line, NEAREST_OTHERS, **slots)

    def just_before_writing(self) -> None:
        """The decoder's states, where it is about to write the month."""
        trace, measured, c = self.trace, self.measured, self.measured.writing
        self.chapters.append(self.word("chapter.writing", at=trace.at))
        month, language = (index_of(self.found, id) for id in ("month", "language"))
        asked = nearer_question(measured, self.words, True)
        self.add(
            f"writing{self.with_attention}",
            Moment(c, month, told=1),
            self.variance(c),
            WRITING,
            asked,
            at=trace.at,
            before=trace.at - 1,
        )
        self.recolour("writing.language", Moment(c, language, told=1))
        self.numbers(c, Moment(c, month, told=c), groups_question(measured, self.words, c))
        self.nearest(c, Moment(c, month, near=1, told=c))
        question = belongs_question(measured, self.words, self.found[month])
        self.steps[-1] = replace(self.steps[-1], question=question)

    # ---- the chosen sentences

    def chosen(self) -> None:
        trace, c = self.trace, self.trace.trained
        rest = Moment(c, self.colours[-1], pale=1, told=self.measured.writing)
        if trace.which != "final":
            rest = replace(rest, coloured=self.colours[1])
        g = 0
        for p, path in enumerate(trace.paths):
            self.chapters.append(self.word("chapter.reads", text=path.text))
            asked = nearer_question(self.measured, self.words, False) if p == len(trace.paths) - 1 else None
            for k in range(len(path.source) + 1):
                moment = replace(rest, head=g, lead=p)
                line = self.place("way", p, k, self.measured.ways[p], "h")
                if k == 0:
                    self.add(
                        "reads.first", moment, line, WAY, jump_question(self.measured, self.words, p), text=path.text
                    )
                    # what is asked is answered by the whole way: it is asked before its first token
                    question, self.steps[-1] = self.steps[-1].question, replace(self.steps[-1], question=None)
                else:
                    self.read(p, k, moment, line, question if k == 1 else None)
                g += 1
            if asked:
                self.steps[-1] = replace(self.steps[-1], question=asked)
        self.write(replace(rest, head=g - 1))

    def read(self, p: int, k: int, moment: Moment, line: Line, question: Question | None) -> None:
        """One token of a sentence."""
        path = self.trace.paths[p]
        token, far = quoted(path.source[k - 1]), short(float(self.measured.jumps(p)[k - 1]))
        key = "reads.last" if k == len(path.source) else "reads"
        near = self.nearest_to(path.encoder[k])
        self.add(
            key, moment, line, READING, question, token=token, number=k, count=len(path.source), far=far, near=near,
            text=path.text,
        )  # fmt: skip

    def nearest_to(self, state: np.ndarray) -> str:
        """The sentence of the sample whose state is nearest, in all dimensions."""
        states = self.trace.clouds[self.trace.trained].states
        i = int(np.linalg.norm(states.astype(np.float64) - state, axis=1).argmin())
        return self.measured.read(i)

    def write(self, rest: Moment) -> None:
        """What the decoder writes, all sentences side by side."""
        trace, c = self.trace, self.measured.writing
        self.chapters.append(self.word("chapter.writes"))
        colour = index_of(self.found, "month") if trace.task == "dates" else rest.coloured
        longest = max(len(path.output) for path in trace.paths)
        for k in range(longest + 1):
            moment = replace(rest, cloud=c, coloured=colour, head=-1, wrote=k)
            line = self.place("written", 0, min(k, len(trace.paths[0].output)), self.measured.written[0], "s")
            if k == 0:
                self.add("writes.first", moment, line, WAY)
                continue
            tokens = [quoted(path.output[k - 1]) for path in trace.paths if k <= len(path.output)]
            key = "writes.same" if len(set(tokens)) == 1 else "writes"
            if len(trace.paths) == 1:
                key = "writes.one"
            self.add(
                key,
                moment,
                line,
                WAY,
                number=k,
                tokens=listed(tokens, self.words),
                token=tokens[0],
                question=None,
                **self.apart(k),
            )

    def apart(self, k: int) -> dict[str, str]:
        """The smallest and the largest distance between the chosen sentences' states at an output."""
        states = [path.decoder[k].astype(np.float64) for path in self.trace.paths if k <= len(path.output)]
        found = [float(np.linalg.norm(a - b)) for a, b in combinations(states, 2)] or [0.0]
        return {"near": short(min(found)), "far": short(max(found))}

    # ---- formulas

    def variance(self, c: int) -> Line:
        """How much of the variance two components show."""
        line, shares = Line(), self.measured.projections[c].shares
        left, right = (line.text(percent(share)) for share in shares[:2])
        line.latex = rf"\frac{{\lambda_1 + \lambda_2}}{{\sum_k \lambda_k}} = {left} + {right}"
        return line

    def coordinate(self, c: int) -> Line:
        """The first coordinate of the example."""
        i = self.measured.example
        projection = self.measured.projections[c]
        line = Line()
        left = numbers(self.trace.clouds[c].states[i].astype(np.float64) - projection.mean)
        value = Number(float(self.measured.places[c, i, 0]), f"coordinate {c} {i} 0")
        line.latex = (
            rf"\mathrm{{PC}}_1 = (h - \bar{{h}})^\top w_1 \\ = {brief(line, left, numbers(projection.components[0]))}"
            rf" \\ = {line.number(value)}"
        )
        return line

    def place(self, kind: str, p: int, k: int, places: np.ndarray, symbol: str) -> Line:
        """Both coordinates of a state on a way."""
        line = Line()
        x, y = (line.number(Number(float(places[k, a]), f"{kind} {p} {k} {a}")) for a in (0, 1))
        line.latex = rf"W^\top ({symbol}_{{{line.text(k)}}} - \bar{{{symbol}}}) \\ = ({x},\ {y})"
        return line

    def track(self, name: str) -> list[Any]:
        """One track's value at each step."""
        return [getattr(moment, name) for moment in self.moments]
