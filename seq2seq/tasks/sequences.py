"""First light: strings of letters copied, reversed or sorted."""

from abc import abstractmethod
from dataclasses import dataclass
from string import ascii_lowercase
from typing import ClassVar

import numpy as np

from seq2seq.tasks.task import Pair, Task, check_range
from seq2seq.tasks.vocabulary import Vocabulary


@dataclass(frozen=True)
class LetterTask(Task):
    """Random letters in, the same letters out, in an order that the task decides."""

    shortest: int = 4
    longest: int = 10
    letters: int = 26

    def __post_init__(self) -> None:
        check_range(self, shortest=(1, 40), longest=(self.shortest, 40), letters=(2, 26))

    @abstractmethod
    def rearrange(self, source: str) -> str:
        """The target of a source."""

    def draw(self, rng: np.random.Generator) -> Pair:
        length = rng.integers(self.shortest, self.longest + 1)
        source = "".join([ascii_lowercase[i] for i in rng.integers(0, self.letters, length).tolist()])
        return Pair(source, self.rearrange(source))

    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        vocabulary = Vocabulary.of(ascii_lowercase[: self.letters])
        return vocabulary, vocabulary

    def normalise(self, text: str) -> str:
        return text.strip().lower()

    def answer(self, source: str) -> str | None:
        return self.rearrange(source)


class Copy(LetterTask):
    """Write what was read: "abcd" → "abcd". Without attention harder than reverse, with it the same."""

    name: ClassVar[str] = "copy"
    example: ClassVar[Pair] = Pair("studio", "studio")

    def rearrange(self, source: str) -> str:
        return source

    def needs(self, source: str) -> tuple[tuple[int, ...], ...]:
        return tuple((t,) for t in range(len(source)))


class Reverse(LetterTask):
    """Write it backwards: "abcd" → "dcba". Where the decoder must look is known, so attention can be judged."""

    name: ClassVar[str] = "reverse"
    example: ClassVar[Pair] = Pair("studio", "oiduts")

    def rearrange(self, source: str) -> str:
        return source[::-1]

    def needs(self, source: str) -> tuple[tuple[int, ...], ...]:
        return tuple((i,) for i in reversed(range(len(source))))


@dataclass(frozen=True)
class Sort(LetterTask):
    """Write the letters in alphabetical order: "dbca" → "abcd". The order read does not matter.

    distinct: no letter comes twice, so that nothing need be counted.
    """

    name: ClassVar[str] = "sort"
    example: ClassVar[Pair] = Pair("studio", "diostu")
    distinct: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.distinct:
            check_range(self, longest=(self.shortest, self.letters))

    def draw(self, rng: np.random.Generator) -> Pair:
        if not self.distinct:
            return super().draw(rng)
        length = rng.integers(self.shortest, self.longest + 1)
        source = "".join(ascii_lowercase[i] for i in rng.permutation(self.letters)[:length])
        return Pair(source, self.rearrange(source))

    def rearrange(self, source: str) -> str:
        return "".join(sorted(source))

    def needs(self, source: str) -> tuple[tuple[int, ...], ...]:
        return tuple((i,) for i in sorted(range(len(source)), key=source.__getitem__))
