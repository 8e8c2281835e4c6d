"""Questions about a batch: whom a further sentence widens, what the mask says, what remains without the longest."""

from collections.abc import Iterator

import numpy as np

from seq2seq.stories.formulas import percent
from seq2seq.stories.questions.options import ask, coin, named, offered, rising, true_or_false
from seq2seq.stories.story import Question
from seq2seq.stories.tokens import quoted
from seq2seq.traces import BatchTrace
from seq2seq.words import Words

CLEARLY = 0.1  # between two shares that are compared
Asked = Iterator[tuple[str, Question]]  # stage that answers it, and the question


def batching_questions(trace: BatchTrace, words: Words) -> dict[str, Question]:
    """Questions by the stage before which they are asked."""
    makers = (adds, hidden, without_longest, larger_batches)
    return {stage: question for maker in makers for stage, question in maker(trace, words)}


def adds(trace: BatchTrace, words: Words) -> Asked:
    """A shorter sentence joins the batch: what becomes of the other rows?"""
    lengths = trace.lengths
    if len(lengths) < 3 or lengths.min() == lengths.max():
        return
    slots = {"sentence": int(lengths.argmax()) + 1, "length": int(lengths.max())}
    yield "width", true_or_false(words, "batching.question.adds", "adds", trace.tokens, **slots)


def hidden(trace: BatchTrace, words: Words) -> Asked:
    """True or False in the mask, at a pad or at a token?"""
    rows = np.flatnonzero(~trace.mask.all(1))
    if not len(rows):
        return
    b, at_token = int(rows[0]), coin(f"mask {trace.tokens}")
    s = len(trace.tokens[b]) - 1 if at_token else trace.mask.shape[1] - 1
    slots = {"row": b + 1, "column": s + 1, "token": quoted(trace.tokens[b][s]) if at_token else ""}
    prompt = words.say(f"batching.question.mask.{'token' if at_token else 'pad'}", **slots)
    reply, why = words.say("batching.question.mask.reply"), words.say("batching.question.mask.why")
    answers = {value: "" if value == str(bool(trace.mask[b, s])) else reply for value in ("True", "False")}
    yield "mask", ask(f"mask {b} {s}", "true-false", prompt, why, answers)


def without_longest(trace: BatchTrace, words: Words) -> Asked:
    """How many pads if the longest sentence is removed?"""
    lengths = trace.lengths
    if len(lengths) < 3:
        return
    longest = int(lengths.argmax())
    second = int(np.sort(lengths)[-2])
    right = trace.without_longest
    guesses = [(trace.pads, "before"), (right + len(lengths) - 1, "wider"), (max(0, right - second), "narrow")]
    if second == lengths[longest]:  # two are as long: nothing changes, which is worth knowing, but no fair question
        return
    others = [(n, words.say(f"batching.question.without.{why}")) for n, why in guesses if abs(n - right) > 1]
    answers = rising(offered(right, others))
    if len(answers) < 2:
        return
    slots = {
        "sentence": longest + 1, "before": int(lengths[longest]), "second": second, "pads": trace.pads, "left": right,
    }  # fmt: skip
    prompt, why = words.say("batching.question.without", **slots), words.say("batching.question.without.why", **slots)
    yield "without", ask("without", "compare", prompt, why, answers)


def larger_batches(trace: BatchTrace, words: Words) -> Asked:
    """Do larger batches waste more or less?"""
    small, large = 1, len(trace.sizes) - 1  # batches of 2, and the largest
    few, many = trace.expected[small][0], trace.expected[large][0]
    if abs(many - few) < CLEARLY:
        return
    slots = {
        "small": trace.sizes[small], "large": trace.sizes[large], "few": percent(few), "many": percent(many),
    }  # fmt: skip
    answers = named(words, "batching.question.size", ("small", "large"), "large" if many > few else "small", **slots)
    prompt, why = words.say("batching.question.size"), words.say("batching.question.size.why", **slots)
    yield "random", ask("size", "compare", prompt, why, answers)
