"""The Tokens page: three parts, their controls in the address, first pictures that are what would be made today."""

import json
from pathlib import Path

import pytest

from seq2seq.player.palette import palette
from seq2seq.stories.embeddings import Geometry
from seq2seq.stories.stored import BATCH_DRAW, CUT_TEXT, EMBEDDING_TOKEN, read_story
from seq2seq.studies.embeddings import load_embeddings
from seq2seq.studies.store_stories import tokens
from seq2seq.ui.embedding_space import draw_space
from seq2seq.words import LANGUAGES, Words
from seq2seq.works import write_citations
from tests.pages.test_pages import ROOT, every_language, open_page, shown, stories, train_one

PARTS = ("cut", "batch", "embeddings")


def text_box(app):
    return app.text_input(key=f"cut-text.{shown(app)}")


@every_language
@pytest.mark.parametrize("part", PARTS)
def test_a_part_opens_with_its_stored_story(part, language):
    app, words = open_page("tokens", language, part=part), Words(language)
    assert app.title[0].value == words.say("page.tokens.title")
    lesson = Path(ROOT / "assets/lessons" / language / "tokens.md").read_text(encoding="utf-8").strip()
    assert write_citations(lesson, language) in [text.value for text in app.markdown] and not app.warning
    assert stories(app) == [json.loads(read_story(f"tokens-{part}-{language}"))]


def rounded(value):
    """Without what float32 does differently from machine to machine."""
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("language", LANGUAGES)
def test_stored_stories_are_what_would_be_told_today(language):
    for name, story in tokens(Words(language)):
        stored, made = json.loads(read_story(f"{name}-{language}")), json.loads(story.to_json())
        assert rounded(stored) == rounded(made), name


@every_language
def test_a_text_is_cut_as_it_is_typed(language):
    app = open_page("tokens", language)
    text_box(app).set_value("3 mars 2021").run()
    assert not app.exception and stories(app)[0]["id"].startswith("cutting|dates|3 mars 2021|")
    assert app.query_params["cut-text"] == "3 mars 2021"
    app.number_input(key=f"merges.{shown(app)}").set_value(5).run()
    assert stories(app)[0]["id"].endswith("|5") and app.query_params["merges"] == "5"


@every_language
@pytest.mark.parametrize("typed", ["", "   ", "a" * 300])
def test_what_cannot_be_cut_gets_a_sentence_and_nothing_is_lost(typed, language):
    app = open_page("tokens", language)
    before = stories(app)
    text_box(app).set_value(typed).run()
    assert not app.exception and len(app.warning) == 1 and stories(app) == before
    assert text_box(app).value == typed


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "日本語 ☃", "{slots} \\text{x}", "🙂🙂", "a\u0301b"])
def test_odd_text_is_cut(typed):
    app = open_page("tokens")
    text_box(app).set_value(typed).run()
    assert (
        not app.exception and not app.warning and stories(app)[0]["id"] != json.loads(read_story("tokens-cut-en"))["id"]
    )


@every_language
def test_random_letters_are_said_to_show_nothing(language):
    app = open_page("tokens", language)
    assert not app.info
    app.selectbox(key=f"corpus.{shown(app)}").set_value("reverse").run()
    assert Words(language).say("tokens.random") in [info.value for info in app.info]
    assert text_box(app).value == "studio" and stories(app)[0]["id"].startswith("cutting|reverse|studio|")
    app.selectbox(key=f"corpus.{shown(app)}").set_value("dates").run()
    assert text_box(app).value == CUT_TEXT and not app.info


@every_language
def test_a_batch_follows_its_controls(language):
    app = open_page("tokens", language, part="batch")
    app.toggle(key=f"bucketed.{shown(app)}").set_value(True).run()
    assert "|True|" in stories(app)[0]["id"] and app.query_params["bucketed"] == "1"
    app.number_input(key=f"batch-size.{shown(app)}").set_value(128).run()
    assert "|128x" in stories(app)[0]["id"] and not app.exception
    before = stories(app)
    app.number_input(key=f"longest-length.{shown(app)}").set_value(2).run()
    assert len(app.warning) == 1 and stories(app) == before
    app.selectbox(key=f"batch-task.{shown(app)}").set_value("dates").run()
    assert not app.warning and stories(app)[0]["id"].startswith("batching|dates|")


@every_language
def test_embeddings_of_a_run_of_ones_own(language):
    run = train_one("somebody")
    app = open_page("tokens", language, part="embeddings", **{"embedding-model": run})
    assert not app.exception and not app.warning
    (story,) = stories(app)
    assert story["id"] == f"embeddings|{run}|source|{EMBEDDING_TOKEN}|20" and len(story["steps"]) == 7
    app.selectbox(key=f"table.{shown(app)}").set_value("target").run()
    app.selectbox(key=f"token.{shown(app)}").set_value("q").run()
    assert stories(app)[0]["id"] == f"embeddings|{run}|target|q|20"
    assert {name: app.query_params[name] for name in ("table", "token")} == {"table": "target", "token": "q"}


@pytest.mark.parametrize("model", ["reverse-gru-general", "dates-gru-additive", "dates-lstm-none"])
@pytest.mark.parametrize("table", ["source", "target"])
def test_a_shipped_model_without_snapshots_shows_its_end(model, table):
    app = open_page("tokens", part="embeddings", table=table, **{"embedding-model": model})
    assert not app.exception and not app.warning and len(stories(app)[0]["steps"]) == 4


def test_a_link_made_in_chinese_opens_the_same_in_english():
    app = open_page("tokens", "zh", part="batch", draw="7")
    query = {name: value for name, value in app.query_params.items() if name != "lang"}
    assert query == {"part": "batch", "draw": "7"} and BATCH_DRAW != 7
    assert stories(open_page("tokens", "en", **query))[0]["id"] == stories(app)[0]["id"]


@pytest.mark.parametrize("part", ["nonsense", "cut"])
def test_a_link_that_says_nonsense_does_no_harm(part):
    app = open_page("tokens", part=part, merges="many", corpus="poems")
    assert not app.exception and len(app.warning) == 1  # the number; an option that is not there is the default
    assert stories(app) == [json.loads(read_story("tokens-cut-en"))]


@pytest.mark.parametrize("number", range(4))
def test_a_try_sets_every_control(number):
    app = open_page("tokens", part="batch", draw="9", **{"batch-size": "5"})
    app.button(key=f"tokens-try-{number}").click().run()
    assert not app.exception and not app.warning
    start = (
        "cutting|dates|2019年10月20日",
        "cutting|reverse|studio",
        "batching|reverse|12x",
        "embeddings|sort-gru-general",
    )
    assert stories(app)[0]["id"].startswith(start[number])


@pytest.mark.parametrize("dark", [True, False])
def test_three_dimensions_are_drawn_in_the_players_colours(dark):
    table = Geometry(load_embeddings("sort-gru-general"), "source")
    figure = draw_space(table, 3, 15, dark, Words("en"))
    colours = palette(dark)
    cloud = figure.data[1]
    assert (
        cloud.text[3] == "d"
        and cloud.textfont.color[3] == colours["decoder"]
        and cloud.textfont.color[4] == colours["ink"]
    )
    assert cloud.x == pytest.approx(table.points[15, :, 0]) and "12.9%" in figure.layout.scene.xaxis.title.text
    assert set(colours) >= {"ink", "encoder", "decoder", "attention", "correct", "wrong"}
    assert palette(True) != palette(False)
