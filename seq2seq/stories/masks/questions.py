"""Questions about masks: how many cells a row sees, what is hidden, whether nothing is nothing, what pads would get."""

from collections.abc import Iterator

from seq2seq.stories.formulas import percent
from seq2seq.stories.questions.options import MARGIN, wrong_answers
from seq2seq.stories.story import Question
from seq2seq.stories.tokens import quoted
from seq2seq.traces.masks import MasksTrace
from seq2seq.words import Words

Place = tuple[str, int, int]  # stage, sentence and row of the step that answers
Asked = Iterator[tuple[Place, Question]]


def masks_questions(trace: MasksTrace, words: Words, sentence: int) -> dict[Place, Question]:
    """Questions by the step before which they are asked."""
    found: dict[Place, Question] = {}
    for place, question in (
        *hidden_keys(trace, words), *zero(trace, words), *visible_cells(trace, words, sentence),
        *would_get(trace, words),
    ):  # fmt: skip
        found.setdefault(place, question)
    return found


def _shortest(trace: MasksTrace) -> int:
    lengths = [len(source) for source in trace.sources]
    return lengths.index(min(lengths))


def hidden_keys(trace: MasksTrace, words: Words) -> Asked:
    """How many keys are hidden from each query of the shortest sentence?"""
    b = _shortest(trace)
    n, S = len(trace.sources[b]), trace.width
    right = S - n
    wrong = wrong_answers(right, [number for number in (n, 0, S, right + 1) if 0 <= number <= S])
    if not right or len(wrong) < 2:
        return
    shown = sorted([right, *wrong])
    slots = {"sentence": "".join(map(quoted, trace.sources[b])), "n": n, "width": S, "hidden": right}
    prompt, why = words.say("masks.question.hidden", **slots), words.say("masks.question.hidden.why", **slots)
    yield ("encoder", b, 0), Question("hidden", "compare", prompt, tuple(map(str, shown)), shown.index(right), why)


def zero(trace: MasksTrace, words: Words) -> Asked:
    """A pad's weight is very small, but not zero: true or false?"""
    b = _shortest(trace)
    look = trace.looks["encoder"]
    hidden = ~look.visible[b, 0]
    if not hidden.any() or look.weights[b, 0][hidden].any():
        return
    options = (words.say("question.true"), words.say("question.false"))
    prompt, why = words.say("masks.question.zero"), words.say("masks.question.zero.why")
    yield ("encoder.weights", b, 0), Question("zero", "true-false", prompt, options, 1, why)


def visible_cells(trace: MasksTrace, words: Words, sentence: int) -> Asked:
    """How many cells does row t see? t: not t − 1, nor 1."""
    T = len(trace.targets[sentence])
    t = min(3, T - 2)
    if t < 2:
        return
    right = int(trace.looks["self"].visible[sentence, t].sum())
    shown = sorted([right, *wrong_answers(right, [1, right - 1, trace.height])])
    slots = {"row": t + 1, "right": right, "before": right - 1}
    prompt, why = words.say("masks.question.visible", **slots), words.say("masks.question.visible.why", **slots)
    yield (
        ("self", sentence, t),
        Question("visible", "position", prompt, tuple(map(str, shown)), shown.index(right), why),
    )


def would_get(trace: MasksTrace, words: Words) -> Asked:
    """Without the mask: would pads get more weight than the letters? Only where it is clear."""
    b = _shortest(trace)
    look = trace.looks["cross"]
    hidden = ~look.visible[b, 0]
    share = float(look.open[b, 0][hidden].sum())
    if not hidden.any() or abs(share - 0.5) < MARGIN / 2:
        return
    options = (words.say("masks.question.pads.more"), words.say("masks.question.pads.less"))
    slots = {"share": percent(share), "sentence": "".join(map(quoted, trace.sources[b]))}
    prompt, why = words.say("masks.question.pads", **slots), words.say("masks.question.pads.why", **slots)
    yield ("cross.weights", b, 0), Question("pads", "compare", prompt, options, int(share < 0.5), why)
