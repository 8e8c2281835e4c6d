"""Runs → story: how far back learning reaches, and what has been learnt, report by report, wound back and forth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from seq2seq.stories.formulas import FormulaBook, Line, percent
from seq2seq.stories.gradients.arms import (
    DASHES,
    DEEPEST,
    FAINTEST,
    beside,
    fold,
    part_names,
    power,
    powers,
    scientific,
    ticks,
    tip,
)
from seq2seq.stories.gradients.over import GAP, over_updates
from seq2seq.stories.gradients.reach import WIDE_GAP, reach_now
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.questions.options import ask
from seq2seq.stories.sentences import bracketed, clauses, in_a_row, listed, pair
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Question, Step, Story, View
from seq2seq.words import Words

Report = Mapping[str, Any]
Y = Callable[[Report], float | None]
SHARES = [{"y": y / 4, "label": f"{y * 25} %"} for y in range(5)]  # an axis of shares
GOAL = 0.99
GUESSING = 0.25  # shares of right answers below this are near chance, 1 of 8
BEHIND = 1.3  # times the updates of the first that the second must need to make a clear question
UPDATE = Passage(
    "training/trainer.py", "Trainer.update", ("loss.backward", "clip_grads_with_norm_", "self.optimiser.step()")
)
WATCH = Passage("training/reach.py", "reach_norms", ("found = state_gradients", "def mean", 'return {"h"'))


@dataclass(frozen=True)
class Curve:
    """One run: what it is called in addresses and on the page, and its reports (at least one, all with reach)."""

    key: str
    name: str
    cell: str
    tone: str  # "encoder", "attention", "correct" or "wrong"
    reports: Sequence[Report]

    def at(self, step: int) -> Report:
        """The latest report up to an update; the first, if there is none."""
        before = [report for report in self.reports if report["step"] <= step]
        return before[-1] if before else self.reports[0]

    @property
    def look(self) -> dict[str, Any]:
        return {"tone": self.tone, "dash": DASHES[self.cell]}


def left(report: Report) -> float:
    """The share of the last state's gradient that is left at the symbol."""
    h = report["reach"]["h"]
    return h[0] / h[-1] if h[-1] > 0 else 0.0


def milestones(curves: Sequence[Curve]) -> list[int]:
    """Updates at which any of the runs has a report, those that only time called for left out."""
    found = {report["step"] for curve in curves for report in curve.reports}
    last = max(found)
    return sorted(step for step in found if step % 10 == 0 or step % 25 == 0 or step == last)


def reach_story(name: str, curves: Sequence[Curve], words: Words, going: bool = False, follow: bool = False) -> Story:
    """Tell how runs on the same task learnt.

    name: part of its identity; going: more reports are to come; follow: it stands at the last, where they are awaited.
    """
    say, book, steps = words.say, FormulaBook(), milestones(curves)
    questions = {} if going else first_to_learn(curves, steps, words)
    told = [replace(_step(step, curves, book, words), question=questions.get(step)) for step in steps]
    views = [
        _reach(curves, steps, words),
        _over(
            "exact", curves, steps, words, lambda report: report["exact_match"], percent, (0.0, 1.0),
            SHARES,
        ),
        _left(curves, steps, words),
    ]  # fmt: skip
    identity = "|".join(["reach", name, *(curve.key for curve in curves)])
    return Story(
        identity, say("gradients.training.title"), told, views, [""], player_labels(words), book.templates,
        follow=follow,
    )  # fmt: skip


def _step(step: int, curves: Sequence[Curve], book: FormulaBook, words: Words) -> Step:
    best = max(curves, key=lambda curve: curve.at(step)["exact_match"])
    line = Line()
    now = best.at(step)["step"]
    number = line.text(scientific(left(best.at(step))), f"left {best.key} {now}")
    last = len(best.at(step)["reach"]["h"])
    norms = [rf"\left\lVert \frac{{\partial L}}{{\partial h_{{{line.text(t)}}}}} \right\rVert" for t in (1, last)]
    line.latex = rf"{norms[0]} / {norms[1]} \\ = {number} \quad (\mathrm{{{line.text(best.name)}}})"
    title = words.say(f"gradients.training.{'start' if step == 0 else 'step'}.title", step=step)
    text = _sorted_out(step, curves, words)
    return Step(title, text, 0, line.into(book), UPDATE if step else WATCH)


def _sorted_out(step: int, curves: Sequence[Curve], words: Words) -> str:
    """Which runs have learnt, which are on the way, which still guess; and what is left of the gradient."""
    say, told = words.say, []
    found = sorted(((curve.at(step)["exact_match"], curve.name) for curve in curves), reverse=True)
    kinds: dict[str, list[str]] = {"learnt": [], "way": [], "guess": []}
    for exact, name in found:
        kind = "learnt" if exact >= GOAL else "way" if exact >= GUESSING else "guess"
        kinds[kind].append(
            name if kind == "learnt" else say("gradients.training.share", name=name, exact=percent(exact))
        )
    for kind, names in kinds.items():
        if names:
            told.append(say(f"gradients.training.{kind}", names=listed(names, words)))
    least, most = (pick(curves, key=lambda curve: left(curve.at(step))) for pick in (min, max))
    slots = {"least": scientific(left(least.at(step))), "low": least.name}
    slots |= {"most": scientific(left(most.at(step))), "high": most.name}
    told.append(say("gradients.training.between" if least is not most else "gradients.training.alone", **slots))
    return in_a_row(told)


