"""The Gradients page in every language: its three stories, its settings in links, runs that are missing, live or over."""

import json
import threading
from dataclasses import replace

import pytest

from seq2seq.stories.stored import read_story
from seq2seq.studies.recordings import clipping_run, recall_run
from seq2seq.tasks import InputError
from seq2seq.training.store import RunStore
from seq2seq.training.trainer import Trainer
from seq2seq.training.worker import train_claimed
from seq2seq.ui import session
from seq2seq.words import Words
from tests.pages.test_pages import every_language, open_page, shown, stories


def views(app):
    (story,) = stories(app)
    return {view["id"]: view for view in story["views"]}


def texts(app):
    return "\n".join(found.value for kind in (app.markdown, app.caption, app.warning, app.info) for found in kind)


def finish(run):
    """Train a queued run to its end, as a worker would."""
    store = RunStore()
    while claimed := store.claim("test"):
        train_claimed(store, claimed, "test", threading.Event())
        if claimed.id == run:
            return


@every_language
def test_the_first_picture_is_the_stored_one(language):
    app = open_page("gradients", language)
    (story,) = stories(app)
    assert story == json.loads(read_story(f"gradients-{language}"))
    assert sum("question" in step for step in story["steps"]) >= 3


def test_the_stored_picture_is_what_a_fresh_model_says_today(monkeypatch):
    from seq2seq.ui import gradients

    chosen = gradients.Chosen()
    made = gradients._reach(chosen, tuple((key, None) for key in chosen.arms))
    story = json.loads(gradients.backward_story(made, Words("en")).to_json())
    kept = json.loads(read_story("gradients-en"))
    assert [step["title"] for step in story["steps"]] == [step["title"] for step in kept["steps"]]
    assert story["listings"] == kept["listings"]
    for a, b in zip(story["views"], kept["views"], strict=True):
        for name, rows in a["data"].items():
            for row, other in zip(rows, b["data"][name], strict=True):
                if isinstance(row.get("v"), float):
                    assert row["v"] == pytest.approx(other["v"], rel=2e-3)


@every_language
def test_settings_change_the_story_and_lie_in_the_link(language):
    app = open_page("gradients", language)
    app.slider(key=f"reach-d.{language}").set_value(8).run()
    app.slider(key=f"reach-scale.{language}").set_value(5.0).run()
    app.selectbox(key=f"reach-hand.{language}").set_value("lstm-attention").run()
    assert not app.exception
    assert app.query_params["reach-d"] == "8" and app.query_params["reach-scale"] == "5.0"
    flow = views(app)["overview"]["data"]["flow"]
    assert len(flow) == 9 and views(app)["overview"]["data"]["looked"]
    query = {name: value for name, value in app.query_params.items() if name not in ("lang", "step")}
    other = open_page("gradients", "en" if language == "zh" else "zh", **query)
    assert [row | {"tip": ""} for row in views(other)["overview"]["data"]["flow"]] == [
        row | {"tip": ""} for row in flow
    ]
    app.toggle(key=f"reach-attention.{language}").set_value(False).run()
    app.selectbox(key=f"reach-hand.{language}").set_value("gru").run()
    assert not any(row["attention"] for row in views(app)["curves"]["data"]["curves"])


def test_a_wider_gate_lets_more_through():
    def at_symbol(bias):
        app = open_page("gradients", **{"reach-hand": "lstm", "reach-bias": str(bias), "reach-d": "15"})
        return views(app)["overview"]["data"]["flow"][0]["v"]

    closed, default, opened = (at_symbol(bias) for bias in (-1.0, 1.0, 3.0))
    assert closed < default / 10 < default < opened / 3


@every_language
@pytest.mark.parametrize("query", [{"reach-d": "900"}, {"reach-scale": "x"}, {"reach-bias": "1e9"}])
def test_a_link_that_cannot_be_used_gets_a_sentence(query, language):
    app = open_page("gradients", language, **query)
    assert len(app.warning) == 1 and stories(app)


@every_language
def test_trained_weights_are_looked_into(language):
    app = open_page("gradients", language, **{"reach-weights": "trained", "reach-hand": "gru"})
    (story,) = stories(app)
    trained = views(app)["overview"]["data"]["flow"][0]["v"]
    fresh = views(open_page("gradients", language, **{"reach-hand": "gru"}))["overview"]["data"]["flow"][0]["v"]
    assert trained > 1000 * fresh  # what training opened
    assert not app.exception and "2 U" not in json.dumps(story)


def test_an_arm_that_is_not_trained_is_left_out_beside_trained_ones():
    """Bias 3 was recorded without attention only."""
    query = {"reach-weights": "trained", "reach-hand": "lstm", "reach-bias": "3.0"}
    arms = {row["arm"] for row in views(open_page("gradients", **query))["curves"]["data"]["curves"]}
    assert arms == {"rnn h", "gru h", "lstm h", "lstm c", "rnn-attention h", "gru-attention h"}


