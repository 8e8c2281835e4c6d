"""The Greedy and beam page, in both languages: what it shows, what is asked, a hypothesis taken on, odd input."""

import json
import re

import pytest

from seq2seq.stories.stored import BEAM_WIDTH, read_story
from seq2seq.training.store import RunStore
from seq2seq.ui.beam import BEAM_TRIES, MOST_STEPS
from seq2seq.words import LANGUAGES, Words
from tests.pages.test_pages import open_page, shown, stories, train_one

every_language = pytest.mark.parametrize("language", LANGUAGES)
DATES = {"model": "search-dates-short", "text": "3/4/21"}


def texts(app):
    """The outputs that are ranked."""
    (story,) = stories(app)
    return [row["text"] for row in story["views"][1]["data"]["outputs"]]


@every_language
def test_it_opens_with_the_stored_story(language):
    app = open_page("beam", language)
    assert [json.loads(read_story(f"beam-{language}"))] == stories(app)
    assert not app.warning and app.slider(key=f"width.{shown(app)}").value == BEAM_WIDTH


@every_language
def test_what_is_asked_is_searched(language):
    app = open_page("beam", language)
    app.text_input(key=f"text.{shown(app)}").set_value("river").run()
    app.slider(key=f"width.{shown(app)}").set_value(5).run()
    app.slider(key=f"alpha.{shown(app)}").set_value(0.7).run()
    app.selectbox(key=f"penalty.{shown(app)}").set_value("wu").run()
    app.selectbox(key=f"stop.{shown(app)}").set_value("full").run()
    app.number_input(key=f"n.{shown(app)}").set_value(2).run()
    assert not app.exception and not app.warning
    assert stories(app)[0]["id"].startswith("beam|search-reverse-half|river|5|full|0.7|wu|1|24|")
    query = {name: value for name, value in app.query_params.items() if name != "lang"}
    assert {"text", "width", "alpha", "penalty", "stop", "n"} <= query.keys()
    other = open_page("beam", "zh" if language == "en" else "en", **query)
    assert (
        stories(other)[0]["id"] == stories(app)[0]["id"] and stories(other)[0]["views"][1]["signals"]["returned"] == 2
    )


@every_language
@pytest.mark.parametrize("typed", ["", "   ", "日本語", "a" * 500])
def test_bad_input_gets_a_sentence_and_the_last_story_stays(typed, language):
    app = open_page("beam", language)
    app.text_input(key=f"text.{shown(app)}").set_value("river").run()
    before = stories(app)
    app.text_input(key=f"text.{shown(app)}").set_value(typed).run()
    assert not app.exception and len(app.warning) == 1 and stories(app) == before


@every_language
@pytest.mark.parametrize(
    "query",
    [{"forbid": "日"}, {"prefix": "<b>"}, {"prefix": "a" * MOST_STEPS}, {"shortest": "9", "longest": "5"},
     {"width": "0"}, {"width": "10000"}, {"alpha": "x"},
     {"longest": "0"}, {"longest": "9999"}, {"n": "-1"}],
)  # fmt: skip
def test_what_cannot_be_searched_is_told_and_nothing_is_lost(query, language):
    app = open_page("beam", language, **query)
    assert not app.exception and len(app.warning) == 1 and len(stories(app)) == 1
    assert "{" not in app.warning[0].value


def test_a_model_that_does_not_end_is_cut_off():
    app = open_page("beam", shortest=str(MOST_STEPS), longest=str(MOST_STEPS), width="10")
    assert not app.exception and not app.warning
    (story,) = stories(app)
    assert len(story["steps"]) < 2 * MOST_STEPS and len(json.dumps(story)) < 1_500_000


@every_language
def test_going_on_from_a_hypothesis_and_back(language):
    app = open_page("beam", language, **DATES)
    everything = texts(app)
    app.toggle(key="beam-list").set_value(True).run()
    picker = app.selectbox(key=f"beam-node.{language}")
    node = next(number for number, option in enumerate(picker.options) if re.match("20 *[(（]", option))
    picker.select_index(node).run()
    words = Words(language)
    label = words.say("beam.pick.go_on", text="20")
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception and app.query_params["prefix"] in ("20", ["20"])
    assert texts(app) and all(text.startswith("20") for text in texts(app)) and texts(app) != everything
    app.button(key="beam-back").click().run()
    assert texts(app) == everything and "prefix" not in app.query_params


@every_language
def test_a_token_is_forbidden(language):
    app = open_page("beam", language, **DATES)
    app.toggle(key="beam-list").set_value(True).run()
    words = Words(language)
    first = next(button for button in app.button if button.label.startswith(words.say("beam.pick.forbid", token="1")))
    first.click().run()
    assert not app.exception and app.query_params["forbid"] in ("1", ["1"])
    assert texts(app) and not any("1" in text for text in texts(app))


@pytest.mark.parametrize("number", range(len(BEAM_TRIES)))
def test_tries(number):
    app = open_page("beam")
    app.button(key=f"beam-try-{number}").click().run()
    assert not app.exception and not app.warning
    found = texts(app)
    assert found[0] == (["ACB⟨eos⟩", "A⟨eos⟩", "⟨eos⟩", found[0], "1921-04-03⟨eos⟩"])[number]


def test_the_textbook_and_then_a_model_again():
    """Lengths that were set for the table do not cut a model's outputs."""
    app = open_page("beam")
    app.button(key="beam-try-0").click().run()
    app.selectbox(key=f"model.{shown(app)}").set_value("search-reverse-half").run()
    assert not app.exception and stories(app)[0]["id"].split("|")[7:9] == ["1", "24"]
    assert app.text_input(key=f"text.{shown(app)}").value
    app.selectbox(key=f"model.{shown(app)}").set_value("textbook").run()
    assert not app.exception and stories(app)[0]["id"].split("|")[8] == "4"


@every_language
def test_a_run_of_mine(language):
    run = train_one("somebody", RunStore())
    app = open_page("beam", language, model=run, text="abc", longest="6")
    assert not app.exception and not app.warning and stories(app)[0]["id"].startswith(f"beam|{run}|abc|")


def test_what_the_model_does_not_know_is_named():
    app = open_page("beam", text="a1b")
    assert not app.exception and len(app.info) == 1 and stories(app)
