"""Questions about the leak: how low an honest loss can get, what a loss near 0 says, what it writes by itself."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from seq2seq.stories.formulas import percent, short
from seq2seq.stories.questions.options import MARGIN, ask, named, offered, rising
from seq2seq.stories.sentences import bracketed
from seq2seq.stories.story import Question
from seq2seq.stories.tokens import quoted
from seq2seq.traces.masks import LeakTrace
from seq2seq.words import Words

LOW = 0.1  # nats: a loss below it looks like a model that knows everything
Asked = Iterator[tuple[int, Question]]  # number of the step that answers it, and the question


def leak_questions(trace: LeakTrace, updates: Sequence[int], words: Words) -> dict[int, Question]:
    """Questions by the step before which they are asked."""
    found: dict[int, Question] = {}
    for maker in (lowest, good_model, by_itself, looks):
        for k, question in maker(trace, updates, words):
            found.setdefault(k, question)
    return found


def lowest(trace: LeakTrace, updates: Sequence[int], words: Words) -> Asked:
    """Random letters: how low can the loss get for a model that does not see them?"""
    if trace.bound is None or len(updates) < 2:
        return
    slots = {"bound": short(trace.bound), "letters": trace.letters, "letter": short(math.log(trace.letters))}
    answers = named(words, "leak.question.lowest", ("zero", "half", "bound"), "bound", **slots)
    prompt, why = words.say("leak.question.lowest", **slots), words.say("leak.question.lowest.why", **slots)
    yield 1, ask("lowest", "compare", prompt, why, answers)


def good_model(trace: LeakTrace, updates: Sequence[int], words: Words) -> Asked:
    """The loss is near 0 where nothing can be learnt: a good model?"""
    runs = trace.of("leaking")
    if trace.bound is None or not runs:
        return
    for k, update in enumerate(updates[:-1]):
        report = next((report for report in runs[0].reports if report.step == update), None)
        if report and report.loss < LOW and report.exact < MARGIN:
            slots = {"loss": short(report.loss), "exact": percent(report.exact), "bound": short(trace.bound)}
            answers = named(words, "leak.question.good", ("yes", "no", "overfit"), "no")
            prompt, why = words.say("leak.question.good", **slots), words.say("leak.question.good.why", **slots)
            yield k + 1, ask("good", "compare", prompt, why, answers)
            return


def by_itself(trace: LeakTrace, updates: Sequence[int], words: Words) -> Asked:
    """Trained without the mask, how much is right free-running?"""
    runs = trace.of("leaking")
    if trace.bound is not None or not runs or not updates or updates[-1] < trace.updates:
        return
    free = runs[0].reports[-1].exact
    guesses = {1.0: "all", 0.5: "half", 0.0: "none"}
    near = min(guesses, key=lambda share: abs(share - free))
    if abs(near - free) > MARGIN / 4:
        return
    slots = {"loss": short(runs[0].reports[-1].loss), "exact": percent(free)}
    prompt, why = words.say("leak.question.free", **slots), words.say("leak.question.free.why", **slots)
    answers = {f"{k:.0%}": "" if k == near else words.say(f"leak.question.free.{v}") for k, v in guesses.items()}
    yield len(updates) - 1, ask("free", "compare", prompt, why, answers)


def looks(trace: LeakTrace, updates: Sequence[int], words: Words) -> Asked:
    """Where does a row of the leaking decoder look?"""
    if "leaking" not in trace.maps:
        return
    found = trace.maps["leaking"]
    t = int(found.mean.diagonal(1).argmax())
    order = np.argsort(-found.mean[t])
    if order[0] != t + 1 or found.mean[t, order[0]] - found.mean[t, order[1]] < MARGIN:
        return
    T = len(found.target)
    guesses = ((t, "own"), (t - 1, "past"), (0, "begin"), (t + 2, "far"))
    possible = [(p, words.say(f"leak.question.looks.{why}")) for p, why in guesses if 0 <= p < T]

    def name(p: int) -> str:
        return bracketed(quoted(found.read[p]), p + 1, words)

    slots = {"number": t + 1, "token": quoted(found.target[t]), "weight": percent(float(found.mean[t, t + 1]))}
    prompt, why = words.say("leak.question.looks", **slots), words.say("leak.question.looks.why", **slots)
    answers = len(updates) + ("causal" in trace.maps)  # the step that shows the cheat
    yield answers, ask("looks", "position", prompt, why, rising(offered(t + 1, possible)), name)
