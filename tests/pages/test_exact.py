"""The Exact page, in both languages: what it shows, what is asked for, what is typed as one's own answer."""

import json

import pytest

from seq2seq.stories.stored import read_story
from seq2seq.words import LANGUAGES, Words
from tests.pages.test_pages import open_page, shown, stories, train_one

every_language = pytest.mark.parametrize("language", LANGUAGES)


def verdict(story):
    """The two lines of the verdict: 1 an error, 0 none, -1 not known."""
    return [row["bad"] for view in story["views"] if view["id"] == "outputs" for row in view["data"]["verdict"]]


@every_language
def test_it_opens_with_the_stored_stories(language):
    app = open_page("exact", language)
    assert stories(app) == [json.loads(read_story(f"{name}-{language}")) for name in ("exact", "exact-answer")]
    assert not app.warning and verdict(stories(app)[0]) == [1, 1]


@every_language
def test_a_link_asks_for_a_search(language):
    app = open_page("exact", language, text="28", width="2", alpha="1.0", longest="4", budget="300", mine="")
    first, own = stories(app)
    assert not app.warning and first["id"].startswith("exact|search-synonyms|28|")
    assert own["id"] == "exact-answer|search-synonyms|28|" and len(own["steps"]) == 3
    assert app.query_params["text"] in ("28", ["28"]) and "mine" in app.query_params


@every_language
def test_a_search_that_is_not_proved_says_so(language):
    app = open_page("exact", language, alpha="1.0", budget="20")
    words = Words(language)
    titles = [step["title"] for step in stories(app)[0]["steps"]]
    assert words.say("exact.open.title", all=20) in titles and verdict(stories(app)[0]) == [-1, -1]


@every_language
@pytest.mark.parametrize("typed", ["", "   ", "日本語", "1" * 500])
def test_bad_input_gets_a_sentence_and_the_last_story_stays(typed, language):
    app = open_page("exact", language)
    app.text_input(key=f"text.{shown(app)}").set_value("28").run()
    before = stories(app)
    app.text_input(key=f"text.{shown(app)}").set_value(typed).run()
    assert not app.exception and len(app.warning) == 1 and stories(app) == before


@every_language
@pytest.mark.parametrize("typed", ["x", "<b>", "284716", "二八④🙂"])
def test_an_answer_the_model_cannot_write_gets_a_sentence(typed, language):
    app = open_page("exact", language)
    before = stories(app)
    app.text_input(key=f"mine.{shown(app)}").set_value(typed).run()
    assert not app.exception and len(app.warning) == 1 and stories(app) == before


@every_language
def test_nothing_is_an_answer_too(language):
    app = open_page("exact", language)
    app.text_input(key=f"mine.{shown(app)}").set_value("").run()
    assert not app.exception and not app.warning
    assert stories(app)[1]["id"] == "exact-answer|search-synonyms|284716|"


@every_language
def test_forbidding_everything_gets_a_sentence(language):
    app = open_page("exact", language)
    app.text_input(key=f"forbid.{shown(app)}").set_value("x").run()
    assert not app.exception and len(app.warning) == 1 and len(stories(app)) == 2


@pytest.mark.parametrize(
    ("number", "expected"), list(enumerate([[1, 1], [0, 1], [0, 0], [1, 0], [1, -1], [1, -1]])), ids=str
)  # fmt: skip
def test_tries(number, expected):
    app = open_page("exact", text="28")
    app.button(key=f"exact-try-{number}").click().run()
    assert not app.exception and not app.warning and verdict(stories(app)[0]) == expected


def test_from_the_textbook_back_to_a_model():
    app = open_page("exact")
    app.button(key="exact-try-4").click().run()
    assert stories(app)[1]["id"] == "exact-answer|textbook||ABC"
    app.selectbox(key="model.en").set_value("search-reverse-half").run()
    assert not app.exception and not app.warning
    first, own = stories(app)
    assert first["id"].startswith("exact|search-reverse-half|") and own["id"].split("|")[1] == "search-reverse-half"
    app.selectbox(key="model.en").set_value("textbook").run()
    assert not app.exception and not app.warning and stories(app)[0]["id"].startswith("exact|textbook|")


@every_language
def test_a_run_of_mine_is_searched(language):
    run = train_one("somebody")
    app = open_page("exact", language, model=run, text="abcd", budget="30")
    assert not app.exception and stories(app)[0]["id"].startswith(f"exact|{run}|abcd|")


def test_a_link_to_nothing_there():
    app = open_page("exact", model="nothing", width="999", budget="x")
    assert not app.exception and len(app.warning) == 3 and len(stories(app)) == 2
