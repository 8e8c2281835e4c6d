"""Held-out sentences with what is known about each: to ask what a model's states hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from seq2seq.tasks.date_forms import forms
from seq2seq.tasks.date_words import LOCALES
from seq2seq.tasks.dates import Dates
from seq2seq.tasks.task import Pair, Task, split_of

DAYS_A_MONTH, LANGUAGES_A_DAY = 5, 4  # 5 · 12 · 4 = 240 sentences: every day several times, no two in one language
SENTENCES = DAYS_A_MONTH * 12 * LANGUAGES_A_DAY
DIGITS_ONLY = ("y/MM/dd", "y. M. d.")  # the same in several languages
YEAR_FIRST = ("zh", "ja", "ko")

Label = str | int


@dataclass(frozen=True)
class Labelled:
    """A pair and its labels by name, such as month 3 and language "fr"."""

    pair: Pair
    labels: Mapping[str, Label]


def labelled_sample(task: Task) -> list[Labelled]:
    """Held-out sentences of a task, the same every time.

    Raises: InputError if the task is too small to have any.
    """
    if isinstance(task, Dates):
        return dates_in_languages(task)
    return [
        Labelled(pair, {"first": pair.source[:1], "last": pair.source[-1:], "length": len(task.tokenise(pair.source))})
        for pair in task.sample("test", SENTENCES)
    ]


def dates_in_languages(task: Dates) -> list[Labelled]:
    """Held-out days, as many of every month, each written in several languages with the month's name or sign."""
    rng = np.random.default_rng(0)
    left, seen, found = dict.fromkeys(range(1, 13), DAYS_A_MONTH), set(), []
    while any(left.values()):
        pair = task.draw(rng)
        day = date.fromisoformat(pair.target)
        if split_of(task.split_key(pair)) != "test" or day in seen or not left[day.month]:
            continue
        seen.add(day)
        left[day.month] -= 1
        for number in rng.choice(len(LOCALES), LANGUAGES_A_DAY, replace=False):
            locale = LOCALES[number]
            choices = [form for form in forms("cldr")[locale] if form.pattern not in DIGITS_ONLY]
            text = choices[rng.integers(len(choices))].write(day)
            found.append(Labelled(Pair(text, pair.target), _of_date(day, locale)))
    return found


def _of_date(day: date, locale: str) -> dict[str, Label]:
    return {
        "language": locale, "month": day.month, "year": day.year, "century": day.year // 100,
        "order": "first" if locale in YEAR_FIRST else "last",
        "both": f"{day.year // 100} {'first' if locale in YEAR_FIRST else 'last'}", "date": day.isoformat(),
    }  # fmt: skip
