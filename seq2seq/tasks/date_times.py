"""A clock time before a date or after it: at 10 am, 10h30, 上午10点."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import NamedTuple

import numpy as np
from babel import Locale

from seq2seq.tasks import date_patterns as written
from seq2seq.tasks.date_forms import FIELDS, WORDS, Form, date_forms, forms, pieces
from seq2seq.tasks.date_words import LOCALES, fold, numbers_of, tidy

DATED = ("cldr", "loose", "ordinal", "joined", "numerals", "numeric")  # kinds that a clock time may stand beside
ISO_DATED = ("y-MM-dd", "y-M-d", "y/MM/dd", "y/M/d", "y.MM.dd", "y.M.d")
WHOLE, AFTER = 0.45, 0.9  # shares of the forms with a clock time: written whole, a date and a time, a time and a date


@cache
def times(locale: str) -> tuple[Form, ...]:
    """The clock times of a language: CLDR's short and medium ones, and those that people write."""
    formats = Locale.parse(locale).time_formats
    texts = dict.fromkeys([*(formats[width].pattern for width in ("short", "medium")), *written.TIMES[locale]])
    return tuple(Form("time", locale, text) for text in texts)


@cache
def joints(locale: str, before: bool) -> tuple[str, ...]:
    """What stands between a clock time and a date, CLDR's signs among it."""
    if before:
        return written.BEFORE_DATE[locale]
    own = [re.sub(r"\{[01]\}", "", str(pattern)) for pattern in Locale.parse(locale).datetime_formats.values()]
    return tuple(dict.fromkeys([*(fold(text.replace("'", "")) for text in own), *written.AFTER_DATE[locale]]))


@cache
def dated(locale: str) -> tuple[Form, ...]:
    """The dates of a language that a clock time may stand beside."""
    own = (
        form for kind in DATED for form in forms(kind).get(locale, ()) if not form.firsts and form.pattern != "d M y"
    )
    return (*own, *(form for form in forms("iso")["en"] if form.pattern in ISO_DATED))


def write_dated(day: date, rng: np.random.Generator) -> str:
    """A day with a clock time."""
    share = rng.random()
    if share < WHOLE:
        whole = forms("time")["en"]
        while True:
            form = whole[int(rng.integers(len(whole)))]
            if form.suits(day):
                return form.write(day, rng)
    locale = LOCALES[int(rng.integers(len(LOCALES)))]
    choices, clocks, before = dated(locale), times(locale), share >= AFTER
    while not (form := choices[int(rng.integers(len(choices)))]).suits(day):
        pass
    told = form.write(day, rng)
    clock = clocks[int(rng.integers(len(clocks)))].write(day, rng)
    signs = joints(locale, before)
    sign = signs[int(rng.integers(len(signs)))]
    if not sign and told[-1].isdigit() and clock[0].isdigit():
        sign = " "
    return tidy(clock + sign + told if before else told + sign + clock)


def _loosely(name: str, piece: str, locale: str) -> str:
    """What a piece of a clock time looks like."""
    if name == "text":
        return re.escape(piece)
    words = numbers_of(WORDS[piece], locale) if piece in WORDS else ()
    return "(?:" + (FIELDS[piece] or "|".join(map(re.escape, words))) + ")"


@cache
def _clock(locale: str, before: bool) -> re.Pattern[str]:
    """A clock time with the sign between it and the date."""
    choices = ["".join(_loosely(name, piece, locale) for name, piece in pieces(form.pattern)) for form in times(locale)]
    signs = (
        "(?:"
        + "|".join(re.escape(normal) for normal in {re.sub(" +(?=[,،])", "", s) for s in joints(locale, before)})
        + ")"
    )
    clock = "(?:" + "|".join(choice.strip() for choice in choices) + ")"
    return re.compile(clock + signs if before else signs + clock)


def without_clock(text: str) -> Iterator[tuple[str, int, str]]:
    """What is left of a normalised text without a clock time at its end or its beginning.

    Yields: language, where the date begins, the date.
    """
    for locale in LOCALES:
        after, before = _clock(locale, before=False), _clock(locale, before=True)
        for cut in range(1, len(text)):
            if not (text[cut - 1].isdigit() and text[cut].isdigit()):
                if after.fullmatch(text, cut):
                    yield locale, 0, text[:cut]
                if before.fullmatch(text, 0, cut):
                    yield locale, cut, text[cut:]


class Reading(NamedTuple):
    """A day that a form reads in a text, which begins at a position of a longer one; and of which kind that one is."""

    day: date
    form: Form
    text: str
    start: int
    kind: str


def read_all(text: str) -> Iterator[Reading]:
    """Every form that writes this normalised text; with a clock time, if none does without."""
    plain = [Reading(day, form, text, 0, form.kind) for form in date_forms() if (day := form.read(text))]
    yield from plain
    if plain:
        return
    for form in forms("time")["en"]:
        if day := form.read(text):
            yield Reading(day, form, text, 0, form.kind)
    for locale, start, rest in without_clock(text):
        for form in dated(locale):
            if day := form.read(rest):
                yield Reading(day, form, rest, start, "time")


def read_dates(text: str) -> dict[date, str]:
    """The days that some form writes as this normalised text, each with the kind of the first form that does."""
    found: dict[date, str] = {}
    for reading in read_all(text):
        found.setdefault(reading.day, reading.kind)
    return found
