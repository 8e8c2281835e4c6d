"""`show` in a notebook: any kind of model, at any step, in either theme and language; a wrong wish gets a sentence."""

import json
import re
from html import unescape

import pytest

import seq2seq
from seq2seq.notebook import CannotShow
from seq2seq.studies.trained import load_trained
from seq2seq.words import Words

MODELS = {
    "reverse-gru-general": {}, "reverse-gru-none": {}, "reverse-conv": {}, "reverse-transformer": {},
    "reverse-transformer layer 1 head 4": {"layer": 1, "head": 4},
}  # fmt: skip


def shown(model, text, **options):
    """What a notebook shows, and the story in it."""
    page = unescape(seq2seq.show(model, text, **options)._repr_html_())
    return page, json.loads(re.search(r'<script type="application/json" id="story">(.*?)</script>', page, re.S)[1])


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_of_model_is_shown_from_its_first_output_on(name, language):
    page, story = shown(name.split()[0], "abc", language=language, **MODELS[name])
    opened = story["steps"][story["start"]]
    first = Words(language).say("decoding.chapter.output", number=1)
    assert story["chapters"][opened["chapter"]] == first
    assert story["chapters"][story["steps"][story["start"] + 1]["chapter"]] != first  # it has been written, whole
    assert page.startswith('<iframe srcdoc="<!doctype html>') and f'<html lang="{language}"' in page
    assert story["explanations"]


def test_it_opens_at_the_step_and_in_the_theme_that_are_asked_for():
    for step in (0, 12):
        page, story = shown("reverse-gru-general", "abc", step=step, theme="dark")
        assert story["start"] == step and 'data-theme="dark"' in page


def test_a_model_in_hand_is_shown_and_saved(tmp_path):
    found = seq2seq.show(load_trained("reverse-gru-general"), "abc")
    assert found.save(tmp_path / "a.html").stat().st_size > 500_000
    assert "abc" in repr(found) and "\n" not in repr(found)
    with pytest.raises(CannotShow, match="cannot be written"):
        found.save(tmp_path / "no" / "a.html")


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"model": "nope"}, "nope"), ({"text": ""}, "nothing to read"), ({"step": 99}, "step is 99"),
        ({"step": -1}, "step is -1"), ({"theme": "blue"}, "light, dark"), ({"language": "fr"}, "en, zh"),
        ({"layer": 1}, "Transformer only"), ({"model": "reverse-transformer", "layer": 3}, "layer is 3"),
        ({"model": "masks-reverse-leaking"}, "causal mask"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_gets_one_sentence(wish, said):
    options = {"model": "reverse-gru-general", "text": "abc"} | wish
    with pytest.raises(CannotShow, match=said) as error:
        seq2seq.show(options.pop("model"), options.pop("text"), **options)
    assert error.value._render_traceback_() == [str(error.value)] and "\n" not in str(error.value)


def test_there_is_nothing_else_to_import():
    with pytest.raises(AttributeError, match="nothing"):
        seq2seq.nothing  # noqa: B018
