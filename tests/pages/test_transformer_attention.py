"""The Attention page with a Transformer: layer and head in the link, every what-if, and which models are offered."""

import threading

import pytest

from seq2seq.models.config import TransformerConfig
from seq2seq.studies.trained import load_trained
from seq2seq.tasks.sequences import Reverse
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.store import RunStore
from seq2seq.training.worker import train_claimed
from seq2seq.ui.decoding import ATTENTION_TRIES
from seq2seq.ui.models import recurs, writes_step_by_step
from seq2seq.words import Words
from tests.pages.test_pages import every_language, open_page, shown, stories
from tests.pages.test_whatif import changed

MODEL = "reverse-transformer"


def view_of(story, id):
    return next(view for view in story["views"] if view["id"] == id)


@every_language
def test_it_tells_the_transformers_story(language):
    app = open_page("attention", language, model=MODEL, text="abcd")
    assert not app.exception and not app.warning
    story, words = stories(app)[0], Words(language)
    assert story["id"].startswith("transformer|") and "dcba" in story["id"]
    assert story["steps"][0]["title"] == words.say("transformer.story.intro.title")
    assert [view["id"] for view in story["views"]][:3] == ["overview", "heat-map", "softmax"]
    assert app.selectbox(key=f"look-layer.{language}").value == "2"
    assert any("Transformer" in caption.value for caption in app.caption)


def test_layer_and_head_lie_in_the_link_and_move_the_pictures():
    app = open_page("attention", "zh", model=MODEL, text="abcd")
    app.selectbox(key="look-layer.zh").set_value("1").run()
    app.selectbox(key="look-head.zh").set_value("3").run()
    assert app.query_params["look-layer"] == "1" and app.query_params["look-head"] == "3"
    link = {name: value for name, value in app.query_params.items() if name != "lang"}
    other = open_page("attention", "en", **link)
    weights = load_trained(MODEL).record_transformer("abcd").decoder[0]["cross.weights"][2]
    for found in (app, other):
        for cell in view_of(stories(found)[0], "heat-map")["data"]["weights"]:
            assert cell["w"] == pytest.approx(float(weights[cell["t"], cell["i"]]), rel=1e-3, abs=1e-6)
    other.selectbox(key="look-head.en").set_value("mean").run()
    assert view_of(stories(other)[0], "heads")["title"].startswith("The heads of layer 1")


@pytest.mark.parametrize(
    ("name", "value"), [("look-layer", "9"), ("look-head", "<b>"), ("if-layer", "7"), ("if-head", "x")]
)
def test_a_spoilt_link_does_no_harm(name, value):
    app = open_page("attention", model=MODEL, text="abc", **{"if": "look", "if-at": "1", name: value})
    assert not app.exception and stories(app)[0]["id"].startswith("transformer|") and changed(app)


def test_another_model_has_no_layer_to_choose():
    app = open_page("attention", model=MODEL, text="abcd")
    app.selectbox(key=f"model.{shown(app)}").set_value("reverse-gru-general").run()
    assert not app.exception and stories(app)[0]["id"].startswith("decoding|")
    assert not [box for box in app.selectbox if box.key and box.key.startswith("look-")]


@every_language
@pytest.mark.parametrize("kind", ["look", "write", "read", "context", "unit"])
def test_every_change_has_a_story(kind, language):
    app = open_page("attention", language, model=MODEL, text="abcd")
    app.selectbox(key=f"if.{language}").set_value(kind).run()
    assert not app.exception and not app.warning
    story = changed(app)
    assert story and [view["id"] for view in story["views"]][0] == "outputs"
    assert {"difference", "heat-before", "heat-after"} <= {view["id"] for view in story["views"]}
    assert not any("{" in step["title"] + step["text"] for step in story["steps"])


def test_all_heads_of_a_layer_or_one_alone():
    """Every head of the top layer on one letter: it is written. One head alone moves nothing that is written."""
    told = {"if": "look", "if-at": "1", "if-only": "1", "if-layer": "2"}
    for head, first in (("all", "a"), ("1", "d")):
        app = open_page("attention", model=MODEL, text="abcd", **told, **{"if-head": head})
        story = changed(app)
        outputs = view_of(story, "outputs")["data"]["tokens"]
        assert next(row["token"] for row in outputs if row["row"] == 1 and row["t"] == 0) == first
        after = view_of(story, "heat-after")
        assert [cell["w"] for cell in after["data"]["weights"] if cell["t"] == 0] == [1, 0, 0, 0]
        assert ("head 1" in story["steps"][0]["text"]) == (head == "1")


