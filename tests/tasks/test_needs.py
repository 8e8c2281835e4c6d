"""What an output needs of its source: laws that hold for every task that can tell."""

import random

import pytest

from seq2seq.tasks import Addition, Copy, Dates, Recall, Reverse, Shift, Sort, Synonyms
from seq2seq.tasks.recall import NOISE

EXACT = (Copy(), Reverse(), Shift(), Recall(distance=8))
EVERY = (*EXACT, Sort(), Addition(), Dates())


@pytest.mark.parametrize("task", EVERY, ids=lambda task: task.name)
def test_each_token_of_the_answer_has_its_positions(task):
    for pair in task.sample("train", 60):
        needs = task.needs(pair.source)
        assert len(needs) == len(task.tokenise(pair.target))
        assert all(0 <= i < len(task.tokenise(pair.source)) for places in needs for i in places)


@pytest.mark.parametrize("task", [*EXACT, Sort()], ids=lambda task: task.name)
def test_a_letter_is_written_as_it_stands_where_it_is_needed(task):
    for pair in task.sample("train", 40):
        for sign, places in zip(pair.target, task.needs(pair.source), strict=True):
            assert not places or sign == pair.source[places[0]]


@pytest.mark.parametrize("task", EXACT, ids=lambda task: task.name)
def test_what_is_not_needed_may_change(task):
    rng = random.Random(0)
    for pair in task.sample("train", 40):
        t = rng.randrange(len(pair.target))
        kept = task.needs(pair.source)[t]
        noise = [c if i in kept or (task.name == "recall" and i == 0) else rng.choice(NOISE)
                 for i, c in enumerate(pair.source)]  # fmt: skip
        assert task.answer("".join(noise))[t] == pair.target[t]


def test_sorting_needs_every_letter_once():
    assert sorted(i for places in Sort().needs("banana") for i in places) == list(range(6))


def test_a_digit_of_a_sum_needs_its_place_and_what_comes_after():
    assert Addition().needs("57+168") == ((3,), (0, 4), (1, 5)) and Addition().needs("9+3") == ((0, 2), (0, 2))
    for pair in Addition().sample("train", 60):
        needs = Addition().needs(pair.source)
        a, b = pair.source.split("+")
        for t, places in enumerate(needs):
            tail = len(pair.target) - t
            after = int(a[-tail:]) + int(b[-tail:])  # higher digits left out
            assert str(after).zfill(tail)[-tail] == pair.target[t]
            assert all(pair.source[i].isdigit() for i in places) and places


def test_a_date_needs_its_year_its_month_and_its_day():
    for pair in Dates().sample("train", 600):
        needs = Dates().needs(pair.source)
        year, month, day = sorted({i for places in needs[:4] for i in places}), needs[5], needs[8]
        text = "".join(pair.source[i] for i in year)
        assert not text.isascii() or text in (pair.target[:4], pair.target[2:4]), pair
        text = "".join(pair.source[i] for i in day)
        assert not text.isdecimal() or int(text) == int(pair.target[8:])
        assert month and not set(month) & {*year, *day}, pair
        text = "".join(pair.source[i] for i in month)
        assert not text.isdecimal() or int(text) == int(pair.target[5:7])
        assert needs[4] == needs[7] == () and needs[5] == needs[6] and needs[8] == needs[9]
    assert Dates().needs("5 april 09")[:4] == ((8, 9), (8, 9), (8,), (9,))
    assert Dates().needs("二〇二一年三月三日")[:4] == ((0,), (1,), (2,), (3,))
    assert Dates().needs("10:00, march 3rd, 2021")[8] == (13,)
    assert Dates().needs("no date") == () and Synonyms().needs("284") == ((0,), (1,), (2,))
    assert Dates().needs("3 mars 2021")[5] == (2, 3, 4, 5) and Dates().needs("2021-03-04")[5] == (5, 6)
