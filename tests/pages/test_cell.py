"""Inside the cell, the page: its controls, its links, its what-ifs, in both languages."""

import json

import pytest

from seq2seq.stories.stored import CELL_INPUT, CELL_MODEL, read_story
from seq2seq.studies.store_stories import cell as stored_cell
from seq2seq.words import LANGUAGES, Words
from tests.pages.test_pages import every_language, open_page, stories, train_one

FAR = "Cvzsywutxxsuvyzwtsvux"


def story_of(app):
    return next(story for story in stories(app) if story["id"].startswith("cell|"))


def changed(app):
    found = [story for story in stories(app) if story["id"].startswith("cell-comparison|")]
    return found[0] if found else None


def cells(app):
    """The models that the story looks into."""
    return [part.split()[0] for part in story_of(app)["id"].split("|")[1:-1]]


@every_language
def test_it_opens_with_the_stored_story(language):
    app = open_page("cell", language)
    assert story_of(app) == json.loads(read_story(f"cell-{language}"))
    assert changed(app) is None
    assert Words(language).say("cell.chance") in app.caption[0].value


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stored_story_is_what_the_shipped_model_says_today(language):
    ((_, made),) = stored_cell(Words(language))
    stored, made = json.loads(read_story(f"cell-{language}")), json.loads(made.to_json())
    assert [step["text"] for step in stored["steps"]] == [step["text"] for step in made["steps"]]
    assert stored["listings"] == made["listings"]
    assert [step["code"] for step in stored["steps"]] == [step["code"] for step in made["steps"]]
    assert [view["template"] for view in stored["views"]] == [view["template"] for view in made["views"]]
    assert len(read_story(f"cell-{language}").encode()) <= 500_000
    assert sum("question" in step for step in stored["steps"]) >= 3


@every_language
@pytest.mark.parametrize("number", range(3))
def test_try_this(number, language):
    app = open_page("cell", language)
    app.button(key=f"cell-try-{number}").click().run()
    assert not app.exception and not app.warning and not app.info
    assert len(cells(app)) == (1 if number == 2 else 3)
    if number == 2:
        assert changed(app)["steps"][0]["title"] == Words(language).say("whatif.differ.title", before="C", after="F")
    app.button(key="cell-try-0").click().run()  # nothing is left over from another one
    assert changed(app) is None and cells(app) == ["recall-lstm-none", "recall-gru-none", "recall-rnn-none"]
    assert story_of(app)["id"].endswith(f"|{CELL_INPUT}")


def test_a_link_made_in_chinese_opens_the_same_in_english():
    app = open_page("cell", "zh")
    app.selectbox(key="cells.zh").set_value("2").run()
    app.selectbox(key="sort.zh").set_value("mean").run()
    app.selectbox(key="unit.zh").set_value("7").run()
    app.selectbox(key="if.zh").set_value("clamp").run()
    app.number_input(key="clamp-value.zh").set_value(0.4).run()
    query = {name: value for name, value in app.query_params.items() if name != "lang"}
    assert query == {"cells": "2", "sort": "mean", "unit": "7", "if": "clamp", "clamp-value": "0.4"} | (
        {"cell2": "recall-gru-none"} if "cell2" in query else {}
    )
    other = open_page("cell", "en", **query)
    assert story_of(other)["id"] == story_of(app)["id"] and cells(other) == ["recall-lstm-none", "recall-gru-none"]
    assert other.selectbox(key="unit.en").value == "7" and other.number_input(key="clamp-value.en").value == 0.4
    assert changed(other)["id"] == changed(app)["id"]


def test_unit_and_order_keep_the_story():
    app = open_page("cell")
    before = story_of(app)
    app.selectbox(key="unit.en").set_value("9").run()
    app.selectbox(key="sort.en").set_value("number").run()
    after = story_of(app)
    assert after["id"] == before["id"] and after != before
    overview = after["views"][0]
    assert overview["signals"]["picked0"] == 9
    assert after["views"][1]["data"]["cells"][0]["unit"] == list(range(32))


