"""Two numbers added, digit by digit."""

import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from seq2seq.tasks.task import Pair, Task, check_range
from seq2seq.tasks.vocabulary import Vocabulary


@dataclass(frozen=True)
class Addition(Task):
    """The sum of two numbers: "57+168" → "225". The first digit written depends on a carry from the last ones."""

    name: ClassVar[str] = "addition"
    example: ClassVar[Pair] = Pair("57+168", "225")
    digits: int = 3

    def __post_init__(self) -> None:
        check_range(self, digits=(2, 6))

    def draw(self, rng: np.random.Generator) -> Pair:
        # the number of digits is drawn first, or nearly all numbers would be long
        a, b = (int(rng.integers(0, 10 ** rng.integers(1, self.digits + 1))) for _ in range(2))
        return Pair(f"{a}+{b}", str(a + b))

    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        return Vocabulary.of("0123456789+"), Vocabulary.of("0123456789")

    def normalise(self, text: str) -> str:
        return "".join(text.split())

    def answer(self, source: str) -> str | None:
        match = re.fullmatch(r"([0-9]{1,20})\+([0-9]{1,20})", source)
        return str(int(match[1]) + int(match[2])) if match else None

    def needs(self, source: str) -> tuple[tuple[int, ...], ...]:
        """The two digits of the same place; of a carry alone, the highest ones. A carry comes from those after them."""
        answer = self.answer(source)
        if answer is None:
            return ()
        plus = source.index("+")
        ends = (plus, len(source))  # where each number ends, and where it begins
        begins = (0, plus + 1)
        found = []
        for place in reversed(range(len(answer))):
            place = min(place, max(end - begin for begin, end in zip(begins, ends, strict=True)) - 1)
            found.append(
                tuple(end - 1 - place for begin, end in zip(begins, ends, strict=True) if end - 1 - place >= begin)
            )
        return tuple(found)
