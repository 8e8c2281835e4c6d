"""The story of a convolutional decoding: whole, its numbers the trace's, its equations right, its questions answered."""

import itertools
import json
import math
import random
import re
from functools import cache

import numpy as np
import pytest

from seq2seq.recording import record_convolution
from seq2seq.stories.convolution import (
    ConvolutionExplainer,
    FieldExplainer,
    ReplacedExplainer,
    convolution_story,
    field_story,
    middle_of,
    replaced_story,
)  # fmt: skip
from seq2seq.stories.convolution.passages import LOOK, PREDICT, STEPS, choose_passage
from seq2seq.stories.explain import Unknown
from seq2seq.stories.formulas import exact
from seq2seq.stories.sources import listing
from seq2seq.stories.tokens import short_sign
from seq2seq.studies.field import distances, measured, measured_trace
from seq2seq.studies.trained import load_trained
from seq2seq.traces import FieldRun, FieldTrace
from seq2seq.words import LANGUAGES, Words
from tests.models.test_convolutional import DECODERS, READERS, build, name_of
from tests.stories.statements import true_or_false_right
from tests.stories.test_story import VOCABULARIES
from tests.stories.whole import check_whole

CELLS = 200
every = pytest.mark.parametrize("config", [*DECODERS, *READERS[::2]], ids=name_of)
decoders = pytest.mark.parametrize("config", DECODERS, ids=name_of)


@cache
def decoded(config, text="badcafe"):
    return record_convolution(build(config), list(text), VOCABULARIES, longest=6)


@cache
def shipped(text="computer"):
    return load_trained("reverse-conv").record_convolution(text)


def clickable(view):
    """(address, number) of everything in a view that can be clicked, as its picture has it."""
    for name, rows in view.data.items():
        for row in rows:
            if name in ("enc_units", "dec_units", "cells"):
                for unit, value in zip(row["unit"], row["v"], strict=True):
                    yield f"{row['ask']} {unit}", value
            elif name in ("links", "weights", "top"):
                yield row["ask"], row["w"] if "w" in row else row["p"]


def check(told, number, tolerance):
    assert told.value == pytest.approx(float(number), abs=1e-7)
    assert told.computed == pytest.approx(told.value, abs=tolerance), told.address
    assert told.result == exact(told.value) and told.name and told.lines and "{" not in told.name


@every
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_model_has_a_whole_story(config, language):
    trace = decoded(config)
    data = check_whole(convolution_story(trace, Words(language), "test"))
    assert len(data["steps"]) == 3 + 5 * trace.layers + len(trace.output) * (2 + 2 * len(trace.decoder))


@every
def test_200_cells_of_every_view(config):
    trace, rng = decoded(config), random.Random(1)
    explainer = ConvolutionExplainer(trace, Words("en"))
    for view in convolution_story(trace, Words("en"), "test").views:
        found = list(clickable(view))
        assert found, view.id
        for address, number in rng.sample(found, min(CELLS, len(found))):
            check(explainer.explain(address), number, 1e-4)


def test_200_cells_of_every_view_of_the_shipped_model():
    trace, rng = shipped(), random.Random(1)
    explainer = ConvolutionExplainer(trace, Words("zh"))
    for view in convolution_story(trace, Words("zh"), "reverse-conv", "retupmoc").views:
        found = list(clickable(view))
        for address, number in rng.sample(found, min(CELLS, len(found))):
            check(explainer.explain(address), number, 2e-4)


@every
def test_the_numbers_of_an_equation_explain_themselves_down_to_the_weights(config):
    trace, rng, met = decoded(config), random.Random(2), {}
    explainer = ConvolutionExplainer(trace, Words("en"))

    def kind(address):
        parts = address.split()
        return " ".join(parts[:3:2]) if parts[0] in ("encoder", "decoder") else parts[0]

    for t in range(len(trace.output)):
        open_ = [f"probability {t} {trace.chosen[t]}"]
        for _ in range(150):
            rng.shuffle(open_)
            open_.sort(key=lambda address: -met.get(kind(address), 0))  # the kind that was met least comes last
            told = explainer.explain(open_.pop())
            assert told.computed == pytest.approx(told.value, abs=1e-4), told.address
            met[kind(told.address)] = met.get(kind(told.address), 0) + 1
            open_ += [slot[1] for line in told.lines for slot in line.slots if isinstance(slot, tuple)]
            if not open_:
                break
    layer = {f"encoder {name}" for name in ("a", "b", "gate", "glu", "h")}
    assert {"probability", "logit", "tap", "source", "token", "place", *layer} <= met.keys()
    looks = {"decoder query", "decoder residual", "decoder context", "weight", "score", "value", "fed", "read", "turn"}
    assert not trace.decoder or looks <= met.keys()


