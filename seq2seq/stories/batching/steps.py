"""The steps of a batch: sentences, width, pads, mask, waste; then the same sentences in many batches."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from seq2seq.stories.batching.questions import batching_questions
from seq2seq.stories.batching.views import batching_views
from seq2seq.stories.formulas import FormulaBook, Line, percent
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step, Story
from seq2seq.traces import BatchTrace
from seq2seq.words import Words

BATCHING = "preparing/batching.py"


@dataclass(frozen=True)
class Moment:
    """Where every track stands: sentences that came in, and what is shown (0 or 1)."""

    stage: str
    came: float = 0
    framed: int = 0  # the longest sentence, and the width it decides
    pads: float = 0
    mask: float = 0
    without: float = 0  # the longest is taken out
    random: float = 0
    buckets: float = 0


PASSAGES = {
    "sentences": Passage("tasks/task.py", "Task.batch", ("source.encode",)),
    "width": Passage("tasks/task.py", "pad", ("np.full",)),
    "pads": Passage("tasks/task.py", "pad", ("for row, numbers", "row[: len(numbers)]")),
    "mask": Passage("models/recurrent.py", "Recurrent.encode", ("mask = source != PAD",)),
    "waste": Passage("traces/preparing.py", "BatchTrace.pads", ("return",)),
    "without": Passage("traces/preparing.py", "BatchTrace.without_longest", ("lengths = ", "return")),
    "random": Passage(BATCHING, "waste", ("return",)),
    "buckets": Passage(BATCHING, "deal_by_length", ("buckets.setdefault", "batches = ")),
}


def batching_story(trace: BatchTrace, words: Words) -> Story:
    """Tell one batch, and then what padding costs over many."""
    teller = _Teller(trace, words)
    teller.tell()
    questions = batching_questions(trace, words)
    steps = [
        replace(step, question=questions.get(moment.stage))
        for step, moment in zip(teller.steps, teller.moments, strict=True)
    ]
    shape = "x".join(map(str, trace.ids.shape))
    identity = "|".join(["batching", trace.task, shape, str(trace.width), str(trace.bucketed), str(trace.ids.sum())])
    title = words.say("batching.title", count=len(trace.tokens))
    views = batching_views(trace, steps, teller.moments, words)
    return Story(identity, title, steps, views, teller.chapters, player_labels(words), teller.book.templates)


class _Teller:
    """Builds the steps in order."""

    def __init__(self, trace: BatchTrace, words: Words) -> None:
        self.trace, self.words, self.book = trace, words, FormulaBook()
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.chapters: list[str] = []
        lengths = trace.lengths
        B, S = trace.mask.shape
        self.slots: dict[str, Any] = {
            "count": B, "width": S, "longest": int(lengths.argmax()) + 1, "shortest": int(lengths.min()),
            "cells": B * S, "pads": trace.pads, "waste": percent(trace.pads / (B * S)), "real": int(lengths.sum()),
            "second": int(np.sort(lengths)[-2]) if B > 1 else S, "left": trace.without_longest, "bucket": trace.width,
            "random": percent(trace.at_random.waste), "buckets": percent(trace.by_length.waste),
            "random_expected": percent(trace.at_random.expected), "buckets_expected": percent(trace.by_length.expected),
            "batches": len(trace.at_random.real), "sentences": int(trace.at_random.rows.sum()),
            "mean": f"{trace.mean:.2f}", "widest": f"{trace.at_random.width:.2f}",
        }  # fmt: skip

    def add(self, key: str, moment: Moment, line: Line | None = None) -> None:
        title, text = (self.words.say(f"batching.{key}.{part}", **self.slots) for part in ("title", "text"))
        formula = line.into(self.book) if line else None
        self.steps.append(Step(title, text, len(self.chapters) - 1, formula, PASSAGES[moment.stage]))
        self.moments.append(moment)

    def tell(self) -> None:
        trace, slots, say = self.trace, self.slots, self.words.say
        B = slots["count"]
        self.chapters.append(say("batching.chapter.one"))
        moment = Moment("sentences", B)
        self.add("sentences.bucketed" if trace.bucketed else "sentences", moment)
        moment = replace(moment, stage="width", framed=1)
        line = Line()
        line.latex = rf"S = \max_b\, n_b = {line.text(slots['width'], 'width')}"
        self.add("width", moment, line)
        moment = replace(moment, stage="pads", pads=1)
        line = Line()
        line.latex = (
            rf"\sum_b (S - n_b) = {line.text(B)} \cdot {line.text(slots['width'])} - {line.text(slots['real'])}"
            rf" = {line.text(slots['pads'], 'pads')}"
        )
        self.add("pads" if trace.pads else "pads.none", moment, line)
        moment = replace(moment, stage="mask", mask=1)
        line = Line()
        line.latex = rf"m_{{b,s}} = [\,x_{{b,s}} \neq {line.text('⟨pad⟩')}\,]"
        self.add("mask", moment, line)
        moment = replace(moment, stage="waste")
        line = Line()
        line.latex = (
            rf"w = \frac{{{line.text(slots['pads'], 'pads')}}}{{{line.text(B)} \cdot {line.text(slots['width'])}}}"
            rf" = {line.text(slots['waste'], 'waste')}"
        )
        self.add("waste", moment, line)
        if B > 1:
            self.without(moment)
        self.chapters.append(say("batching.chapter.many"))
        last = replace(moment, stage="random", random=1)
        self.add("random", last, self.expectation())
        line = Line()
        line.latex = (
            rf"\mathrm{{measured}} = {line.text(slots['buckets'], 'measured 1')} \quad"
            rf" \mathrm{{expected}} = {line.text(slots['buckets_expected'], 'expected 1')}"
        )
        self.add("buckets", replace(last, stage="buckets", buckets=1), line)

    def without(self, moment: Moment) -> None:
        slots, line = self.slots, Line()
        line.latex = rf"S = {line.text(slots['second'])} \\ \sum_b (S - n_b) = {line.text(slots['left'], 'left')}"
        key = "without.same" if slots["second"] == slots["width"] else "without"
        self.add(key, replace(moment, stage="without", without=1), line)

    def expectation(self) -> Line:
        """One minus the mean length over the mean of the longest."""
        slots, line = self.slots, Line()
        line.latex = (
            rf"\mathrm{{expected}} = 1 - \frac{{\bar{{n}}}}{{\mathbb{{E}}[\max n]}}"
            rf" = 1 - \frac{{{line.text(slots['mean'])}}}"
            rf"{{{line.text(slots['widest'])}}} = {line.text(slots['random_expected'], 'expected 0')}"
        )
        return line
