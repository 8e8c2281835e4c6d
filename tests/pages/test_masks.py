"""The Masks page, in both languages: what it shows, what is typed, masks off, and runs trained on demand."""

import json
import threading
from dataclasses import replace

import pytest

from seq2seq.models.config import TransformerConfig
from seq2seq.stories.stored import read_story
from seq2seq.studies.masks import leak_config
from seq2seq.training.store import RunStore
from seq2seq.training.worker import train_claimed
from seq2seq.ui.masks import MASKS_PARTS, MASKS_TRIES
from seq2seq.words import LANGUAGES, Words
from tests.pages.test_pages import ROOT, open_page, shown, stories

every_language = pytest.mark.parametrize("language", LANGUAGES)


def open_part(part, language="en", **query):
    """The page at one of its parts."""
    return open_page("masks", language, **{"masks-part": part}, **query)


def only(app):
    """The one story on the page: of its part."""
    (story,) = stories(app)
    return story


@every_language
def test_each_part_opens_with_a_story_that_is_there(language):
    assert only(open_page("masks", language)) == json.loads(read_story(f"masks-{language}"))
    assert only(open_part("off", language)) == json.loads(read_story(f"masks-switches-{language}"))
    assert only(open_part("leak", language)) == json.loads(read_story(f"masks-leak-random-target-{language}"))


@every_language
def test_a_part_is_a_control_and_stays_in_the_link(language):
    app = open_page("masks", language)
    for part in (*MASKS_PARTS, "see"):
        app.button_group(key=f"masks-part.{language}").set_value(part).run()
        assert not app.exception and app.query_params.get("masks-part", "see") == part
        assert len(app.get("download_button")) == 1
    assert only(app) == json.loads(read_story(f"masks-{language}"))


@pytest.mark.parametrize(
    ("control", "value", "part"),
    [("head", "2", "see"), ("pads", "5", "off"), ("leak-task", "reverse", "leak")],
)
def test_a_link_that_sets_a_control_opens_the_part_of_it(control, value, part):
    app = open_page("masks", **{control: value})
    assert app.query_params.get("masks-part", "see") == part and app.query_params[control] == value
    app.run()  # what the page has written changes nothing
    assert app.query_params.get("masks-part", "see") == part
    app.button_group(key="masks-part.en").set_value("see" if part != "see" else "off").run()
    app.run()
    assert app.query_params.get("masks-part", "see") != part


def test_a_link_that_sets_two_parts_keeps_the_other_for_later():
    app = open_page("masks", head="2", **{"leak-task": "reverse"})
    app.run()
    assert only(app)["id"].startswith("masks|")
    app.button_group(key="masks-part.en").set_value("leak").run()
    assert only(app)["id"].endswith("|reverse")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stored_stories_are_what_the_models_say_today(language):
    from seq2seq.studies.store_stories import masks

    for name, story in masks(Words(language)):
        stored, made = json.loads(read_story(f"{name}-{language}")), json.loads(story.to_json())
        assert [step["title"] for step in stored["steps"]] == [step["title"] for step in made["steps"]], name
        assert stored["listings"] == made["listings"] and stored["labels"] == made["labels"]
        assert [view["template"] for view in stored["views"]] == [view["template"] for view in made["views"]]
        for a, b in zip(stored["views"], made["views"], strict=True):
            for row, other in zip(a["data"].get("cells", []), b["data"].get("cells", []), strict=True):
                assert row.get("w", 0) == pytest.approx(other.get("w", 0), abs=1e-3)


@every_language
def test_a_batch_of_ones_own(language):
    app = open_page("masks", language)
    app.text_input(key=f"masks-batch.{shown(app)}").set_value("mask transformer").run()
    assert not app.exception and not app.warning and "|mask transformer|" in only(app)["id"]
    assert app.query_params["masks-batch"] == "mask transformer"
    app.selectbox(key=f"follow.{language}").set_value("1").run()
    assert stories(app)[0]["id"].endswith("|0") and app.query_params["follow"] == "1"
    app.selectbox(key=f"layer.{language}").set_value("1").run()
    app.selectbox(key=f"head.{language}").set_value("4").run()
    assert stories(app)[0]["id"] == "masks|reverse-transformer|mask transformer|0|3|0"
    app.button_group(key=f"masks-part.{language}").set_value("off").run()
    assert "|mask transformer|" in only(app)["id"]


