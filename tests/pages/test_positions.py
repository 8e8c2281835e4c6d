"""The Positions page, in both languages: what it shows, what is typed, the tables, and settings trained on demand."""

import json
import threading

import pytest

from seq2seq.stories.stored import read_story
from seq2seq.studies.shipped import positions_recipe
from seq2seq.studies.shuffled import model_names
from seq2seq.training.config import RunConfig
from seq2seq.training.store import RunStore
from seq2seq.training.worker import train_claimed
from seq2seq.ui.positions import POSITIONS_DOUBLED, POSITIONS_TRIES
from seq2seq.words import LANGUAGES, Words
from tests.pages.test_pages import open_page, shown, stories

every_language = pytest.mark.parametrize("language", LANGUAGES)


PARTS = ("order", "table", "sides")


def open_parts(language="en", **query):
    """The page at each of its parts."""
    return [open_page("positions", language, **{"positions-part": part}, **query) for part in PARTS]


@every_language
def test_it_opens_with_the_stored_stories_and_what_was_measured(language):
    apps = open_parts(language)
    (shuffle,), (table,), (board,) = (stories(app) for app in apps)
    assert not any(app.exception or app.warning or app.info for app in apps)
    assert shuffle == json.loads(read_story(f"positions-{language}"))
    assert table == json.loads(read_story(f"positions-table-{language}"))
    assert board["id"] == "board|measured|reverse" and len(board["views"][1]["data"]["dots"]) >= 5


@pytest.mark.parametrize(
    ("control", "value", "part"),
    [("shuffle-order", "2", "order"), ("place-table", "learned-encoder", "table"), ("board-task", "sort", "sides")],
)
def test_a_link_that_sets_a_control_opens_the_part_of_it(control, value, part):
    app = open_page("positions", **{control: value})
    assert app.query_params.get("positions-part", "order") == part and app.query_params[control] == value


def test_the_stored_stories_are_what_the_models_say_today():
    from seq2seq.studies.store_stories import positions

    for language in LANGUAGES:
        for name, story in positions(Words(language)):
            stored, made = json.loads(read_story(f"{name}-{language}")), json.loads(story.to_json())
            assert stored["listings"] == made["listings"] and stored["labels"] == made["labels"]
            assert [view["template"] for view in stored["views"]] == [view["template"] for view in made["views"]]
            assert [step["title"] for step in stored["steps"]] == [step["title"] for step in made["steps"]]
            for a, b in zip(stored["views"], made["views"], strict=True):
                for row, other in zip(a["data"].get("looks", []), b["data"].get("looks", []), strict=True):
                    assert row["v"] == pytest.approx(other["v"], abs=1e-3)


@every_language
def test_what_is_typed_is_read_in_both_orders(language):
    app = open_page("positions", language)
    app.text_input(key=f"shuffle-read.{shown(app)}").set_value("planet").run()
    told = stories(app)[0]
    assert not app.exception and told["id"] == "shuffle|reverse|planet"
    app.selectbox(key=f"shuffle-order.{shown(app)}").set_value("backwards").run()
    told = stories(app)[0]
    assert [row["to"] for row in told["views"][0]["data"]["source"]] == [5, 4, 3, 2, 1, 0]
    assert app.query_params["shuffle-order"] == "backwards" and "tenalp" in told["steps"][1]["title"]


@every_language
@pytest.mark.parametrize("typed", ["", "ab", "abc1", "<script>", "a" * 40, "привет", "😀😀😀"])
def test_letters_that_cannot_be_read_are_told_and_nothing_is_lost(language, typed):
    app = open_page("positions", language)
    app.text_input(key=f"shuffle-read.{shown(app)}").set_value("planet").run()
    before = stories(app)
    app.text_input(key=f"shuffle-read.{shown(app)}").set_value(typed).run()
    assert not app.exception and len(app.warning) == 1 and stories(app) == before
    assert app.text_input(key=f"shuffle-read.{shown(app)}").value == typed


@every_language
def test_what_is_odd_about_the_letters_is_remarked(language):
    app = open_page("positions", language, **{"shuffle-read": "abcdefghijk"})
    assert not app.exception and len(app.info) == 1 and "11" in app.info[0].value
    app = open_page("positions", language, **{"shuffle-read": "aaaa"})
    assert not app.exception and len(app.info) == 1


