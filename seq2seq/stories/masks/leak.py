"""The leak: two runs, with the causal mask and without it; the loss falls where nothing can be learnt."""

from collections.abc import Sequence
from typing import Any

from seq2seq.stories.formulas import FormulaBook, Line, percent, short, stacked
from seq2seq.stories.masks.leak_pictures import leak_curves, leak_maps
from seq2seq.stories.masks.leak_questions import leak_questions
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import in_a_row, titled
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step, Story, View
from seq2seq.stories.tokens import quoted, short_sign
from seq2seq.traces.masks import LeakRun, LeakTrace
from seq2seq.traces.run_report import RunReport
from seq2seq.words import Words

SIDES = ("causal", "leaking")
EVERY = 50  # updates between two steps of the story
LOSS = Passage("training/evaluate.py", "evaluate", ("loss += float", "exact += float"))
VISIBLE = Passage("models/transformer.py", "Transformer.target_visible", ("if self.config.causal", "return None if"))
WALK = Passage("models/transformer.py", "Transformer.step", ("if not self.config.causal", "self.decode_glass(read"))


def leak_story(trace: LeakTrace, words: Words, name: str, follow: bool = False) -> Story | None:
    """Tell runs update by update, then what the leaking decoder looks at; None before the first report is there.

    name: whose runs they are; follow: stay at the newest update.
    """
    updates = leak_updates(trace)
    if not updates:
        return None
    book, say = FormulaBook(), words.say
    steps = [_update(trace, update, words, book) for update in updates]
    if trace.maps:
        steps += _cheat(trace, words, book)
    questions = leak_questions(trace, updates, words)
    steps = [
        Step(step.title, step.text, step.chapter, step.formula, step.passage, questions.get(k))
        for k, step in enumerate(steps)
    ]
    views = [_curves(trace, updates, steps, words)]
    if trace.maps:
        views.append(_maps(trace, len(updates), steps, words))
    chapters = [say("leak.chapter.training"), say("leak.chapter.cheat")] if trace.maps else [""]
    return Story(
        f"leak|{name}|{trace.task}", say("leak.title"), steps, views, chapters, player_labels(words), book.templates,
        follow=follow, linked=False,
    )  # fmt: skip


def leak_updates(trace: LeakTrace) -> list[int]:
    """Updates that are told: every so many, and the last of all."""
    all_of = sorted({report.step for run in trace.runs for report in run.reports})
    return [step for step in all_of if step % EVERY == 0 or step == all_of[-1]]


def latest(run: LeakRun, step: int) -> RunReport | None:
    """A run's last report at or before an update."""
    return max((report for report in run.reports if report.step <= step), key=lambda report: report.step, default=None)


def _update(trace: LeakTrace, step: int, words: Words, book: FormulaBook) -> Step:
    say, told, lines = words.say, [], []
    for side in SIDES:
        runs = trace.of(side)
        report = latest(runs[0], step) if runs else None
        name = say(f"leak.side.{side}")
        if report is None:
            told.append(say("leak.waits", side=name))
            continue
        slots = {"side": name, "loss": short(report.loss), "exact": percent(report.exact), "n": report.n}
        told.append(say("leak.stands", **slots))
        line = Line()
        symbol = r"L_{\mathrm{mask}}" if side == "causal" else r"L_{\mathrm{no\,mask}}"
        line.latex = rf"{symbol} = {line.text(short(report.loss), f'loss {side} {runs[0].seed} {report.step}')}"
        lines.append(line)
    if trace.bound is not None and lines:
        told.append(say("leak.bound", bound=short(trace.bound)))
    key = "start" if step == 0 else "end" if step >= trace.updates else "update"
    if key == "end":
        told.append(say(f"leak.end.{'random' if trace.bound is not None else 'learnt'}", **end_slots(trace)))
    formula = stacked(lines).into(book) if lines else None
    return Step(say(f"leak.{key}.title", step=step), in_a_row(told), 0, formula, LOSS)


def end_slots(trace: LeakTrace) -> dict[str, Any]:
    """The last figures of both sides, over all seeds."""

    def span(values: Sequence[float | None]) -> str:
        found = sorted(value for value in values if value is not None)
        if not found:
            return "–"
        low, high = percent(found[0]), percent(found[-1])
        return low if low == high else f"{low} – {high}"

    def last(run: LeakRun) -> float:
        return run.free if run.free is not None else run.reports[-1].exact

    slots: dict[str, Any] = {"seeds": len(trace.of("leaking")), "n": max((run.n for run in trace.runs), default=0)}
    for side in SIDES:
        slots[f"{side}_free"] = span([last(run) for run in trace.of(side)])
        slots[f"{side}_forced"] = span([run.forced for run in trace.of(side)])
    return slots


