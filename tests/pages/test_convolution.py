"""The Convolution page, in both languages: what it shows, what is typed, and the field trained on demand."""

import json
import threading

import pytest

from seq2seq.stories.stored import read_story
from seq2seq.studies.field import distances, field_config
from seq2seq.training.config import RunConfig
from seq2seq.training.store import RunStore
from seq2seq.training.worker import train_claimed
from seq2seq.words import LANGUAGES, Words
from tests.pages.test_pages import open_page, shown, stories
from tests.training.test_convolutional import config, run_in_store

every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_language
def test_it_opens_with_the_stored_story_and_what_was_measured(language):
    app = open_page("convolution", language)
    first, field = stories(app)
    assert first == json.loads(read_story(f"convolution-{language}"))
    assert field["id"] == "field|measured|3|4|same" and len(field["views"][0]["data"]["runs"]) == 24


def test_the_stored_story_is_what_the_model_says_today():
    from seq2seq.studies.store_stories import convolution

    for language in LANGUAGES:
        ((_, story),) = convolution(Words(language))
        stored, made = json.loads(read_story(f"convolution-{language}")), json.loads(story.to_json())
        assert [step["title"] for step in stored["steps"]] == [step["title"] for step in made["steps"]]
        assert stored["listings"] == made["listings"] and stored["labels"] == made["labels"]
        assert [view["template"] for view in stored["views"]] == [view["template"] for view in made["views"]]
        for a, b in zip(stored["views"], made["views"], strict=True):
            for row, other in zip(a["data"].get("weights", []), b["data"].get("weights", []), strict=True):
                assert row["w"] == pytest.approx(other["w"], abs=1e-3)


@every_language
def test_what_is_typed_is_decoded_and_the_position_followed(language):
    app = open_page("convolution", language)
    app.text_input(key=f"read.{shown(app)}").set_value("stressed").run()
    assert not app.exception and "|stressed|desserts⟨eos⟩" in stories(app)[0]["id"]
    app.selectbox(key=f"at.{shown(app)}").set_value("2").run()
    assert stories(app)[0]["views"][0]["signals"]["p"] == 1 and app.query_params["at"] == "2"
    app.selectbox(key=f"heat.{shown(app)}").set_value("1").run()
    heat = next(view for view in stories(app)[0]["views"] if view["id"] == "heat-map")
    assert heat["data"]["weights"][0]["ask"] == "weight 0 0 0" and app.query_params["heat"] == "1"


@every_language
def test_what_if_another_token_were_read(language):
    app = open_page("convolution", language)
    assert len(stories(app)) == 2
    app.selectbox(key=f"swap-to.{language}").set_value("z").run()
    _, told, _ = stories(app)
    assert not app.exception and app.query_params["swap-to"] == "z"
    assert told["id"] == "convolution-replaced|reverse-conv|computer" and told["views"][0]["signals"]["p"] == 4
    app.selectbox(key=f"swap-at.{language}").set_value("1").run()
    assert stories(app)[1]["id"] == told["id"] and stories(app)[1]["views"][0]["signals"]["p"] == 0
    other = open_page("convolution", language, **{"swap-at": "2", "swap-to": "q"})
    assert stories(other)[1]["views"][0]["signals"]["p"] == 1
    strange = open_page("convolution", language, **{"swap-at": "99", "swap-to": "<script>"})
    assert not strange.exception and len(stories(strange)) == 2


def test_a_link_made_in_chinese_opens_the_same_in_english():
    app = open_page("convolution", "zh", read="kernel", at="6", heat="2", **{"field-kernel": "5", "field-layers": "2"})
    other = open_page(
        "convolution", "en", read="kernel", at="6", heat="2", **{"field-kernel": "5", "field-layers": "2"}
    )
    for one in (app, other):
        first, field = stories(one)
        assert "|kernel|" in first["id"] and first["views"][0]["signals"]["p"] == 5
        assert field["id"] == "field|measured|5|2|same"


@every_language
@pytest.mark.parametrize("typed", ["", "   ", "日本語", "a" * 500, "🙂" * 3])
def test_bad_input_gets_a_sentence_and_the_last_story_stays(typed, language):
    app = open_page("convolution", language)
    app.text_input(key=f"read.{shown(app)}").set_value("kernel").run()
    before = stories(app)
    app.text_input(key=f"read.{shown(app)}").set_value(typed).run()
    assert not app.exception and len(app.warning) == 1 and stories(app) == before


