"""What if, on the Attention page: each change has its controls, its story, its place in the address."""

import json

import pytest

from seq2seq.traces import shared_out
from seq2seq.words import Words
from tests.pages.test_pages import every_language, open_page, shown, stories


def changed(app):
    """The story of the what-if."""
    found = [story for story in stories(app) if story["id"].startswith("comparison|")]
    return found[0] if found else None


@every_language
@pytest.mark.parametrize("kind", ["look", "write", "read", "context", "unit"])
@pytest.mark.parametrize("model", ["reverse-gru-general", "dates-lstm-none"])
def test_every_change_has_a_story(kind, model, language):
    app = open_page("attention", language, model=model)
    if kind == "look" and model.endswith("none"):
        assert "look" not in [*app.selectbox(key=f"if.{language}").options]
        return
    app.selectbox(key=f"if.{language}").set_value(kind).run()
    assert not app.exception and not app.warning
    story = changed(app)
    assert story and app.query_params["if"] == kind
    assert [view["id"] for view in story["views"]][0] == "outputs"


def test_nothing_is_shown_before_something_is_changed():
    app = open_page("attention")
    assert changed(app) is None
    assert Words("en").say("whatif.help") in [caption.value for caption in app.caption]


def test_a_link_made_in_chinese_opens_the_same_what_if_in_english():
    app = open_page("attention", "zh", text="abc")
    app.selectbox(key="if.zh").set_value("write").run()
    app.selectbox(key="if-at.zh").set_value("1").run()
    app.selectbox(key="if-token.zh").set_value("q").run()
    query = {name: value for name, value in app.query_params.items() if name != "lang"}
    other = open_page("attention", "en", **query)
    outputs = changed(other)["views"][0]["data"]["tokens"]
    assert next(row["token"] for row in outputs if row["row"] == 1 and row["t"] == 0) == "q"
    assert outputs == changed(app)["views"][0]["data"]["tokens"]


def test_looking_only_here():
    app = open_page("attention", text="abc", **{"if": "look", "if-at": "1", "if-only": "1"})
    story = changed(app)
    after = next(view for view in story["views"] if view["id"] == "heat-after")["data"]["weights"]
    assert [cell["w"] for cell in after if cell["t"] == 0] == [1, 0, 0]
    outputs = next(view for view in story["views"] if view["id"] == "outputs")["data"]["tokens"]
    assert next(cell["token"] for cell in outputs if cell["row"] == 1 and cell["t"] == 0) == "a"


def test_sliders_keep_the_sum_and_lie_in_the_address():
    app = open_page("attention", text="abc", **{"if": "look", "if-at": "1", "if-only": "0"})
    before = [slider.value for slider in app.slider]
    assert len(before) == 3 and sum(before) == pytest.approx(1, abs=0.02)
    app.slider(key="if-weight-0").set_value(0.6).run()
    after = [slider.value for slider in app.slider]
    assert after[0] == 0.6 and sum(after) == pytest.approx(1, abs=0.02)
    assert app.query_params["if-weights"].startswith("0.600,")
    weights = next(view for view in changed(app)["views"] if view["id"] == "heat-after")["data"]["weights"]
    assert weights[0]["w"] == pytest.approx(0.6, abs=1e-3)
    link = {name: value for name, value in app.query_params.items() if name != "lang"}
    again = [slider.value for slider in open_page("attention", "zh", **link).slider]
    assert again == pytest.approx(after, abs=0.02)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("if", "sing"),
        ("if-at", "99"),
        ("if-only", "-3"),
        ("if-weights", "1,x"),
        ("if-weights", "nan,nan,nan"),
        ("if-at", "<b>"),
    ],
)
def test_a_spoilt_link_does_no_harm(name, value):
    query = {"if": "look", "if-at": "1", "if-only": "0", name: value}
    app = open_page("attention", text="abc", **query)
    assert not app.exception and stories(app)


def test_another_model_keeps_what_it_can():
    app = open_page("attention", **{"if": "look"})
    assert changed(app)
    app.selectbox(key=f"model.{shown(app)}").set_value("reverse-gru-none").run()
    assert not app.exception  # it has no attention: there is no such change


@pytest.mark.parametrize(
    ("weights", "moved", "wanted", "right"),
    [
        ((0.5, 0.25, 0.25), 0, 0.8, (0.8, 0.1, 0.1)), ((1.0, 0.0, 0.0), 0, 0.4, (0.4, 0.3, 0.3)),
        ((0.2, 0.8), 1, 0.0, (1.0, 0.0)), ((1.0,), 0, 0.3, (1.0,)), ((0.0, 1.0), 0, 1.0, (1.0, 0.0)),
    ],
)  # fmt: skip
def test_what_one_slider_takes_the_others_give(weights, moved, wanted, right):
    assert shared_out(weights, moved, wanted) == pytest.approx(right)
    assert json.dumps(shared_out(weights, moved, wanted))