def _drawn(norm: float) -> float:
    """The power of ten of a norm; of one that has vanished, one that runs along the picture's foot."""
    found = power(norm)
    return FAINTEST if found is None else found


def _reach(curves: Sequence[Curve], steps: Sequence[int], words: Words) -> View:
    say = words.say
    low, high = powers([np.array(curve.at(step)["reach"]["h"]) for curve in curves for step in steps])
    low = max(low, high - DEEPEST)
    rows, names = [], []
    for k, step in enumerate(steps):
        row_names = []
        for curve in curves:
            report = curve.at(step)
            h = report["reach"]["h"]
            row = {"run": curve.name, "k": k, "v": [_drawn(v) for v in h], "n": h}
            rows.append(row | {"ask": f"reach {curve.key} {report['step']}"} | curve.look)
            e = power(h[0])
            at = 0.0 if e is None else max(0.0, (e - low) / (high - low))
            row_names.append({"k": k, "name": beside(curve.name, words), "at": at} | curve.look)
        part_names(row_names, WIDE_GAP)
        names += row_names
    signals = {
        "S": len(curves[0].reports[0]["reach"]["h"]),
        "low": low,
        "high": high,
    }

    def ends(curve: Curve, step: int) -> str:
        first, last = (scientific(curve.at(step)["reach"]["h"][t]) for t in (0, -1))
        return say("gradients.falls", arm=curve.name, first=first, last=last)

    told = [clauses((ends(curve, step) for curve in curves), words) for step in steps]
    n = curves[0].reports[0]["reach"]["n"]
    return View(
        "reach", say("gradients.training.reach.title"), say("gradients.training.reach.hint", n=n),
        reach_now(say("gradients.axis.norm"), say("gradients.axis.position")), "vega", told,
        {"reach": rows, "names": names, "ticks": ticks(low, high)}, "reach", signals, wide=True,
    )  # fmt: skip


def _left(curves: Sequence[Curve], steps: Sequence[int], words: Words) -> View:
    shares = [np.array([left(report) for report in curve.reports]) for curve in curves]
    low, high = powers(shares)
    low = max(low, high - DEEPEST)
    return _over(
        "left", curves, steps, words, lambda report: power(left(report)), scientific, (low, high),
        power_axis(low, high), said=left,
    )  # fmt: skip


def power_axis(low: int, high: int) -> list[dict[str, Any]]:
    """Marks of a logarithmic axis of powers."""
    return [{"y": tick["e"], "label": tick["label"]} for tick in ticks(low, high, 5)]


def _over(
    id: str, curves: Sequence[Curve], steps: Sequence[int], words: Words, y: Y, show: Callable[[float], str],
    bounds: tuple[float, float], axis: list[dict[str, Any]], said: Y | None = None,
) -> View:  # fmt: skip
    """One number of every report against the updates."""
    said, say = said or y, words.say
    rows, names = [], []
    for curve in curves:
        for report in curve.reports:
            value = said(report)
            if value is None:
                continue
            row = {"run": curve.key, "step": report["step"], "v": value, "y": y(report)}
            row |= {
                "ask": f"{id} {curve.key} {report['step']}",
                "tip": bracketed(tip(curve.name, value, words), report["step"], words),
            }
            rows.append(row | curve.look)
        end = y(curve.reports[-1])
        at = 0.0 if end is None else max(0.0, (end - bounds[0]) / (bounds[1] - bounds[0]))
        names.append({"name": beside(curve.name, words), "at": at, "step": curve.reports[-1]["step"]} | curve.look)
    part_names(names, GAP)
    told = [
        clauses((pair(curve.name, show(said(curve.at(step)) or 0.0), words) for curve in curves), words)
        for step in steps
    ]
    signals: dict[str, Any] = {"last": steps[-1], "low": bounds[0], "high": bounds[1], "now_at": steps}
    return View(
        id, say(f"gradients.training.{id}.title"), say(f"gradients.training.{id}.hint"),
        over_updates(say(f"gradients.training.{id}.axis"), say("axis.step")), "vega", told,
        {"curves": rows, "names": names, "ticks": axis}, "curves", signals,
    )  # fmt: skip


def first_to_learn(curves: Sequence[Curve], steps: Sequence[int], words: Words) -> dict[int, Question]:
    """Which of the runs will be the first to have nearly everything right? Asked half-way there, where it is clear."""
    reached = {
        curve.key: next((report["step"] for report in curve.reports if report["exact_match"] >= GOAL), None)
        for curve in curves
    }
    order = sorted((step, key) for key, step in reached.items() if step)
    if len(curves) < 2 or not order or (len(order) > 1 and order[1][0] < BEHIND * order[0][0]):
        return {}
    first, winner = order[0]
    place = next((step for step in steps if 0 < step >= first / 3), None)
    if place is None or place >= first:
        return {}
    keys = [curve.key for curve in curves]
    names = tuple(curve.name for curve in curves)
    slots = {"name": names[keys.index(winner)], "step": first}
    slots["then"] = clauses((pair(names[keys.index(key)], step or "–", words) for key, step in reached.items()), words)
    rise = fold(left(curves[keys.index(winner)].reports[-1]) / max(left(curves[keys.index(winner)].reports[0]), 1e-300))
    why = words.say("gradients.question.first.why", times=rise, **slots)
    reply = words.say("gradients.question.first.reply")
    answers = {name: "" if key == winner else reply for key, name in zip(keys, names, strict=True)}
    question = ask("first", "compare", words.say("gradients.question.first"), why, answers)
    return {place: question}
