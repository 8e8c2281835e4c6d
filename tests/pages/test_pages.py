"""Every page in every language runs without an exception and shows what it is there for."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from seq2seq.models.config import RecurrentConfig
from seq2seq.stories.stored import ATTENTION_MODEL, read_story
from seq2seq.tasks import make_task
from seq2seq.terms import terms
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.store import RunStore
from seq2seq.training.worker import train_claimed
from seq2seq.ui.navigation import GROUPS
from seq2seq.words import LANGUAGES, Words
from seq2seq.works import works, write_citations

ROOT = Path(__file__).parents[2]
PAGES = tuple(place.stem for places in GROUPS.values() for place in places)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def open_page(page, language="en", owner=None, **query):
    """owner: the token of the browser; None: a new one."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if owner:
        app.session_state["owner"] = owner
    for name, value in {"lang": language, **query}.items():
        app.query_params[name] = value
    app.run()
    if page != "home":
        app.switch_page(str(ROOT / f"pages/{page}_page.py"))
        for name, value in {"lang": language, **query}.items():
            app.query_params[name] = value
        app.run()
    assert not app.exception, app.exception
    return app


def shown(app):
    """The language of the page: controls have one widget for each."""
    return app.session_state["language"]


def stories(app):
    """Stories on the page, parsed."""
    found = []

    def walk(block):
        for child in block.children.values():
            proto = getattr(child, "proto", None)
            if (
                proto is not None
                and proto.DESCRIPTOR.name == "BidiComponent"
                and proto.component_name == "seq2seq.player"
            ):
                found.append(json.loads(json.loads(proto.json)))
            if hasattr(child, "children"):
                walk(child)

    walk(app.main)
    return found


def train_one(owner, store=None, **more):
    """A finished small run of an owner."""
    store = store or RunStore()
    config = RunConfig(
        make_task({"name": "reverse"}), RecurrentConfig(hidden=12, embedding=8, **more),
        TrainingConfig(steps=20, until=None, batch=8, device="cpu"),
    )  # fmt: skip
    import threading

    run = store.get(store.submit(config, owner, worker="test"))
    assert train_claimed(store, run, "test", threading.Event()) == "finished"
    return run.id


@every_language
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_with_title_question_and_lesson(page, language):
    app, words = open_page(page, language), Words(language)
    assert app.title[0].value == words.say(f"page.{page}.title")
    texts = [text.value for text in app.markdown]
    assert any(words.say(f"page.{page}.question") in text for text in texts)
    lesson = (ROOT / "assets/lessons" / language / f"{page}.md").read_text(encoding="utf-8").strip()
    assert write_citations(lesson, language) in texts


@every_language
def test_home_shows_the_stored_story_and_the_ways_in(language):
    app = open_page("home", language)
    assert stories(app)[0] == json.loads(read_story(f"home-fr-{language}"))
    app.selectbox(key=f"date.{shown(app)}").set_value("zh").run()
    assert stories(app)[0] == json.loads(read_story(f"home-zh-{language}"))
    assert len(app.get("page_link")) == sum(
        map(len, GROUPS.values())
    )  # to every page but home itself, and to the terms and works


@every_language
def test_attention_decodes_what_is_typed(language):
    app = open_page("attention", language)
    assert stories(app)[0]["id"].startswith(f"decoding|{ATTENTION_MODEL}|studio|oiduts")
    app.text_input(key=f"text.{shown(app)}").set_value("stressed").run()
    assert not app.exception
    assert "|desserts⟨eos⟩" in stories(app)[0]["id"]


@every_language
@pytest.mark.parametrize("typed", ["", "   ", "日本語", "a" * 500, "🙂" * 3])
def test_bad_input_gets_a_sentence_and_the_last_story_stays(typed, language):
    app = open_page("attention", language)
    before = stories(app)
    app.text_input(key=f"text.{shown(app)}").set_value(typed).run()
    assert not app.exception and len(app.warning) == 1
    assert stories(app) == before


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "a<svg/onload=x>", "{slots}", "a b", "مرحبا hello"])
def test_odd_input_is_decoded_and_what_is_unknown_named(typed):
    app = open_page("attention")
    app.text_input(key=f"text.{shown(app)}").set_value(typed).run()
    assert not app.exception and stories(app)[0]["id"].split("|")[2] == typed.lower()
    assert len(app.info) >= 1


def test_another_model_gets_an_input_it_can_read():
    app = open_page("attention")
    app.selectbox(key=f"model.{shown(app)}").set_value("dates-gru-additive").run()
    assert app.text_input(key=f"text.{shown(app)}").value == "3 mars 2021"
    assert "2021-03-03" in stories(app)[0]["id"]
    app.selectbox(key=f"model.{shown(app)}").set_value("reverse-gru-none").run()
    assert not app.exception and stories(app)[0]["views"][0]["data"].get("vector")


