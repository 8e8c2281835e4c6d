"""The stories of the Masks page: whole, their numbers the traces', their equations right, their questions answered."""

from functools import cache

import numpy as np
import pytest

from seq2seq.stories.explain import Unknown
from seq2seq.stories.masks import (
    LeakExplainer,
    MasksExplainer,
    SwitchesExplainer,
    leak_story,
    masks_story,
    switches_story,
)
from seq2seq.stories.masks.switches import STILL, before, right
from seq2seq.studies.leak import leak_run, leak_trace, measured_runs, shipped_maps
from seq2seq.studies.masked import masked_batch, switched_batch
from seq2seq.studies.masks import letter_task, measured, read_sentences
from seq2seq.studies.shipped import MASK_TASKS
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import InputError
from seq2seq.traces.masks import PLACES
from seq2seq.words import LANGUAGES, Words
from tests.stories.whole import check_explained, check_whole

BATCHES = ("attention studio mask", "mask transformer", "pixel words masks", "abcd abcd")
every_batch = pytest.mark.parametrize("text", BATCHES)
every_language = pytest.mark.parametrize("language", LANGUAGES)


@cache
def model():
    return load_trained("reverse-transformer")


def sentences(text):
    return read_sentences(letter_task(model().config), text)


@cache
def masked(text=BATCHES[0], layer=1, head=0):
    return masked_batch(model(), sentences(text), layer, head)


@cache
def switched(text=BATCHES[0], pads=3, at=2):
    return switched_batch(model(), sentences(text), pads, at)


@cache
def leaked(task="random-target"):
    return leak_trace(task, measured_runs(task), shipped_maps(task))


def told(language="en"):
    """Every story of the page, and what explains it."""
    words = Words(language)
    for text in BATCHES:
        yield masks_story(masked(text), words, "test", 0), MasksExplainer(masked(text), words)
    curves = measured()["pads"]
    yield switches_story(switched(), curves, words, "test"), SwitchesExplainer(switched(), curves, words)
    for task in MASK_TASKS:
        yield leak_story(leaked(task), words, "test"), LeakExplainer(leaked(task), words)


@every_language
def test_stories_are_whole(language):
    for story, _ in told(language):
        check_whole(story)


@every_language
def test_200_numbers_of_every_view_explain_themselves(language):
    for story, explainer in told(language):
        check_explained(story, explainer)


def test_numbers_lead_to_numbers():
    for story, explainer in told():
        slots = [slot[1] for step in story.steps if step.formula for slot in step.formula[1] if isinstance(slot, tuple)]
        for address in dict.fromkeys(slots):
            for line in explainer.explain(address).lines:
                for slot in line.slots:
                    if isinstance(slot, tuple):
                        assert explainer.explain(slot[1]).address == slot[1]


@pytest.mark.parametrize(
    "address", ["", "weight", "weight cross 9 0 0", "score self 0 0 99", "mask x 0 0 0", "seen <b>"]
)
def test_no_such_number(address):
    for _, explainer in told():
        with pytest.raises(Unknown):
            explainer.explain(address)


@every_batch
def test_what_is_hidden_weighs_nothing_and_the_rest_shares_one(text):
    trace = masked(text)
    for place in PLACES:
        look = trace.looks[place]
        assert (look.weights[~look.visible] == 0).all()
        assert look.weights.sum(-1) == pytest.approx(1, abs=1e-5) and look.open.sum(-1) == pytest.approx(1, abs=1e-5)
    for b, source in enumerate(trace.sources):
        for place in ("encoder", "cross"):
            assert (trace.looks[place].visible[b].sum(-1) == len(source)).all()
        assert trace.looks["self"].visible[b].sum(-1).tolist() == list(range(1, trace.height + 1))


def test_the_laws_of_the_masks_hold_and_break_with_the_mask_concerned():
    """More pads, or a longer neighbour, move nothing; a target token moves nothing before it; unless masks are off."""
    trace = switched()
    by_name = {setting.name: setting for setting in trace.settings}
    assert trace.moved(by_name["padded"]).max() < STILL and right(trace, by_name["padded"]) == 3
    for name in ("encoder", "cross", "both"):
        assert trace.moved(by_name[name]).max() > 0.2, name
        assert right(trace, by_name[name]) < 3
    changed, open_ = trace.moved(by_name["changed"]), trace.moved(by_name["causal"])
    assert before(trace, by_name["changed"]) == 0 and changed[:, trace.at + 1 :].max() > 0.2
    assert before(trace, by_name["causal"]) > 0 and open_[:, : trace.at + 1].max() > STILL


