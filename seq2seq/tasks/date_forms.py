"""A form of a date: a pattern of one language, which writes a day and reads it again."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

import numpy as np
from babel import Locale

from seq2seq.tasks import date_patterns as written
from seq2seq.tasks.date_words import (
    LOCALES,
    REGIONS,
    fold,
    halves,
    months,
    numbers_of,
    numeral,
    numeral_year,
    ordinals,
    tidy,
    weekdays,
)

KINDS = ("cldr", "loose", "ordinal", "joined", "iso", "time", "numerals", "numeric", "short")
FIRST_OF_CENTURY = 69  # two digits of a year: 69–99 are 1969–1999, 00–68 are 2000–2068, as POSIX and Python read them
USUAL = 0.6  # how often the first of several spellings is taken
PIECES = re.compile(r"'(?:[^']|'')*'|n?([yMdoEHhmsSaz])\1*|.", re.DOTALL)

# What a field matches; None: a word of the language
FIELDS: dict[str, str | None] = {
    "y": r"(?:19|20)\d\d", "yy": r"\d\d", "M": r"1[0-2]|[1-9]", "MM": r"0[1-9]|1[0-2]", "MMM": None, "MMMM": None,
    "d": r"[12]\d|3[01]|[1-9]", "dd": r"0[1-9]|[12]\d|3[01]", "o": None, "E": None, "EEEE": None,
    "ny": None, "nM": None, "nd": None, "nh": None, "a": None,
    "H": r"1\d|2[0-3]|\d", "HH": r"[01]\d|2[0-3]", "h": r"1[0-2]|[1-9]", "hh": r"0[1-9]|1[0-2]", "m": r"[0-5]\d",
    "mm": r"[0-5]\d", "ss": r"[0-5]\d", "SSS": r"\d{3}", "SSSSSS": r"\d{6}",
    "z": "|".join(map(re.escape, sorted(written.ZONES, key=len, reverse=True))) + r"|[+-]\d\d:?\d\d",
}  # fmt: skip
WORDS = {  # field → which words it matches
    "MMM": "month", "MMMM": "month-wide", "o": "ordinal", "E": "weekday", "EEEE": "weekday-wide", "ny": "numeral-year",
    "nM": "numeral", "nd": "numeral", "nh": "numeral", "a": "half",
}  # fmt: skip
SAME = {"EEE": "E", "ccc": "E", "cccc": "EEEE", "LLLL": "MMMM", "LLL": "MMM", "EE": "E"}
HALF_PAST_NINE = (9, 30, 0, 0)  # hour, minute, second, millionth
Pick = Callable[[Sequence[str]], str]


@cache
def pieces(pattern: str) -> tuple[tuple[str, str], ...]:
    """A pattern cut into ("field", letters) and ("text", what stands there, folded)."""
    found = []
    for match in PIECES.finditer(pattern):
        piece = SAME.get(match[0], match[0])
        if match[1]:
            found.append(("field", piece))
        else:
            inner = piece[1:-1].replace("''", "'") if piece.startswith("'") and piece != "''" else piece
            found.append(("text", "'" if piece == "''" else fold(inner)))
    return tuple(found)


def full_year(digits: str) -> int:
    """The year that four digits name, or two by the rule of FIRST_OF_CENTURY."""
    return int(digits) + (0 if len(digits) == 4 else 1900 if int(digits) >= FIRST_OF_CENTURY else 2000)


@dataclass(frozen=True)
class Form:
    """One pattern of one language; what it writes, it reads."""

    kind: str
    locale: str
    pattern: str

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Its fields, in order."""
        return tuple(piece for name, piece in pieces(self.pattern) if name == "field")

    @cached_property
    def numeric(self) -> bool:
        """Whether a reader has only digits to tell day, month and year apart, the year not first in four."""
        named = {"MMM", "MMMM", "o", "ny", "nM", "nd"} & set(self.fields) or re.search("[年月년월]", self.pattern)
        return not named and not ("y" in self.fields and self.begins == "y")

    @cached_property
    def timed(self) -> bool:
        """Whether a clock time is among its fields."""
        return any(field[0] in "Hh" for field in self.fields) or "nh" in self.fields

    @cached_property
    def begins(self) -> str:
        """Which of y, M, d comes first in it."""
        return next(field for field in self.fields if field[0] in "yMd")[0]

    @cached_property
    def firsts(self) -> bool:
        """Whether it writes the first of a month only, since no other day has an ordinal in its language."""
        return "o" in self.fields and not ordinals(self.locale)[1]

    def suits(self, day: date) -> bool:
        """Whether the day can be written so that there is one reading."""
        if "yy" in self.fields and full_year(f"{day.year % 100:02d}") != day.year:
            return False
        if self.firsts and day.day != 1:
            return False
        if not self.numeric:
            return True
        if "yy" in self.fields and not (self.begins == "M" and day.day > 12):  # that one could only be month, day, year
            return day.year % 100 > 31 and (self.begins == "y" or day.day > 12 or day.day == day.month)
        return day.day > 12 or day.day == day.month

    def write(self, day: date, rng: np.random.Generator | None = None) -> str:
        """The day, normalised; with random numbers also its clock time and the rarer spellings of its words."""
        moment = HALF_PAST_NINE if rng is None or not self.timed else rng.integers((24, 60, 60, 1_000_000)).tolist()

        def pick(words: Sequence[str]) -> str:
            if rng is None or len(words) == 1 or rng.random() < USUAL:
                return words[0]
            return words[int(rng.integers(len(words)))]

        return tidy(
            "".join(
                piece if name == "text" else write_field(piece, self.locale, day, moment, pick)
                for name, piece in pieces(self.pattern)
            )
        )

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """What its writings look like; the words of a language are looked up afterwards."""
        made, whole = [], pieces(self.pattern)
        for name, piece in whole:
            if name == "text":
                made.append(re.escape(piece))
            elif FIELDS[piece] is None:
                made.append(r"(\S+?)" if piece == "o" else r"([^\d\s,/-][^\d,/]*?)")
            else:
                made.append(f"({FIELDS[piece]})")
        return re.compile("".join(made))

    def read(self, text: str) -> date | None:
        """The day that it writes as this normalised text; a weekday that is not the day's is read over."""
        match = self.regex.fullmatch(text)
        if not match:
            return None
        found: dict[str, int] = {}
        for field, group in zip(self.fields, match.groups(), strict=True):
            if field in WORDS and group not in numbers_of(WORDS[field], self.locale):
                return None
            letter = "d" if field == "o" else field[-1]
            if letter in "yMd":
                found[letter] = self._number(field, group)
        try:
            day = date(found["y"], found["M"], found["d"])
        except ValueError:
            return None
        return day if self.suits(day) else None

    def _number(self, field: str, group: str) -> int:
        """What a field's letters say."""
        if field in WORDS:
            return numbers_of(WORDS[field], self.locale)[group]
        return full_year(group) if field in ("y", "yy") else int(group)

    def places(self, text: str) -> dict[str, tuple[int, int]]:
        """Where year, month and day ("y", "M", "d") stand in what it writes, each from one position to another."""
        match = self.regex.fullmatch(text)
        assert match, "only of a text that it reads"
        found = {}
        for number, field in enumerate(self.fields, 1):
            start, end = match.span(number)
            if field == "o":  # of 3rd, the figures
                end = start + (len(match[number]) - len(match[number].lstrip("0123456789")) or end - start)
            letter = "d" if field == "o" else field[-1]
            if letter in "yMd":
                found[letter] = (start, end)
        return found

    def characters(self) -> set[str]:
        """Every character that it can write."""
        found = set("".join(piece for name, piece in pieces(self.pattern) if name == "text"))
        for field in self.fields:
            found |= set("".join(numbers_of(WORDS[field], self.locale))) if field in WORDS else set("0123456789")
            if field == "z":
                found |= set("".join(written.ZONES))
        return found


