"""The steps inside a step: what comes in, each gate, the candidate, the states; then what the decoder writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from seq2seq.stories.cell.subject import PHASE_ORDER, PHASES, STAGES, Subject
from seq2seq.stories.explain import SeveralExplainer
from seq2seq.stories.flaws import say_flaw
from seq2seq.stories.formulas import FormulaBook, Line, exact, percent, short, stacked
from seq2seq.stories.sentences import in_a_row, listed
from seq2seq.stories.sources import Passage, cell_passage, stage_passage
from seq2seq.stories.story import Step
from seq2seq.stories.tokens import quoted
from seq2seq.words import Words

OPEN, SHUT = 0.8, 0.2  # a gate above or below these is called open or closed
READ = Passage("models/recurrent.py", "Recurrent.read", ("gates = cell_step", "h = torch.where", "c = torch.where"))


@dataclass(frozen=True)
class Moment:
    """Where the tracks stand at one step: the position in hand, and for each cell what runs and what is known of it."""

    stage: str
    at: int = -1  # source position, −1 for none
    lit: tuple[tuple[str, ...], ...] = ()
    known: tuple[tuple[str, ...], ...] = ()  # of the position in hand
    wrote: int = 0
    col: int = -1  # output step in hand
    told: int = 0  # whether its probabilities show


@dataclass(frozen=True)
class Told:
    """All steps of a story, with their tracks and formulas."""

    steps: list[Step]
    moments: list[Moment]
    chapters: list[str]
    formulas: list[str]


class Teller:
    """Builds the steps in order; `say` looks up a sentence under `inside.`."""

    def __init__(
        self, subjects: Sequence[Subject], unit: int | None, explainer: SeveralExplainer, words: Words
    ) -> None:
        self.subjects, self.words, self.explainer, self.book = subjects, words, explainer, FormulaBook()
        self.first = subjects[0]
        self.unit = [subject.watched(unit) for subject in subjects]
        self.source, self.order = self.first.trace.source, self.first.trace.order(self.first.way)
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.chapters: list[str] = []
        self.everything = tuple(("x", *(f"{s} before" for s in one.carried), *one.names) for one in subjects)
        self.most = max(len(subject.trace.output) for subject in subjects)

    def say(self, key: str, **slots: object) -> str:
        return self.words.say(f"inside.{key}", **slots)

    def name(self, subject: Subject) -> str:
        return self.words.say(f"cell.{subject.cell}")

    def add(self, title: str, text: str, moment: Moment, formula: Line | None, passage: Passage) -> None:
        line = formula.into(self.book) if formula else None
        self.steps.append(Step(title, text, len(self.chapters) - 1, line, passage))
        self.moments.append(moment)

    def tell(self, answer: str | None, flaws: Sequence[str | None] = ()) -> Told:
        """The whole reading, and what is written in the end."""
        self.chapters.append(self.say("chapter.start"))
        names = listed(dict.fromkeys(self.name(subject) for subject in self.subjects), self.words)
        slots = {"source": "".join(self.source), "count": len(self.source), "cells": names, "units": self.first.units}
        key = "intro" if len(self.subjects) == 1 else "intro.several"
        key += ".backward" if self.first.way == "backward" else ""
        self.add(self.say("intro.title", **slots), self.say(f"{key}.text", **slots), Moment("intro"), None, READ)
        for number, position in enumerate(self.order):
            token = quoted(self.source[position])
            self.chapters.append(self.say("chapter.position", position=position + 1, token=token))
            if len(self.subjects) == 1:
                self.alone(position, number == 0)
            else:
                self.abreast(position, number == 0)
        self.write(answer, flaws)
        return Told(self.steps, self.moments, self.chapters, self.book.templates)

    # ---- one cell

    def alone(self, position: int, first: bool) -> None:
        """One position of one cell: a step for each gate and state."""
        subject, unit = self.first, self.unit[0]
        known = ["x", *(f"{state} before" for state in subject.carried)]
        for stage in STAGES[subject.cell]:
            if stage != "in":
                known.append(stage)
            moment = Moment(stage, position, ((stage,),), (tuple(known),))
            slots = self.slots(subject, stage, position, unit)
            if stage == "in":
                key = f"in.{subject.cell}" + (".first" if first else "")
                self.add(self.say("in.title", **slots), self.say(f"{key}.text", **slots), moment, None, READ)
                continue
            key = f"h.{subject.cell}" if stage == "h" else stage
            text = self.say(f"{key}.text", **slots)
            if stage in ("i", "f", "o", "r", "z"):
                value = float(subject.gates[stage][position, unit])
                level = "open" if value > OPEN else "closed" if value < SHUT else "half"
                text = in_a_row([text, self.say(f"{stage}.{level}", **slots)])
            formula = subject.equation(stage, position, unit)
            self.add(self.say(f"{key}.title", **slots), text, moment, formula, cell_passage(subject.cell, stage))

    def slots(self, subject: Subject, stage: str, position: int, unit: int) -> dict[str, object]:
        """What a sentence about a stage may name."""
        slots: dict[str, object] = {
            "position": position + 1, "token": quoted(self.source[position]), "unit": unit + 1, "units": subject.units,
            "cell": self.name(subject),
        }  # fmt: skip
        if stage != "in":
            values = subject.gates[stage][position]
            slots |= {"value": short(float(values[unit])), "mean": f"{float(values.mean()):.2f}"}
            slots |= {"open": int((values > OPEN).sum()), "shut": int((values < SHUT).sum())}
        if stage in subject.carried:
            before = subject.before(stage, position)
            moved = np.abs(subject.gates[stage][position] - before)
            slots |= {"before": short(float(before[unit])), "most": int(moved.argmax()) + 1}
        return slots

    # ---- cells side by side

    def abreast(self, position: int, first: bool) -> None:
        """One position of several cells: a step for each phase that one of them has."""
        known = [["x", *(f"{state} before" for state in subject.carried)] for subject in self.subjects]
        for phase in PHASE_ORDER:
            mine = [PHASES[subject.cell].get(phase, ()) for subject in self.subjects]
            if not any(mine):
                continue
            for names, stages in zip(known, mine, strict=True):
                names += [stage for stage in stages if stage != "in"]
            moment = Moment(phase, position, tuple(mine), tuple(tuple(names) for names in known))
            slots = {"position": position + 1, "token": quoted(self.source[position])}
            parts, lines = [], []
            for subject, stages, unit in zip(self.subjects, mine, self.unit, strict=True):
                if phase == "in" or not stages:
                    continue
                numbers = [(stage, subject.number(stage, position, unit)) for stage in stages]
                values = listed((f"{stage} = {short(number.value)}" for stage, number in numbers), self.words)
                parts.append(self.say("several.unit", cell=self.name(subject), unit=unit + 1, values=values))
                lines += [self.result(subject, stage, position, unit) for stage in stages[-1:]]
            key = "several.in.first" if phase == "in" and first else f"several.{phase}"
            text = in_a_row([self.say(f"{key}.text", **slots), *parts])
            last = max(self.subjects, key=lambda subject: len(PHASES[subject.cell].get(phase, ())))
            stages = PHASES[last.cell][phase]
            passage = READ if phase == "in" else cell_passage(last.cell, stages[-1])
            formula = stacked(lines) if lines else None
            self.add(self.say(f"several.{phase}.title", **slots), text, moment, formula, passage)

    def result(self, subject: Subject, stage: str, position: int, unit: int) -> Line:
        """One number of one cell: its equation is a click away."""
        number, line = subject.number(stage, position, unit), Line()
        own = rf"({stage}_{{{line.text(position + 1)}}})_{{{line.text(unit + 1)}}}"
        line.latex = rf"{line.text(self.name(subject))}:\ {own} = {line.text(exact(number.value), number.address)}"
        return line

    # ---- what is written

    def write(self, answer: str | None, flaws: Sequence[str | None]) -> None:
        """The decoder takes the last state over and writes; a step for each output."""
        self.chapters.append(self.say("chapter.output"))
        end = self.order[-1]
        moment = Moment("start", end, ((),) * len(self.subjects), self.everything)
        attentive = self.first.trace.weights is not None
        key = "start.attention" if attentive else "start"
        passage = stage_passage("start", self.first.cell, self.first.trace.attention)
        count = len(self.source)
        self.add(self.say("start.title"), self.say(f"{key}.text", count=count), moment, None, passage)
        for t in range(self.most):
            parts, lines = [], []
            for subject in self.subjects:
                trace = subject.trace
                if t >= len(trace.output):
                    continue
                token, v = quoted(trace.output[t]), int(trace.chosen[t])
                p = float(np.exp(trace.log_probs[t, v]))
                parts.append(self.say("write.one", cell=self.name(subject), token=token, p=percent(p)))
                told, result = self.explainer.explain(f"{subject.key} probability {t} {v}"), Line()
                result.latex = rf"= {result.text(exact(p), f'{subject.key} probability {t} {v}')}"
                lines += [*told.lines, result] if len(self.subjects) == 1 else [told.lines[0], result]
            moment = Moment("write", end, ((),) * len(self.subjects), self.everything, t + 1, t, 1)
            passage = stage_passage("predict", self.first.cell, self.first.trace.attention)
            text = in_a_row([self.say("write.text"), *parts])
            self.add(self.say("write.title", number=t + 1), text, moment, stacked(lines), passage)
        self.finish(answer, flaws, moment)

    def finish(self, answer: str | None, flaws: Sequence[str | None], moment: Moment) -> None:
        """Whether it is right."""
        parts = []
        for subject, flaw in zip_longest(self.subjects, flaws[: len(self.subjects)]):
            text = subject.trace.text
            key = "said" if answer is None else "right" if text == answer else "wrong"
            parts.append(self.say(f"done.{key}", cell=self.name(subject), output=text, answer=answer))
            if flaw:
                parts.append(say_flaw(flaw, text, self.words))
        passage = stage_passage("done", self.first.cell, self.first.trace.attention)
        slots: dict[str, Any] = {"output": self.first.trace.text}
        key = "done.title" if len(self.subjects) == 1 else "done.several.title"
        text = in_a_row([*parts, self.say("done.text")])
        self.add(self.say(key, **slots), text, Moment("done", moment.at, moment.lit, moment.known, self.most,
                                                      self.most - 1, 1), None, passage)  # fmt: skip
