"""Dates as people write them: every text means one day, whoever reads it."""

from collections import Counter
from datetime import date, timedelta

import pytest

from seq2seq.tasks import LONGEST_INPUT, Dates
from seq2seq.tasks.date_forms import KINDS, Form, date_forms, forms, full_year
from seq2seq.tasks.date_times import read_dates
from seq2seq.tasks.date_words import LOCALES, months, normalise_date, weekdays
from seq2seq.tasks.dates import FIRST_DAY, LAST_DAY, SHARES
from tests.tasks.written_dates import WRITTEN

TASK = Dates()


@pytest.fixture(scope="module")
def drawn():
    return TASK.sample("train", 2500, (3,))


def test_a_drawn_text_has_one_reading_and_it_is_the_target(drawn):
    """Whatever the form was, the answer is found by reading the text alone: no other form reads another day."""
    for source, target in drawn:
        assert TASK.answers(source) == [target], source
        assert TASK.normalise(source) == source and len(source) <= LONGEST_INPUT


def test_every_kind_is_drawn_as_often_as_it_should_be(drawn):
    assert tuple(SHARES) == KINDS == TASK.kinds and sum(SHARES.values()) == pytest.approx(1)
    kinds = Counter(TASK.kind(source) for source, _ in drawn)
    assert set(kinds) == set(KINDS) and min(kinds.values()) > 0.05 * len(drawn)


def test_what_a_form_writes_it_reads():
    """Each form, for days of every month and both ends of the rule on two-digit years."""
    days = [date(1969 + 2 * n, 1 + n % 12, 1 + (n * 7) % 28) for n in range(48)]
    for form in date_forms():
        written = [day for day in days if form.suits(day)]
        assert written or form.firsts, form
        for day in written:
            assert form.read(form.write(day)) == day, (form, day)


def test_no_form_reads_another_day_out_of_what_any_form_writes():
    """Every form against every form, on days whose parts could be taken for one another."""
    days = (date(2012, 11, 10), date(2010, 12, 11), date(1911, 12, 31), date(2003, 2, 1), date(1999, 9, 9))
    for form in (*date_forms(), *forms("time")["en"]):
        for day in days:
            if form.suits(day):
                text = form.write(day)
                assert set(read_dates(text)) == {day}, (form, text)


@pytest.mark.parametrize(("language", "texts"), WRITTEN.items())
def test_dates_written_by_hand_have_their_answers(language, texts):
    for text, day in texts:
        assert TASK.answers(TASK.normalise(text)) == [day], text
        assert not TASK.vocabularies()[0].unknown(TASK.normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "hello", "31 february 2021", "february 30th, 2021", "29 feb 2021", "5 may 1800", "12/11/10", "2021", "03/04/2021",
        "03.04.2021", "3-4-2021", "13/12/21", "21/12/13", "4/5/09", "2021-13-03", "2021-3-32", "3 mars", "13/13/2021",
        "el 2.º de marzo de 2021", "2er mars 2021", "3th march 2021", "二〇二一年十三月三日", "3 mars 2021 25:00",
    ],
)  # fmt: skip
def test_what_has_no_reading_or_two_has_no_answer(text):
    assert TASK.answer(TASK.normalise(text)) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5 april 69", "1969-04-05"), ("5 april 99", "1999-04-05"), ("5 april 00", "2000-04-05"),
        ("5 april 68", "2068-04-05"), ("5 april 09", "2009-04-05"), ("3/13/21", "2021-03-13"), ("31/12/99", "1999-12-31"),
    ],
)  # fmt: skip
def test_two_digits_of_a_year_are_read_by_the_rule(text, day):
    assert TASK.answer(text) == day and full_year(text[-2:]) == int(day[:4])


def test_digits_alone_are_written_only_where_one_reading_is_left():
    for form in (form for group in forms("numeric").values() for form in group):
        assert form.numeric and not form.suits(date(2021, 3, 4))
        assert form.suits(date(2021, 3, 13)) and form.suits(date(2021, 3, 3))
    assert not Form("loose", "de", "d. MMMM y").numeric and not Form("iso", "en", "y-M-d").numeric


def test_a_weekday_that_is_not_the_days_is_read_over():
    """3 March 2021 was a Wednesday; mails and people get that wrong, and the date stands."""
    assert TASK.answer("tue, 3 mar 2021 10:00 gmt") == TASK.answer("wed, 3 mar 2021 10:00 gmt") == "2021-03-03"
    assert TASK.answer("xyz, 3 mar 2021 10:00 gmt") is None


@pytest.mark.parametrize("locale", LOCALES)
def test_no_word_is_two_months_or_two_weekdays(locale):
    for table in (months, weekdays):
        for wide in (True, False):
            words = [word for row in table(locale, wide) for word in row]
            assert len(set(words)) == len(words) and all(normalise_date(word) == word for word in words)


@pytest.mark.parametrize("locale", LOCALES)
def test_cldrs_own_long_form_is_there(locale):
    from babel.dates import format_date

    day = date(2021, 3, 3)
    for width in ("long", "full"):
        assert TASK.answer(normalise_date(format_date(day, width, locale))) == day.isoformat()


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("3\u202fmars\u00a02021", "3 mars 2021"), ("\u200f3 مارس ٢٠٢١", "3 مارس 2021"),
        ("２０２１年３月３日", "2021年3月3日"), ("  3   MARS 2021 ", "3 mars 2021"), ("3–mars‑2021", "3-mars-2021"),
        ("“3 mars 2021”", "3 mars 2021"), ("[10/Oct/2000:13:55:36 -0700]", "10/oct/2000:13:55:36 -0700"),
        ("March 3 , 2021,", "march 3, 2021"), ("1ᵉʳ mars 2021", "1er mars 2021"), ("June ’16", "june '16"),
    ],
)  # fmt: skip
def test_normalising(typed, normal):
    assert normalise_date(typed) == normal == normalise_date(normal)


@pytest.mark.parametrize(
    ("output", "fine"),
    [
        ("2021-03-03", True), ("2000-02-29", True), ("2021-02-29", False), ("2021-03-33", False), ("2021-3-3", False),
        ("2021-3-3-3", False), ("", False), ("0999-04-05", True), ("20210303", False), ("2021-W09-3", False),
    ],
)  # fmt: skip
def test_an_output_that_is_no_day_of_the_calendar_has_a_flaw(output, fine):
    assert (TASK.flaw(output) is None) == fine


def test_days_are_spread_over_two_centuries(drawn):
    days = [date.fromisoformat(target) for _, target in drawn]
    assert min(days) < FIRST_DAY + timedelta(3000) and max(days) > LAST_DAY - timedelta(3000)
