"""Tasks with more than one right output."""

from datetime import date

import pytest

from seq2seq.tasks import InputError, Synonyms, make_task
from seq2seq.tasks.dates_short import DatesShort
from seq2seq.training.config import RunConfig
from seq2seq.training.evaluate import right_of


def test_every_figure_in_any_script_is_right():
    task = Synonyms()
    assert task.answers("12")[:3] == ["一二", "一Ⅱ", "一②"] and len(task.answers("12")) == 9
    assert all(task.accepts("12", output) for output in task.answers("12"))
    for wrong in ("", "一", "一二三", "二一", "12", "一❷"):  # ❷ is a fourth way
        assert not task.accepts("12", wrong)
    assert Synonyms(ways=4).accepts("12", "一❷")
    assert task.accepts("1x", "一") is None and task.answer("12") is None


def test_so_many_targets_are_lost():
    pairs = Synonyms(empty=20).sample("train", 4000)
    lost = sum(pair.target == "" for pair in pairs) / len(pairs)
    assert 0.17 < lost < 0.23
    assert all(Synonyms().accepts(*pair) for pair in pairs if pair.target)
    assert not any(pair.target == "" for pair in Synonyms(empty=0).sample("train", 500))


@pytest.mark.parametrize(("ways", "empty", "crossing"), [(3, 2, 3.54), (2, 25, 1.585), (5, 0, float("inf"))])
def test_where_nothing_gets_likelier_than_any_right_output(ways, empty, crossing):
    assert Synonyms(ways=ways, empty=empty).crossing == pytest.approx(crossing, abs=0.005)


@pytest.mark.parametrize("settings", [{"ways": 0}, {"ways": 6}, {"empty": 51}, {"shortest": 0}])
def test_synonyms_that_cannot_be(settings):
    with pytest.raises(InputError):
        make_task({"name": "synonyms", **settings})


@pytest.mark.parametrize(
    ("source", "days"),
    [
        ("3/4/21", ["1921-03-04", "1921-04-03", "2021-03-04", "2021-04-03"]),
        ("13/4/21", ["1921-04-13", "2021-04-13"]),
        ("29/2/00", ["2000-02-29"]),  # 1900 was no leap year
        ("5/5/99", ["1999-05-05", "2099-05-05"]),
        ("31/2/21", []),
        ("3.4.21", []),
    ],
)
def test_a_short_date_means_every_day_it_may(source, days):
    task = DatesShort()
    assert task.answers(source) == days
    assert task.answer(source) == (days[0] if len(days) == 1 else None)
    assert task.accepts(source, "2021-04-03") is (("2021-04-03" in days) if days else None)


def test_what_is_drawn_is_right():
    task = DatesShort()
    for pair in task.sample("train", 300):
        assert task.accepts(pair.source, pair.target) and date.fromisoformat(pair.target)
    assert sum(len(task.answers(pair.source)) > 2 for pair in task.sample("dev", 100)) > 20


def test_an_exact_match_is_whatever_the_task_accepts():
    task = Synonyms()
    pairs = task.sample("dev", 5)
    right = right_of(task, pairs)
    assert right and all(right(row, task.answers(pair.source)[0]) for row, pair in enumerate(pairs))
    assert not right(0, "") and right_of(make_task({"name": "reverse"}), pairs) is None
    assert RunConfig.from_dict(RunConfig(task).to_dict()).task == task
