"""Put sentences into batches, at random and by length, and write down what of them is padding."""

from collections.abc import Sequence

import numpy as np

from seq2seq.tasks import PAD, Pair, Task
from seq2seq.tasks.sequences import LetterTask
from seq2seq.traces import BatchTrace, Heap

SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
BATCHES, LEAST = 64, 1024  # how many batches are measured; at least so many sentences


def deal_at_random(lengths: Sequence[int], size: int) -> list[list[int]]:
    """Batches of sentences in the order in which they were drawn, which is none."""
    return [list(range(start, min(start + size, len(lengths)))) for start in range(0, len(lengths), size)]


def deal_by_length(lengths: Sequence[int], size: int, width: int, rng: np.random.Generator) -> list[list[int]]:
    """Batches of sentences from one bucket each: bucket k holds lengths from k·width on; batches are shuffled."""
    shortest = min(lengths)
    buckets: dict[int, list[int]] = {}
    for number, length in enumerate(lengths):
        buckets.setdefault((length - shortest) // width, []).append(number)
    batches = [bucket[start : start + size] for bucket in buckets.values() for start in range(0, len(bucket), size)]
    return [batches[number] for number in rng.permutation(len(batches))]


def expected_longest(shares: np.ndarray, size: int) -> float:
    """The mean of the longest of `size` lengths; shares (L + 1,): how likely each length from 0 on is."""
    at_most = np.cumsum(shares)
    return float((1 - at_most**size)[:-1].sum())


def law_of_lengths(task: Task, lengths: Sequence[int]) -> np.ndarray:
    """(L + 1,) how likely each length is: the task's own law where it is known, else as often as it was seen."""
    if isinstance(task, LetterTask):
        shares = np.zeros(task.longest + 1)
        shares[task.shortest :] = 1 / (task.longest + 1 - task.shortest)
        return shares
    return np.bincount(lengths) / len(lengths)


def expected_width(shares: np.ndarray, size: int, width: int | None = None) -> float:
    """Cells that one sentence takes, mean over many batches of `size`: the longest of its batch.

    width: of a bucket, from the shortest length on; None: one bucket for all.
    """
    shortest = int(np.flatnonzero(shares)[0])
    step, cells = width or len(shares), 0.0
    for low in range(shortest, len(shares), step):
        inside = np.zeros_like(shares)
        inside[low : low + step] = shares[low : low + step]
        if share := float(inside.sum()):
            cells += share * expected_longest(inside / share, size)
    return cells


def record_batches(task: Task, size: int, width: int, bucketed: bool, draw: int) -> BatchTrace:
    """Draw sentences, deal them both ways, and show the first batch of one of the two.

    Args: size (B); width of a bucket; bucketed: which batch to show; draw: which sentences, by number.
    """
    pairs = task.sample("train", max(LEAST, BATCHES * size), (draw,))
    rows = [task.tokenise(pair.source) for pair in pairs]
    lengths, rng = [len(row) for row in rows], np.random.default_rng(draw)
    random, sorted_ = deal_at_random(lengths, size), deal_by_length(lengths, size, width, rng)
    chosen = next(batch for batch in (sorted_ if bucketed else random) if len(batch) == min(size, len(pairs)))
    shares = law_of_lengths(task, lengths)
    ids = _numbers(task, [pairs[number] for number in chosen])
    mean = float(shares @ np.arange(len(shares)))
    widths = tuple((expected_width(shares, one), expected_width(shares, one, width)) for one in SIZES)
    return BatchTrace(
        task.name, bucketed, tuple(tuple(rows[number]) for number in chosen), ids, ids != PAD,
        (int(np.flatnonzero(shares)[0]), len(shares) - 1), mean, width,
        _heap(random, lengths, expected_width(shares, size), mean),
        _heap(sorted_, lengths, expected_width(shares, size, width), mean),
        SIZES, widths, tuple((waste(mean, random), waste(mean, alike)) for random, alike in widths),
    )  # fmt: skip


def _numbers(task: Task, pairs: Sequence[Pair]) -> np.ndarray:
    """The batch as training makes it."""
    return task.batch(pairs, *task.vocabularies()).source


def waste(mean: float, width: float) -> float:
    """Share of pads to be expected: one minus what is real of the cells that a sentence takes."""
    return 1 - mean / width


def _heap(batches: Sequence[Sequence[int]], lengths: Sequence[int], width: float, mean: float) -> Heap:
    held = [[lengths[number] for number in batch] for batch in batches]
    widths, rows = np.array([max(part) for part in held]), np.array([len(part) for part in held])
    return Heap(np.array([sum(part) for part in held]), widths * rows, widths, rows, width, waste(mean, width))