def _cheat(trace: LeakTrace, words: Words, book: FormulaBook) -> list[Step]:
    """What the two decoders look at, and what they write by themselves."""
    say, found = words.say, trace.maps["leaking"]
    t = told_row(trace)
    ahead = float(found.mean[t, t + 1])
    slots = {
        "number": t + 1, "next": t + 2, "token": quoted(found.target[t]), "weight": percent(ahead),
        "mean": percent(float(found.mean.diagonal(1).mean())), "heads": len(found.weights),
        "source": "".join(found.source), "target": "".join(found.target[:-1]), "written": found.free or "∅",
        "forced": "".join(token for token in found.forced if token != "⟨eos⟩"),
    }  # fmt: skip
    line = Line()
    shown = line.text(short(ahead), f"map leaking {t} {t + 1}")
    own = rf"\bar{{\alpha}}_{{{line.text(t + 1)},{line.text(t + 2)}}}"
    line.latex = rf"{own} = {shown} \qquad y_{{{line.text(t + 1)}}} = w_{{{line.text(t + 2)}}}"
    steps = []
    if "causal" in trace.maps:
        honest = trace.maps["causal"]
        own_slots = slots | {"written": honest.free or "∅", "forced": "".join(honest.forced).replace("⟨eos⟩", "")}
        key = "random" if trace.bound is not None else "learnt"
        steps.append(
            Step(say("leak.honest.title"), say(f"leak.honest.{key}", **own_slots), 1, None, VISIBLE)
        )  # fmt: skip
    steps.append(Step(say("leak.cheat.title"), say("leak.cheat.text", **slots), 1, line.into(book), VISIBLE))
    steps.append(Step(say("leak.alone.title"), say("leak.alone.text", **slots, **end_slots(trace)), 1, None, WALK))
    return steps


def told_row(trace: LeakTrace) -> int:
    """The row of the map that looks ahead the most."""
    return int(trace.maps["leaking"].mean.diagonal(1).argmax())


def _curves(trace: LeakTrace, updates: Sequence[int], steps: Sequence[Step], words: Words) -> View:
    say, first = words.say, min(run.seed for run in trace.runs)
    rows = [
        {
            "good": run.causal, "bold": run.seed == first, "line": f"{run.side} {run.seed}",
            "step": report.step, "loss": report.loss, "exact": report.exact,
            "asks": [f"{kind} {run.side} {run.seed} {report.step}" for kind in ("loss", "free")],
            "tip": say("leak.tip", side=say(f"leak.side.{run.side}"), seed=run.seed, step=report.step),
        }
        for run in trace.runs
        for report in run.reports
    ]  # fmt: skip
    now = [*updates, *[updates[-1]] * (len(steps) - len(updates))]
    bound = [] if trace.bound is None else [{"v": trace.bound, "told": say("leak.bound.line"), "ask": "bound"}]
    signals = {
        "last": trace.updates, "now_at": now,
        "high": max(3.5, *(report.loss for run in trace.runs for report in run.reports)),
    }  # fmt: skip
    spec = leak_curves(
        say("leak.axis.loss"), say("leak.axis.exact"), say("axis.step"),
        (say("leak.side.causal"), say("leak.side.leaking")),
    )  # fmt: skip
    return View(
        "curves", say("leak.curves.title"), say("leak.curves.hint"), spec, "vega",
        [titled(step, words) for step in steps], {"runs": rows, "bound": bound}, "runs", signals, wide=True,
    )  # fmt: skip


def _maps(trace: LeakTrace, before: int, steps: Sequence[Step], words: Words) -> View:
    say = words.say
    cells, tokens, lines = [], [], []
    for m, side in enumerate(SIDES):
        if side not in trace.maps:
            continue
        found = trace.maps[side]
        T = len(found.target)
        good = found.free == "".join(found.target[:-1])
        for t in range(T):
            tokens.append({"m": m, "n": t, "read": short_sign(found.read[t]), "write": short_sign(found.target[t])})
            for j in range(T):
                weight = float(found.mean[t, j])
                slots = {"number": t + 1, "write": quoted(found.target[t]), "read": quoted(found.read[j])}
                cells.append({
                    "m": m, "t": t, "j": j, "w": weight, "hidden": side == "causal" and j > t,
                    "tip": say("leak.map.tip", **slots, weight=short(weight)), "ask": f"map {side} {t} {j}",
                })  # fmt: skip
        lines.append({
            "m": m, "forced": say("leak.map.forced", text="".join(map(short_sign, found.forced))),
            "free": say("leak.map.free", text=found.free or "∅"), "right": good,
            "told": say("leak.map.right", text="".join(found.target[:-1])),
        })  # fmt: skip
    extra = len(steps) - before
    signals = {
        "T": len(trace.maps["leaking"].target),
        "lit_at": [*[0] * before, *[int(k >= extra - 2) for k in range(extra)]],
        "words_at": [*[0] * before, *[int(k == extra - 1) for k in range(extra)]],
        "came_at": [*[0] * (before + extra - 2), 1, 1], "row_at": [told_row(trace)] * len(steps),
    }  # fmt: skip
    spec = leak_maps(
        (say("leak.side.causal"), say("leak.side.leaking")), say("leak.map.rows"), say("leak.map.columns"),
        say("leak.map.ahead"), say("leak.map.nothing"),
    )  # fmt: skip
    nothing = say("leak.map.nothing")
    told = [nothing if k < before else titled(step, words) for k, step in enumerate(steps)]
    return View(
        "maps", say("leak.map.title"), say("leak.map.hint"), spec, "vega", told,
        {"cells": cells, "tokens": tokens, "lines": lines}, "cells", signals, wide=True,
    )  # fmt: skip
