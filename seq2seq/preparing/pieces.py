"""Byte-pair encoding: begin with characters, and again and again make the most frequent pair of neighbours one piece.

Source: @sennrich2016. As there, pieces never reach over the border of a word; other
than there, no sign marks a word's end: the space before a word belongs to it, so that pieces put together are the text.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from seq2seq.tasks import SPECIALS, Vocabulary

Pair = tuple[str, str]
WORD = re.compile(r"\s?\S+|\s+")
RAREST = 2  # a pair that occurs less often is not worth a place in the table


def split_words(text: str) -> list[str]:
    """The words of a text, each with the space before it; put together they are the text."""
    return WORD.findall(text)


def neighbours(pieces: Sequence[str]) -> Counter[Pair]:
    """How often each pair of neighbours could be merged; in a run such as 999 a pair takes its pieces with it."""
    counts: Counter[Pair] = Counter()
    last: dict[Pair, int] = {}
    for place, pair in enumerate(pairwise(pieces)):
        if last.get(pair) != place - 1 or pair[0] != pair[1]:
            counts[pair] += 1
            last[pair] = place
    return counts


def merge(pieces: Sequence[str], pair: Pair) -> list[str]:
    """The pieces with every such pair of neighbours made one piece, from left to right."""
    merged: list[str] = []
    place = 0
    while place < len(pieces):
        if tuple(pieces[place : place + 2]) == pair:
            merged.append(pair[0] + pair[1])
            place += 2
        else:
            merged.append(pieces[place])
            place += 1
    return merged


@dataclass
class Learner:
    """Learns merges from the words of some texts, one at a time; `tokens` is the table so far, in order of ids."""

    words: Mapping[str, int]  # word → how often it occurs
    tokens: list[str]
    cuts: dict[str, list[str]]  # word → its pieces now
    merges: list[Pair] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pairs = {word: neighbours(pieces) for word, pieces in self.cuts.items()}

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Learner":
        """Begin with characters: the table is the special tokens and every character of the texts, sorted."""
        words = Counter(word for text in texts for word in split_words(text))
        characters = sorted({character for word in words for character in word})
        return cls(words, [*SPECIALS, *characters], {word: list(word) for word in words})

    def counts(self) -> Counter[Pair]:
        """How often each pair of neighbours occurs in all the texts."""
        total: Counter[Pair] = Counter()
        for word, pairs in self.pairs.items():
            for pair, count in pairs.items():
                total[pair] += count * self.words[word]
        return total

    def ranked(self, counts: Mapping[Pair, int]) -> list[Pair]:
        """Pairs, the most frequent first; of equally frequent ones that whose pieces have the lower ids."""
        ids = {token: number for number, token in enumerate(self.tokens)}
        return sorted(counts, key=lambda pair: (-counts[pair], ids[pair[0]], ids[pair[1]]))

    def learn(self, pair: Pair) -> None:
        """Make a pair one piece, everywhere; it gets the next id, unless there is such a piece already."""
        if pair[0] + pair[1] not in self.tokens:
            self.tokens.append(pair[0] + pair[1])
        self.merges.append(pair)
        for word, pairs in self.pairs.items():
            if pair in pairs:
                self.cuts[word] = merge(self.cuts[word], pair)
                self.pairs[word] = neighbours(self.cuts[word])

    def learn_many(self, most: int) -> Iterator[tuple[Pair, Counter[Pair]]]:
        """Learn up to so many merges; before each one is made, the pair that won and the counts it won by."""
        for _ in range(most):
            counts = self.counts()
            winner = next(iter(self.ranked(counts)), None)
            if winner is None or counts[winner] < RAREST:
                return
            yield winner, counts
            self.learn(winner)

    def pieces(self) -> Counter[str]:
        """How often each piece occurs in all the texts, as they are cut now."""
        total: Counter[str] = Counter()
        for word, pieces in self.cuts.items():
            for piece in pieces:
                total[piece] += self.words[word]
        return total


def cut(text: str, merges: Iterable[Pair]) -> list[str]:
    """A text cut into pieces: characters, then every merge in the order in which it was learnt."""
    words = [list(word) for word in split_words(text)]
    for pair in merges:
        words = [merge(word, pair) for word in words]
    return [piece for word in words for piece in word]


def table(learner: Learner) -> Vocabulary:
    """What was learnt as a vocabulary."""
    return Vocabulary(tuple(learner.tokens))