def test_a_number_goes_down_to_its_window_and_to_one_weight():
    """Unit → A → one place of the window → a row of the kernel times what lies there; beyond the end there is 0."""
    trace = shipped()
    explainer = ConvolutionExplainer(trace, Words("en"))
    told = explainer.explain("encoder 1 a 0 5")
    taps = [slot[1] for line in told.lines for slot in line.slots if isinstance(slot, tuple)]
    assert taps == [f"tap encoder 1 a 0 5 {j}" for j in range(3)]
    assert explainer.explain(taps[0]).value == 0.0
    middle = explainer.explain(taps[1])
    kernel = trace.parameters["encoder.1.weight"][5, :, 1]
    assert middle.value == pytest.approx(float(kernel @ trace.encoder[0]["h"][0]), abs=1e-5)
    gates = trace.parameters["encoder.1.weight"][64 + 5, :, 1]
    value = explainer.explain("tap encoder 1 b 0 5 1").value
    assert value == pytest.approx(float(gates @ trace.encoder[0]["h"][0]), abs=1e-5)


@pytest.mark.parametrize(
    "address",
    ["", "encoder", "encoder 0 a 0", "encoder 9 a 0 0", "encoder -1 a 0 0", "encoder 0 q 0 0", "encoder 0 a 99 0",
     "encoder 0 a 0 -1", "tap encoder 0 a 0 0 7", "tap encoder 0 a 0 0 -1", "weight 0 0 99", "weight 0 -1 0",
     "weight 0 0 -1", "source 0 99", "source -1 0", "value 0 -1", "logit 0 -1", "probability 0 999", "chosen 99",
     "chosen -1", "read -1 0", "turn 99 -1", "__init__ 1", "decoder 0 scores 0 0", "tap sideways 0 a 0 0 0"],
)  # fmt: skip
def test_no_such_number(address):
    """An address comes from the browser: whatever it says, nothing but a plain refusal may follow."""
    with pytest.raises(Unknown):
        ConvolutionExplainer(decoded(DECODERS[1]), Words("en")).explain(address)


@pytest.mark.parametrize("kind", ["weight 0 0 0", "fed 0 0", "score 0 0 0", "decoder 0 h 0 0"])
def test_without_a_decoder_nothing_attends(kind):
    with pytest.raises(Unknown):
        ConvolutionExplainer(decoded(READERS[0]), Words("en")).explain(kind)


@every
@pytest.mark.parametrize("p", [0, 3, 6])
def test_the_fan_holds_the_field_and_nothing_else(config, p):
    """Edges, followed down from a state of the top layer, reach exactly the positions that the trace says it saw."""
    trace = decoded(config)
    overview = convolution_story(trace, Words("en"), "test", position=p).views[0]
    edges = [row for row in overview.data["edges"] if row["side"] == 0]
    reached = {p}
    for row in range(trace.layers, 0, -1):
        reached = {edge["from"] for edge in edges if edge["row"] == row and edge["to"] in reached}
        low, high = trace.seen(trace.layers - 1, p)
        assert low <= min(reached) and max(reached) <= high
    assert reached == set(range(low, high + 1))


@every
def test_tracks_only_move_forward(config):
    trace = decoded(config)
    signals = convolution_story(trace, Words("en"), "test").views[0].signals
    for name in ("embedded_at", "own_at", "whole_at", "wrote_at", *(f"dec{x}_at" for x in range(len(trace.decoder)))):
        assert list(signals[name]) == sorted(signals[name]), name
    assert signals["whole_at"][-1] == trace.layers - 1 and signals["wrote_at"][-1] == len(trace.output)
    assert signals["wrote_at"][0] == 0 and signals["own_at"][0] == -1


@decoders
@pytest.mark.parametrize("layer", [0, None])
def test_the_heat_map_shows_the_layer_that_was_chosen_once_it_has_looked(config, layer):
    trace = decoded(config)
    story = convolution_story(trace, Words("en"), "test", layer=layer)
    view = next(view for view in story.views if view.id == "heat-map")
    chosen = trace.layers - 1 if layer is None else layer
    for row in view.data["weights"]:
        assert row["w"] == trace.decoder[chosen]["weights"][row["t"], row["i"]]
    tracks = story.views[0].signals
    for k, shown in enumerate(view.signals["row_at"]):
        looked = [
            t for t, stage, at in zip(tracks["col_at"][: k + 1], tracks["stage_at"], tracks["layer_at"], strict=False)
            if (stage, at) == ("look", chosen)
        ]  # fmt: skip
        assert shown == (looked[-1] if looked else -1), story.steps[k].title


