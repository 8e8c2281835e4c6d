"""The Self-attention page, in both languages: what it shows, what is typed, and where it looks."""

import json
import threading

import pytest

from seq2seq.models.config import ConvConfig, TransformerConfig
from seq2seq.stories.stored import read_story
from seq2seq.studies.masks import scale_config
from seq2seq.training.store import RunStore
from seq2seq.training.worker import train_claimed
from seq2seq.ui.navigation import meant_by, moved
from seq2seq.words import LANGUAGES, Words
from tests.pages.test_masks import short
from tests.pages.test_pages import open_page, shown, stories
from tests.training.test_convolutional import config, run_in_store

every_language = pytest.mark.parametrize("language", LANGUAGES)
PLACE = {"look": "decoder-cross", "layer": "2", "head": "4", "query": "3"}


@every_language
def test_it_opens_with_the_stored_story(language):
    app = open_page("self_attention", language)
    assert stories(app) == [json.loads(read_story(f"self-attention-{language}"))]
    assert not app.info and not app.warning


def test_the_stored_story_is_what_the_model_says_today():
    from seq2seq.studies.store_stories import self_attention

    for language in LANGUAGES:
        ((_, story),) = self_attention(Words(language))
        stored, made = json.loads(read_story(f"self-attention-{language}")), json.loads(story.to_json())
        assert [step["title"] for step in stored["steps"]] == [step["title"] for step in made["steps"]]
        assert stored["listings"] == made["listings"] and stored["labels"] == made["labels"]
        for a, b in zip(stored["views"], made["views"], strict=True):
            assert a["template"] == b["template"], a["id"]
        pair = [next(v for v in s["views"] if v["id"] == "heat-map")["data"]["weights"] for s in (stored, made)]
        for a, b in zip(*pair, strict=True):
            assert a["w"] == pytest.approx(b["w"], abs=1e-3)


@every_language
def test_every_control_moves_the_story_and_stands_in_the_link(language):
    app = open_page("self_attention", language)
    app.text_input(key=f"gather.{shown(app)}").set_value("kernel").run()
    assert not app.exception and stories(app)[0]["id"].endswith("|encoder|self|kernel")
    for id, value in PLACE.items():
        app.selectbox(key=f"{id}.{shown(app)}").set_value(value).run()
        assert not app.exception and app.query_params[id] == value
    (story,) = stories(app)
    overview = story["views"][0]
    assert story["id"].endswith("|decoder|cross|kernel") and overview["signals"]["p"] == 2
    assert overview["signals"]["tone"] == 1
    assert any(row["ask"] == "decoder 1 cross.weights 3 0" for row in overview["data"]["grids"])


def test_a_link_made_in_chinese_opens_the_same_in_english():
    found = [stories(open_page("self_attention", language, gather="kernel", **PLACE))[0] for language in ("zh", "en")]
    assert found[0]["id"] == found[1]["id"]
    assert found[0]["views"][0]["data"]["grids"] == found[1]["views"][0]["data"]["grids"]


@every_language
@pytest.mark.parametrize("typed", ["", "   ", "日本語", "a" * 500, "🙂" * 3])
def test_bad_input_gets_a_sentence_and_the_last_story_stays(typed, language):
    app = open_page("self_attention", language)
    app.text_input(key=f"gather.{shown(app)}").set_value("kernel").run()
    before = stories(app)
    app.text_input(key=f"gather.{shown(app)}").set_value(typed).run()
    assert not app.exception and len(app.warning) == 1 and stories(app) == before


@every_language
def test_a_length_never_trained_on_is_remarked(language):
    app = open_page("self_attention", language, gather="thequickbrownfoxjumps")
    assert not app.exception and any("21" in info.value for info in app.info)


@pytest.mark.parametrize("number", range(4))
def test_tries(number):
    app = open_page("self_attention")
    app.button(key=f"self_attention-try-{number}").click().run()
    assert not app.exception and not app.warning and len(stories(app)) == 1
    sides = ["|decoder|cross|", "|decoder|self|", "|encoder|self|", "scale|measured|1"]
    assert sides[number] in stories(app)[0]["id"]


