"""The story of a Transformer's decoding: whole, its numbers the trace's, its equations right, its questions answered."""

import json
import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from seq2seq.models.config import TransformerConfig
from seq2seq.models.make import make_model
from seq2seq.recording import record_transformer
from seq2seq.stories.comparison import ComparisonExplainer, changed_by, comparison_story
from seq2seq.stories.formulas import exact
from seq2seq.stories.looks import cross_look, look_of
from seq2seq.stories.questions.options import CLEAR, MARGIN
from seq2seq.stories.sources import listing
from seq2seq.stories.tokens import quoted
from seq2seq.stories.transformer import TransformerExplainer, transformer_decoding_story
from seq2seq.stories.transformer.self_edges import FAINT, self_weights
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import Vocabulary
from seq2seq.traces import DisturbContext, DisturbUnit, LookElsewhere, ReadInstead, WriteInstead
from seq2seq.words import LANGUAGES, Words
from tests.stories.statements import true_or_false_right
from tests.stories.whole import check_whole

LETTERS = Vocabulary.of("abcdef")
SMALL = TransformerConfig(layers=2, hidden=8, heads=2, feed_forward=12)
CONFIGS = {
    "post": SMALL,
    "pre": replace(SMALL, norm="pre"),
    "deep": replace(SMALL, layers=3, heads=4, scaled=False, encoder_positions="none", decoder_positions="learned"),
    "one": replace(SMALL, layers=1, heads=1),
}
CELLS = 200
every = pytest.mark.parametrize("name", CONFIGS)
looks = pytest.mark.parametrize(("layer", "head"), [(None, None), (0, 0), (0, None), (None, 0)])


@cache
def decoded(name, text="badcafe", change=None):
    torch.manual_seed(3)
    model = make_model(CONFIGS[name], len(LETTERS), len(LETTERS)).eval()
    return record_transformer(model, text, (LETTERS, LETTERS), longest=6, change=change)


@cache
def shipped(text="studio", change=None):
    return load_trained("reverse-transformer").record_transformer(text, change=change)


def clickable(view):
    """(address, number) of everything in a view that can be clicked, as its picture has it."""
    for name, rows in view.data.items():
        for row in rows:
            if name in ("enc_units", "dec_units"):
                for unit, value in zip(row["unit"], row["v"], strict=True):
                    yield f"{row['ask']} {unit}", value
            elif name == "bars":
                yield from zip(row["asks"], (row["score"], row["w"]), strict=True)
            elif name in ("links", "weights", "top", "edges", "heads", "units"):
                yield row["ask"], next(row[key] for key in ("w", "p", "v") if key in row)


def check(told, number, tolerance):
    assert told.value == pytest.approx(float(number), abs=1e-6)
    assert told.computed == pytest.approx(told.value, abs=tolerance), told.address
    assert told.result == exact(told.value) and told.name and told.lines and "{" not in told.name


@every
@looks
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_model_has_a_whole_story(name, layer, head, language):
    trace = decoded(name)
    data = check_whole(transformer_decoding_story(trace, Words(language), "test", None, layer, head))
    T, L = len(trace.output), trace.layers
    assert len(data["steps"]) == 4 + 2 * L + T * (2 * (L - 1) + 4 + 2) + int(T > 1)


@every
@looks
def test_200_cells_of_every_view(name, layer, head):
    trace, rng = decoded(name), random.Random(1)
    explainer = TransformerExplainer(trace, Words("en"))
    for view in transformer_decoding_story(trace, Words("en"), "test", None, layer, head).views:
        found = list(clickable(view))
        assert found, view.id
        for address, number in rng.sample(found, min(CELLS, len(found))):
            check(explainer.explain(address), number, 1e-5)


@looks
def test_200_cells_of_every_view_of_the_shipped_model(layer, head):
    trace, rng = shipped(), random.Random(1)
    explainer = TransformerExplainer(trace, Words("zh"))
    for view in transformer_decoding_story(trace, Words("zh"), "reverse-transformer", "oiduts", layer, head).views:
        found = list(clickable(view))
        for address, number in rng.sample(found, min(CELLS, len(found))):
            check(explainer.explain(address), number, 2e-4)