def write_field(field: str, locale: str, day: date, moment: Sequence[int], pick: Pick) -> str:
    """One field of a day and its clock time (hour, minute, second, millionth)."""
    hour, minute, second, millionth = moment
    if field in ("MMM", "MMMM"):
        return pick(months(locale, field == "MMMM")[day.month - 1])
    if field in ("E", "EEEE"):
        return pick(weekdays(locale, field == "EEEE")[day.weekday()])
    if field == "o":
        return pick(ordinals(locale)[day.day - 1])
    if field == "ny":
        return pick(numeral_year(day.year, locale))
    if field in ("nM", "nd"):
        return pick(numeral(day.month if field == "nM" else day.day))
    if field == "nh":
        return numeral((hour - 1) % 12 + 1)[0]
    if field == "a":
        return pick(halves(locale)[hour >= 12])
    if field == "z":
        return pick(written.ZONES)
    if field == "yy":
        return f"{day.year % 100:02d}"
    number = {
        "y": day.year, "M": day.month, "d": day.day, "H": hour, "h": (hour - 1) % 12 + 1, "m": minute, "s": second,
        "S": millionth // (1000 if field == "SSS" else 1),
    }[field[0]]  # fmt: skip
    return str(number).zfill(2 if field == "m" else len(field))


@cache
def cldr_patterns(locale: str) -> tuple[str, ...]:
    """CLDR's own: medium, long and full, and those of its skeletons with a named month; of regions too."""
    found = []
    for region in (Locale.parse(name) for name in (locale, *REGIONS.get(locale, ()))):
        found += [region.date_formats[width].pattern for width in ("medium", "long", "full")]
        skeletons = region.datetime_skeletons
        found += [skeletons[key].pattern for key in ("yMMMd", "yMMMEd", "yMMMMd", "yMMMMEd") if key in skeletons]
    if locale == "ko":  # whose months' names are digits and a sign
        found = [re.sub("MMMM?", "M월", text) for text in found]
    texts = dict.fromkeys([*found, *written.FREE[locale]])
    return tuple(text for text in texts if not Form("cldr", locale, text).numeric)


@cache
def forms(kind: str) -> dict[str, tuple[Form, ...]]:
    """The forms of one kind, by language; of "time", the whole ones: the others are made of a date and a clock time."""
    if kind == "cldr":
        return {locale: tuple(Form(kind, locale, text) for text in cldr_patterns(locale)) for locale in LOCALES}
    if kind in ("iso", "time"):
        return {"en": tuple(Form(kind, "en", text) for text in (written.ISO if kind == "iso" else written.STAMPS))}
    table = {
        "loose": written.LOOSE, "ordinal": written.ORDINAL, "joined": written.JOINED, "numerals": written.NUMERALS,
        "numeric": written.NUMERIC, "short": written.SHORT,
    }[kind]  # fmt: skip
    return {locale: tuple(Form(kind, locale, text) for text in texts) for locale, texts in table.items()}


@cache
def date_forms() -> tuple[Form, ...]:
    """All forms but those of a clock time, each once, in the order of KINDS."""
    return tuple(
        form for kind in KINDS if kind != "time" for group in forms(kind).values() for form in dict.fromkeys(group)
    )
