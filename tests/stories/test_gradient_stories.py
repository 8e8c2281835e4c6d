"""Backward passes as stories: their numbers are the traces', their questions have the right answers, they are whole."""

import json
import random
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq.stories.explain import Unknown
from seq2seq.stories.formulas import exact
from seq2seq.stories.gradients import (
    Curve,
    CurvesExplainer,
    GradientExplainer,
    Reach,
    arm_key,
    backward_story,
    clipping_story,
    reach_story,
)
from seq2seq.stories.gradients.arms import CELLS, fold, mean_norms, part_names, power, powers, scientific, ticks
from seq2seq.stories.gradients.steps import fate, tenfold
from seq2seq.stories.sources import listing
from seq2seq.studies.recordings import RECORDED, recall_run, recorded_reports
from seq2seq.training.reach import record_gradients
from seq2seq.training.trainer import start_model
from seq2seq.words import LANGUAGES, Words

KEYS = [arm_key(cell, way) for way in (False, True) for cell in CELLS]
every_arm = pytest.mark.parametrize("hand", KEYS)


@cache
def trace(key, distance=12, bias=1.0, scale=1.0):
    cell, _, attention = key.partition("-")
    config = recall_run(cell, bool(attention), distance, bias, scale)
    return record_gradients(start_model(config), config.task, 0)


def reach(hand, distance=12, bias=1.0, scale=1.0, trained=False):
    traces = {key: trace(key, distance, bias, scale) for key in KEYS}
    doubled = None if trained else trace(hand, distance, bias, 2 * scale)
    return Reach(traces, hand, bias, scale, trained, doubled)


def shown(view):
    """(address, number) of everything in a view that can be clicked."""
    for name, rows in view.data.items():
        for row in rows:
            if name == "units":
                yield from ((f"{row['ask']} {unit}", v) for unit, v in zip(row["unit"], row["v"], strict=True))
            elif name == "reach":
                yield from ((f"{row['ask']} {t}", n) for t, n in enumerate(row["n"]))
            elif "ask" in row:
                yield row["ask"], row["v"]
                if "ask_most" in row:
                    yield row["ask_most"], row["most"]


def check(story, explainer, cells=150):
    for view in story.views:
        found = list(shown(view))
        assert found, view.id
        for address, number in random.Random(1).sample(found, min(cells, len(found))):
            told = explainer.explain(address)
            assert told.value == pytest.approx(float(number), rel=1e-9), address
            assert told.computed == pytest.approx(told.value, rel=1e-6, abs=1e-300), address
            assert told.result == exact(told.value) and told.name and "{" not in told.name and told.to_json()


@every_arm
def test_every_number_explains_itself(hand):
    settings = reach(hand)
    check(backward_story(settings, Words("en")), GradientExplainer(settings, Words("zh")))


@every_arm
def test_the_rules_of_differentiation_come_to_what_autograd_says(hand):
    """Any entry of any local factor, written out with gates and weights."""
    explainer, rng = GradientExplainer(reach(hand), Words("en")), random.Random(2)
    S, N, _ = trace(hand).factors.shape
    for _ in range(200):
        t, j, u = rng.randrange(1, S), rng.randrange(N), rng.randrange(N)
        told = explainer.explain(f"factor {hand} {t} {j} {u}")
        assert told.computed == pytest.approx(told.value, rel=1e-9, abs=1e-14), told.address


@every_arm
def test_a_walk_down_from_the_symbol_ends_at_weights(hand):
    explainer, rng, met = GradientExplainer(reach(hand), Words("en")), random.Random(3), set()
    open_ = [f"norm {hand} h 0"]
    for _ in range(400):
        told = explainer.explain(open_.pop(rng.randrange(len(open_))))
        assert told.computed == pytest.approx(told.value, rel=1e-6, abs=1e-14), told.address
        met.add(told.address.split()[0])
        open_ += [slot[1] for line in told.lines for slot in line.slots if isinstance(slot, tuple)]
    assert {"norm", "unit", "factor", "weight"} <= met