def test_an_address_that_means_nothing_is_told_or_ignored():
    app = open_page("self_attention", look="sideways", layer="99", head="x", query="-1", model="<b>gone</b>")
    assert not app.exception and len(app.warning) == 1
    assert stories(app)[0] == json.loads(read_story("self-attention-en"))


@every_language
def test_a_run_of_mine_opens_here_whatever_its_shape(language):
    model = TransformerConfig(layers=1, hidden=8, heads=1, feed_forward=12, norm="pre")
    run = run_in_store(RunStore(), config(None, model))
    app = open_page("self_attention", language, model=run, look="decoder-self")
    assert not app.exception and not app.warning
    assert stories(app)[0]["id"].startswith(f"self-attention|{run}|decoder|self|")
    assert app.selectbox(key=f"head.{language}").options == ["1"]
    leaking = TransformerConfig(layers=1, hidden=8, heads=2, feed_forward=12, causal=False)
    for other in (leaking, ConvConfig(layers=1, hidden=8)):
        run = run_in_store(RunStore(), config(None, other))
        app = open_page("self_attention", language, model=run)
        assert len(app.warning) == 1 and run not in app.selectbox(key=f"model.{language}").options


# ---- the part on the scale


@every_language
def test_the_scale_is_a_part_and_a_link_opens_it(language):
    app = open_page("self_attention", language, draw="7")
    assert [story["id"] for story in stories(app)] == ["scale|measured|7"]
    assert app.query_params["selfatt-part"] == "scale" and app.query_params["draw"] == "7"
    app.button_group(key=f"selfatt-part.{language}").set_value("layer").run()
    assert stories(app) == [json.loads(read_story(f"self-attention-{language}"))]
    assert "selfatt-part" not in app.query_params and len(app.get("download_button")) == 1
    app.button(key="self_attention-try-3").click().run()
    app.button(key="self_attention-try-0").click().run()
    assert not app.exception and "|decoder|cross|" in stories(app)[0]["id"]


@pytest.mark.parametrize(
    "query", [{"draw": "no"}, {"selfatt-part": "<b>"}, {"selfatt-part": "scale", "scale-runs": "x"}]
)
def test_an_address_of_the_scale_that_means_nothing_is_told_or_ignored(query):
    app = open_page("self_attention", **query)
    assert not app.exception and len(stories(app)) == 1


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("masks-part=scale", "self-attention?selfatt-part=scale"),
        ("lang=zh&masks-part=scale&draw=7&scale-runs=mine",
         "self-attention?selfatt-part=scale&lang=zh&draw=7&scale-runs=mine"),
        ("draw=7&lang=en", "self-attention?selfatt-part=scale&draw=7&lang=en"),
        ("masks-part=leak&draw=7", "masks?masks-part=leak&draw=7"), ("head=2", "masks?head=2"), ("", "masks?"),
    ],
)  # fmt: skip
def test_an_older_link_to_the_scale_leads_here(query, address):
    assert "?".join(moved(meant_by("Masks"), query)) == address


def test_other_addresses_stay():
    assert moved("sampling", "draw=7") == ("sampling", "draw=7")


@every_language
def test_the_scale_is_trained_by_runs_of_the_store(language, monkeypatch):
    def brief(hidden, heads, scaled, seed=1):
        return short(scale_config(hidden, heads, scaled, seed))

    monkeypatch.setattr("seq2seq.ui.self_attention_scale.scale_config", brief)
    monkeypatch.setattr("seq2seq.training.trainer.CONFIRMED", 50)
    app = open_page("self_attention", language, **{"selfatt-part": "scale"})
    app.button(key="scale-train").click().run()
    store = RunStore()
    assert {run.config.model.scaled for run in store.recent()} == {True, False}
    assert stories(app)[0]["id"] == "scale|mine|1" and len(stories(app)[0]["views"]) == 1
    assert train_claimed(store, store.claim("test"), "test", threading.Event()) == "finished"
    app.run()
    assert not app.exception and [view["id"] for view in stories(app)[0]["views"]] == ["bars", "runs"]
