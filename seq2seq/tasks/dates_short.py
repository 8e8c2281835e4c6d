"""Dates in figures, as ambiguous as people write them: day or month first, and of which century?"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import permutations
from typing import ClassVar

import numpy as np

from seq2seq.tasks.dates import DAYS, FIRST_DAY, LAST_DAY, no_day
from seq2seq.tasks.task import Pair, Task
from seq2seq.tasks.vocabulary import Vocabulary

CENTURIES = (1900, 2000)


@dataclass(frozen=True)
class DatesShort(Task):
    """A date with two slashes into ISO 8601: "3/4/21" → "2021-04-03", or 2021-03-04, or 1921-04-03, or 1921-03-04.

    The day or the month stands first, by a coin; of the year two figures are written. Up to four answers are right.
    """

    name: ClassVar[str] = "dates-short"
    example: ClassVar[Pair] = Pair("3/4/21", "2021-04-03")
    several: ClassVar[bool] = True

    def draw(self, rng: np.random.Generator) -> Pair:
        day = FIRST_DAY + timedelta(days=int(rng.integers(DAYS)))
        first, second = (day.day, day.month) if rng.random() < 0.5 else (day.month, day.day)
        return Pair(f"{first}/{second}/{day.year % 100:02d}", day.isoformat())

    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        return Vocabulary.of("0123456789/"), Vocabulary.of("0123456789-")

    def answer(self, source: str) -> str | None:
        """The one right output; None where there are several, or none."""
        found = self.answers(source)
        return found[0] if len(found) == 1 else None

    def flaw(self, output: str) -> str | None:
        return no_day(output)

    def accepts(self, source: str, output: str) -> bool | None:
        """Whether the output is a day that the source may mean."""
        found = self.answers(source)
        return output in found if found else None

    def answers(self, source: str) -> list[str]:
        """Every day that the source may mean, the earliest first."""
        fields = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{2})", source)
        if not fields:
            return []
        first, second, year = (int(figures) for figures in fields.groups())
        found = set()
        for (month, day), century in ((order, c) for order in permutations((first, second)) for c in CENTURIES):
            try:
                meant = date(century + year, month, day)
            except ValueError:
                continue
            if FIRST_DAY <= meant <= LAST_DAY:
                found.add(meant.isoformat())
        return sorted(found)
