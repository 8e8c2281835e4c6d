"""Questions about a backward pass: how large, how much fainter, does attention's line fall, what does twice U do."""

from collections.abc import Iterable, Iterator

from seq2seq.stories.gradients.arms import CELL_NAMES, Reach, arm_key, arm_name, fold, mean_norms, scientific
from seq2seq.stories.gradients.steps import fate, tenfold
from seq2seq.stories.questions.options import WRONG, ask, named, rising
from seq2seq.stories.sentences import clauses
from seq2seq.stories.story import Question
from seq2seq.words import Words

APART = 3.0  # times: answers closer than this are a matter of luck
BACK = 10  # steps that a gradient is followed
FATES = ("vanish", "steady", "explode")
Asked = Iterator[tuple[str, Question]]  # the place that answers it, and the question


def gradient_questions(reach: Reach, words: Words) -> dict[str, Question]:
    """Questions by the place before which they are asked: "t 3" a position, "asked 1" a part of the comparison."""
    return {
        place: question
        for maker in (ten_steps_back, which_is_lstm, attention_falls, doubled)
        for place, question in maker(reach, words)
    }


def apart(right: float, others: Iterable[tuple[float, str]]) -> dict[float, str]:
    """The right answer, and the candidates that lie clearly apart from it and from each other, with their replies."""
    kept = {right: ""}
    for other, reply in others:
        if other > 0 and all(max(other, near) > APART * min(other, near) for near in kept):
            kept[other] = reply
    return kept


def ten_steps_back(reach: Reach, words: Words) -> Asked:
    """How many times smaller (or larger) is it ten steps further back?"""
    norms = reach.trace.norms
    here = len(norms) - 2
    there = here - BACK
    if there < 0 or not norms[here] > 0 or not norms[there] > 0:
        return
    right = float(norms[here] / norms[there])
    if 1 / APART < right < APART:
        return
    key = "smaller" if right > 1 else "larger"
    right = max(right, 1 / right)
    reply = "gradients.question.ten.not"
    guesses = [
        (float(max(ratio, 1 / ratio)), words.say(f"{reply}.other", arm=arm_name(name, reach.forget_bias, words)))
        for name, trace in reach.traces.items()
        if name != reach.hand and trace.norms[there] > 0 and (ratio := trace.norms[here] / trace.norms[there]) > 0
    ]
    guesses += [(float(BACK), words.say(f"{reply}.once")), (right**2, words.say(f"{reply}.twice"))]
    found = apart(right, [*guesses, (right**0.5, words.say(f"{reply}.half"))])
    answers = rising(dict(list(found.items())[: WRONG + 1]))
    slots = {"position": here + 1, "before": there + 1, "times": fold(right)}
    inverse = right ** (1 / BACK)  # what one step divides by, or multiplies by where the gradient grows
    slots |= {"one": f"{1 / inverse if key == 'smaller' else inverse:.2g}", "inverse": f"{inverse:.2g}"}
    slots |= {"here": scientific(float(norms[here])), "there": scientific(float(norms[there]))}
    prompt, why = (words.say(f"gradients.question.ten.{key}{part}", **slots) for part in ("", ".why"))

    def option(times: float) -> str:
        return words.say(f"gradients.question.ten.{key}.option", times=fold(times))

    yield f"t {there}", ask("ten", "compare", prompt, why, answers, option)


def which_is_lstm(reach: Reach, words: Words) -> Asked:
    """Which of the curves is the LSTM's?"""
    attention = reach.hand.endswith("-attention")
    keys = [arm_key(cell, attention) for cell in CELL_NAMES]
    lstm = arm_key("lstm", attention)
    if reach.hand == lstm or any(key not in reach.traces for key in keys):
        return
    left = {key: _left(reach, key) for key in keys}
    names = {key: arm_name(key, reach.forget_bias, words) for key in keys}
    others = [(left[key], words.say("gradients.question.lstm.reply", arm=names[key])) for key in keys if key != lstm]
    answers = apart(left[lstm], others)
    if any(value <= 0 for value in left.values()) or len(answers) <= len(others):
        return
    slots = {"lstm": arm_name(lstm, reach.forget_bias, words), "distance": len(reach.trace.source) - 1}
    slots |= {
        "told": clauses((f"{arm_name(k, reach.forget_bias, words)} {scientific(v)}" for k, v in left.items()), words)
    }
    key = "trained" if reach.trained else "start"
    prompt, why = (words.say(f"gradients.question.lstm.{key}{part}", **slots) for part in ("", ".why"))
    yield "asked 1", ask("lstm", "compare", prompt, why, rising(answers), scientific)


def _left(reach: Reach, key: str) -> float:
    """The share of the last state's gradient that is left at the symbol."""
    norms = mean_norms(reach.traces[key])
    return float(norms[0] / norms[-1]) if norms[-1] > 0 else 0.0


def attention_falls(reach: Reach, words: Words) -> Asked:
    """Does attention's line fall as well?"""
    if reach.hand.endswith("-attention"):
        return
    other = f"{reach.hand}-attention"
    if other not in reach.traces:
        return
    mine, its = _left(reach, reach.hand), _left(reach, other)
    if not mine or its / mine < APART**2:  # no difference that could be guessed at
        return
    halfway = float(mean_norms(reach.traces[other])[len(reach.trace.source) // 2] / mean_norms(reach.traces[other])[0])
    if not 1 / APART < halfway < APART:
        return
    answers = named(words, "gradients.question.attention", ("same", "flat", "rises"), "flat")
    slots = {"mine": fold(1 / mine), "its": fold(1 / its) if its < 1 else fold(its), "half": fold(1 / halfway)}
    slots["arm"] = arm_name(other, reach.forget_bias, words)
    prompt, why = (words.say(f"gradients.question.attention{part}", **slots) for part in ("", ".why"))
    yield "asked 2", ask("attention", "compare", prompt, why, answers)


def doubled(reach: Reach, words: Words) -> Asked:
    """Twice the recurrent matrix: does the gradient vanish, stay or explode?"""
    if not reach.doubled:
        return
    norms, steps = mean_norms(reach.doubled), len(reach.trace.source) - 1
    growth = tenfold(float(norms[0]), float(norms[-1]), steps)
    if steps < BACK or any(abs(growth / edge - 1) < 0.15 for edge in (1.5, 1 / 1.5)):
        return  # too close to call
    answers = named(words, "gradients.question.doubled", FATES, fate(growth))
    slots: dict[str, object] = {"scale": f"{2 * reach.scale:g}", "arm": arm_name(reach.hand, reach.forget_bias, words)}
    slots |= {"first": scientific(float(norms[0])), "last": scientific(float(norms[-1])), "distance": steps}
    prompt, why = (words.say(f"gradients.question.doubled{part}", **slots) for part in ("", ".why"))
    yield "asked 3", ask("doubled", "compare", prompt, why, answers)
