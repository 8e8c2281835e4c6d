"""The Bottleneck page in both languages: its story, what is typed, the disturbed vector, two runs side by side."""

import json
import threading

import pytest

from seq2seq.models.config import RecurrentConfig
from seq2seq.stories.stored import read_story
from seq2seq.tasks import make_task
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.store import RunStore
from seq2seq.training.worker import train_claimed
from seq2seq.words import LANGUAGES, Words
from tests.pages.test_pages import open_page, shown, stories

every_language = pytest.mark.parametrize("language", LANGUAGES)


def train_pair(steps=60):
    """Two finished small runs, without and with attention."""
    store, ids = RunStore(), []
    for attention in ("none", "general"):
        config = RunConfig(
            make_task({"name": "copy", "shortest": 1, "longest": 5}),
            RecurrentConfig(hidden=12, embedding=8, attention=attention),
            TrainingConfig(steps=steps, until=None, batch=8, device="cpu", by_length=4),
        )
        run = store.get(store.submit(config, "somebody", worker="test"))
        assert train_claimed(store, run, "test", threading.Event()) == "finished"
        ids.append(run.id)
    return ids


@every_language
def test_the_first_picture_is_the_stored_one(language):
    app = open_page("bottleneck", language)
    assert stories(app) == [json.loads(read_story(f"bottleneck-{language}"))]
    assert not app.warning


@every_language
def test_what_is_typed_goes_through(language):
    app = open_page("bottleneck", language)
    app.text_input(key=f"bn-text.{shown(app)}").set_value("Never odd").run()
    assert not app.exception and not app.warning
    assert stories(app)[0]["id"] == "bottleneck|reverse|64|neverodd" and app.query_params["bn-text"] == "Never odd"
    app.selectbox(key=f"bn-task.{shown(app)}").set_value("copy").run()
    app.selectbox(key=f"bn-hidden.{shown(app)}").set_value("32").run()
    assert stories(app)[0]["id"] == "bottleneck|copy|32|neverodd"


@every_language
@pytest.mark.parametrize("typed", ["", "x", "a1", "日本語", "<b>hi</b>", "a" * 26])
def test_bad_letters_get_a_sentence_and_the_story_before_stays(typed, language):
    app = open_page("bottleneck", language)
    before = stories(app)
    app.text_input(key=f"bn-text.{shown(app)}").set_value(typed).run()
    assert not app.exception and len(app.warning) == 1
    assert stories(app) == before and app.text_input(key=f"bn-text.{shown(app)}").value == typed


def test_a_link_opens_the_same_in_the_other_language():
    app = open_page("bottleneck", "zh", **{"bn-task": "copy", "bn-text": "abcab", "bn-if": "zero", "bn-units": "8-40"})
    query = {name: value for name, value in app.query_params.items() if name != "lang"}
    other = open_page("bottleneck", "en", **query)
    assert [story["id"] for story in stories(app)] == [story["id"] for story in stories(other)]
    assert other.slider(key="bn-units.en").value == (9, 40)


@pytest.mark.parametrize(
    "query",
    [{"bn-units": "x"}, {"bn-units": "0-999"}, {"bn-noise": "nan"}, {"bn-noise": "7"}, {"bn-updates": "1e9"},
     {"bn-longest": "0"}],
)  # fmt: skip
def test_a_bad_link_gets_a_sentence(query):
    app = open_page("bottleneck", **{"bn-if": "noise", "bn-text": "abcd", **query})
    assert len(app.warning) == 1 and len(stories(app)) == 2


@every_language
def test_a_disturbed_vector_keeps_its_story_while_a_slider_moves(language):
    app = open_page("bottleneck", language, **{"bn-if": "noise", "bn-text": "abcdefgh"})
    first = stories(app)[1]
    app.slider(key=f"bn-noise.{shown(app)}").set_value(0.3).run()
    second = stories(app)[1]
    assert first["id"] == second["id"] and first["views"][0]["data"] != second["views"][0]["data"]
    assert [view["template"] for view in first["views"]] == [view["template"] for view in second["views"]]
    app.selectbox(key=f"bn-if.{shown(app)}").set_value("borrow").run()
    assert not app.exception and stories(app)[1]["id"] != first["id"]


def test_units_of_a_larger_model_do_not_stay():
    app = open_page("bottleneck", **{"bn-if": "zero", "bn-text": "abcd", "bn-units": "40-60"})
    app.selectbox(key="bn-hidden.en").set_value("32").run()
    assert not app.exception and app.slider(key="bn-units.en").value == (1, 32)


@pytest.mark.parametrize("number", range(3))
def test_try_this(number):
    app = open_page("bottleneck", **{"bn-text": "abcdef"})
    app.button(key=f"bottleneck-try-{number}").click().run()
    assert not app.exception and not app.warning
    assert len(stories(app)) == (1 if number == 0 else 2)


@every_language
def test_both_are_queued_with_the_same_settings(language):
    app = open_page("bottleneck", language)
    app.selectbox(key=f"bn-live.{shown(app)}").set_value("copy").run()
    app.number_input(key=f"bn-longest.{shown(app)}").set_value(9).run()
    app.number_input(key=f"bn-updates.{shown(app)}").set_value(200).run()
    app.button(key="train-both-now").click().run()
    assert not app.exception
    runs = {run.config.model.attention: run for run in RunStore().recent()}
    assert set(runs) == {"none", "general"}
    none, general = runs["none"].config, runs["general"].config
    assert none.training == general.training and none.task == general.task and none.training.by_length
    assert (none.task.name, none.task.longest, none.training.steps) == ("copy", 9, 200)
    assert app.query_params["bn-runs"] == f"{runs['none'].id},{runs['general'].id}"
    app.button(key="stop-none").click().run()
    assert RunStore().get(runs["none"].id).state == "stopped" and RunStore().get(runs["general"].id).state == "queued"


@every_language
def test_two_finished_runs_are_shown(language):
    ids = train_pair()
    app = open_page("bottleneck", language, **{"bn-runs": ",".join(ids)})
    told = [story for story in stories(app) if story["id"].startswith("bottleneck-runs")]
    assert len(told) == 1 and len(told[0]["steps"]) == 3
    assert {row["side"] for row in told[0]["views"][0]["data"]["curve"]} == {"none", "general"}


@every_language
@pytest.mark.parametrize("wanted", ["gone", "a,b", "<b>,"])
def test_runs_that_are_not_there_are_told(wanted, language):
    app = open_page("bottleneck", language, **{"bn-runs": wanted})
    assert [warning.value for warning in app.warning] == [Words(language).say("bottleneck.live.gone")]
    assert len(stories(app)) == 1
