"""Questions about one decoding: which token next, where it looks, which is larger, true or false."""

from collections.abc import Iterator

import numpy as np

from seq2seq.stories.formulas import percent, short
from seq2seq.stories.looks import Attending
from seq2seq.stories.questions.options import CLEAR, MARGIN, shuffled, spread, wrong_answers
from seq2seq.stories.sentences import bracketed
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
            sums(trace, weights, words)]  # fmt: skip


def positions(trace: Attending, weights: np.ndarray, words: Words) -> Asked:
    """Which source position gets the largest weight next?"""
    S, clear = len(trace.source), []
    for t, row in enumerate(weights):
        best, second = (*np.argsort(-row, kind="stable"), None)[:2]
        if second is not None and row[best] > CLEAR and row[best] - row[second] > MARGIN:
            clear.append((t, int(best), int(second)))

    def name(i: int) -> str:
        return bracketed(quoted(trace.source[i]), i + 1, words)

    for t, best, second in spread(clear[1:], EACH):  # the first output shows how it goes
        nearby = [second, t, S - 1 - best, best - 1, best + 1]
        shown = sorted([best, *wrong_answers(best, [i for i in nearby if 0 <= i < S])])
        row = weights[t]
        why = words.say(
            "question.position.why", token=name(best), weight=short(row[best]), second=name(second),
            other=short(row[second]),
        )  # fmt: skip
        yield "scores", t, Question(
            f"position {t}", "position", words.say("question.position", number=t + 1),
            tuple(name(i) for i in shown), shown.index(best), why,
        )  # fmt: skip


def tokens(trace: Attending, words: Words) -> Asked:
    """Which token is the most probable next?"""
    probabilities, clear = np.exp(trace.log_probs), []
    for t in range(len(trace.output)):
        best, second = trace.ranking(t)[:2]
        if probabilities[t, best] - probabilities[t, second] > MARGIN:
            clear.append(t)
    for t in spread(clear, EACH):
        ranking = trace.ranking(t)
        right, second = (quoted(trace.vocabulary[v]) for v in ranking[:2])
        known = set(trace.vocabulary)
        typed = [token for token in trace.source[t : t + 1] if token in known]
        wrong = wrong_answers(
            right, [second, *map(quoted, typed), *(quoted(trace.vocabulary[v]) for v in ranking[2:5])]
        )
        shown = shuffled([right, *wrong], f"{trace.source}{t}")
        why = words.say(
            "question.token.why", token=right, p=percent(probabilities[t, ranking[0]]), second=second,
            q=percent(probabilities[t, ranking[1]]),
        )  # fmt: skip
        prompt = words.say("question.token", number=t + 1)
        yield "predict", t, Question(f"token {t}", "token", prompt, tuple(shown), shown.index(right), why)


def larger(trace: Attending, weights: np.ndarray, words: Words) -> Asked:
    """Is the largest weight of a row larger than all others together?"""
    best = weights.max(1)
    clear = [t for t in range(len(best)) if abs(2 * best[t] - 1) > MARGIN and len(trace.source) > 2]
    for t in spread(clear[2:], 1):
        alone, others = float(best[t]), 1 - float(best[t])
        options = (words.say("question.larger.one"), words.say("question.larger.others"))
        why = words.say("question.larger.why", one=short(alone), others=short(others))
        prompt = words.say("question.larger", number=t + 1)
        yield "weights", t, Question(f"compare {t}", "compare", prompt, options, int(others > alone), why)


def sums(trace: Attending, weights: np.ndarray, words: Words) -> Asked:
    """Rows sum to 1, columns need not: one of each, true or false."""
    options, last = (words.say("question.true"), words.say("question.false")), len(trace.output) - 1
    row = 1 if last > 0 else 0
    why = words.say("question.row.why", number=row + 1, sum=short(float(weights[row].sum())))
    prompt = words.say("question.row", number=row + 1)
    yield "weights", row, Question(f"row {row}", "true-false", prompt, options, 0, why)
    columns = weights.sum(0)
    i = int(np.abs(columns - 1).argmax())
    if abs(columns[i] - 1) > MARGIN:
        slots = {"token": quoted(trace.source[i]), "position": i + 1}
        why = words.say("question.column.why", sum=short(float(columns[i])), **slots)
        prompt = words.say("question.column", **slots)
        yield "done", last, Question(f"column {i}", "true-false", prompt, options, 1, why)


def reads_again(trace: DecodingTrace, words: Words) -> Asked:
    """Without attention: does the decoder see the source again?"""
    if len(trace.output) < 2:
        return
    options = (words.say("question.true"), words.say("question.false"))
    why = words.say("question.reads.why", size=sum(len(state) for layer in trace.start for state in layer.values()))
    yield "state", 1, Question("reads", "true-false", words.say("question.reads"), options, 1, why)


def surer(trace: DecodingTrace, words: Words) -> Asked:
    """Of which output is the network surer, the first or the last letter?"""
    last = len(trace.output) - (2 if trace.finished else 1)
    if last < 2:
        return
    chosen = np.exp(trace.log_probs[np.arange(len(trace.output)), trace.chosen])
    first, end = float(chosen[0]), float(chosen[last])
    if abs(first - end) <= MARGIN:
        return
    options = tuple(words.say("question.surer.output", number=t + 1) for t in (0, last))
    why = words.say("question.surer.why", first=percent(first), last=percent(end), number=last + 1)
    prompt = words.say("question.surer", number=last + 1)
    yield "predict", last, Question("surer", "compare", prompt, options, int(end > first), why)