@pytest.mark.parametrize("number", range(5))
def test_tries(number):
    app = open_page("positions")
    app.button(key=f"positions-try-{number}").click().run()
    assert not app.exception and not app.warning and len(stories(app)) == 1


@every_language
def test_repeated_letters_are_counted_with_positions_and_not_without(language):
    """The try-link lands where it shows: what both models write is read off the story."""
    app = open_page("positions", language)
    number = list(POSITIONS_TRIES).index("repeats")
    assert Words(language).say("positions.try.repeats").endswith(POSITIONS_DOUBLED)
    app.button(key=f"positions-try-{number}").click().run()
    assert not app.exception and not app.warning and not app.info
    (told,) = stories(app)
    assert told["id"] == "shuffle|sort-repeats|ppqqrr"
    without, with_ = (next(s for s in reversed(told["steps"]) if s["chapter"] == chapter) for chapter in (0, 1))
    said = Words(language).say("shuffle.written.multiple", typed="ppqqrr", once="pqr", times=2)
    assert "“pqr”" in without["title"] and "“ppqqrr”" not in without["title"] and said in without["text"]
    assert "“ppqqrr”" in with_["title"] and said not in with_["text"]
    assert app.query_params["shuffle-task"] == "sort-repeats"


@every_language
@pytest.mark.parametrize("kind", ["learned-encoder", "learned-decoder"])
def test_a_learned_table_is_shown(language, kind):
    app = open_page("positions", language, **{"place-table": kind})
    (told,) = stories(app)
    assert not app.exception and told["id"] == f"places|{kind}|{kind.removeprefix('learned-')}"
    assert told["views"][0]["signals"]["read"] == (8 if kind == "learned-encoder" else 9)


def test_an_address_that_means_nothing_is_ignored():
    strange = {"shuffle-task": "x", "shuffle-order": "99", "place-table": "<b>", "board-task": "y"}
    for app in open_parts(**strange, **{"board-runs": "z", "board-encoder": "w"}):
        assert not app.exception and len(stories(app)) == 1


def test_a_link_made_in_one_language_opens_the_same_in_the_other():
    asked = {"shuffle-task": "sort", "shuffle-read": "planet", "shuffle-order": "ends", "board-task": "sort"}
    told = [[stories(app)[0] for app in open_parts(language, **asked)] for language in LANGUAGES]
    for one, other in zip(*told, strict=True):
        assert one["id"] == other["id"] and len(one["steps"]) == len(other["steps"])
    assert told[0][0]["id"] == "shuffle|sort|planet" and told[0][2]["id"] == "board|measured|sort"


def test_the_models_that_are_compared_come_with_the_studio():
    assert model_names("sort") == {
        "without": "positions-sort-none-sinusoidal", "with": "positions-sort-sinusoidal-sinusoidal"
    }  # fmt: skip


@every_language
def test_a_setting_is_trained_by_a_run_of_the_store_and_shown_when_it_finishes(language, monkeypatch):
    app = open_page("positions", language, **{"board-task": "sort", "board-encoder": "none", "board-decoder": "none"})
    app.button(key="board-train").click().run()
    assert not app.exception
    store = RunStore()
    (run,) = store.recent()
    assert run.config == positions_recipe("sort", "none", "none", 1)
    assert RunConfig.from_dict(run.config.to_dict()) == run.config
    (board,) = stories(app)
    assert board["id"] == "board|mine|sort" and board["views"][1]["data"]["dots"] == []
    app.button(key="board-train").click().run()  # once more: another seed
    assert {run.config.training.seed for run in store.recent()} == {1, 2}
    monkeypatch.setattr("seq2seq.training.trainer.CONFIRMED", 20)
    monkeypatch.setattr("seq2seq.training.trainer.WATCHED", 20)
    taken = store.claim("test")
    monkeypatch.setattr("seq2seq.training.trainer.Trainer.update", _update(taken.config.training.steps))
    assert train_claimed(store, taken, "test", threading.Event()) == "finished"
    app.run()
    (dot,) = stories(app)[0]["views"][1]["data"]["dots"]
    assert (dot["e"], dot["d"], dot["ask"]) == (2, 2, f"exact none none {taken.config.training.seed}")
    app.button(key="board-stop").click().run()
    assert {run.state for run in store.recent()} == {"finished", "stopped"}


def _update(steps):
    """One update that counts for all: what is learnt does not matter here."""
    from seq2seq.training.trainer import Trainer

    once = Trainer.update

    def update(self):
        told = once(self)
        self.step = steps
        return told

    return update
