"""The State space page: its first picture is stored, every control tells another story, bad input takes nothing away."""

import json

import pytest

from seq2seq.player.palette import palette
from seq2seq.stories.states import states_story
from seq2seq.stories.stored import STATES_MODEL, STATES_SENTENCES, read_story
from seq2seq.studies.states import StateChoice, record_states
from seq2seq.studies.trained import load_trained
from seq2seq.ui.state_space import space_plan
from seq2seq.words import LANGUAGES, Words
from tests.pages.test_pages import open_page, stories, train_one

every_language = pytest.mark.parametrize("language", LANGUAGES)


def widget(app, id):
    return f"{id}.{app.session_state['language']}"


def rows(app, view="cloud", data="points"):
    return next(found for found in stories(app)[0]["views"] if found["id"] == view)["data"][data]


@every_language
def test_the_first_picture_is_stored_and_is_what_the_model_says_today(language):
    app = open_page("states", language)
    stored = json.loads(read_story(f"states-{language}"))
    assert stories(app)[0] == stored
    trace = record_states(load_trained(STATES_MODEL), StateChoice(), STATES_SENTENCES)
    made = json.loads(states_story(trace, Words(language), STATES_MODEL).to_json())
    for key in ("id", "labels", "chapters", "listings"):
        assert stored[key] == made[key], key
    for key in ("title", "code"):
        assert [step[key] for step in stored["steps"]] == [step[key] for step in made["steps"]]
    assert [view["template"] for view in stored["views"]] == [view["template"] for view in made["views"]]
    for row, other in zip(stored["views"][0]["data"]["points"], made["views"][0]["data"]["points"], strict=True):
        assert row["x"] == pytest.approx(other["x"], abs=2e-3) and row["tip"] == other["tip"]


@every_language
def test_sentences_that_are_typed_are_followed(language):
    app = open_page("states", language)
    app.text_input(key=widget(app, "sentences")).set_value("5 May 1999； 1999年5月5日").run()
    assert not app.exception and not app.warning
    assert [row["text"] for row in rows(app, data="chosen")] == ["5 may 1999", "1999年5月5日"]


@every_language
@pytest.mark.parametrize("typed", ["", " ; ;", "🙂🙂", "1; 2; 3; 4; 5; 6", "1" * 80])
def test_bad_input_gets_a_sentence_and_the_last_story_stays(typed, language):
    app = open_page("states", language)
    before = stories(app)
    app.text_input(key=widget(app, "sentences")).set_value(typed).run()
    assert not app.exception and len(app.warning) == 1 and stories(app) == before
    assert app.text_input(key=widget(app, "sentences")).value == typed  # nothing typed is lost


@every_language
def test_a_link_with_bad_input_shows_the_example(language):
    app = open_page("states", language, sentences="<script>alert(1)</script>; 🙂")
    assert not app.exception and len(app.warning) == 1
    assert [row["text"] for row in rows(app, data="chosen")] == list(STATES_SENTENCES)


def test_every_control_lies_in_the_address_and_tells_another_story():
    app = open_page("states")
    seen = [stories(app)[0]["id"]]
    for id, value in (("state", "output"), ("state-colour", "unit"), ("state-part", "both")):
        app.selectbox(key=f"{id}.en").set_value(value).run()
        assert not app.exception and app.query_params[id] == value
        seen.append(stories(app)[0]["id"])
    for id, value, told in (("state-output", 9, "9"), ("state-unit", 3, "2")):  # an address counts units from 0
        app.number_input(key=f"{id}.en").set_value(value).run()
        assert not app.exception and app.query_params[id] == told
        seen.append(stories(app)[0]["id"])
    assert len(set(seen)) == len(seen)
    query = {name: value for name, value in app.query_params.items() if name != "lang"}
    assert stories(open_page("states", "en", **query))[0]["id"] == seen[-1]
    assert stories(open_page("states", "zh", **query))[0]["id"] == seen[-1]  # a link means the same in every language


@every_language
@pytest.mark.parametrize("number", range(4))
def test_try_this(number, language):
    app = open_page("states", language)
    app.button(key=f"states-try-{number}").click().run()
    assert not app.exception and not app.warning and stories(app)
    assert len(app.get("plotly_chart")) == (number == 3)
    app.button(key=f"states-try-{(number + 1) % 4}").click().run()  # what one set is not left over
    assert not app.exception and len(app.get("plotly_chart")) == (number == 2)


@pytest.mark.parametrize("model", ["dates-gru-additive", "dates-rnn-none", "reverse-gru-general"])
def test_other_models_get_sentences_they_can_read(model):
    app = open_page("states")
    app.selectbox(key="state-model.en").set_value(model).run()
    assert not app.exception and not app.warning and f"states|{model}|" in stories(app)[0]["id"]


@pytest.mark.parametrize("which", ["final", "every", "output"])
def test_a_run_of_ones_own_with_two_layers(which):
    run = train_one("somebody", cell="lstm", layers=2, attention="none", bidirectional=True)
    app = open_page("states", **{"state-model": run, "state": which})
    assert not app.exception and not app.warning and "|h|1|" in stories(app)[0]["id"]
    app.selectbox(key="state-layer.en").set_value("1").run()
    assert not app.exception and "|h|0|" in stories(app)[0]["id"]


def test_what_nobody_can_write_is_told():
    """Output 40 of a date: there is none."""
    app = open_page("states")
    app.selectbox(key="state.en").set_value("output").run()
    before = stories(app)
    app.number_input(key="state-output.en").set_value(40).run()
    assert not app.exception and len(app.warning) == 1 and stories(app) == before


# ---- in space


@pytest.mark.parametrize("colour", ["told", "month", "language", "year", "unit", "token"])
def test_space_holds_every_sentence_and_every_way(colour):
    from seq2seq.stories.states.measured import Measured

    measured = Measured(record_states(load_trained(STATES_MODEL), StateChoice(), STATES_SENTENCES))
    plan = space_plan(measured, Words("en"), colour, dark=False)
    dots = [trace for trace in plan["data"] if trace["mode"] == "markers"]
    assert sum(len(trace["x"]) for trace in dots) == 240
    found = sorted(x for trace in dots for x in trace["x"])
    assert found == pytest.approx(sorted(measured.places[1, :, 0]), abs=1e-4)
    last = plan["frames"][-1]["data"]
    paths = measured.trace.paths
    assert [len(way["x"]) for way in last] == [*(len(p.encoder) for p in paths), *(len(p.decoder) for p in paths)]
    assert last[5]["x"][0] == pytest.approx(last[0]["x"][-1], abs=1e-3)  # the decoder goes on where the encoder ends
    titles = [plan["layout"]["scene"][f"{axis}axis"]["title"]["text"] for axis in "xyz"]
    assert all("%" in title for title in titles)


def test_the_figure_is_one_that_plotly_accepts():
    from seq2seq.stories.states.measured import Measured
    from seq2seq.ui.state_space import space_figure

    measured = Measured(record_states(load_trained("reverse-gru-none"), StateChoice(), ("<b>a</b>", "ab")))
    figure = space_figure(measured, Words("zh"), "told", dark=True)  # raises where a property is unknown
    assert len(figure.frames) and palette(True) != palette(False)
    texts = [text for frame in figure.frames for trace in frame.data for text in trace.text or ()]
    assert any("&lt;" in text for text in texts) and not any("<" in text for text in texts)
