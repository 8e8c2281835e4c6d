"""What a task is: pairs of strings, cut into tokens, split so that nothing held out is ever trained on."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import blake2b
from itertools import islice
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np

from seq2seq.tasks.vocabulary import EOS, PAD, Vocabulary

Split = Literal["train", "dev", "test"]
LONGEST_INPUT = 60  # tokens; what a picture can still show, and a bound for whatever is typed
FRUITLESS = 5000  # draws after which a split counts as empty; by chance alone, one in 10¹¹¹


class InputError(ValueError):
    """What a person typed cannot be used. `key` names the sentence that says so, `slots` fill it."""

    def __init__(self, key: str, **slots: object) -> None:
        super().__init__(f"{key} {slots}" if slots else key)
        self.key, self.slots = key, slots


class Pair(NamedTuple):
    """One example: what is read and what should be written, as plain text."""

    source: str
    target: str


class Batch(NamedTuple):
    """Token numbers: source (B, S) and target (B, T), int64, padded with PAD; each target ends in EOS."""

    source: np.ndarray
    target: np.ndarray


def split_of(key: str) -> Split:
    """The split a string belongs to, for ever: 5 % dev, 5 % test, by hash, so that no seed can mix them."""
    bucket = blake2b(key.encode(), digest_size=2).digest()[0] % 20
    return "dev" if bucket == 0 else "test" if bucket == 1 else "train"


@dataclass(frozen=True)
class Task(ABC):
    """A task and its settings; two equal tasks draw equal data from equal random numbers."""

    name: ClassVar[str]
    example: ClassVar[Pair]  # one pair worked by hand
    several: ClassVar[bool] = False  # more than one output may be right, so that only `accepts` can tell
    kinds: ClassVar[tuple[str, ...]] = ()  # of sources, where they are of several kinds

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> Pair:
        """One pair at random, from all splits."""

    @abstractmethod
    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """Source and target vocabulary."""

    @abstractmethod
    def answer(self, source: str) -> str | None:
        """The right output for a typed input; None where the input has none."""

    def answers(self, source: str) -> list[str]:
        """The right outputs of a typed input, as far as they can be listed; [] where it has none."""
        answer = self.answer(source)
        return [] if answer is None else [answer]

    def needs(self, source: str) -> tuple[tuple[int, ...], ...]:
        """For each token of the right output the source positions that decide it; () where the task cannot tell.

        Positions count the source's tokens from 0. A token that the source has no say in needs none.
        """
        return ()

    def accepts(self, source: str, output: str) -> bool | None:
        """Whether an output is right; None where nothing is right or wrong."""
        answer = self.answer(source)
        return None if answer is None else output == answer

    def flaw(self, output: str) -> str | None:
        """What is wrong with an output whatever was read, as the key of a sentence: `flaw.KEY`; None: nothing."""
        return None

    def kind(self, source: str) -> str | None:
        """Which of its kinds a source is; None where it is of none, or the task has no kinds."""
        return None

    def split_key(self, pair: Pair) -> str:
        """The part of a pair that decides its split."""
        return pair.source

    def normalise(self, text: str) -> str:
        """The text as the task's own sources are written."""
        return text.strip()

    def tokenise(self, text: str) -> list[str]:
        """Cut a text into tokens: characters."""
        return list(text)

    def pairs(self, split: Split, rng: np.random.Generator) -> Iterator[Pair]:
        """Endless pairs of one split.

        Raises: InputError if the task has so few sources that none of them fell into this split.
        """
        missed = 0
        while missed < FRUITLESS:
            pair = self.draw(rng)
            if split_of(self.split_key(pair)) == split:
                missed = 0
                yield pair
            missed += 1
        raise InputError("input.task_too_small", split=split)

    def sample(self, split: Split, n: int, seed: Sequence[int] = (0,)) -> list[Pair]:
        """N pairs of one split; the same for the same seed."""
        return list(islice(self.pairs(split, np.random.default_rng([*map(int, seed), ord(split[0])])), n))

    def batch(self, pairs: Iterable[Pair], source: Vocabulary, target: Vocabulary) -> Batch:
        """The pairs as token numbers."""
        pairs = list(pairs)
        return Batch(
            pad([source.encode(self.tokenise(pair.source)) for pair in pairs]),
            pad([[*target.encode(self.tokenise(pair.target)), EOS] for pair in pairs]),
        )

    def read(self, text: str, source: Vocabulary) -> list[str]:
        """Tokens of a typed input.

        Raises: InputError if it is empty, longer than LONGEST_INPUT, or nothing in it is known.
        """
        tokens = self.tokenise(self.normalise(text))
        if not tokens:
            raise InputError("input.empty", example=self.example.source)
        if len(tokens) > LONGEST_INPUT:
            raise InputError("input.too_long", length=len(tokens), longest=LONGEST_INPUT)
        if not any(token in source for token in tokens):
            raise InputError("input.all_unknown", example=self.example.source)
        return tokens

    def settings(self) -> dict[str, Any]:
        """Name and settings, as plain values."""
        return {"name": self.name, **asdict(self)}


def pad(rows: Sequence[Sequence[int]]) -> np.ndarray:
    """Rows of numbers as one (B, longest) int64 array, filled up with PAD."""
    padded = np.full((len(rows), max(map(len, rows), default=0)), PAD, dtype=np.int64)
    for row, numbers in zip(padded, rows, strict=True):
        row[: len(numbers)] = numbers
    return padded


def check_range(task: Task, **limits: tuple[int, int]) -> None:
    """Raise InputError if a setting lies outside its (lowest, highest)."""
    for field in fields(task):
        if field.name in limits:
            low, high = limits[field.name]
            value = getattr(task, field.name)
            if not low <= value <= high:
                raise InputError("input.out_of_range", name=field.name, value=value, low=low, high=high)