@pytest.mark.parametrize(
    "address",
    ["", "norm", "norm rnn", "norm rnn h 99", "norm rnn c 0", "norm gone h 0", "unit rnn h 0 -1", "unit rnn h 0 99",
     "factor rnn 1 2", "looked rnn 0", "stretch rnn 0", "__init__ rnn 1", "weight rnn x y", "start rnn c 0"],
)  # fmt: skip
def test_no_such_number(address):
    with pytest.raises(Unknown):
        GradientExplainer(reach("rnn"), Words("en")).explain(address)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "settings",
    [{}, {"distance": 1}, {"distance": 50}, {"scale": 0.1, "distance": 50}, {"scale": 5.0}, {"bias": 6.0}, {"trained": True}],
    ids=str,
)  # fmt: skip
def test_a_story_is_whole(settings, language):
    for hand in ("rnn", "lstm-attention"):
        story = backward_story(reach(hand, **settings), Words(language))
        text = story.to_json()
        assert len(text.encode()) < 500_000
        told = json.loads(text)
        S = settings.get("distance", 12) + 1
        assert len(told["steps"]) >= S + 1
        for view in told["views"]:
            assert len(view["alternatives"]) == len(told["steps"])
            assert all(len(v) == len(told["steps"]) for name, v in view["signals"].items() if name.endswith("_at"))
        for step in story.steps:
            assert "{" not in step.text and listing(step.passage).lit(step.passage)
    assert story.to_json() == text


def test_nothing_arrives_where_the_recurrence_is_cut():
    """Recurrent weights of 0: a plain RNN then carries nothing back at all."""
    traces = {key: trace(key, 5, 1.0, 0.0) for key in KEYS}
    story = backward_story(Reach(traces, "rnn", 1.0, 0.0, False), Words("en"))
    assert story.to_json() and traces["rnn"].norms[0] == 0 and "nothing" in story.steps[3].title
    check(story, GradientExplainer(Reach(traces, "rnn", 1.0, 0.0, False), Words("en")))


def questions(settings):
    story = backward_story(settings, Words("en"))
    return {step.question.id: step.question for step in story.steps if step.question}


def test_questions_have_the_right_answers():
    """Found again from the traces, for every arm and several settings; three kinds at least where the page opens."""
    asked = set()
    for hand in KEYS:
        for more in (
            {"distance": 20},
            {"distance": 20, "scale": 3.0},
            {"distance": 20, "bias": 3.0},
            {"distance": 20, "bias": 0.0},
        ):
            settings = reach(hand, **more)
            found = questions(settings)
            asked |= set(found)
            norms = settings.trace.norms
            for id, question in found.items():
                right = question.options[question.right]
                assert len(set(question.options)) == len(question.options) >= 2, question
                if id == "ten":
                    ratio = norms[-2] / norms[-12]
                    assert right == fold(max(ratio, 1 / ratio))
                elif id == "lstm":
                    mean = mean_norms(settings.traces[arm_key("lstm", hand.endswith("attention"))])
                    assert right == scientific(mean[0] / mean[-1])
                elif id == "attention":
                    other = mean_norms(settings.traces[f"{hand}-attention"])
                    assert right.startswith("no") and 1 / 3 < other[len(other) // 2] / other[0] < 3
                else:
                    mean = mean_norms(settings.doubled)
                    ten = (mean[0] / mean[-1]) ** (10 / 20)
                    kind = "explodes" if ten > 1.5 else "vanishes" if ten < 1 / 1.5 else "about the same"
                    assert kind in right
    assert asked == {"ten", "lstm", "attention", "doubled"}
    assert len(questions(reach("rnn", distance=20))) == 4


def test_a_question_is_asked_before_the_step_that_answers_it():
    settings = reach("rnn", distance=20)
    story = backward_story(settings, Words("en"))
    place = {step.question.id: k for k, step in enumerate(story.steps) if step.question}
    assert place["ten"] == 12 and story.steps[12].title.startswith("Position 10")
    assert "three cells" in story.steps[place["lstm"]].title and "twice" in story.steps[place["doubled"]].title


def test_logarithmic_axes():
    assert power(0.0) is None and power(1e-5) == pytest.approx(-5)
    assert powers([np.array([0.0, 3e-7, 0.2])]) == (-7, 0) and powers([np.array([0.0])]) == (-2, 0)
    assert [tick["label"] for tick in ticks(-12, 0)] == ["1", "10⁻²", "10⁻⁴", "10⁻⁶", "10⁻⁸", "10⁻¹⁰", "10⁻¹²"]
    assert scientific(3.21e-6) == "3.2·10⁻⁶" and scientific(0.0) == "0" and scientific(530000) == "5.3·10⁵"
    assert fate(tenfold(1.0, 1.0, 20)) == "steady" and fate(tenfold(1.0, 0.1, 10)) == "explode"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=14), st.floats(0.01, 0.1))
