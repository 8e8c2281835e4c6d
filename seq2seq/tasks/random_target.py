"""Letters that have nothing to do with what was read: whoever predicts them has seen them."""

import math
from dataclasses import dataclass
from string import ascii_lowercase
from typing import ClassVar

import numpy as np

from seq2seq.tasks.task import Pair, Task, check_range
from seq2seq.tasks.vocabulary import Vocabulary


@dataclass(frozen=True)
class RandomTarget(Task):
    """Write as many letters as were read, each by chance: "studio" → "kqvexb". Nothing can be learnt but the length."""

    name: ClassVar[str] = "random-target"
    example: ClassVar[Pair] = Pair("studio", "kqvexb")
    shortest: int = 4
    longest: int = 8
    letters: int = 26

    def __post_init__(self) -> None:
        check_range(self, shortest=(1, 40), longest=(self.shortest, 40), letters=(2, 26))

    def draw(self, rng: np.random.Generator) -> Pair:
        length = rng.integers(self.shortest, self.longest + 1)
        source, target = rng.integers(0, self.letters, (2, length))
        return Pair(*("".join(ascii_lowercase[i] for i in side) for side in (source, target)))

    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        vocabulary = Vocabulary.of(ascii_lowercase[: self.letters])
        return vocabulary, vocabulary

    def normalise(self, text: str) -> str:
        return text.strip().lower()

    def answer(self, source: str) -> str | None:
        """None: whatever is written, nothing makes it right."""
        return None

    @property
    def entropy(self) -> float:
        """The lowest mean loss per target token, ⟨eos⟩ counted, of a model that sees no token it must predict.

        A letter costs ln(letters) nats; the end, known from the source's length, costs nothing.
        """
        lengths = range(self.shortest, self.longest + 1)
        return math.log(self.letters) * sum(lengths) / sum(length + 1 for length in lengths)