@every
@looks
def test_the_numbers_of_a_formula_lead_to_their_explanations(name, layer, head):
    trace = decoded(name)
    explainer = TransformerExplainer(trace, Words("en"))
    for step in transformer_decoding_story(trace, Words("en"), "test", None, layer, head).steps:
        for slot in step.formula[1] if step.formula else ():
            if isinstance(slot, tuple):
                told = explainer.explain(slot[1])
                assert told.computed == pytest.approx(told.value, abs=1e-5), slot


@every
def test_tracks_only_move_forward(name):
    trace = decoded(name)
    signals = transformer_decoding_story(trace, Words("en"), "test").views[0].signals
    for track in ("embedded_at", "enc_at", "fed_at", "wrote_at", *(f"dec{x}_at" for x in range(trace.layers))):
        assert list(signals[track]) == sorted(signals[track]), track
    assert signals["enc_at"][-1] == trace.layers - 1 and signals["wrote_at"][-1] == len(trace.output)
    assert signals["wrote_at"][0] == 0 and signals["enc_at"][0] == -1 and signals["fed_at"][0] == -1
    for step, (stage, col) in enumerate(zip(signals["stage_at"], signals["col_at"], strict=True)):
        below = [signals[f"dec{x}_at"][step] for x in range(trace.layers)]
        assert below == sorted(below, reverse=True)  # no layer is ahead of the one below it
        if stage == "predict":
            assert set(below) == {col}
    assert signals["stage_at"].count("cache") == 1 and max(signals["kept_at"]) == 1


@every
@looks
def test_maps_and_bars_show_what_was_chosen_once_it_is_computed(name, layer, head):
    trace = decoded(name)
    story = transformer_decoding_story(trace, Words("en"), "test", None, layer, head)
    look, views = cross_look(trace, layer, head), {view.id: view for view in story.views}
    for row in views["heat-map"].data["weights"]:
        assert row["w"] == look.weights[row["t"], row["i"]]
    back = self_weights(trace, "decoder", look.layer, look.head)
    for row in views["self-map"].data["weights"]:
        assert row["w"] == back[row["t"], row["i"]] and row["i"] <= row["t"]  # nothing of the future
    assert ("heads" in views) == (head is None) and ("softmax" in views) == (head is not None)
    tracks, bars = views["overview"].signals, views["heads" if head is None else "softmax"].signals
    for k, shown in enumerate(views["heat-map"].signals["row_at"]):
        seen = zip(tracks["col_at"][: k + 1], tracks["stage_at"], tracks["layer_at"], strict=False)
        weighed = [t for t, stage, at in seen if (stage, at) == ("weights", look.layer)]
        assert shown == (weighed[-1] if weighed else -1), story.steps[k].title
        assert bars["glow_at"][k] == int(shown >= 0 and shown == tracks["col_at"][k])


def test_a_bar_asks_for_its_own_head():
    """What a click on a bar asks is in the picture, not in its row: it must lead to the row's addresses."""
    view = transformer_decoding_story(decoded("post"), Words("en"), "test", None, 0, 1).views[2]
    asked = [
        mark["encode"]["update"]["ask"]["signal"] for mark in view.spec["marks"] if "ask" in mark["encode"]["update"]
    ]
    assert asked == ["datum.asks[0]", "datum.asks[1]"]
    assert view.data["bars"][0]["asks"] == ("decoder 0 cross.scores 1 0 0", "decoder 0 cross.weights 1 0 0")


@looks
def test_lines_and_ribbons_are_the_weights(layer, head):
    trace = shipped()
    overview = transformer_decoding_story(trace, Words("en"), "test", None, layer, head).views[0]
    drawn = {(row["side"], row["l"], row["to"], row["from"]): row["w"] for row in overview.data["edges"]}
    for number, side in enumerate(("encoder", "decoder")):
        for at in range(trace.layers):
            for place, w in np.ndenumerate(self_weights(trace, side, at, head)):
                assert (w >= FAINT) == ((number, at, *place) in drawn)
                assert w < FAINT or drawn[(number, at, *place)] == w
    for row in overview.data["links"]:
        assert row["w"] == cross_look(trace, row["l"], head).weights[row["t"], row["i"]]
    assert not any(side == 1 and key > query for side, _, query, key in drawn)