def test_names_beside_lines_have_room_and_keep_their_order(ends, gap):
    names = [{"at": end} for end in ends]
    part_names(names, gap)
    order, gap = sorted(names, key=lambda name: name["at"]), min(gap, 1 / max(1, len(names) - 1))
    apart = [(below, above) for below, above in zip(order, order[1:], strict=False)]
    assert all(above["beside"] - below["beside"] >= gap - 1e-9 for below, above in apart)
    assert all(-1e-9 <= name["beside"] <= 1 + 1e-9 for name in names)
    if all(above["at"] - below["at"] >= gap for below, above in apart):
        assert all(name["beside"] == pytest.approx(name["at"], abs=1e-9) for name in names)


def test_names_in_a_bunch_are_spread_about_its_middle():
    names = [{"at": at} for at in (0.5, 0.1, 0.5, 0.5)]
    part_names(names, 0.1)
    assert [name["beside"] for name in names] == pytest.approx([0.4, 0.1, 0.5, 0.6])


# ---- runs


def curves():
    names = [name for name in RECORDED if name.startswith("recall")]
    return [Curve(name, name, RECORDED[name].model.cell, "encoder", recorded_reports(name)) for name in names]


@pytest.mark.parametrize("language", LANGUAGES)
def test_runs_as_a_story(language):
    words = Words(language)
    story = reach_story("test", curves(), words)
    assert "。 " not in "".join(step.text for step in story.steps)
    assert len(story.to_json().encode()) < 500_000
    check(story, CurvesExplainer(curves(), words))
    (question,) = [step.question for step in story.steps if step.question] or [None]
    if question:
        first = min(curves(), key=lambda c: next((r["step"] for r in c.reports if r["exact_match"] >= 0.99), 9999))
        assert question.options[question.right] == first.name


def test_runs_of_unlike_speed_make_a_question():
    chosen = [curve for curve in curves() if curve.key in ("recall-rnn", "recall-gru", "recall-lstm-3")]
    (question,) = [step.question for step in reach_story("test", chosen, Words("en")).steps if step.question]
    assert question.options[question.right] == "recall-gru"
    assert not any(step.question for step in reach_story("test", chosen, Words("en"), going=True).steps)


@pytest.mark.parametrize("language", LANGUAGES)
def test_clipping_as_a_story(language):
    words = Words(language)
    pair = [Curve(key, key, "rnn", "correct", recorded_reports(key)) for key in ("clipped", "unclipped")]
    story = clipping_story("test", *pair, 1.0, words)
    check(story, CurvesExplainer(pair, words))
    (question,) = [step.question for step in story.steps if step.question]
    assert question.right == 0


@pytest.mark.parametrize(
    "address", ["", "reach clipped", "reach clipped 0 99", "reach gone 0 0", "norm clipped 0", "x y z"]
)
def test_no_such_number_of_a_run(address):
    pair = [Curve(key, key, "rnn", "correct", recorded_reports(key)) for key in ("clipped", "unclipped")]
    with pytest.raises(Unknown):
        CurvesExplainer(pair, Words("en")).explain(address)
