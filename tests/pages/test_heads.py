"""The Heads page, in both languages: what it shows, what is typed, heads switched off, a run of one's own."""

import json

import pytest

from seq2seq.models.config import TransformerConfig
from seq2seq.stories.stored import read_story
from seq2seq.studies import heads as study
from seq2seq.training.store import RunStore
from seq2seq.words import LANGUAGES, Words
from tests.pages.test_pages import open_page, shown, stories
from tests.training.test_convolutional import config, run_in_store

every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_language
def test_it_opens_with_the_stored_story(language):
    app = open_page("heads", language)
    assert [json.loads(read_story(f"heads-{language}"))] == stories(app)
    assert not app.warning and len(app.get("button_group")) >= 4  # zeros or means, and heads of three blocks


@every_language
def test_what_is_typed_is_written_and_means_stand_in(language):
    app = open_page("heads", language, read="heads")
    assert stories(app)[0]["id"] == "heads|reverse-transformer|zero|heads" and app.query_params["read"] == "heads"
    app = open_page("heads", language, read="heads", way="mean")
    assert stories(app)[0]["id"] == "heads|reverse-transformer|mean|heads"


@every_language
@pytest.mark.parametrize("typed", ["", "   ", "日本語", "a" * 33, "a" * 500])
def test_bad_input_gets_a_sentence_and_the_last_story_stays(typed, language):
    app = open_page("heads", language)
    app.text_input(key=f"read.{shown(app)}").set_value("heads").run()
    before = stories(app)
    app.text_input(key=f"read.{shown(app)}").set_value(typed).run()
    assert not app.exception and len(app.warning) == 1 and stories(app) == before


def test_a_link_names_the_heads_that_are_off_in_every_language():
    told = []
    for language in LANGUAGES:
        app = open_page("heads", language, off="x2.1,d1.2", way="mean")
        _, off = stories(app)
        assert off["id"] == "heads-off|reverse-transformer|studio" and app.query_params["off"] == "d1.2,x2.1"
        told.append([(row["id"], row["rank"]) for row in off["views"][0]["data"]["maps"]])
    assert told[0] == told[1] and [id for id, rank in told[0] if rank == 0] == ["d1.2", "x2.1"]


@every_language
@pytest.mark.parametrize("strange", ["e9.9", "<b>", "e1.2,,zz", "`", "e1.2" * 200])
def test_heads_that_are_not_there_are_told(strange, language):
    app = open_page("heads", language, off=strange)
    assert not app.exception and len(app.warning) == 1
    assert len(stories(app)) == (2 if strange.startswith("e1.2,") else 1)
    assert "9.9" not in str(app.query_params.get("off", ""))


@every_language
def test_heads_are_picked(language):
    app = open_page("heads", language)
    app.button_group(key=f"off-e.{language}").set_value(["e1.1", "e1.2"]).run()
    assert not app.exception and app.query_params["off"] == "e1.1,e1.2" and len(stories(app)) == 2
    app.button_group(key=f"off-x.{language}").set_value(["x2.1"]).run()
    assert app.query_params["off"] == "e1.1,e1.2,x2.1" or app.query_params["off"] == ["e1.1,e1.2,x2.1"]
    app.button_group(key=f"off-e.{language}").set_value([]).run()
    app.button_group(key=f"off-x.{language}").set_value([]).run()
    assert "off" not in app.query_params and len(stories(app)) == 1


@pytest.mark.parametrize("number", range(4))
def test_tries(number):
    app = open_page("heads")
    app.button(key=f"heads-try-{number}").click().run()
    assert not app.exception and not app.warning and len(stories(app)) == 2


@every_language
def test_a_run_of_mine_is_measured_here(language, monkeypatch):
    monkeypatch.setattr(study, "LIVE_PAIRS", 10)
    monkeypatch.setattr(study, "LIVE_DECIDE", 5)
    small = TransformerConfig(layers=1, hidden=8, heads=2, feed_forward=8)
    run = run_in_store(RunStore(), config(None, small))
    app = open_page("heads", language, model=run, off="x1.2")
    assert not app.exception and not app.warning
    first, off = stories(app)
    assert first["id"] == f"heads|{run}|zero|studio" and len(first["steps"]) == 1 + 6 + 1 + 6 + 1
    assert off["id"] == f"heads-off|{run}|studio"
    words = Words(language)
    assert any(words.say("heads.live", n=10, pairs=5) == caption.value for caption in app.caption)


def test_a_model_without_heads_is_not_offered():
    app = open_page("heads", model="reverse-gru-general")
    assert not app.exception and len(app.warning) == 1 and len(stories(app)) == 1