def test_the_story_of_the_page_is_small_enough():
    assert len(convolution_story(shipped(), Words("en"), "reverse-conv", "retupmoc").to_json()) < 500_000


def asked(trace, p=None):
    p = middle_of(trace) if p is None else p
    story = convolution_story(trace, Words("en"), "test", position=p)
    return {step.question.id: step.question for step in story.steps if step.question}


def test_questions_of_at_least_three_kinds_with_their_answers_in_the_trace():
    trace, p = shipped(), 4
    found = asked(trace, p)
    assert len({question.kind for question in found.values()}) >= 3
    for id, question in found.items():
        kind, *rest = id.split()
        right = question.options[question.right]
        assert len(set(question.options)) == len(question.options) >= 2 and "{" not in question.prompt + question.why
        if kind == "moves":
            sees = [i for i in range(8) if trace.seen(2, i)[0] <= p <= trace.seen(2, i)[1]]
            assert right == str(len(sees)) == "7"
        elif kind == "gate":
            gate = trace.encoder[int(rest[0])]["gate"][p]
            extreme = gate[int(re.search(r"unit (\d+)", question.prompt)[1]) - 1]
            assert right == f"nearly {'all' if extreme > 0.9 else 'nothing'} of A passes" and not 0.1 < extreme < 0.9
        elif kind == "position":
            row = trace.decoder[-1]["weights"][int(rest[0])]
            assert right == f"{trace.source[row.argmax()]} ({row.argmax() + 1})" and np.sort(row)[-1] > 0.6
        elif kind == "token":
            assert right == trace.vocabulary[trace.ranking(int(rest[0]))[0]]
        else:
            if kind == "grows":
                assert question.right == int("5, 2 more" not in question.prompt)
            else:
                assert kind == "causal" and true_or_false_right(question, "question.conv.causal")


def test_another_token_moves_exactly_the_positions_that_the_question_says():
    """The claim behind "how many can change": every position in the field moves, no other moves at all."""
    before, after = shipped("computer"), shipped("compzter")
    for layer in range(3):
        moved = np.abs(after.encoder[layer]["h"] - before.encoder[layer]["h"]).max(1)
        for i, change in enumerate(moved):
            low, high = before.seen(layer, i)
            assert (change > 0) == (low <= 4 <= high), (layer, i)


@every
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_replaced_token_moves_what_the_picture_says(config, language):
    before, after = decoded(config, "badcafe"), decoded(config, "badgafe")
    story = replaced_story(before, after, 3, Words(language), "test")
    data = json.loads(story.to_json())
    assert len(data["steps"]) == before.layers + 2 and not data["linked"]
    assert not any("{" in step["title"] + step["text"] for step in data["steps"])
    (view,) = data["views"]
    for cell in view["data"]["cells"]:
        low, high = before.seen(cell["row"] - 1, cell["i"])
        assert low <= 3 <= high or cell["v"] == 0, cell
    moved = {(cell["row"], cell["i"]) for cell in view["data"]["cells"] if cell["v"]}
    assert (0, 3) in moved and all(
        (edge["row"], edge["to"]) in moved and (edge["row"] - 1, edge["from"]) in moved
        for edge in view["data"]["edges"]
    )
    assert [row["before"] for row in view["data"]["outputs"] if row["before"]] == [
        short_sign(token) for token in before.output
    ]
    explainer = ReplacedExplainer(before, after, 3, Words(language))
    for row in [*view["data"]["cells"], *view["data"]["outputs"]]:
        number = row["v"] if "v" in row else row["d"]
        if number is None:
            continue
        told = explainer.explain(row["ask"])
        assert told.value == pytest.approx(number, rel=1e-3, abs=1e-9)
        assert told.computed == pytest.approx(told.value, abs=1e-6)
        for slot in (slot for line in told.lines for slot in line.slots if isinstance(slot, tuple)):
            assert explainer.explain(slot[1]).address == slot[1]


def test_another_token_keeps_the_story_and_with_it_the_step():
    stories = [
        replaced_story(shipped("computer"), shipped(text), i, Words("en"), "test")
        for text, i in (("compzter", 4), ("comquter", 3))
    ]
    assert stories[0].id == stories[1].id and stories[0].views[0].spec == stories[1].views[0].spec
    assert "7 of 8" in stories[0].steps[3].title and stories[0].steps[3].question
    assert stories[0].steps[-1].title == "“retzpmoc” instead of “retupmoc”"


@pytest.mark.parametrize("address", ["", "moved", "moved 0", "moved 9 0", "moved 0 99", "moved x 0", "moved -1 0",
                                     "shift", "shift 99", "shift -1", "after", "before weight 0 0 99"])  # fmt: skip
def test_no_such_change(address):
    with pytest.raises(Unknown):
        ReplacedExplainer(shipped("computer"), shipped("compzter"), 4, Words("en")).explain(address)


