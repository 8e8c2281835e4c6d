"""Cut one text at every level, and write down how the merges were learnt."""

import numpy as np

from seq2seq.preparing.pieces import Learner, Pair, cut
from seq2seq.tasks import LONGEST_INPUT, SPECIALS, InputError, Task, Vocabulary
from seq2seq.tasks.sequences import LetterTask
from seq2seq.traces import CutTrace, MergeRecord

SENTENCES, CANDIDATES = 1000, 8
NEVER_SEEN = "☃"


def record_cutting(task: Task, text: str, most: int) -> CutTrace:
    """Learn up to `most` merges from the task's own training sources, and cut a text with each of them.

    Raises: InputError if the text is empty or too long. It may hold what the sources never do.
    """
    text = task.normalise(text)
    if not text:
        raise InputError("input.empty", example=task.example.source)
    if len(text) > LONGEST_INPUT:
        raise InputError("input.too_long", length=len(text), longest=LONGEST_INPUT)
    sources = [pair.source for pair in task.sample("train", SENTENCES)]
    learner = Learner.of(sources)
    characters = len(learner.tokens) - len(SPECIALS)
    records, counts, cuts = [], [], [cut(text, [])]
    for winner, found in learner.learn_many(most):
        best = learner.ranked(found)[:CANDIDATES]
        parts = tuple(_parts(learner, pair) for pair in best)
        new = winner[0] + winner[1] not in learner.tokens
        records.append(MergeRecord(tuple((*pair, found[pair]) for pair in best), parts, new))
        cuts.append(cut(text, [*learner.merges, winner]))
        counts.append(learner.pieces())  # before the merge, which is made when the loop goes on
    counts.append(learner.pieces())
    words = Vocabulary.of(word for source in sources for word in source.split())
    swapped = _swapped(text, learner)
    return CutTrace(
        task.name, isinstance(task, LetterTask), len(sources), text,
        tuple((word, word in words) for word in text.split()), tuple(words.encode(text.split())), len(words),
        tuple(learner.tokens), characters, tuple(records), tuple(tuple(pieces) for pieces in cuts),
        np.array([[count[token] for token in learner.tokens] for count in counts], dtype=np.int64),
        (len(cuts[-1]), len(cut(text.replace(swapped, NEVER_SEEN, 1), learner.merges))), swapped,
    )  # fmt: skip


def _parts(learner: Learner, pair: Pair) -> tuple[tuple[str, int, int], ...]:
    """Where a pair comes from: the words that bring most of it, with its pairs and occurrences; most first."""
    found = [(word, pairs[pair], learner.words[word]) for word, pairs in learner.pairs.items() if pair in pairs]
    brought = sorted(found, key=lambda part: (-part[1] * part[2], part[0]))
    return tuple(brought)


def _swapped(text: str, learner: Learner) -> str:
    """The sign in the middle of the text's longest piece: what the text looks like without it is worth a question."""
    longest = max(cut(text, learner.merges), key=len)
    return longest[len(longest) // 2]
