"""The Sampling page, in both languages: stored pictures, cuts, seeds, the textbook's table, what cannot be read."""

import json

import pytest

from seq2seq.stories.stored import read_story
from seq2seq.ui.sampling import SAMPLING_TRIES
from seq2seq.ui.searching import TEXTBOOK_LONGEST
from seq2seq.words import LANGUAGES, Words
from tests.pages.test_pages import open_page, shown, stories

every_language = pytest.mark.parametrize("language", LANGUAGES)
PARTS = ("sampling", "sampling-many", "sampling-heat")


def output_of(story):
    return [row["token"] for row in story["views"][0]["data"]["output"]]


@every_language
def test_it_opens_with_the_stored_stories(language):
    app = open_page("sampling", language)
    assert stories(app) == [json.loads(read_story(f"{part}-{language}")) for part in PARTS]
    assert not app.warning and not app.info


@every_language
def test_another_seed_draws_another_output_and_a_link_the_same(language):
    app = open_page("sampling", language)
    before = stories(app)
    app.button(key="draw-again").click().run()
    assert not app.exception and app.query_params["draw-seed"] in ("1", ["1"])
    after = stories(app)
    assert output_of(after[0]) != output_of(before[0]) and after[0]["id"] == before[0]["id"]
    assert after[1]["views"][0]["data"]["outputs"] == before[1]["views"][0]["data"]["outputs"]  # exact: no chance
    again = open_page("sampling", language, **{"draw-seed": "1"})
    assert output_of(stories(again)[0]) == output_of(after[0])


@every_language
def test_every_cut_is_in_the_link(language):
    app = open_page("sampling", language)
    app.slider(key=f"temperature.{language}").set_value(0.0).run()
    app.number_input(key=f"top-k.{language}").set_value(0).run()
    app.slider(key=f"top-p.{language}").set_value(1.0).run()
    app.slider(key=f"samples.{language}").set_value(200).run()
    assert not app.exception
    query = {name: value for name, value in app.query_params.items() if name != "lang"}
    assert {"temperature", "top-k", "top-p", "samples"} <= set(query)
    drawn, many, heat = stories(app)
    assert len(drawn["chapters"]) == 5 and heat["start"] == 0
    assert [row["p"] for row in many["views"][0]["data"]["outputs"]] == [1.0]  # greedy: one output
    other = open_page("sampling", "zh" if language == "en" else "en", **query)
    assert output_of(stories(other)[0]) == output_of(drawn)
    assert other.slider(key=f"temperature.{shown(other)}").value == 0


@pytest.mark.parametrize("number", range(len(SAMPLING_TRIES)))
def test_tries(number):
    app = open_page("sampling")
    app.button(key=f"sampling-try-{number}").click().run()
    assert not app.exception and not app.warning and len(stories(app)) == 3
    assert stories(app)[0] != json.loads(read_story("sampling-en"))


@every_language
def test_the_textbooks_table_is_drawn_from_and_knows_no_right(language):
    from seq2seq.decoding import textbook

    assert textbook.LONGEST == TEXTBOOK_LONGEST
    app = open_page("sampling", language, model="textbook", **{"top-k": "0", "top-p": "1", "temperature": "1"})
    drawn, many = stories(app)
    assert not app.warning and drawn["views"][0]["data"]["source"] == []
    shares = {row["text"]: row["p"] for row in many["views"][0]["data"]["outputs"]}
    assert shares["A"] == pytest.approx(0.10) and {row["right"] for row in many["views"][0]["data"]["outputs"]} == {-1}
    words = Words(language)
    assert words.say("sampling.heat.none") in [caption.value for caption in app.caption]


@every_language
@pytest.mark.parametrize("typed", ["", "   ", "日本語", "abc", "1" * 500])
def test_what_cannot_be_read_gets_a_sentence_and_the_last_story_stays(typed, language):
    app = open_page("sampling", language)
    app.text_input(key=f"text.{shown(app)}").set_value("51").run()
    before = stories(app)
    app.text_input(key=f"text.{shown(app)}").set_value(typed).run()
    assert not app.exception and len(app.warning) == 1 and stories(app) == before


@every_language
@pytest.mark.parametrize(("name", "value"), [("temperature", "99"), ("top-k", "-1"), ("top-p", "0"), ("samples", "x"),
                                             ("draw-seed", "1e9")])  # fmt: skip
def test_a_link_that_asks_too_much_gets_a_sentence_and_the_default(name, value, language):
    app = open_page("sampling", language, **{name: value})
    assert not app.exception and len(app.warning) == 1 and len(stories(app)) == 3


def test_strange_letters_are_named_and_nothing_breaks():
    app = open_page("sampling", text="2<b>8")
    assert not app.exception and len(app.info) == 1 and len(stories(app)) == 2  # nothing is right or wrong
    assert Words("en").say("sampling.heat.unjudged") in [caption.value for caption in app.caption]