def test_what_a_step_says_is_what_the_trace_holds():
    """Of the shipped model: at every output the named head's best position, its score and weight."""
    trace = shipped()
    story = transformer_decoding_story(trace, Words("en"), "reverse-transformer", "oiduts", 1, 2)
    tracks = story.views[0].signals
    for step, stage, t in zip(story.steps, tracks["stage_at"], tracks["col_at"], strict=True):
        if stage in ("scores", "weights"):
            best = int(trace.decoder[1]["cross.weights"][2, t].argmax())
            assert f"position {best + 1}" in step.text and f"“{trace.source[best]}”" in step.text
            name = "cross.scores" if stage == "scores" else "cross.weights"
            assert f"{trace.decoder[1][name][2, t, best]:.3f}" in step.text
    assert story.steps[-1].title == "Right: “oiduts”"


def test_a_decoder_that_sees_the_future_has_no_such_story():
    torch.manual_seed(3)
    model = make_model(replace(SMALL, causal=False), len(LETTERS), len(LETTERS)).eval()
    trace = record_transformer(model, "bad", (LETTERS, LETTERS), longest=4)
    with pytest.raises(ValueError, match="causal"):
        transformer_decoding_story(trace, Words("en"), "test")


@pytest.mark.parametrize(("layer", "head"), [(1, 0), (0, 1), (1, None)])
def test_questions_of_at_least_three_kinds_with_their_answers_in_the_trace(layer, head):
    trace = shipped()
    story = transformer_decoding_story(trace, Words("en"), "test", "oiduts", layer, head)
    found = {step.question.id: step.question for step in story.steps if step.question}
    assert len({question.kind for question in found.values()}) >= 3
    weights = cross_look(trace, layer, head).weights
    for id, question in found.items():
        kind, *rest = id.split()
        right = question.options[question.right]
        assert len(set(question.options)) == len(question.options) >= 2 and "{" not in question.prompt + question.why
        if kind == "position":
            row = weights[int(rest[0])]
            assert right == f"{trace.source[row.argmax()]} ({row.argmax() + 1})"
            assert np.sort(row)[-1] > CLEAR and np.sort(row)[-1] - np.sort(row)[-2] > MARGIN
        elif kind == "token":
            assert right == quoted(trace.vocabulary[trace.ranking(int(rest[0]))[0]])
        elif kind == "compare":
            assert question.right == int(weights[int(rest[0])].max() < 0.5)
        elif kind == "lifted":
            assert true_or_false_right(question, "question.lifted")
        elif kind == "column":
            assert true_or_false_right(question, "question.column") and abs(weights[:, int(rest[0])].sum() - 1) > MARGIN
        elif kind == "sees":
            assert right == str(int(trace.visible("decoder", "self")[2].sum())) == "3"
        else:
            assert kind in ("once", "again") and true_or_false_right(question, f"question.transformer.{kind}")
    assert {"once", "again", "sees"} <= found.keys()
    assert any(id.startswith("position") for id in found) == ((layer, head) != (0, 1))


@every
def test_what_is_kept_is_what_a_whole_pass_would_compute(name):
    """The claim of the cache: keys and values of the first column do not depend on what is written later."""
    ours = decoded(name)
    another = next(letter for letter in "abcdef" if letter != ours.output[0])
    other = decoded(name, change=WriteInstead(0, another))
    assert ours.output[0] != other.output[0] and len(other.output) > 1
    for layer in range(ours.layers):
        for value in ("self.k", "self.v", "h"):
            assert np.allclose(ours.decoder[layer][value][0], other.decoder[layer][value][0], atol=1e-6)


def test_the_story_of_the_page_is_small_enough():
    for head in (0, None):
        assert len(transformer_decoding_story(shipped(), Words("en"), "m", "oiduts", None, head).to_json()) < 500_000


