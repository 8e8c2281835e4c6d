"""The words of which dates are made, in eleven languages, each as a date task's sources spell them.

Source: Unicode CLDR through Babel (names of months, weekdays and halves of a day, of a language and of regions that
differ); what CLDR lacks stands in the tables here.
"""

import re
import unicodedata
from functools import cache
from itertools import chain

from babel import Locale

LOCALES = ("en", "zh", "fr", "de", "es", "pt", "it", "ru", "ja", "ko", "ar")
REGIONS = {  # whose months or weekdays have other names: Sept, Jänner, setiembre, آذار, 週三
    "en": ("en_GB", "en_AU"), "fr": ("fr_CA",), "de": ("de_AT",), "es": ("es_MX", "es_UY"),
    "zh": ("zh_Hant",), "ar": ("ar_SY", "ar_MA", "ar_TN"),
}  # fmt: skip
MORE_MONTHS = {  # typed, though in no locale of CLDR: (language, month) → abbreviations
    ("pt", 9): ("set",), ("ru", 3): ("март",), ("ru", 5): ("май",), ("en", 9): ("sep", "sept"),
    ("en", 6): ("june",), ("en", 7): ("july",), ("fr", 2): ("fév", "fev"), ("fr", 7): ("juil",),
    ("de", 3): ("mrz",), ("ru", 2): ("фев",), ("ru", 9): ("сен",), ("ru", 11): ("ноя",),
}  # fmt: skip
MORE_NAMES = {("de", 3): ("maerz",)}
MORE_DAYS: dict[str, dict[int, tuple[str, ...]]] = {  # the same of weekdays, Monday first
    "en": {1: ("tues",), 3: ("thur", "thurs")},
    "zh": {n: (f"礼拜{sign}",) for n, sign in enumerate("一二三四五六")} | {6: ("礼拜天", "礼拜日", "星期天", "周天")},
    "de": {5: ("sonnabend",)},
    "pt": {n: (word,) for n, word in enumerate(("segunda", "terça", "quarta", "quinta", "sexta"))},
}  # fmt: skip
FIRSTS = {  # how the first of a month is written where only the first has an ordinal
    "fr": ("1er", "premier"),
    "es": ("1.º", "1º", "1°", "1ro", "1ero", "primero"),
    "it": ("1º", "1°", "primo"),
    "pt": ("1º", "1.º", "1°", "primeiro"),
    "ar": ("الأول",),
}
ENGLISH_ENDINGS = {"one": "st", "two": "nd", "few": "rd", "other": "th"}  # CLDR's plural classes of ordinals
ENGLISH_ORDINALS = (
    "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
)  # fmt: skip
DIGITS = "〇一二三四五六七八九"
BEFORE_COMMA = re.compile(" +(?=[,،;])")
CLOSERS = {"(": ")", "[": "]", '"': '"', "'": "'", "<": ">", "“": "”", "「": "」", "«": "»", "‘": "’"}


def fold(text: str) -> str:
    """Lower case, plain digits, spaces, dashes and apostrophes; no direction marks, no compatibility forms."""
    kept = []
    for character in unicodedata.normalize("NFKC", text).lower():
        category = unicodedata.category(character)
        if category == "Nd":
            kept.append(str(unicodedata.digit(character)))
        elif category in ("Zs", "Cc"):
            kept.append(" ")
        elif category == "Pd" or character == "−":
            kept.append("-")
        elif category != "Cf":  # direction marks, joiners
            kept.append("'" if character in "’`´" else character)
    return "".join(kept)


def normalise_date(text: str) -> str:
    """Folded, with single spaces, none before a comma, and nothing but the date: no quotes or brackets around it."""
    return tidy(fold(text))


def tidy(folded: str) -> str:
    """A folded text with single spaces, none before a comma, and no quotes, brackets or commas around it."""
    plain = BEFORE_COMMA.sub("", " ".join(folded.split())).rstrip(" ,;:!?。、،")
    if len(plain) > 2 and CLOSERS.get(plain[0]) == plain[-1] and plain[0] not in plain[1:-1]:
        return tidy(plain[1:-1])
    return plain


def without_accents(word: str) -> str:
    """As it is typed where the keyboard has no accents: février as fevrier, أبريل as ابريل."""
    marks = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(c for c in marks if unicodedata.category(c) != "Mn"))


def _spellings(words: list[str], locale: str, dots: bool = False) -> tuple[str, ...]:
    """The words, each also without its accents (but for Russian, whose й is a letter) and without its dot."""
    found = [normalise_date(word) for word in words]
    if dots:
        found += [word.rstrip(".") for word in found]
    if dots and locale in ("en", "es", "it"):
        found += [f"{word}." for word in found if len(word) < 5 and not word.endswith(".")]
    if locale != "ru":
        found += [without_accents(word) for word in found]
    return tuple(dict.fromkeys(found))