@pytest.mark.parametrize("number", range(3))
def test_try_this_on_attention(number):
    app = open_page("attention")
    app.button(key=f"attention-try-{number}").click().run()
    assert not app.exception and not app.warning and stories(app)


def test_a_link_opens_model_and_input():
    app = open_page("attention", model="dates-gru-additive", text="2021年3月3日")
    assert app.selectbox(key=f"model.{shown(app)}").value == "dates-gru-additive"
    assert "2021年3月3日" in stories(app)[0]["id"]


@every_language
def test_an_unknown_run_in_the_link_is_told(language):
    app = open_page("attention", language, model="<b>gone</b>")
    assert len(app.warning) == 1 and stories(app)


def test_a_link_made_in_chinese_opens_the_same_in_english():
    app = open_page("train", "zh")
    app.selectbox(key=f"task.{shown(app)}").set_value("sort").run()
    app.selectbox(key=f"attention.{shown(app)}").set_value("none").run()
    query = {name: value for name, value in app.query_params.items() if name != "lang"}
    assert query["task"] == "sort" and query["attention"] == "none"
    other = open_page("train", "en", **query)
    assert other.selectbox(key="task.en").value == "sort" and other.selectbox(key="attention.en").value == "none"


@every_language
def test_train_queues_what_was_chosen(language):
    app = open_page("train", language)
    assert len(app.info) == 1  # no run yet
    app.selectbox(key=f"cell.{shown(app)}").set_value("lstm").run()
    app.number_input(key=f"hidden.{shown(app)}").set_value(48).run()
    app.button(key="train").click().run()
    assert not app.exception
    (run,) = RunStore().recent()
    assert run.state == "queued" and run.config.model.cell == "lstm" and run.config.model.hidden == 48
    assert app.query_params["run"] == run.id
    app.button(key="stop").click().run()
    assert RunStore().get(run.id).state == "stopped"


@every_language
def test_a_finished_run_is_shown_and_opens_on_attention(language):
    run = train_one("somebody")
    app = open_page("train", language, run=run)
    (story,) = stories(app)
    assert story["id"].startswith(f"training|{run}") and len(story["steps"]) == 3
    assert any(metric.value.endswith("%") for metric in app.metric)
    app = open_page("attention", language, model=run, text="abc")
    assert not app.exception and not app.warning
    assert stories(app)[0]["id"].startswith(f"decoding|{run}|abc|")


@pytest.mark.parametrize("number", range(3))
def test_try_this_on_train(number):
    app = open_page("train")
    app.button(key=f"train-try-{number}").click().run()
    assert not app.exception and not app.warning


def test_a_try_sets_every_control():
    """What an earlier one set must not be left over."""
    app = open_page("train")
    app.button(key="train-try-1").click().run()  # addition: both ways, wider
    app.button(key="train-try-0").click().run()  # reverse without attention
    assert app.session_state["bidirectional"] is False and app.session_state["hidden"] == 64
    assert app.session_state["steps"] == 1500 and app.session_state["attention"] == "none"


@every_language
def test_an_unknown_run_on_train_is_told(language):
    app = open_page("train", language, run="zzz")
    assert len(app.warning) == 1 and "run" not in app.query_params


@every_language
@pytest.mark.parametrize(("typed", "remark"), [("5 May 1800", True), ("3 mars 2021", False)])
def test_what_is_no_date_is_remarked(typed, remark, language):
    app = open_page("attention", language, model="dates-gru-additive", text=typed)
    words = Words(language)
    assert (words.say("attention.not_a_date") in [info.value for info in app.info]) == remark


def test_the_language_changes_every_name():
    app = open_page("train", "en")
    assert "sort letters" in app.selectbox(key="task.en").options
    app.session_state["language"] = "zh"
    app.run()
    assert "字母排序" in app.selectbox(key="task.zh").options and app.selectbox(key="task.zh").value == "reverse"


@every_language
def test_the_page_of_sources_lists_all_terms_and_works(language):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["lang"] = language
    app = app.run().switch_page(str(ROOT / "pages/sources_page.py")).run()
    assert not app.exception, app.exception
    told = "\n".join(block.value for block in app.markdown).replace("\\", "")
    for term in terms(language).values():
        assert f"**{term.name}**" in told
    for work in works().values():
        assert f"*{work.title}*" in told


def test_a_page_lists_the_works_that_it_cites():
    app = open_page("attention")
    (foot,) = (block for block in app.expander if block.label == Words("en").say("foot.sources"))
    listed = foot.markdown[0].value
    assert "Attention is not Explanation" in listed and "Convolutional Sequence" not in listed
