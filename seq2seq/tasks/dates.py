"""Dates as people write them, in eleven languages, into ISO 8601.

Source of the patterns and names: Unicode CLDR, through Babel.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import product
from typing import ClassVar

import numpy as np
from babel import Locale
from babel.dates import DateTimePattern, format_date, parse_pattern

from seq2seq.tasks.task import Pair, Task
from seq2seq.tasks.vocabulary import Vocabulary

LOCALES = ("en", "zh", "fr", "de", "es", "pt", "it", "ru", "ja", "ko", "ar")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)
DAYS = (LAST_DAY - FIRST_DAY).days + 1  # 73,049: 16 bits

# Written by people, though no CLDR width of the locale: CLDR fields, and ISO 8601 for all.
FREE_PATTERNS = {
    "en": ("d MMMM y", "d MMM y", "MMMM d y", "EEE d MMM y"),
    "zh": ("y年MM月dd日", "y年M月d日 EEEE"),
    "fr": ("EEE d MMM y", "dd MMMM y"),
    "de": ("d. MMM y", "d MMMM y"),
    "es": ("d MMMM y", "d MMM y"),
    "pt": ("d MMMM y", "d MMM y"),
    "it": ("EEEE d MMM y", "dd MMMM y"),
    "ru": ("d MMMM y", "d MMM y"),
    "ja": ("y年MM月dd日", "y年M月d日 EEEE"),
    "ko": ("y년 MM월 dd일", "y년 M월 d일 EEEE"),
    "ar": ("d MMM y", "dd MMMM y"),
}


def normalise_date(text: str) -> str:
    """Lower case, plain digits, plain spaces; no direction marks, no compatibility forms."""
    text = unicodedata.normalize("NFKC", text).lower()
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category == "Nd":
            kept.append(str(unicodedata.digit(character)))
        elif category in ("Zs", "Cc"):
            kept.append(" ")
        elif category != "Cf":  # direction marks, joiners
            kept.append(character)
    return " ".join("".join(kept).split())


def is_ambiguous(pattern: str) -> bool:
    """Whether a reader could take its day for its month: both in figures, the year last, slashes between."""
    fields = re.sub(r"'[^']*'", "", pattern)
    return "MMM" not in fields and "/" in fields and not fields.lstrip().startswith("y")


@cache
def patterns(locale: str) -> tuple[DateTimePattern, ...]:
    """Medium, long and full patterns of the locale, the free ones and ISO's, unambiguous, four-digit years."""
    cldr = [Locale.parse(locale).date_formats[width].pattern for width in ("medium", "long", "full")]
    texts = dict.fromkeys([*cldr, *FREE_PATTERNS[locale], "y-MM-dd"])
    kept = [text for text in texts if "yy" not in text.replace("yyyy", "y") and not is_ambiguous(text)]
    return tuple(parse_pattern(text) for text in kept)


def write_date(day: date, pattern: DateTimePattern, locale: str) -> str:
    """A day in one pattern of one locale, normalised."""
    return normalise_date(format_date(day, format=pattern, locale=locale))


@lru_cache(maxsize=4096)
def _writings(day: date) -> frozenset[str]:
    """A day in every pattern of every language."""
    return frozenset(write_date(day, pattern, locale) for locale in LOCALES for pattern in patterns(locale))


@cache
def date_vocabularies() -> tuple[Vocabulary, Vocabulary]:
    """Every character that any pattern can write: all months and weekdays of one year, in all locales."""
    days = [date(2021, month, day) for month in range(1, 13) for day in (*range(1, 8), 10, 20, 28)]
    characters = {
        character
        for locale in LOCALES
        for pattern in patterns(locale)
        for day in days
        for character in write_date(day, pattern, locale)
    }
    return Vocabulary.of(characters | set("0123456789")), Vocabulary.of("0123456789-")


@dataclass(frozen=True)
class Dates(Task):
    """A date in one of eleven languages into ISO 8601: "3 mars 2021" → "2021-03-03", "2021年3月3日" too.

    Split by calendar day: a day that is held out is never seen, in any language.
    """

    name: ClassVar[str] = "dates"
    example: ClassVar[Pair] = Pair("3 mars 2021", "2021-03-03")

    def draw(self, rng: np.random.Generator) -> Pair:
        day = FIRST_DAY + timedelta(days=int(rng.integers(DAYS)))
        locale = LOCALES[rng.integers(len(LOCALES))]
        choices = patterns(locale)
        return Pair(write_date(day, choices[rng.integers(len(choices))], locale), day.isoformat())

    def split_key(self, pair: Pair) -> str:
        return pair.target

    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        return date_vocabularies()

    def normalise(self, text: str) -> str:
        return normalise_date(text)

    def answer(self, source: str) -> str | None:
        """The day that some pattern of some language writes exactly so; None if none does."""
        figures = re.findall(r"\d+", source)
        years = [int(text) for text in figures if len(text) == 4]
        days = {int(text) for text in figures if len(text) <= 2}
        for year, month, day in product(years, range(1, 13), sorted(days)):
            try:
                wanted = date(year, month, day)
            except ValueError:
                continue
            if FIRST_DAY <= wanted <= LAST_DAY and source in _writings(wanted):
                return wanted.isoformat()
        return None

    def needs(self, source: str) -> tuple[tuple[int, ...], ...]:
        """Where year, month and day are written; the hyphens between them need nothing."""
        answer = self.answer(source)
        if answer is None:
            return ()
        wanted = date.fromisoformat(answer)
        figures = {match.start(): match[0] for match in re.finditer(r"\d+", source)}
        year = next(start for start, text in figures.items() if text == f"{wanted.year:04d}")
        small = [start for start in figures if start != year]
        if year:  # the year last: in figures, the day comes before the month
            small.reverse()
        days = [start for start in small if int(figures[start]) == wanted.day]
        day = days[-1]
        months = [start for start in small if start != day and int(figures[start]) == wanted.month]
        month = span(months[0], figures[months[0]]) if months else _month_name(source, wanted.month)
        return (*((year + k,) for k in range(4)), (), month, month, (), *[span(day, figures[day])] * 2)


def span(start: int, text: str) -> tuple[int, ...]:
    """The positions of a piece of text."""
    return tuple(range(start, start + len(text)))


@cache
def _month_names(month: int) -> tuple[str, ...]:
    """A month's names in every language, the longest first."""
    found = {
        normalise_date(names[month])
        for locale in LOCALES
        for kind in Locale.parse(locale).months.values()
        for width, names in kind.items()
        if width != "narrow"
    }
    return tuple(sorted(found, key=len, reverse=True))


def _month_name(source: str, month: int) -> tuple[int, ...]:
    """The positions of a month's name; none if it is in no language's."""
    return next((span(source.index(name), name) for name in _month_names(month) if name in source), ())
