"""Two runs that differ in one setting → story: the gradients explode at first; one run clips them, one does not."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from seq2seq.stories.formulas import FormulaBook, Line, percent, short
from seq2seq.stories.gradients.arms import part_names, power, powers, scientific, tip
from seq2seq.stories.gradients.over import GAP, over_updates
from seq2seq.stories.gradients.training import SHARES, Curve, milestones, power_axis
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.questions.options import ask, named
from seq2seq.stories.sentences import bracketed, clauses, pair
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Question, Step, Story, View
from seq2seq.words import Words

CLIP = Passage("training/trainer.py", "Trainer.update", ("norm = torch", "if training.clip", "clip_grads_with_norm_"))
CLEARLY = 0.3  # between the shares of right answers that make a clear question


def clipping_story(
    name: str,
    clipped: Curve,
    unclipped: Curve,
    limit: float,
    words: Words,
    going: bool = False,
    follow: bool = False,
) -> Story:
    """Tell both runs side by side; limit: the norm that the one clips to; going and follow as in `reach_story`."""
    say, book, curves = words.say, FormulaBook(), (clipped, unclipped)
    steps = milestones(curves)
    questions = {} if going else which_learns(clipped, unclipped, steps, words)
    told = [
        replace(_step(step, clipped, unclipped, limit, book, words), question=questions.get(step)) for step in steps
    ]
    largest = [
        np.array([r["gradient"]["largest"] for r in curve.reports if r["gradient"]] or [1.0]) for curve in curves
    ]
    low, high = powers([*largest, np.array([limit])])
    losses = max(report["loss"] for curve in curves for report in curve.reports)
    top = max(1.0, float(np.ceil(losses)))
    quarters = [{"y": y * top / 4, "label": f"{y * top / 4:g}"} for y in range(5)]
    views = [
        _view("norm", curves, steps, words, (low, high), power_axis(low, high), limit, wide=True),
        _view("loss", curves, steps, words, (0.0, top), quarters),
        _view("right", curves, steps, words, (0.0, 1.0), SHARES),
    ]
    identity = "|".join(["clipping", name, f"{limit:g}"])
    return Story(
        identity, say("gradients.clipping.title"), told, views, [""], player_labels(words), book.templates,
        follow=follow,
    )  # fmt: skip


def _value(kind: str, report: Any) -> float | None:
    if kind == "norm":
        return report["gradient"]["largest"] if report["gradient"] else None
    found: float = report["loss" if kind == "loss" else "exact_match"]
    return found


def _view(
    kind: str, curves: Sequence[Curve], steps: Sequence[int], words: Words, bounds: tuple[float, float],
    axis: list[dict[str, Any]], limit: float | None = None, wide: bool = False,
) -> View:  # fmt: skip
    say, rows, names = words.say, [], []

    def place(value: float) -> float | None:
        return power(value) if kind == "norm" else value

    for curve in curves:
        values = [(report["step"], value) for report in curve.reports if (value := _value(kind, report)) is not None]
        for step, value in values:
            row = {"run": curve.key, "step": step, "v": value, "y": place(value), "ask": f"{kind} {curve.key} {step}"}
            rows.append(row | {"tip": bracketed(tip(curve.name, value, words), step, words)} | curve.look)
        end = place(values[-1][1]) if values else None
        at = 0.0 if end is None else (end - bounds[0]) / (bounds[1] - bounds[0])
        names.append({"name": curve.name, "at": at, "step": values[-1][0] if values else 0} | curve.look)
    if limit is not None:
        e = power(limit) or 0.0
        name = say("gradients.clipping.limit", limit=f"{limit:g}")
        at = (e - bounds[0]) / (bounds[1] - bounds[0])
        names.append({"name": name, "at": at, "step": steps[-1], "tone": "limit", "dash": [4, 4]})
    part_names(names, GAP)
    signals: dict[str, Any] = {"last": steps[-1], "low": bounds[0], "high": bounds[1], "now_at": steps}
    if limit is not None:
        signals["limit"] = power(limit)
    told = [
        clauses((pair(curve.name, scientific(_value(kind, curve.at(step)) or 0.0), words) for curve in curves), words)
        for step in steps
    ]
    return View(
        kind, say(f"gradients.clipping.{kind}.title"), say(f"gradients.clipping.{kind}.hint"),
        over_updates(say(f"gradients.clipping.{kind}.axis"), say("axis.step"), wide), "vega", told,
        {"curves": rows, "names": names, "ticks": axis}, "curves", signals, wide=wide,
    )  # fmt: skip


def _step(step: int, clipped: Curve, unclipped: Curve, limit: float, book: FormulaBook, words: Words) -> Step:
    say, a, b = words.say, clipped.at(step), unclipped.at(step)
    slots: dict[str, Any] = {
        "step": step, "limit": f"{limit:g}", "loss": short(a["loss"]), "other": short(b["loss"]),
        "exact": percent(a["exact_match"]), "other_exact": percent(b["exact_match"]),
    }  # fmt: skip
    line = Line()
    if not a["gradient"] or not b["gradient"]:
        line.latex = r"\nabla L \leftarrow \nabla L \cdot "
        line.latex += r"\min\left(1,\ \frac{\mathrm{limit}}{\lVert \nabla L \rVert}\right)"
        title, text = (say(f"gradients.clipping.start.{part}", **slots) for part in ("title", "text"))
        return Step(title, text, 0, line.into(book), CLIP)
    largest = a["gradient"]["largest"]
    address = f"norm {clipped.key} {a['step']}"
    factor = scientific(min(1.0, limit / largest))
    line.latex = (
        rf"\nabla L \leftarrow \nabla L \cdot \min\left(1,\ \frac{{{line.text(f'{limit:g}')}}}"
        rf"{{{line.text(scientific(largest), address)}}}\right) \\ = {line.text(factor)} \cdot \nabla L"
    )
    slots |= {"largest": scientific(largest), "other_largest": scientific(b["gradient"]["largest"])}
    slots |= {"clipped": a["gradient"]["clipped"], "updates": a["gradient"]["updates"]}
    title, text = (say(f"gradients.clipping.step.{part}", **slots) for part in ("title", "text"))
    return Step(title, text, 0, line.into(book), CLIP)


def which_learns(clipped: Curve, unclipped: Curve, steps: Sequence[int], words: Words) -> dict[int, Question]:
    """What will be right at the end without clipping? Asked early, where the two ends lie far apart."""
    a, b = clipped.reports[-1]["exact_match"], unclipped.reports[-1]["exact_match"]
    if len(steps) < 4 or abs(a - b) < CLEARLY:
        return {}
    right = "clipped" if a > b else "unclipped"
    answers = named(words, "gradients.question.clipping", ("clipped", "same", "unclipped"), right)
    slots = {"exact": percent(a), "other": percent(b), "step": steps[-1]}
    prompt, why = (words.say(f"gradients.question.clipping{part}", **slots) for part in ("", ".why"))
    return {steps[2]: ask("clipping", "compare", prompt, why, answers)}