def test_sliders_of_one_head_keep_the_sum_and_lie_in_the_link():
    query = {"if": "look", "if-at": "1", "if-only": "0", "if-layer": "2", "if-head": "2"}
    app = open_page("attention", model=MODEL, text="abc", **query)
    app.slider(key="if-weight-0").set_value(0.6).run()
    after = [slider.value for slider in app.slider]
    assert after[0] == 0.6 and sum(after) == pytest.approx(1, abs=0.02)
    weights = view_of(changed(app), "heat-after")
    assert weights["data"]["weights"][0]["w"] == pytest.approx(0.6, abs=1e-3) and "head 2" in weights["title"]
    link = {name: value for name, value in app.query_params.items() if name != "lang"}
    again = [slider.value for slider in open_page("attention", "zh", **link).slider]
    assert again == pytest.approx(after, abs=0.02)
    app.selectbox(key="if-head.en").set_value("3").run()  # another head has weights of its own
    own = load_trained(MODEL).record_transformer("abc").decoder[1]["cross.weights"][2, 0]
    assert [slider.value for slider in app.slider] == pytest.approx(own.tolist(), abs=0.01)


def test_the_try_opens_it():
    app = open_page("attention", model="dates-gru-additive", text="3 mars 2021")
    app.button(key=f"attention-try-{list(ATTENTION_TRIES).index('transformer')}").click().run()
    assert not app.exception and not app.warning and stories(app)[0]["id"].startswith("transformer|")
    assert app.query_params["model"] == MODEL


def test_text_that_cannot_be_used_leaves_the_last_story():
    app = open_page("attention", model=MODEL, text="abcd")
    app.text_input(key="text.en").set_value("").run()
    assert len(app.warning) == 1 and "dcba" in stories(app)[0]["id"]


def train_one(**more):
    """A small run of a Transformer, finished."""
    model = TransformerConfig(layers=1, hidden=8, heads=2, feed_forward=8, **more)
    config = RunConfig(Reverse(), model, TrainingConfig(steps=10, until=None, batch=8, device="cpu"))
    store = RunStore()
    run = store.get(store.submit(config, "somebody", worker="test"))
    assert train_claimed(store, run, "test", threading.Event()) == "finished"
    return run.id


def ways_on(app):
    """Links of a run to the pages that look into it; the last link of every page leads to the terms and works."""
    return [link.proto for link in app.get("page_link")][:-1]


@every_language
def test_a_run_of_ones_own_is_linked_and_opened(language):
    run = train_one()
    links = ways_on(open_page("train", language, run=run))
    ways = ("train.open", "train.open.self_attention", "train.open.heads", "train.open.masks")
    assert [link.label for link in links] == [Words(language).say(way) for way in ways]
    assert all(run in str(link) for link in links)
    app = open_page("attention", language, model=run, text="abc", **{"look-head": "2"})
    assert not app.exception and not app.warning
    assert stories(app)[0]["id"].startswith(f"transformer|{run}|abc|")


@every_language
def test_a_run_that_sees_the_future_is_not(language):
    run, words = train_one(causal=False), Words(language)
    links = ways_on(open_page("train", language, run=run))
    assert [link.label for link in links] == [words.say(f"train.open.{way}") for way in ("leak", "heads")]
    assert "masks" in links[0].page and "masks-part=leak" in links[0].query_string and run in str(links[1])
    app = open_page("attention", language, model=run, text="abc")
    assert [warning.value for warning in app.warning] == [words.say("attention.cannot_show", run=run)]
    assert stories(app)[0]["id"].startswith("decoding|")


def test_which_models_can_be_stepped_through():
    def config(**more):
        return RunConfig(Reverse(), TransformerConfig(**more), TrainingConfig(steps=1))

    assert writes_step_by_step(config()) and not writes_step_by_step(config(causal=False))
    assert not recurs(config())


@pytest.mark.parametrize("page", ["cell", "states", "tokens", "convolution"])
def test_pages_that_cannot_show_it_do_not_offer_it(page):
    app = open_page(page)
    offered = [option for box in app.selectbox for option in box.options]
    assert not app.exception and not [name for name in offered if "Transformer" in name]


@pytest.mark.parametrize("page", ["attention", "self_attention"])
def test_an_output_that_is_no_day_of_the_calendar_is_told(page, monkeypatch):
    from seq2seq.tasks import Dates

    opened = open_page(page, model="dates-transformer", text="3 mars 2021")
    assert not opened.exception and not opened.warning
    monkeypatch.setattr(Dates, "flaw", lambda task, output: "no_day")
    opened = open_page(page, model="dates-transformer", text="4 mars 2021")
    assert len(opened.warning) == 1 and opened.warning[0].value.endswith("” is not a day of the calendar.")
    assert any("By kind of input: " in caption.value and "ordinals" in caption.value for caption in opened.caption)
