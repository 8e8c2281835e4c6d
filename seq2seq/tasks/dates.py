"""Dates as people write them, in eleven languages, into ISO 8601.

Nine kinds of forms (`date_patterns.py`), built from the patterns and names of Unicode CLDR where it has them.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import ClassVar

import numpy as np

from seq2seq.tasks.date_forms import KINDS, date_forms, forms
from seq2seq.tasks.date_times import joints, read_all, read_dates, times, write_dated
from seq2seq.tasks.date_words import LOCALES, normalise_date
from seq2seq.tasks.task import LONGEST_INPUT, Pair, Task
from seq2seq.tasks.vocabulary import Vocabulary

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)
DAYS = (LAST_DAY - FIRST_DAY).days + 1  # 73,049: 16 bits
SHARES = {  # how often each kind is drawn
    "cldr": 0.20, "loose": 0.20, "ordinal": 0.10, "joined": 0.07, "iso": 0.07, "time": 0.15, "numerals": 0.07,
    "numeric": 0.07, "short": 0.07,
}  # fmt: skip
TRIES = 40  # days drawn for a form before another form is taken


@cache
def date_vocabularies() -> tuple[Vocabulary, Vocabulary]:
    """Every character that any form can write."""
    characters: set[str] = set("0123456789")
    for form in (*date_forms(), *forms("time")["en"], *(form for locale in LOCALES for form in times(locale))):
        characters |= form.characters()
    for locale in LOCALES:
        characters |= set("".join((*joints(locale, before=False), *joints(locale, before=True))))
    return Vocabulary.of(characters), Vocabulary.of("0123456789-")


def no_day(output: str) -> str | None:
    """The flaw of a text that is no day as ISO 8601 writes it, such as "2021-02-30" or "2021-3-3"; else None."""
    try:
        return None if date.fromisoformat(output).isoformat() == output else "no_day"
    except ValueError:
        return "no_day"


@lru_cache(maxsize=4096)
def readings(source: str) -> dict[str, str]:
    """The days that some form writes exactly so, as ISO writes them, and the kind of the form."""
    found = read_dates(source)
    return {day.isoformat(): found[day] for day in sorted(found) if FIRST_DAY <= day <= LAST_DAY}


@dataclass(frozen=True)
class Dates(Task):
    """A date in one of eleven languages into ISO 8601: "3 mars 2021" → "2021-03-03", "2021年3月3日" too.

    Ordinals, clock times, hyphens, Chinese numerals and more: `KINDS`. Digits alone are written only where a part above
    12, or day and month alike, leave one reading. Of two digits of a year, 69–99 are 1969–1999 and 00–68 are 2000–2068.
    Split by calendar day: a day that is held out is never seen, in any language.
    """

    name: ClassVar[str] = "dates"
    example: ClassVar[Pair] = Pair("3 mars 2021", "2021-03-03")
    kinds: ClassVar[tuple[str, ...]] = KINDS

    def draw(self, rng: np.random.Generator) -> Pair:
        while True:
            kind = KINDS[int(np.searchsorted(_thresholds(), rng.random(), side="right"))]
            text, day = _draw_of(kind, rng)
            if text and len(text) <= LONGEST_INPUT:
                return Pair(text, day.isoformat())

    def split_key(self, pair: Pair) -> str:
        return pair.target

    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        return date_vocabularies()

    def normalise(self, text: str) -> str:
        return normalise_date(text)

    def answers(self, source: str) -> list[str]:
        """Every day that some form of some language writes exactly so."""
        return list(readings(source))

    def answer(self, source: str) -> str | None:
        """The one day that some form of some language writes exactly so; None if none does, or several do."""
        found = self.answers(source)
        return found[0] if len(found) == 1 else None

    def needs(self, source: str) -> tuple[tuple[int, ...], ...]:
        """Where year, month and day are written; the hyphens between them need nothing."""
        reading = next(read_all(source), None)
        if reading is None or self.answer(source) is None:
            return ()
        found = reading.form.places(reading.text)
        year, month, day = (tuple(range(*(reading.start + at for at in found[letter]))) for letter in "yMd")
        counted = any(source[k] in "十百千" for k in year)  # 二千二十一: no sign stands for one digit
        years: tuple[tuple[int, ...], ...]
        if len(year) == 4 and not counted:
            years = tuple((k,) for k in year)
        elif len(year) == 2 and "yy" in reading.form.fields:
            years = (year, year, *((k,) for k in year))  # the century by the rule, from both
        else:
            years = (year,) * 4
        return (*years, (), month, month, (), day, day)

    def flaw(self, output: str) -> str | None:
        """That it is no day of the calendar."""
        return no_day(output)

    def kind(self, source: str) -> str | None:
        return next(iter(readings(source).values()), None)


@cache
def _thresholds() -> np.ndarray:
    """The ends of the kinds' shares, summing to 1."""
    return np.cumsum([SHARES[kind] for kind in KINDS])[:-1]


def _draw_day(rng: np.random.Generator) -> date:
    return FIRST_DAY + timedelta(days=int(rng.integers(DAYS)))


def _draw_of(kind: str, rng: np.random.Generator) -> tuple[str, date]:
    """A date of one kind, every language and every form of it alike; "" if no day came that suits the form."""
    if kind == "time":
        day = _draw_day(rng)
        return write_dated(day, rng), day
    groups = list(forms(kind).values())
    group = groups[int(rng.integers(len(groups)))]
    form = group[int(rng.integers(len(group)))]
    for _ in range(TRIES):
        day = _draw_day(rng)
        if form.firsts:
            day = day.replace(day=1)
        if form.suits(day):
            return form.write(day, rng), day
    return "", FIRST_DAY