@every_language
def test_a_length_never_trained_on_is_remarked(language):
    app = open_page("convolution", language, read="thequickbrownfoxjumps")
    assert not app.exception and any("21" in info.value for info in app.info)
    assert not open_page("convolution", language).info


@pytest.mark.parametrize("number", range(4))
def test_tries(number):
    app = open_page("convolution")
    app.button(key=f"convolution-try-{number}").click().run()
    assert not app.exception and not app.warning and len(stories(app)) == (3 if number == 2 else 2)


def test_an_address_that_means_nothing_is_told_or_ignored():
    app = open_page("convolution", at="99", heat="x", model="<b>gone</b>", **{"field-kernel": "4"})
    assert not app.exception and len(app.warning) == 1 and len(stories(app)) == 2


@every_language
@pytest.mark.parametrize("readout", ["decoder", "positions"])
def test_a_run_of_mine_opens_here_and_not_on_attention(language, readout):
    from seq2seq.models.config import ConvConfig

    task = {"name": "shift"} if readout == "positions" else None
    run = run_in_store(RunStore(), config(task, ConvConfig(layers=2, hidden=8, readout=readout)))
    app = open_page("train", language, run=run)
    words = Words(language)
    links = [link.proto.label for link in app.get("page_link")]
    assert words.say("train.open.convolution") in links and words.say("train.open") not in links
    app = open_page("convolution", language, model=run)
    assert not app.exception and not app.warning
    assert stories(app)[0]["id"].startswith(f"convolution|{run}|")
    app = open_page("attention", language, model=run)
    assert len(app.warning) == 1 and run not in app.selectbox(key=f"model.{language}").options


@every_language
def test_train_offers_what_applies_and_queues_it(language):
    app = open_page("train", language)
    app.selectbox(key=f"cell.{shown(app)}").set_value("conv").run()
    keys = {box.key for box in [*app.selectbox, *app.number_input, *app.toggle]}
    gone = {"attention", "bidirectional", "layers", "embedding", "hidden"}
    assert not keys & {f"{name}.{language}" for name in gone} and f"padding.{language}" not in keys
    app.number_input(key=f"conv-layers.{language}").set_value(6).run()
    app.selectbox(key=f"kernel.{language}").set_value("5").run()
    app.selectbox(key=f"readout.{language}").set_value("positions").run()
    app.selectbox(key=f"padding.{language}").set_value("causal").run()
    app.selectbox(key=f"task.{language}").set_value("shift").run()
    app.number_input(key=f"shift.{language}").set_value(7).run()
    app.button(key="train").click().run()
    assert not app.exception
    (run,) = RunStore().recent()
    model = run.config.model
    assert (model.cell, model.layers, model.kernel, model.readout, model.padding) == (
        "conv",
        6,
        5,
        "positions",
        "causal",
    )
    assert run.config.task.distance == 7
    app.selectbox(key=f"cell.{language}").set_value("gru").run()
    assert app.number_input(key=f"layers.{language}").value == 1  # what another kind was set to is not lost or mixed


@every_language
def test_the_field_is_trained_by_runs_of_the_store_and_shown_as_they_finish(language, monkeypatch):
    app = open_page("convolution", language, **{"field-layers": "1"})
    app.button(key="field-train").click().run()
    assert not app.exception
    store = RunStore()
    runs = store.recent()
    assert {run.config.task.distance for run in runs} == set(distances(3, 1, "same"))
    assert all(run.config == field_config(3, 1, "same", run.config.task.distance) for run in runs)
    assert all(RunConfig.from_dict(run.config.to_dict()) == run.config for run in runs)
    field = stories(app)[1]
    assert field["id"] == "field|mine|3|1|same" and field["views"][0]["data"]["runs"] == []
    taken = store.claim("test")
    monkeypatch.setattr("seq2seq.training.trainer.CONFIRMED", 50)
    assert train_claimed(store, taken, "test", threading.Event()) == "finished"
    app.run()
    (dot,) = stories(app)[1]["views"][0]["data"]["runs"]
    assert dot["d"] == taken.config.task.distance == 0 and dot["share"] > 0.9
    app.button(key="field-stop").click().run()
    assert {run.state for run in store.recent()} == {"finished", "stopped"}
    app.button(key="field-train").click().run()  # once more: other seeds
    assert {run.config.training.seed for run in store.recent()} == {1, 2}
