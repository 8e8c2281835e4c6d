"""The records of what happens before a network: a text cut into pieces, sentences put into batches."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

PAD, UNK, SPECIALS = 0, 3, 4  # ids of the special tokens, and how many there are


@dataclass(frozen=True)
class MergeRecord:
    """One merge: the pairs that were the most frequent before it, the winner first, and what it brought.

    candidates: (left, right, count); parts: for each the words that bring it, (word, pairs in it, how often it occurs).
    """

    candidates: tuple[tuple[str, str, int], ...]
    parts: tuple[tuple[tuple[str, int, int], ...], ...]
    new: bool  # whether the table did not have this piece before

    @property
    def piece(self) -> str:
        """What was made."""
        return self.candidates[0][0] + self.candidates[0][1]

    @property
    def count(self) -> int:
        """How many pairs were merged: so many pieces fewer are left."""
        return self.candidates[0][2]


@dataclass(frozen=True)
class CutTrace:
    """One text cut at three levels, and the merges learnt from a task's own sources.

    M merges, V tokens of the table at the end (special ones, characters, then one a merge).
    """

    task: str
    random: bool  # whether the task's sources are letters drawn at random, where nothing can repeat
    sentences: int  # of the task that were learnt from
    text: str
    words: tuple[tuple[str, bool], ...]  # the text's words, and whether each occurred in those sentences
    word_ids: tuple[int, ...]
    word_table: int  # how many different words those sentences have, special tokens counted
    tokens: tuple[str, ...]  # (V,) by id
    characters: int  # how many of them are characters
    merges: tuple[MergeRecord, ...]  # (M,)
    cuts: tuple[tuple[str, ...], ...]  # (M + 1,) the text's pieces after so many merges
    counts: np.ndarray  # (M + 1, V) how often each piece occurs in the sentences after so many merges
    disguised: tuple[int, int]  # pieces at the end, with one known sign and with an unknown one in its place
    swapped: str  # that sign

    @cached_property
    def ids(self) -> Mapping[str, int]:
        """Piece → id."""
        return {token: number for number, token in enumerate(self.tokens)}

    def id(self, piece: str) -> int:
        """The id of a piece, that of ⟨unk⟩ if the table does not have it."""
        return max(UNK, self.ids.get(piece, UNK))

    @cached_property
    def pieces(self) -> tuple[int, ...]:
        """(M + 1,) pieces in all the sentences together."""
        return tuple(int(total) for total in self.counts.sum(1))

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """(M + 1,) size of the table."""
        sizes = [SPECIALS + self.characters]
        for merge in self.merges:
            sizes.append(sizes[-1] + merge.new)
        return tuple(sizes)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The text's characters that never occurred, each once."""
        return tuple(dict.fromkeys(piece for piece in self.cuts[0] if piece not in self.ids))


@dataclass(frozen=True)
class Heap:
    """The same sentences dealt into batches in one way; of each batch its real tokens and its width times its rows."""

    real: np.ndarray  # (N,) real tokens
    cells: np.ndarray  # (N,) cells, pads included
    widths: np.ndarray  # (N,)
    rows: np.ndarray  # (N,) sentences
    width: float  # cells that a sentence takes, mean, by the law of the lengths
    expected: float  # share of pads that this law leads one to expect

    @property
    def waste(self) -> float:
        """Share of all cells that are pads."""
        return 1 - float(self.real.sum() / self.cells.sum())


@dataclass(frozen=True)
class BatchTrace:
    """One batch as a grid, and the same sentences in many batches, at random and by length.

    B sentences, S the longest. Rows are in the order in which they were drawn.
    """

    task: str
    bucketed: bool  # whether the batch shown comes from a bucket
    tokens: tuple[tuple[str, ...], ...]  # (B,) of each sentence
    ids: np.ndarray  # (B, S) padded with PAD
    mask: np.ndarray  # (B, S) bool, True = visible
    span: tuple[int, int]  # shortest and longest sentence that the task can draw, as far as is known
    mean: float  # mean length of a sentence, by the law of the lengths
    width: int  # of a bucket
    at_random: Heap
    by_length: Heap
    sizes: tuple[int, ...]  # of batches; for each, at random and by length: cells a sentence takes, share of pads
    takes: tuple[tuple[float, float], ...]
    expected: tuple[tuple[float, float], ...]

    @property
    def lengths(self) -> np.ndarray:
        """(B,) real tokens of each sentence."""
        lengths: np.ndarray = self.mask.sum(1)
        return lengths

    @property
    def pads(self) -> int:
        """Cells that hold nothing."""
        return int((~self.mask).sum())

    @property
    def without_longest(self) -> int:
        """Pads of the same batch without its longest sentence (the first of them)."""
        lengths = np.delete(self.lengths, int(self.lengths.argmax()))
        return int((lengths.max(initial=0) - lengths).sum())