@pytest.mark.parametrize("length", [1, 2, 40])
def test_short_and_long_inputs_have_stories(length):
    trace = decoded("post", ("abcdef" * 9)[:length])
    for head in (0, None):
        json.loads(transformer_decoding_story(trace, Words("en"), "test", None, None, head).to_json())


@pytest.mark.parametrize("text", ["<script>", "مرحبا", "😀😀", "a b", "{step}", "@0", r"\frac", "⟨eos⟩"])
def test_odd_tokens_stay_data(text):
    story = transformer_decoding_story(decoded("post", text), Words("en"), "test")
    other = transformer_decoding_story(decoded("post", ("abcdef" * 9)[: len(text)]), Words("en"), "test")
    assert set(story.formulas) == set(other.formulas)
    assert [view.spec for view in story.views] == [view.spec for view in other.views]
    json.loads(story.to_json())


# ---- what if

ONLY = tuple(float(i == 0) for i in range(7))
CHANGES = [
    LookElsewhere(1, ONLY), LookElsewhere(1, ONLY, 0, 1), LookElsewhere(1, ONLY, None, 0), WriteInstead(1, "b"),
    WriteInstead(0, "⟨eos⟩"), ReadInstead(2, "f"), DisturbContext(0), DisturbContext(0, 1.0, layer=1), DisturbUnit(0, 2),
    DisturbUnit(0, 2, 0.5),
]  # fmt: skip
changes = pytest.mark.parametrize("change", CHANGES, ids=lambda change: type(change).__name__)


@changes
@pytest.mark.parametrize("name", ["post", "pre"])
@pytest.mark.parametrize(("layer", "head"), [(None, None), (0, 1)])
def test_both_sides_of_a_what_if_are_the_traces_and_explain_themselves(name, change, layer, head):
    before, after = decoded(name), decoded(name, change=change)
    story = comparison_story(before, after, Words("en"), "test", layer, head)
    views = {view.id: view for view in story.views}
    old, new = look_of(before, layer, head), look_of(after, layer, head)
    for cell in views["difference"].data["difference"]:
        assert cell["d"] == pytest.approx(new.weights[cell["t"], cell["i"]] - old.weights[cell["t"], cell["i"]])
    explainer = ComparisonExplainer(before, after, Words("en"))
    for view in story.views:
        assert len(view.alternatives) == len(story.steps), view.id
        for rows in view.data.values():
            for row in rows:
                if "ask" in row:
                    told = explainer.explain(row["ask"])
                    assert told.computed == pytest.approx(told.value, abs=1e-5), told.address
                    shown = row.get("after", row.get("w"))
                    assert shown is None or told.value == pytest.approx(float(shown), abs=1e-6)
    json.loads(story.to_json())


@changes
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_changed_is_said_and_its_lines_are_found(change, language):
    before, after = decoded("post"), decoded("post", change=change)
    story = comparison_story(before, after, Words(language), "test")
    assert not any("{" in step.title + step.text for step in story.steps)
    passage = changed_by(change, before)
    assert listing(passage).lit(passage)


def test_a_weight_that_was_set_says_so_and_the_others_do_not():
    after = decoded("post", change=LookElsewhere(1, ONLY, 1, 0))
    explainer = ComparisonExplainer(decoded("post"), after, Words("en"))
    assert explainer.explain("after decoder 1 cross.weights 0 1 0").lines[0].slots == ["set by you"]
    assert explainer.explain("after decoder 1 cross.weights 0 1 0").value == 1.0
    assert len(explainer.explain("after decoder 1 cross.weights 1 1 0").lines) == 2
    mean = explainer.explain("after mean decoder 1 cross 1 0")
    assert mean.value == pytest.approx(float(after.decoder[1]["cross.weights"][:, 1, 0].mean()))


def test_forcing_the_shipped_model():
    """All heads of the top layer made to look at one letter bring it; one head alone is outvoted by the others."""
    only = tuple(float(i == 0) for i in range(6))
    every_head = shipped(change=LookElsewhere(1, only, 1, None))
    assert every_head.output[1] == "s" != shipped().output[1]
    assert shipped(change=LookElsewhere(1, only, 1, 0)).text == shipped().text
