"""Questions about masks: how many cells a row sees, what is hidden, whether nothing is nothing, what pads would get."""

from collections.abc import Iterator

from seq2seq.stories.questions.options import MARGIN, ask, likelihood, named, offered, rising, true_or_false
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
    guesses = [(n, "letters"), (0, "none"), (S, "every"), (right + 1, "more")]
    possible = [(k, words.say(f"masks.question.hidden.{why}")) for k, why in guesses if 0 <= k <= S]
    answers = rising(offered(right, possible))
    if not right or len(answers) < 3:
        return
    slots = {"sentence": "".join(map(quoted, trace.sources[b])), "n": n, "width": S, "hidden": right}
    prompt, why = words.say("masks.question.hidden", **slots), words.say("masks.question.hidden.why", **slots)
    yield ("encoder", b, 0), ask("hidden", "compare", prompt, why, answers)


def zero(trace: MasksTrace, words: Words) -> Asked:
    """Is a pad's weight zero, or only very small?"""
    b = _shortest(trace)
    look = trace.looks["encoder"]
    hidden = ~look.visible[b, 0]
    if not hidden.any() or look.weights[b, 0][hidden].any():
        return
    yield ("encoder.weights", b, 0), true_or_false(words, "masks.question.exactly", "zero", trace.sources)


def visible_cells(trace: MasksTrace, words: Words, sentence: int) -> Asked:
    """How many cells does row t see? t: not t − 1, nor 1."""
    T = len(trace.targets[sentence])
    t = min(3, T - 2)
    if t < 2:
        return
    right = int(trace.looks["self"].visible[sentence, t].sum())
    guesses = ((1, "one"), (right - 1, "before"), (trace.height, "every"))
    answers = offered(right, [(n, words.say(f"masks.question.visible.{why}")) for n, why in guesses])
    slots = {"row": t + 1, "right": right, "before": right - 1}
    prompt, why = words.say("masks.question.visible", **slots), words.say("masks.question.visible.why", **slots)
    yield ("self", sentence, t), ask("visible", "position", prompt, why, rising(answers))


def would_get(trace: MasksTrace, words: Words) -> Asked:
    """Without the mask: would pads get more weight than the letters? Only where it is clear."""
    b = _shortest(trace)
    look = trace.looks["cross"]
    hidden = ~look.visible[b, 0]
    share = float(look.open[b, 0][hidden].sum())
    if not hidden.any() or abs(share - 0.5) < MARGIN / 2:
        return
    answers = named(words, "masks.question.pads", ("more", "less"), "less" if share < 0.5 else "more")
    slots = {"share": likelihood(share, words), "sentence": "".join(map(quoted, trace.sources[b]))}
    prompt, why = words.say("masks.question.pads", **slots), words.say("masks.question.pads.why", **slots)
    yield ("cross.weights", b, 0), ask("pads", "compare", prompt, why, answers)
