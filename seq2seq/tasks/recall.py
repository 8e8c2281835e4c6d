"""Remember one symbol while noise goes by: where a gate has something to hold."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from seq2seq.tasks.task import Pair, Task, check_range
from seq2seq.tasks.vocabulary import Vocabulary

SYMBOLS, NOISE = "ABCDEFGH", "stuvwxyz"


@dataclass(frozen=True)
class Recall(Task):
    """Write the first symbol after some noise: "Cxuvzstwyx" → "C". The further back, the longer it must be held."""

    name: ClassVar[str] = "recall"
    example: ClassVar[Pair] = Pair("Cxuvzstwyx", "C")
    distance: int = 20  # noise symbols between the symbol and the answer

    def __post_init__(self) -> None:
        check_range(self, distance=(1, 50))

    def draw(self, rng: np.random.Generator) -> Pair:
        symbol = SYMBOLS[rng.integers(len(SYMBOLS))]
        noise = "".join(NOISE[i] for i in rng.integers(0, len(NOISE), self.distance))
        return Pair(symbol + noise, symbol)

    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        return Vocabulary.of(SYMBOLS + NOISE), Vocabulary.of(SYMBOLS)

    def answer(self, source: str) -> str | None:
        return source[0] if source[:1] in set(SYMBOLS) else None

    def needs(self, source: str) -> tuple[tuple[int, ...], ...]:
        return ((0,),) if self.answer(source) else ()
