"""The labelled sample is held out, labelled rightly, and the same every time."""

from collections import Counter
from datetime import date

import pytest

from seq2seq.tasks import Copy, Dates, Reverse
from seq2seq.tasks.labelled import SENTENCES, labelled_sample
from seq2seq.tasks.task import split_of


@pytest.mark.parametrize("task", [Dates(), Reverse(), Copy(longest=12)])
def test_held_out_and_the_same_every_time(task):
    sample = labelled_sample(task)
    assert len(sample) == SENTENCES == len(labelled_sample(task)) and sample == labelled_sample(task)
    assert all(split_of(task.split_key(one.pair)) == "test" for one in sample)


def test_dates_say_what_they_are():
    task = Dates()
    sample = labelled_sample(task)
    assert set(Counter(one.labels["month"] for one in sample).values()) == {SENTENCES // 12}
    days = {}
    for one in sample:
        day = date.fromisoformat(one.pair.target)
        assert (one.labels["month"], one.labels["year"]) == (day.month, day.year)
        assert task.answer(one.pair.source) == one.pair.target
        first = one.pair.source.startswith(str(day.year))
        assert first == (one.labels["order"] == "first") or one.labels["language"] not in ("zh", "ja", "ko")
        days.setdefault(day, []).append(one.labels["language"])
    assert all(len(set(languages)) == len(languages) == 4 for languages in days.values())


def test_letters_say_what_they_are():
    for one in labelled_sample(Reverse()):
        text = one.pair.source
        assert one.labels == {"first": text[0], "last": text[-1], "length": len(text)}