def test_another_model_brings_an_input_of_its_own():
    app = open_page("cell")
    app.selectbox(key="cell1.en").set_value("recall20-gru-none").run()
    assert app.text_input(key="input.en").value == FAR and not app.info
    app.selectbox(key="cell1.en").set_value("dates-gru-additive").run()
    assert app.text_input(key="input.en").value == "3 mars 2021"
    app.selectbox(key="way.en").set_value("backward").run()
    assert story_of(app)["id"] == "cell|dates-gru-additive 0 backward|3 mars 2021"
    app.selectbox(key="cell1.en").set_value(CELL_MODEL).run()
    assert story_of(app)["id"] == f"cell|{CELL_MODEL} 0 forward|{CELL_INPUT}"


def test_what_was_typed_stays_with_another_cell_of_the_task():
    app = open_page("cell")
    app.text_input(key="input.en").set_value("Hst").run()
    app.selectbox(key="cell1.en").set_value("recall-gru-none").run()
    assert app.text_input(key="input.en").value == "Hst" and story_of(app)["id"].endswith("|Hst")
    assert len(app.info) == 1  # trained with five letters of noise


@every_language
@pytest.mark.parametrize("typed", ["", "日本語", "A" * 500])
def test_bad_input_gets_a_sentence_and_the_last_story_stays(typed, language):
    app = open_page("cell", language)
    before = story_of(app)
    app.text_input(key=f"input.{language}").set_value(typed).run()
    assert not app.exception and len(app.warning) == 1
    assert story_of(app) == before and app.text_input(key=f"input.{language}").value == typed


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "C{slots}", "Cs t", "C"])
def test_odd_input_is_read(typed):
    app = open_page("cell", input=typed)
    assert not app.exception and story_of(app)["id"].endswith(f"|{typed}")


@every_language
@pytest.mark.parametrize("kind", ["clamp", "erase", "read"])
@pytest.mark.parametrize("model", ["recall-lstm-none", "recall-gru-none", "recall-rnn-none", "dates-gru-additive"])
def test_every_change_has_a_story(kind, model, language):
    app = open_page("cell", language, cell1=model)
    if kind == "clamp" and "rnn" in model:
        assert len(app.selectbox(key=f"if.{language}").options) == 3
        return
    app.selectbox(key=f"if.{language}").set_value(kind).run()
    assert not app.exception and not app.warning
    story = changed(app)
    assert story and "{" not in story["steps"][0]["text"] and app.query_params["if"] == kind


def test_a_held_gate_that_moves_keeps_the_story():
    app = open_page("cell", **{"if": "clamp"})
    before = changed(app)
    app.number_input(key="clamp-value.en").set_value(0.6).run()
    app.selectbox(key="clamp-at.en").set_value("all").run()
    app.selectbox(key="clamp-units.en").set_value("one").run()
    after = changed(app)
    assert after["id"] == before["id"] and after != before


def test_the_second_cell_can_be_changed():
    app = open_page("cell", cells="3", **{"if": "erase", "if-cell": "2"})
    assert changed(app)["id"].split("|")[1] == "recall-gru-none"


@pytest.mark.parametrize(
    ("name", "value"),
    [("cells", "9"), ("unit", "999"), ("sort", "<b>"), ("way", "backward"), ("layer", "4"), ("clamp-value", "7"),
     ("clamp-at", "99"), ("erase-states", "x"), ("if-cell", "3"), ("cell1", "gone"), ("if", "look")],
)  # fmt: skip
def test_a_spoilt_link_does_no_harm(name, value):
    app = open_page("cell", **{"if": "clamp", name: value})
    assert not app.exception and story_of(app)


def test_a_run_of_ones_own_in_depth_and_both_ways():
    run = train_one("somebody", cell="lstm", layers=2, bidirectional=True, attention="none")
    app = open_page("cell", cell1=run, layer="2", way="backward", input="abc", **{"if": "erase"})
    assert not app.warning and story_of(app)["id"] == f"cell|{run} 1 backward|abc"
    assert changed(app)["id"].split("|")[2] == "1 backward"


def test_a_state_left_by_the_attention_page_does_no_harm():
    app = open_page("attention", **{"if": "look"})
    app.switch_page("pages/cell_page.py").run()
    assert not app.exception and story_of(app)["id"].endswith(CELL_INPUT)