@pytest.mark.parametrize("passage", [*STEPS.values(), *LOOK.values(), *PREDICT.values(), choose_passage(True)])
def test_every_passage_is_in_its_file(passage):
    found = listing(passage)
    assert found.lit(passage) and max(found.lit(passage)) < len(found.lines)


@pytest.mark.parametrize("text", ["<script>", "مرحبا", "😀😀", "a b", "{step}", "@0", r"\frac", "⟨eos⟩"])
def test_odd_tokens_stay_data(text):
    story = convolution_story(decoded(DECODERS[1], text), Words("en"), "test")
    other = convolution_story(decoded(DECODERS[1], ("abcdefg" * 9)[: len(text)]), Words("en"), "test")
    assert set(story.formulas) == set(other.formulas)
    assert [view.spec for view in story.views] == [view.spec for view in other.views]
    json.loads(story.to_json())


@pytest.mark.parametrize("length", [1, 2, 60])
@pytest.mark.parametrize("config", [DECODERS[3], READERS[2]], ids=name_of)
def test_short_and_long_inputs_have_stories(config, length):
    trace = decoded(config, ("abcdefg" * 9)[:length])
    for p in (0, length - 1, 99):
        json.loads(convolution_story(trace, Words("en"), "test", position=p).to_json())


# ---- where the field ends


def made_up(kernel=3, layers=4, padding="same", missing=()):
    """Runs of a field as they should be: everything right inside, chance beyond."""
    reach = layers * (kernel - 1) // (1 if padding == "causal" else 2)
    runs = [
        FieldRun(d, seed, 1000 if d <= reach else 40, 1000, 50, 100)
        for d in distances(kernel, layers, padding) if d not in missing for seed in (1, 2)
    ]  # fmt: skip
    return FieldTrace(kernel, layers, padding, 1 / 26, distances(kernel, layers, padding), tuple(runs))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kernel", "layers", "padding"), list(itertools.product((3, 5, 7), (1, 4), ("same", "causal")))
)
def test_the_story_of_a_field(kernel, layers, padding, language):
    trace = made_up(kernel, layers, padding)
    story = field_story(trace, Words(language), "test")
    data = json.loads(story.to_json())
    assert len(data["steps"]) == len(trace.distances) and not data["linked"]
    (view,) = data["views"]
    assert view["signals"]["reach"] == trace.reach and trace.reach + 1 in trace.distances
    (question,) = [step["question"] for step in data["steps"] if step.get("question")]
    assert question["options"][question["right"]].endswith("4%")
    # the fan's lowest row is the field, and no wider
    first = [edge["from"] for edge in view["data"]["edges"] if edge["row"] == 1]
    assert min(first) == -trace.reach and max(first) == (0 if padding == "causal" else trace.reach)


def test_a_distance_without_a_run_says_so():
    story = field_story(made_up(missing=(2, 5)), Words("en"), "test")
    waiting = [step.title for step in story.steps if "No model" in step.text]
    assert waiting == ["Distance 2: inside the field", "Distance 5: outside the field"]
    assert not any(step.question for step in story.steps)
    assert field_story(FieldTrace(3, 4, "same", 1 / 26, distances(3, 4, "same"), ()), Words("en"), "t").to_json()


def test_a_dot_explains_itself():
    trace = made_up()
    told = FieldExplainer(trace, Words("en")).explain("letters 5 2")
    assert told.value == told.computed == 0.04 and told.to_json()
    for address in ("", "letters", "letters 99 1", "letters 5 x", "nonsense"):
        with pytest.raises(Unknown):
            FieldExplainer(trace, Words("en")).explain(address)


def test_what_was_measured_shows_the_cliff():
    """k = 3, L = 4: learnt as far as the field reaches, chance from one position beyond."""
    trace = measured_trace(3, 4, "same")
    assert trace.reach == 4 and {run.seed for run in trace.runs} == {1, 2, 3}
    for run in trace.runs:
        n = run.letters
        if run.distance <= trace.reach:
            assert run.share > 0.99
        else:  # within five standard errors of guessing
            assert abs(run.share - 1 / 26) < 5 * math.sqrt(1 / 26 * 25 / 26 / n) + 0.005


@pytest.mark.parametrize("shape", measured(), ids=lambda s: f"{s['kernel']}-{s['layers']}-{s['padding']}")
def test_nothing_is_ever_seen_beyond_the_field(shape):
    trace = measured_trace(shape["kernel"], shape["layers"], shape["padding"])
    assert {run.distance for run in trace.runs} == set(trace.distances)
    assert all(run.share < 0.05 for run in trace.runs if run.distance > trace.reach)