def test_what_was_measured_of_pads():
    rows = {(row["under"], row["length"]): row["rows"] for row in measured()["pads"]}
    for (under, _), found in rows.items():
        assert found[0]["pads"] == 0 and found[0]["right"] >= 0.99 * found[0]["n"]
        for row in found[1:]:
            assert under != "masked" or row["right"] == found[0]["right"]
            assert under in ("masked", "encoder") or row["right"] <= 0.05 * row["n"]


def test_the_leak_without_anything_to_learn():
    trace = leaked("random-target")
    assert trace.bound == pytest.approx(np.log(26) * 30 / 35)
    for run in trace.of("causal"):
        assert run.reports[-1].loss > trace.bound - 0.02 and run.forced < 0.05
    for run in trace.of("leaking"):
        assert run.reports[-1].loss < 0.02 and run.forced > 0.95 and run.free < 0.05
    for run in leaked("reverse").runs:
        assert run.forced > 0.95 and (run.free > 0.9 if run.causal else run.free < 0.1)


@pytest.mark.parametrize("task", list(MASK_TASKS))
def test_the_leaking_map_looks_one_to_the_right(task):
    maps = leaked(task).maps
    assert (maps["causal"].weights[(slice(None), *np.triu_indices(len(maps["causal"].target), 1))] == 0).all()
    ahead = maps["leaking"].mean
    assert (ahead[:-1].argmax(-1) == np.arange(1, len(ahead))).all() and maps["leaking"].forced == maps[
        "leaking"
    ].target
    assert maps["leaking"].free != "".join(maps["leaking"].target[:-1])


def test_runs_that_have_just_begun():
    assert leak_story(leak_trace("reverse", []), Words("en"), "mine") is None
    reports = [{"step": 0, "loss": 3.4, "exact_match": 0.0, "n": 200}]
    story = leak_story(leak_trace("reverse", [leak_run(True, 1, reports)]), Words("zh"), "mine", follow=True)
    assert len(story.steps) == 1 and len(story.views) == 1 and story.follow


def questions(story):
    return {step.question.id: step.question for step in story.steps if step.question}


def test_right_answers_are_found_in_the_traces():
    asked = questions(masks_story(masked(), Words("en"), "test", 1))
    assert set(asked) == {"hidden", "zero", "visible", "pads"}
    look = masked().looks["self"]
    assert asked["visible"].options[asked["visible"].right] == str(look.visible[1, 3].sum()) == "4"
    assert {"1", "3"} <= set(asked["visible"].options)
    assert asked["hidden"].options[asked["hidden"].right] == str((~masked().looks["encoder"].visible[2, 0]).sum())
    cross = masked().looks["cross"]
    assert (cross.open[2, 0][~cross.visible[2, 0]].sum() > 0.5) == (asked["pads"].right == 0)
    asked = questions(switches_story(switched(), [], Words("en"), "test"))
    assert set(asked) == {"padded", "changed", "cross"} and asked["padded"].options[asked["padded"].right] == "none"
    asked = questions(leak_story(leaked("random-target"), Words("en"), "test"))
    assert set(asked) == {"lowest", "good", "looks"}
    found = leaked("random-target").maps["leaking"]
    row = int(found.mean.diagonal(1).argmax())
    assert asked["looks"].options[asked["looks"].right].endswith(f"({found.mean[row].argmax() + 1})")
    asked = questions(leak_story(leaked("reverse"), Words("en"), "test"))
    assert asked["free"].options[asked["free"].right] == "0%"


@pytest.mark.parametrize("typed", ["", "one", "a b c d e", "abc äöü", "abcdefghijklm abc", "ab <b>"])
def test_batches_that_cannot_be_drawn(typed):
    with pytest.raises(InputError):
        sentences(typed)
