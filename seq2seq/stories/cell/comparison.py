"""One reading before and after a what-if: the picked unit's life twice, every unit's difference, both outputs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seq2seq.stories.cell.subject import Subject
from seq2seq.stories.cell.tracks import unit_tracks
from seq2seq.stories.cell.views import maps_spec, output_rows, short_rows, top_view, track_rows
from seq2seq.stories.comparison import CHANGED_BY, SIDES, ComparisonExplainer, describe
from seq2seq.stories.comparison_views import outputs_side_by_side
from seq2seq.stories.formulas import FormulaBook, percent
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import listed
from seq2seq.stories.sources import cell_passage
from seq2seq.stories.story import Step, Story, View
from seq2seq.stories.tokens import quoted, token_row
from seq2seq.words import Words

Row = dict[str, Any]
SEEN = 0.05  # a difference that a picture shows


def cell_comparison(
    before: Subject, after: Subject, words: Words, unit: int | None = None, sort: str = "change"
) -> Story:  # fmt: skip
    """Tell what a change did inside the cell: the whole first, then position by position, then the output.

    Args:    before and after: the same layer and direction, `after` recorded with a change; their keys are SIDES.
    Returns: a story whose identity says what kind of change it is and to which input, but not how large: a slider that
             moves keeps the step.
    """
    change = after.trace.change
    assert change and (before.key, after.key) == SIDES
    told = _Tale(before, after, before.watched(unit), words)
    views = [told.outputs(), told.tracks(), told.differences(sort), *told.probabilities()]
    kind = type(change).__name__
    identity = "|".join(["cell-comparison", before.reference, f"{before.layer} {before.way}", kind,
                         "".join(before.trace.source)])  # fmt: skip
    title = words.say("whatif.title")
    return Story(identity, title, told.steps, views, told.chapters, player_labels(words), told.book.templates,
                 linked=False)  # fmt: skip


class _Tale:
    """Both readings, and the steps that compare them."""

    def __init__(self, before: Subject, after: Subject, unit: int, words: Words) -> None:
        self.before, self.after, self.unit, self.words = before, after, unit, words
        self.sides = (before, after)
        self.order = list(before.trace.order(before.way))
        self.count = max(len(one.trace.output) for one in self.sides)
        self.book, self.explainer = FormulaBook(), ComparisonExplainer(before.trace, after.trace, words)
        self.chapters = [
            words.say("whatif.title"),
            words.say("inside.chapter.reading"),
            words.say("inside.chapter.output"),
        ]
        self.steps = [self.summary(), *map(self.position, self.order), *map(self.output, range(self.count))]
        self.at = [-1, *self.order, *[self.order[-1]] * self.count]  # the position in hand at each step
        self.column = [-1] * (1 + len(self.order)) + list(range(self.count))  # the output in hand

    def say(self, key: str, **slots: object) -> str:
        return self.words.say(f"inside.whatif.{key}", **slots)

    # ---- steps

    def summary(self) -> Step:
        change = self.after.trace.change
        assert change
        old, new = (one.trace for one in self.sides)
        key = "same" if old.text == new.text else "differ"
        slots = {"did": describe(change, old, self.words), "before": old.text, "after": new.text}
        slots |= {f"p_{side}": percent(_first(one)) for side, one in zip(SIDES, self.sides, strict=True)}
        return Step(self.words.say(f"whatif.{key}.title", count=0, **slots), self.say(f"{key}.text", **slots),
                    passage=CHANGED_BY[type(change)])  # fmt: skip

    def position(self, i: int) -> Step:
        name, unit = self.before.memory, self.unit
        moved = np.abs(self.after.gates[name][i] - self.before.gates[name][i])
        slots = {"position": i + 1, "token": quoted(self.after.trace.source[i]), "state": name, "unit": unit + 1}
        slots |= {"moved": int((moved > SEEN).sum()), "units": len(moved), "most": int(moved.argmax()) + 1}
        slots |= {"by": f"{moved.max():.2f}"}
        values = [one.gates[name][i, unit] for one in self.sides]
        slots |= {side: f"{value:.3f}".replace("-", "−") for side, value in zip(SIDES, values, strict=True)}
        key = "position.same" if moved.max() <= SEEN else "position.differs"
        set_by_hand = len(self.explainer.explain(self.after.number(name, i, unit).address).lines) == 1
        formula = None if set_by_hand else self.after.equation(name, i, unit).into(self.book)
        title = self.say("position.title", **slots)
        return Step(title, self.say(f"{key}.text", **slots), 1, formula, cell_passage(self.before.cell, name))

    def output(self, t: int) -> Step:
        tokens = [one.trace.output[t] if t < len(one.trace.output) else None for one in self.sides]
        slots: dict[str, object] = {"number": t + 1}
        for side, one, token in zip(("old", "new"), self.sides, tokens, strict=True):
            slots[side] = self.words.say("whatif.ended") if token is None else quoted(token)
            slots[f"p_{side}"] = "–" if token is None else percent(_chance(one, t))
        key = "step.same" if tokens[0] == tokens[1] else "step.differs"
        title, text = (self.words.say(f"whatif.{key}.{part}", **slots) for part in ("title", "text"))
        return Step(title, text, 2, passage=CHANGED_BY[type(self.after.trace.change)])

    # ---- views

    def outputs(self) -> View:
        say, pairs = self.words.say, [one.trace.output for one in self.sides]
        rows = [
            row | {"row": number, "differs": t >= len(pairs[1 - number]) or pairs[1 - number][t] != pairs[number][t]}
            for number, one in enumerate(self.sides)
            for t, row in enumerate(output_rows(one, None))
        ]
        sources = [
            {"i": i, "was": say("whatif.was", token=quoted(old)) if old != token else ""} | token_row(token)
            for i, (old, token) in enumerate(zip(*(one.trace.source for one in self.sides), strict=True))
        ]
        signals: Row = {"S": len(sources), "T": self.count, "now_at": self.column}
        captions = (say("whatif.source"), say("whatif.before"), say("whatif.after"))
        slots = {side: one.trace.text for side, one in zip(SIDES, self.sides, strict=True)}
        told = [say("whatif.alt", **slots)] * len(self.steps)
        return View("outputs", say("whatif.outputs.title"), say("whatif.outputs.hint"), outputs_side_by_side(*captions),
                    "vega", told, {"tokens": rows, "source": sources}, "tokens", signals, wide=True)  # fmt: skip

    def tracks(self) -> View:
        points, bands = track_rows(self.sides, self.unit)
        name = self.before.memory
        told = [self.say("alt.start", unit=self.unit + 1)]
        for i in self.at[1:]:
            values = [f"{one.gates[name][i, self.unit]:.3f}" for one in self.sides]
            told.append(self.say("alt.unit", unit=self.unit + 1, position=i + 1, state=name, before=values[0],
                                 after=values[1]))  # fmt: skip
        sides = (self.words.say("whatif.before"), self.words.say("whatif.after"))
        signals = {"S": len(self.order), "at_at": self.at, "now_at": self.at} | self.done()
        spec = unit_tracks(self.before.names, sides, self.before.way == "backward")
        return View("tracks", self.words.say("inside.life.title", unit=self.unit + 1), self.say("tracks.hint"), spec,
                    "vega", told, {"points": points, "bands": bands, "source": short_rows(self.after)}, "points",
                    signals)  # fmt: skip

    def done(self) -> dict[str, list[int]]:
        """No curtain: what the change did is to be seen at once."""
        return {f"done_{name}_at": [len(self.order)] * len(self.steps) for name in self.before.names}

    def differences(self, sort: str) -> View:
        """After minus before, every unit at every position."""
        order = self.before.order(sort)
        cells = [
            {"g": name, "i": i, "v": (values - self.before.gates[name])[i, order], "unit": order,
             "ask": self.after.address(name, i)}
            for name, values in self.after.gates.items()
            for i in range(len(self.order))
        ]  # fmt: skip
        where = np.flatnonzero(order == self.unit)
        signals: Row = {"S": len(self.order), "U": len(order), "at_at": self.at} | self.done()
        signals["picked_row"] = int(where[0]) if len(where) else -1
        told = [self.say("alt.start", unit=self.unit + 1)]
        for i in self.at[1:]:
            moved = {name: float(np.abs(values[i] - self.before.gates[name][i]).max())
                     for name, values in self.after.gates.items()}  # fmt: skip
            text = listed((f"{name} {value:.2f}" for name, value in moved.items()), self.words)
            told.append(self.say("alt.maps", position=i + 1, moved=text))
        return View("differences", self.say("maps.title"), self.say("maps.hint"),
                    maps_spec(self.before, (), self.words), "vega", told,
                    {"cells": cells, "source": short_rows(self.after)}, "cells", signals)  # fmt: skip

    def probabilities(self) -> Sequence[View]:
        return [
            top_view(
                f"probabilities-{side}", self.words.say(f"whatif.probabilities.{side}"), one, self.column, self.words
            )
            for side, one in zip(SIDES, self.sides, strict=True)
        ]


def _chance(subject: Subject, t: int) -> float:
    return float(np.exp(subject.trace.log_probs[t, subject.trace.chosen[t]]))


def _first(subject: Subject) -> float:
    return _chance(subject, 0)
