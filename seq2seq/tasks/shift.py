"""Every letter a few positions later: what an output needs lies exactly so far back."""

from dataclasses import dataclass
from typing import ClassVar

from seq2seq.tasks.sequences import LetterTask
from seq2seq.tasks.task import Pair, check_range
from seq2seq.tasks.vocabulary import Vocabulary

BLANK = "_"


@dataclass(frozen=True)
class Shift(LetterTask):
    """Write each letter d positions later, blanks first: "studio" → "___stu" for d = 3. Made for receptive fields."""

    name: ClassVar[str] = "shift"
    example: ClassVar[Pair] = Pair("studio", "___stu")
    shortest: int = 24
    longest: int = 28
    distance: int = 3  # d: output i is letter i − d

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self, distance=(0, self.shortest - 1))  # so that at least one letter is written

    def rearrange(self, source: str) -> str:
        return (BLANK * self.distance + source)[: len(source)]

    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        source, _ = super().vocabularies()
        return source, Vocabulary.of([*source.tokens[4:], BLANK])

    def needs(self, source: str) -> tuple[tuple[int, ...], ...]:
        return tuple((t - self.distance,) if t >= self.distance else () for t in range(len(source)))
