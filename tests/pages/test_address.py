"""The address and the controls say the same: links, back and forward, one page after another."""

import ast

import pytest

from seq2seq.words import Words
from tests.pages.test_pages import ROOT, every_language, open_page


def without_language(app):
    return {name: value for name, value in app.query_params.items() if name != "lang"}


def test_where_the_browser_goes_back_the_controls_follow():
    app = open_page("train", "zh")
    app.selectbox(key="task.zh").set_value("sort").run()
    assert app.query_params["task"] == "sort"
    del app.query_params["task"]  # back
    app.run()
    assert app.selectbox(key="task.zh").value == "reverse" and without_language(app) == {}
    app.query_params["task"] = "sort"  # and forward
    app.run()
    assert app.selectbox(key="task.zh").value == "sort"
    app.selectbox(key="task.zh").set_value("copy").run()  # the control still works
    assert app.query_params["task"] == "copy" and app.selectbox(key="task.zh").value == "copy"


def test_two_changes_in_quick_succession_both_count():
    """The second comes with an address from before the first."""
    app = open_page("train")
    app.selectbox(key="task.en").set_value("sort").run()
    del app.query_params["task"]
    app.selectbox(key="cell.en").set_value("lstm").run()
    assert without_language(app) == {"task": "sort", "cell": "lstm"}


def test_where_the_browser_goes_back_the_language_follows():
    app = open_page("train", "zh")
    app.query_params["lang"] = "en"
    app.run()
    assert app.title[0].value == Words("en").say("page.train.title") and app.query_params["lang"] == "en"


def test_a_page_takes_no_controls_of_another_with_it():
    app = open_page("train")
    app.selectbox(key="task.en").set_value("sort").run()
    app.switch_page(str(ROOT / "pages/home_page.py"))
    app.query_params["task"] = "sort"  # still in the address
    app.run()
    assert without_language(app) == {}
    app.switch_page(str(ROOT / "pages/train_page.py")).run()
    assert app.selectbox(key="task.en").value == "sort" and app.query_params["task"] == "sort"


def test_a_link_wins_over_what_was_chosen_before():
    app = open_page("attention")
    app.selectbox(key="model.en").set_value("reverse-gru-none").run()
    app.switch_page(str(ROOT / "pages/home_page.py")).run()
    app.switch_page(str(ROOT / "pages/attention_page.py"))
    app.query_params["model"] = "dates-gru-additive"
    app.run()
    assert app.selectbox(key="model.en").value == "dates-gru-additive"


def test_what_is_not_ours_stays():
    """Only what our controls wrote goes: the player keeps its step in the address, too."""
    app = open_page("train", step="3")
    app.selectbox(key="task.en").set_value("sort").run()
    assert without_language(app) == {"step": "3", "task": "sort"}


@every_language
@pytest.mark.parametrize(
    ("id", "text"), [("hidden", "0"), ("hidden", "wide"), ("learning_rate", "nan"), ("steps", "-1")]
)
def test_a_number_in_a_link_that_cannot_be_gets_a_sentence(language, id, text):
    app = open_page("train", language, **{id: text})
    (warning,) = app.warning
    assert Words(language).say(f"train.{id}") in warning.value and text in warning.value
    assert id not in app.query_params and not app.exception
    app.run()
    assert not app.warning


def test_a_new_run_is_shown_and_back_shows_the_one_before():
    app = open_page("train")
    app.button(key="train").click().run()
    first = app.query_params["run"]
    app.button(key="train").click().run()
    second = app.query_params["run"]
    assert app.selectbox(key="run.en").value == second != first
    app.query_params["run"] = first
    app.run()
    assert app.selectbox(key="run.en").value == first == app.query_params["run"] == app.session_state["run"]


def test_a_control_of_one_id_is_of_one_kind_on_every_page():
    """Its value goes from page to page: text where a number is looked for would break that page."""
    makers, kinds = {"choice", "segments", "line", "whole", "decimal", "switch", "slide", "span"}, {}
    for file in (ROOT / "seq2seq/ui").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers and node.args:
                kind = "choice" if node.func.id == "segments" else node.func.id
                if isinstance(node.args[0], ast.Constant):
                    kinds.setdefault(node.args[0].value, set()).add(kind)
    assert len(kinds) > 50 and not {id: kind for id, kind in kinds.items() if len(kind) > 1}
