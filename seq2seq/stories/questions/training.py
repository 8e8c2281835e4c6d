"""Questions about a run: whole outputs against tokens, whether the loss must fall, where the attention map points."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from seq2seq.stories.formulas import percent, short
from seq2seq.stories.questions.options import CLEAR, MARGIN, ask, mixed, rising
from seq2seq.stories.questions.reasons import place_name, places_offered
from seq2seq.stories.story import Question
from seq2seq.words import Words

Report = Mapping[str, Any]
APART = 0.15  # between two shares that are offered as answers
MOVED = 0.05  # share of the loss by which it must have moved to count as risen or fallen
Asked = Iterator[tuple[int, Question]]  # number of the report that answers it, and the question


def training_questions(reports: Sequence[Report], words: Words) -> dict[int, Question]:
    """Questions by the number of the report before which they are asked, at most one a report."""
    found: dict[int, Question] = {}
    for maker in (whole_outputs, loss_falls, map_points):
        for k, question in maker(
            [(k, report) for k, report in enumerate(reports) if k and k not in found], reports, words
        ):
            found[k] = question
            break
    return found


def whole_outputs(free: Sequence[tuple[int, Report]], reports: Sequence[Report], words: Words) -> Asked:
    """So many tokens are right: how many whole outputs?"""
    for k, report in free:
        tokens, exact = report["token_accuracy"], report["exact_match"]
        if not 0.75 <= tokens <= 0.985 or tokens - exact < MARGIN or "tokens" not in report:
            continue
        answers = {exact: ""}
        guesses = {"tokens": tokens, "two": 1 - 2 * (1 - tokens), "half": tokens / 2, "none": 0.02}
        for why_not, share in guesses.items():
            if all(abs(share - other) > APART for other in answers):
                answers[share] = words.say(f"question.exact.not.{why_not}")
        slots = {"step": report["step"], "tokens": percent(tokens), "exact": percent(exact)}
        slots["length"] = round(report["tokens"] / report["n"])
        slots["guess"] = percent(tokens ** (report["tokens"] / report["n"]))
        prompt, why = words.say("question.exact", **slots), words.say("question.exact.why", **slots)
        yield k, ask(f"exact {report['step']}", "compare", prompt, why, rising(answers), lambda share: f"{share:.0%}")


def loss_falls(free: Sequence[tuple[int, Report]], reports: Sequence[Report], words: Words) -> Asked:
    """Is the loss lower at the next report? Best asked where it rose."""
    moves = [(k, report["loss"] / max(reports[k - 1]["loss"], 1e-9) - 1) for k, report in free if k > 1]
    clear = [(k, move) for k, move in moves if abs(move) > MOVED]
    for k, move in sorted(clear, key=lambda pair: pair[1] < 0):  # rises first, each in order
        slots = {
            "step": reports[k]["step"],
            "before": short(reports[k - 1]["loss"]),
            "after": short(reports[k]["loss"]),
        }
        fell = move < 0
        answers = {
            words.say("question.true"): "" if fell else words.say("question.loss.not.fall"),
            words.say("question.false"): words.say("question.loss.not.rise") if fell else "",
        }
        why = words.say(f"question.loss.{'fell' if fell else 'rose'}", **slots)
        yield k, ask(f"loss {slots['step']}", "true-false", words.say("question.loss", **slots), why, answers)


def map_points(free: Sequence[tuple[int, Report]], reports: Sequence[Report], words: Words) -> Asked:
    """Where does a row of the attention map look, once it looks somewhere?"""
    for k, report in free:
        probe = report["probe"]
        if probe["weights"] is None or len(probe["weights"]) < 3:
            continue
        t = 1
        row = np.array(probe["weights"][t])
        best, second = (int(i) for i in np.argsort(-row, kind="stable")[:2])
        if row[best] < CLEAR or row[best] - row[second] < MARGIN:
            continue

        source: Sequence[str] = probe["source"]
        answers = mixed(places_offered(best, second, t, len(row), words), f"{source}")
        slots = {"step": report["step"], "number": t + 1, "weight": short(float(row[best]))}
        slots["token"] = place_name(words, source, best)
        prompt, why = words.say("question.map", **slots), words.say("question.map.why", **slots)
        yield k, ask(f"map {report['step']}", "position", prompt, why, answers, partial(place_name, words, source))
