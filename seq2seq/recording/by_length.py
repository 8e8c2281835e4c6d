"""Exact match length by length, on pairs of a task that were never trained on."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seq2seq.decoding import most_probable, walk
from seq2seq.models.model import Seq2Seq
from seq2seq.tasks import PAD, Batch, InputError, Pair, Split, Vocabulary
from seq2seq.tasks.sequences import LetterTask
from seq2seq.traces import LengthScore

BEYOND = 5  # letters past the longest trained on that are scored too
LONGEST = 40  # letters: what a letter task can draw
FEWEST = 20  # distinct held-out pairs below which a length is not scored: there are 26 strings of one letter
TRIES = 4  # draws of one split for each pair wanted
ROWS = 500  # pairs at a time, so that memory stays bounded
Start = Callable[[Any], Any]  # a decoder's first state → another


def scored_lengths(task: LetterTask) -> range:
    """The lengths trained on, and some beyond them."""
    return range(1, min(task.longest + BEYOND, LONGEST) + 1)


def pairs_by_length(task: LetterTask, split: Split, lengths: Iterable[int], n: int) -> dict[int, list[Pair]]:
    """Up to n distinct pairs of one split for each length that has at least FEWEST of them; always the same."""
    found: dict[int, list[Pair]] = {}
    for length in lengths:
        drawn = replace(task, shortest=length, longest=length).pairs(
            split, np.random.default_rng([length, ord(split[0])])
        )
        distinct: dict[Pair, None] = {}
        try:
            for _ in range(TRIES * n):
                distinct[next(drawn)] = None
                if len(distinct) == n:
                    break
        except InputError:  # no string of this length fell into this split
            continue
        if len(distinct) >= min(FEWEST, n):
            found[length] = list(distinct)
    return found


@torch.inference_mode()
def score_by_length(
    model: Seq2Seq[Any],
    task: LetterTask,
    vocabularies: tuple[Vocabulary, Vocabulary],
    held_out: dict[int, list[Pair]],
    start: Start | None = None,
) -> list[LengthScore]:
    """Write every held-out pair greedily and count what is right, length by length.

    start: what to make of the decoder's first state before it begins; None: leave it.
    """
    training = model.training
    model.eval()
    pairs = [pair for group in held_out.values() for pair in group]
    same = [
        _right_letters(model, task.batch(pairs[row : row + ROWS], *vocabularies), start)
        for row in range(0, len(pairs), ROWS)
    ]
    model.train(training)
    rows = [row for chunk in same for row in chunk]
    scores, begin = [], 0
    for length, group in held_out.items():
        right = torch.stack([row[: length + 1] for row in rows[begin : begin + len(group)]])  # (n, length + 1)
        begin += len(group)
        places = tuple(right[:, :length].sum(0).tolist())
        scores.append(LengthScore(length, len(group), int(right.all(1).sum()), places))
    return scores


def _right_letters(model: Seq2Seq[Any], batch: Batch, start: Start | None) -> Sequence[Tensor]:
    """Where the output is right, (B, T) bool: at its letters and at its ⟨eos⟩."""
    source, target = (torch.from_numpy(part).to(model.device) for part in batch)
    memory = model.encode(source)
    if start:
        memory = replace(memory, start=start(memory.start))
    written = torch.stack([tokens for tokens, _, _ in walk(model, memory, most_probable, target.shape[1])], 1)
    written = torch.nn.functional.pad(written, (0, target.shape[1] - written.shape[1]), value=PAD)
    return list((written == target).cpu())
