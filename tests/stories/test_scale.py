"""The story of the scale: whole, its equations right, its question answered; random keys have the spread they should."""

from functools import cache

import numpy as np
import pytest

from seq2seq.stories.explain import Unknown
from seq2seq.stories.self_attention import ScaleExplainer, scale_story
from seq2seq.studies.scale import measured_scale, random_keys, scale_trace
from seq2seq.words import LANGUAGES, Words
from tests.stories.whole import check_explained, check_whole


@cache
def scaled():
    return scale_trace(1, measured_scale(), 500)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_whole_and_its_numbers_explain_themselves(language):
    words = Words(language)
    story, explainer = scale_story(scaled(), words, "test"), ScaleExplainer(scaled(), words)
    check_whole(story)
    assert [view.id for view in story.views] == ["bars", "runs"]
    check_explained(story, explainer)
    slots = [slot[1] for step in story.steps if step.formula for slot in step.formula[1] if isinstance(slot, tuple)]
    for address in dict.fromkeys(slots):
        assert explainer.explain(address).address == address


@pytest.mark.parametrize("address", ["", "weight", "dot 99 0", "raw 0 99", "largest x 0", "exact 128 raw 9 0"])
def test_no_such_number(address):
    with pytest.raises(Unknown):
        ScaleExplainer(scaled(), Words("en")).explain(address)


def test_random_keys():
    keys = random_keys(7)
    for w, width in enumerate(keys.widths):
        assert keys.spread[w] == pytest.approx(np.sqrt(width), rel=0.05)
    assert keys.raw.sum(-1) == pytest.approx(1) and keys.scaled.sum(-1) == pytest.approx(1)
    assert keys.largest_raw[-1] > 0.9 and np.ptp(keys.largest_scaled) < 0.05
    assert (random_keys(7).dots == keys.dots).all() and (random_keys(8).dots != keys.dots).any()


def test_its_question_has_the_answer_of_the_draws():
    (question,) = [step.question for step in scale_story(scaled(), Words("en"), "test").steps if step.question]
    assert question.id == "rises" and question.right == 0
    assert scaled().keys.largest_raw[-1] > scaled().keys.largest_raw[0]
