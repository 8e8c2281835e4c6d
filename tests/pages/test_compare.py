"""The Compare page, in both languages: what was measured, another model, a run of one's own."""

import json

import pytest

from seq2seq.models.config import RecurrentConfig
from seq2seq.stories.stored import read_story
from seq2seq.training.store import RunStore
from seq2seq.ui import compare
from seq2seq.words import LANGUAGES
from tests.pages.test_pages import open_page, stories
from tests.training.test_convolutional import config, run_in_store

every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_language
def test_it_opens_with_the_stored_story(language):
    app = open_page("compare", language)
    assert [json.loads(read_story(f"compare-{language}"))] == stories(app) and not app.warning


@every_language
def test_lengths_are_normalised_and_other_models_are_shown(language):
    app = open_page("compare", language, normalise="1")
    assert stories(app)[0]["id"] == "widths|search-synonyms|power|1"
    app = open_page("compare", language, model="search-reverse-half")
    assert stories(app)[0]["id"] == "widths|search-reverse-half|power|0" and not app.warning


@pytest.mark.parametrize("number", range(3))
def test_tries(number):
    app = open_page("compare")
    app.button(key=f"compare-try-{number}").click().run()
    assert not app.exception and not app.warning and len(stories(app)) == 1


@every_language
def test_a_run_of_mine_is_measured_once_i_ask(language, monkeypatch):
    monkeypatch.setattr(compare, "LIVE_SENTENCES", 4)
    monkeypatch.setattr(compare, "LIVE_BUDGET", 10)
    run = run_in_store(RunStore(), config(None, RecurrentConfig(hidden=8, embedding=4)))
    app = open_page("compare", language, model=run)
    assert not app.exception and not stories(app) and len(app.info) == 1
    next(button for button in app.button if button.icon == ":material/query_stats:").click().run()
    assert not app.exception and stories(app)[0]["id"] == f"widths|{run}|power|0"


def test_a_model_that_is_not_there_gets_a_sentence():
    app = open_page("compare", model="nobody")
    assert not app.exception and len(app.warning) == 1 and len(stories(app)) == 1
