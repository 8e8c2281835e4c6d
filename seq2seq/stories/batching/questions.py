"""Questions about a batch: which sentence decides, what the mask says, what remains without the longest."""

from collections.abc import Iterator

import numpy as np

from seq2seq.stories.formulas import percent
from seq2seq.stories.questions.options import wrong_answers
from seq2seq.stories.story import Question
from seq2seq.traces import BatchTrace
from seq2seq.words import Words

CLEARLY = 0.1  # between two shares that are compared
Asked = Iterator[tuple[str, Question]]  # stage that answers it, and the question


def batching_questions(trace: BatchTrace, words: Words) -> dict[str, Question]:
    """Questions by the stage before which they are asked."""
    makers = (widest, hidden, without_longest, larger_batches)
    return {stage: question for maker in makers for stage, question in maker(trace, words)}


def widest(trace: BatchTrace, words: Words) -> Asked:
    """Which sentence decides the width?"""
    lengths = trace.lengths
    order = [int(b) for b in np.argsort(-lengths, kind="stable")]
    if len(order) < 3 or lengths[order[0]] - lengths[order[1]] < 1:
        return

    def name(b: int) -> str:
        return f"{b + 1}: {''.join(trace.tokens[b])}"

    shown = sorted([order[0], *wrong_answers(order[0], [order[1], order[-1], 0])])
    slots = {"sentence": order[0] + 1, "length": int(lengths[order[0]])}
    prompt, why = words.say("batching.question.width"), words.say("batching.question.width.why", **slots)
    yield "width", Question("width", "position", prompt, tuple(map(name, shown)), shown.index(order[0]), why)


def hidden(trace: BatchTrace, words: Words) -> Asked:
    """True or False in the mask, at a pad?"""
    rows = np.flatnonzero(~trace.mask.all(1))
    if not len(rows):
        return
    b, s = int(rows[0]), trace.mask.shape[1] - 1
    slots = {"row": b + 1, "column": s + 1}
    options = (words.say("batching.question.mask.true"), words.say("batching.question.mask.false"))
    prompt, why = words.say("batching.question.mask", **slots), words.say("batching.question.mask.why", **slots)
    yield "mask", Question(f"mask {b} {s}", "true-false", prompt, options, int(not trace.mask[b, s]), why)


def without_longest(trace: BatchTrace, words: Words) -> Asked:
    """How many pads if the longest sentence is removed?"""
    lengths = trace.lengths
    if len(lengths) < 3:
        return
    longest = int(lengths.argmax())
    second = int(np.sort(lengths)[-2])
    right = trace.without_longest
    as_before = trace.pads  # whoever takes the width for a property of the data thinks that nothing changes
    wrong = [other for other in (as_before, right + len(lengths) - 1, max(0, right - second)) if abs(other - right) > 1]
    if second == lengths[longest]:  # two are as long: nothing changes, which is worth knowing, but no fair question
        return
    shown = sorted([right, *wrong_answers(right, wrong)])
    if len(shown) < 2:
        return
    slots = {
        "sentence": longest + 1, "before": int(lengths[longest]), "second": second, "pads": trace.pads, "left": right,
    }  # fmt: skip
    prompt, why = words.say("batching.question.without", **slots), words.say("batching.question.without.why", **slots)
    yield "without", Question("without", "compare", prompt, tuple(map(str, shown)), shown.index(right), why)


def larger_batches(trace: BatchTrace, words: Words) -> Asked:
    """Do larger batches waste more or less?"""
    small, large = 1, len(trace.sizes) - 1  # batches of 2, and the largest
    few, many = trace.expected[small][0], trace.expected[large][0]
    if abs(many - few) < CLEARLY:
        return
    slots = {
        "small": trace.sizes[small], "large": trace.sizes[large], "few": percent(few), "many": percent(many),
    }  # fmt: skip
    options = tuple(words.say(f"batching.question.size.{answer}") for answer in ("small", "large"))
    options = tuple(option.format(**slots) for option in options)
    prompt, why = words.say("batching.question.size"), words.say("batching.question.size.why", **slots)
    yield "random", Question("size", "compare", prompt, options, int(many > few), why)