@cache
def months(locale: str, wide: bool) -> tuple[tuple[str, ...], ...]:
    """How each month of a year is written, January first; the language's own name before all others."""
    width, more = ("wide", MORE_NAMES) if wide else ("abbreviated", MORE_MONTHS)
    tables = [Locale.parse(region).months["format"][width] for region in (locale, *REGIONS.get(locale, ()))]
    return tuple(
        _spellings(
            [*(t[n] for t in tables), *(MORE_NAMES if wide else MORE_MONTHS).get((locale, n), ())], locale, not wide
        )
        for n in range(1, 13)
    )


@cache
def weekdays(locale: str, wide: bool) -> tuple[tuple[str, ...], ...]:
    """How each weekday is written, Monday first."""
    width = "wide" if wide else "abbreviated"
    tables = [Locale.parse(region).days["format"][width] for region in (locale, *REGIONS.get(locale, ()))]
    more: dict[int, tuple[str, ...]] = {} if wide and locale not in ("pt", "de") else MORE_DAYS.get(locale, {})
    return tuple(_spellings([*(table[n] for table in tables), *more.get(n, ())], locale, not wide) for n in range(7))


@cache
def halves(locale: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Before noon and after it."""
    own = {
        "en": (("am", "a.m."), ("pm", "p.m.")), "es": (("a. m.", "am"), ("p. m.", "pm")),
        "zh": (("上午", "早上"), ("下午", "晚上")), "ko": (("오전",), ("오후",)),
    }.get(locale)  # fmt: skip
    if own:
        return own
    periods = Locale.parse(locale).day_periods["format"]["abbreviated"]
    return (normalise_date(periods["am"]),), (normalise_date(periods["pm"]),)


@cache
def ordinals(locale: str) -> tuple[tuple[str, ...], ...]:
    """How the days 1 to 31 are written with an ordinal; () where the language writes that day without one."""
    if locale == "en":
        form = Locale.parse("en").ordinal_form
        return tuple((f"{n}{ENGLISH_ENDINGS[form(n)]}", english_ordinal(n)) for n in range(1, 32))
    if locale == "ru":
        return tuple((f"{n}-го", f"{n}-е", f"{n}го") for n in range(1, 32))
    firsts = tuple(dict.fromkeys(normalise_date(word) for word in FIRSTS.get(locale, ())))
    return (firsts, *[()] * 30)


def english_ordinal(number: int) -> str:
    """An ordinal up to 31 in words: third, twenty-first."""
    tens = "" if number < 20 else "twent" if number < 30 else "thirt"
    below = ENGLISH_ORDINALS[number - 10 * (number // 10) if tens else number]
    return below if not tens else f"{tens}y-{below}" if below else f"{tens}ieth"


def numeral(number: int) -> tuple[str, ...]:
    """A number up to 31 in Chinese numerals, as counted: 三十一; with 廿 and 卅 too."""
    tens, ones = divmod(number, 10)
    one = DIGITS[ones] if ones else ""
    plain = one if not tens else ("十" if tens == 1 else DIGITS[tens] + "十") + one
    short = {2: "廿", 3: "卅"}.get(tens) if ones else None
    return (plain,) if short is None else (plain, short + one)


def numeral_year(year: int, locale: str) -> tuple[str, ...]:
    """A year in Chinese numerals, digit by digit: 二〇二一, 二零二一; in Japanese also as counted: 二千二十一."""
    digits = "".join(DIGITS[int(digit)] for digit in str(year))
    if locale != "ja":
        return tuple(dict.fromkeys((digits, digits.replace("〇", "零"), digits.replace("〇", "○"))))
    hundreds = "九百" if year < 2000 else ""
    counted = ("千" if year < 2000 else "二千") + hundreds + (numeral_upto_99(year % 100))
    return digits, counted


def numeral_upto_99(number: int) -> str:
    """A number up to 99 as counted; nothing for 0."""
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else DIGITS[tens] + "十") + (DIGITS[ones] if ones else "")


@cache
def numbers_of(kind: str, locale: str) -> dict[str, int]:
    """Word → number, of one kind of words: the keys of `tables`."""
    tables = {
        "month": lambda: months(locale, wide=False), "month-wide": lambda: months(locale, wide=True),
        "weekday": lambda: weekdays(locale, wide=False), "weekday-wide": lambda: weekdays(locale, wide=True),
        "ordinal": lambda: ordinals(locale), "numeral": lambda: tuple(numeral(n) for n in range(1, 32)),
        "numeral-year": lambda: tuple(numeral_year(year, locale) for year in range(1900, 2100)),
        "half": lambda: halves(locale),
    }  # fmt: skip
    first = {"numeral-year": 1900, "weekday": 0, "weekday-wide": 0, "half": 0}.get(kind, 1)
    pairs = chain.from_iterable(((word, n) for word in words) for n, words in enumerate(tables[kind](), first))
    return dict(pairs)