@every_language
def test_what_is_not_trained_says_so(language):
    app = open_page("gradients", language, **{"reach-weights": "trained", "reach-d": "7"})
    assert not stories(app) and not app.exception
    assert Words(language).say("gradients.nothing.trained", name="RNN") in texts(app)


@every_language
def test_training_shows_the_recordings_at_once(language):
    app = open_page("gradients", language, **{"reach-part": "training"})
    assert set(views(app)) == {"reach", "exact", "left"}
    assert len({row["run"] for row in views(app)["exact"]["data"]["curves"]}) == 8
    assert not [button for button in app.button if button.key == "train-missing"]


@every_language
def test_missing_runs_are_asked_for_followed_and_told(language):
    app = open_page("gradients", language, **{"reach-part": "training", "reach-d": "2", "reach-attention": "0"})
    assert not stories(app) and Words(language).say("gradients.nothing") in texts(app)
    app.button(key="train-missing").click().run()
    assert not app.exception
    queued = RunStore().recent()
    assert {run.config.model.cell for run in queued} == {"rnn", "gru", "lstm"} and len(queued) == 5
    assert Words(language).say("train.state.queued", ahead=4) in texts(app)
    first = queued[-1]
    store = RunStore()
    claimed = store.claim("w")
    assert claimed.id == first.id
    short = replace(claimed.config, training=replace(claimed.config.training, steps=10))
    for report in Trainer(short).run():
        store.record(first.id, report.step, report.to_dict(), "w")
    app.run()
    assert len({row["run"] for row in views(app)["exact"]["data"]["curves"]}) == 1  # live
    store.finish(first.id, "w", "failed", InputError("input.diverged"))
    app.button(key="stop-followed").click().run()
    assert {run.state for run in store.recent()} == {"stopped", "failed"}
    assert Words(language).say("input.diverged") in texts(app) and not app.exception
    assert [button for button in app.button if button.key == "train-missing"]  # they can be asked for again


def test_a_run_of_ones_own_is_looked_into():
    app = open_page("gradients", **{"reach-part": "training", "reach-d": "3", "reach-attention": "0"})
    config = recall_run("gru", distance=3)
    quick = replace(config, training=replace(config.training, steps=400))
    run = RunStore().submit(quick, app.session_state["owner"])
    finish(run)
    app.run()
    assert {row["run"] for row in views(app)["exact"]["data"]["curves"]} == {"gru"}
    app.segmented_control(key="reach-part.en").set_value("back").run()
    app.selectbox(key="reach-hand.en").set_value("gru").run()
    app.selectbox(key="reach-weights.en").set_value("trained").run()
    assert not app.exception and stories(app)


@every_language
def test_clipping_stands_there_and_another_limit_is_asked_for(language):
    app = open_page("gradients", language, **{"reach-part": "clipping"})
    assert set(views(app)) == {"norm", "loss", "right"}
    app.number_input(key=f"clip-at.{language}").set_value(2.0).run()
    app.button(key="train-missing").click().run()
    (run,) = RunStore().recent()
    assert run.config == clipping_run(2.0) and not app.exception


@every_language
@pytest.mark.parametrize("number", range(3))
def test_try_this(number, language):
    app = open_page("gradients", language)
    app.button(key=f"gradients-try-{number}").click().run()
    assert not app.exception and not app.warning and stories(app)


@every_language
def test_a_damaged_store_leaves_what_is_recorded(language, home):
    session.run_store.clear()
    (home / "runs.db").write_bytes(b"This is no database. " * 100)
    assert stories(open_page("gradients", language))
    app = open_page("gradients", language, **{"reach-part": "training"})
    assert len(app.warning) >= 1 and not app.exception


@every_language
def test_the_train_page_has_the_settings(language):
    app = open_page("train", language)
    app.selectbox(key=f"cell.{shown(app)}").set_value("lstm").run()
    app.number_input(key=f"forget_bias.{shown(app)}").set_value(3.0).run()
    app.number_input(key=f"recurrent_scale.{shown(app)}").set_value(2.0).run()
    app.number_input(key=f"clip.{shown(app)}").set_value(0.5).run()
    app.button(key="train").click().run()
    app.toggle(key=f"clipping.{shown(app)}").set_value(False).run()
    app.button(key="train").click().run()
    assert not app.exception
    second, first = RunStore().recent()
    assert first.config.training.clip == 0.5 and second.config.training.clip is None
    assert first.config.model.forget_bias == 3.0 and first.config.model.recurrent_scale == 2.0
    assert app.query_params["clipping"] == "0" and app.query_params["forget_bias"] == "3.0"