@every_language
@pytest.mark.parametrize("typed", ["", "one", "a b c d e", "abc 日本語", "abcdefghijklmn abc", "<b>x</b> abc"])
def test_a_batch_that_cannot_be_drawn_gets_a_sentence_and_the_last_one_stays(typed, language):
    app = open_page("masks", language)
    app.text_input(key=f"masks-batch.{shown(app)}").set_value("kernel grid").run()
    before = stories(app)
    app.text_input(key=f"masks-batch.{shown(app)}").set_value(typed).run()
    assert not app.exception and len(app.warning) == 1 and stories(app) == before


@every_language
def test_pads_and_the_token_replaced_are_controls(language):
    app = open_part("off", language)
    app.number_input(key=f"pads.{language}").set_value(8).run()
    app.selectbox(key=f"replace.{language}").set_value("1").run()
    told = only(app)
    assert told["id"] == "switches|reverse-transformer|attention studio mask|8|0"
    assert app.query_params["pads"] == "8" and app.query_params["replace"] == "1"
    app.number_input(key=f"pads.{language}").set_value(0).run()
    assert not app.exception and only(app)["id"].endswith("|0|0")


def test_a_link_made_in_chinese_opens_the_same_in_english():
    asked = {
        "masks-batch": "kernel grid", "follow": "2", "layer": "1", "head": "3", "pads": "5", "replace": "2",
        "leak-task": "reverse",
    }  # fmt: skip
    for language in LANGUAGES:
        first, switches, leak = (only(open_part(part, language, **asked)) for part in MASKS_PARTS)
        assert first["id"] == "masks|reverse-transformer|kernel grid|0|2|1"
        assert switches["id"].endswith("|kernel grid|5|1") and leak["id"].endswith("|reverse")


@pytest.mark.parametrize("number", range(len(MASKS_TRIES)))
def test_what_is_offered_to_try_works(number):
    app = open_page("masks")
    before = [story["id"] for story in stories(app)]
    app.button(key=f"masks-try-{number}").click().run()
    after = [story["id"] for story in stories(app)]
    assert not app.exception and not app.warning and len(after) == 1 and after != before


def test_an_address_that_means_nothing_is_told_or_ignored():
    app = open_page("masks", follow="9", head="x", pads="999", **{"masks-batch": "☃", "leak-task": "<script>"})
    assert not app.exception and len(stories(app)) == 1
    assert open_part("off", pads="999").warning and not open_part("<b>").exception


def test_an_older_link_still_sets_the_batch():
    app = open_page("masks", batch="kernel grid")
    assert "|kernel grid|" in only(app)["id"] and app.query_params["masks-batch"] == "kernel grid"
    assert "batch" not in app.query_params


def test_it_opens_after_the_train_page_and_the_other_way_round():
    app = open_page("train")
    for page in ("masks", "train"):  # both have a batch: of sentences, and of a size
        app.switch_page(str(ROOT / f"pages/{page}_page.py")).run()
        assert not app.exception and not app.warning


def short(config):
    """The same run, over in a moment."""
    model = replace(config.model, hidden=16, heads=config.model.heads, feed_forward=16, layers=1)
    return replace(config, model=model, training=replace(config.training, steps=30, batch=8))


@every_language
def test_the_leak_is_trained_by_runs_of_the_store_and_grows_as_they_go(language, monkeypatch):
    def brief(task, causal, seed=1):
        return short(leak_config(task, causal, seed))

    monkeypatch.setattr("seq2seq.ui.masks_leak.leak_config", brief)
    monkeypatch.setattr("seq2seq.studies.leak.leak_config", brief)
    monkeypatch.setattr("seq2seq.training.trainer.CONFIRMED", 50)
    app = open_part("leak", language, **{"leak-task": "reverse"})
    app.button(key="leak-train").click().run()
    assert not app.exception and not stories(app)  # nothing to show yet
    store = RunStore()
    runs = store.recent()
    assert {run.config.model.causal for run in runs} == {True, False}
    assert all(isinstance(run.config.model, TransformerConfig) and run.config.task.name == "reverse" for run in runs)
    assert train_claimed(store, store.claim("test"), "test", threading.Event()) == "finished"
    app.run()
    told = only(app)
    assert told["id"] == "leak|mine|reverse" and [view["id"] for view in told["views"]] == ["curves"]
    assert train_claimed(store, store.claim("test"), "test", threading.Event()) == "finished"
    app.run()
    told = only(app)
    assert [view["id"] for view in told["views"]] == ["curves", "maps"] and not told["follow"]
    app.button(key="leak-train").click().run()  # once more: another seed, and stopped
    app.button(key="leak-stop").click().run()
    assert {run.config.training.seed for run in store.recent()} == {1, 2}
    assert {run.state for run in store.recent()} == {"finished", "stopped"} and not app.exception
