"""Questions about one decoding: which token next, where it looks, which is larger, true or false."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from seq2seq.stories.formulas import short
from seq2seq.stories.looks import Attending
from seq2seq.stories.questions.options import CLEAR, MARGIN, ask, likelihood, named, spread, true_or_false
from seq2seq.stories.questions.reasons import (
    clear_tokens,
    needed,
    place_name,
    places_offered,
    token_question,
    why_there,
)
from seq2seq.stories.story import Question
from seq2seq.stories.tokens import quoted
from seq2seq.traces import DecodingTrace
from seq2seq.words import Words

EACH = 2  # questions of one kind in a story
Asked = Iterator[tuple[str, int, Question]]  # stage and output step that answer it, and the question


def decoding_questions(trace: DecodingTrace, words: Words) -> dict[tuple[str, int], Question]:
    """Questions by the stage and the output step before which they are asked."""
    made = [tokens(trace, words), surer(trace, words), reads_again(trace, words)]
    if trace.weights is not None:
        made = attention_questions(trace, trace.weights, words)
    found: dict[tuple[str, int], Question] = {}
    for asked in made:
        for stage, t, question in asked:
            found.setdefault((stage, t), question)
    return found


def attention_questions(trace: Attending, weights: np.ndarray, words: Words) -> list[Asked]:
    """Questions about a decoding that looks at its source, with these weights (T, S)."""
    return [positions(trace, weights, words), tokens(trace, words), larger(trace, weights, words),
            lifted(trace, words), columns(trace, weights, words)]  # fmt: skip


def positions(trace: Attending, weights: np.ndarray, words: Words) -> Asked:
    """Which source position gets the largest weight next?"""
    S, clear = len(trace.source), []
    for t, row in enumerate(weights):
        if trace.output[t] == "⟨eos⟩":
            continue  # where it looks for the end says nothing of letters
        best, second = (*np.argsort(-row, kind="stable"), None)[:2]
        if second is not None and row[best] > CLEAR and row[best] - row[second] > MARGIN:
            clear.append((t, int(best), int(second)))
    for t, best, second in spread(clear[1:], EACH):  # the first output shows how it goes
        why = why_there(trace.wanted, trace.source, t, best, float(weights[t, best]), words)
        prompt, answers = words.say("question.position", number=t + 1), places_offered(best, second, t, S, words)
        yield (
            "scores",
            t,
            ask(f"position {t}", "position", prompt, why, answers, partial(place_name, words, trace.source)),
        )


def tokens(trace: Attending, words: Words) -> Asked:
    """Which token is the most probable next?"""
    for t in spread(list(clear_tokens(trace)), EACH):
        prompt = words.say("question.token", number=t + 1)
        yield "predict", t, token_question(trace, trace.source, t, prompt, words)


def larger(trace: Attending, weights: np.ndarray, words: Words) -> Asked:
    """Is the largest weight of a row larger than all others together?"""
    best = weights.max(1)
    clear = [t for t in range(len(best)) if abs(2 * best[t] - 1) > MARGIN and len(trace.source) > 2]
    for t in spread(clear[2:], 1):
        alone, others = float(best[t]), 1 - float(best[t])
        right = "others" if others > alone else "one"
        why = words.say("question.larger.why", one=short(alone), others=short(others))
        prompt = words.say("question.larger", number=t + 1)
        answers = named(words, "question.larger", ("one", "others"), right)
        yield "weights", t, ask(f"compare {t}", "compare", prompt, why, answers)


def lifted(trace: Attending, words: Words) -> Asked:
    """All scores of a row rise by 1: does a weight change?"""
    row = min(1, len(trace.output) - 1)
    if len(trace.source) > 1:
        seed = "".join(trace.source)
        yield "weights", row, true_or_false(words, "question.lifted", f"lifted {row}", seed, number=row + 1)


def columns(trace: Attending, weights: np.ndarray, words: Words) -> Asked:
    """Rows sum to 1, columns need not."""
    sums, last = weights.sum(0), len(trace.output) - 1
    i = int(np.abs(sums - 1).argmax())
    if abs(sums[i] - 1) > MARGIN:
        slots = {"token": quoted(trace.source[i]), "position": i + 1, "sum": short(float(sums[i]))}
        seed = "".join(trace.source)
        yield "done", last, true_or_false(words, "question.column", f"column {i}", seed, **slots)


def reads_again(trace: DecodingTrace, words: Words) -> Asked:
    """Without attention: does the decoder see the source again?"""
    if len(trace.output) < 2:
        return
    size = sum(len(state) for layer in trace.start for state in layer.values())
    yield "state", 1, true_or_false(words, "question.reads", "reads", "".join(trace.source), size=size)


def surer(trace: DecodingTrace, words: Words) -> Asked:
    """Of which output is the network surer, the first or the last letter?"""
    last = len(trace.output) - (2 if trace.finished else 1)
    if last < 2:
        return
    chosen = np.exp(trace.log_probs[np.arange(len(trace.output)), trace.chosen])
    first, end = float(chosen[0]), float(chosen[last])
    if abs(first - end) <= MARGIN:
        return
    ways = [len(trace.source) - max(needed(trace.wanted, t), default=-1) + t for t in (0, last)]
    told = all(needed(trace.wanted, t) for t in (0, last)) and ways[0] != ways[1]
    key = "plain" if not told else "shorter" if (ways[0] < ways[1]) == (first > end) else "longer"
    slots = {"first": likelihood(first, words), "last": likelihood(end, words), "number": last + 1}
    why = words.say(f"question.surer.why.{key}", near=ways[0], far=ways[1], **slots)
    answers = {
        words.say("question.surer.output", number=t + 1): "" if sure else words.say(f"question.surer.not.{name}")
        for t, sure, name in ((0, first > end, "first"), (last, end > first, "last"))
    }
    yield "predict", last, ask("surer", "compare", words.say("question.surer", number=last + 1), why, answers)
