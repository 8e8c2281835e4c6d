"""The story of one layer: whole, its numbers the trace's, its equations right, its questions answered."""

import json
import random
from functools import cache

import numpy as np
import pytest

from seq2seq.stories.explain import Unknown
from seq2seq.stories.formulas import exact, short
from seq2seq.stories.self_attention import LayerExplainer, focus_of, self_attention_story
from seq2seq.stories.self_attention.layout import SLOT, SLOTS
from seq2seq.stories.self_attention.passages import SPLIT
from seq2seq.stories.self_attention.questions import unscaled
from seq2seq.stories.sources import listing
from seq2seq.studies.trained import load_trained
from seq2seq.traces.transformer import ATTENTIONS
from seq2seq.words import LANGUAGES, Words
from tests.stories.statements import true_or_false_right
from tests.stories.test_transformer_explain import CONFIGS, traced
from tests.stories.whole import check_whole

CELLS = 200
every = pytest.mark.parametrize("name", CONFIGS)
everywhere = pytest.mark.parametrize(("side", "block"), ATTENTIONS)
layers = pytest.mark.parametrize("layer", [0, 1])


@cache
def shipped(text="studio"):
    return load_trained("reverse-transformer").record_transformer(text)


def story_of(trace, side="encoder", block="self", layer=0, head=0, query=None, language="en"):
    return self_attention_story(focus_of(trace, side, block, layer, head, query), Words(language), "test")


def clickable(view):
    """(address, number or None) of everything in a view that can be clicked, as its picture has it."""
    for name, rows in view.data.items():
        for row in rows:
            if name == "cells":
                for unit, value in zip(view.signals["columns"][row["s"]]["unit"], row["v"], strict=True):
                    yield f"{row['ask']} {unit}", value
            elif name in ("grids", "weights", "links") and "ask" in row:
                for j, value in enumerate(row["v"] if name == "grids" else row["w"]):
                    if value is not None or name != "grids":  # there, a masked weight cannot be clicked
                        yield f"{row['ask']} {j}", value or 0
            elif name == "rows":
                for unit, value in zip(row["unit"], row["v"], strict=True):
                    if row["ask"]:
                        yield f"{row['ask']} {unit}", value
                    elif row["lead"]:
                        yield row["lead"], None
                if row["whole"]:
                    yield row["whole"], None
            elif name == "bars":
                for field in ("dot", "score", "w", "raw"):
                    yield from (
                        (f"{row[f'ask_{field}']} {j}", value) for j, value in enumerate(row[field]) if value is not None
                    )


@every
@everywhere
@layers
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_layer_has_a_whole_story(name, side, block, layer, language):
    trace = traced(name)
    data = check_whole(story_of(trace, side, block, layer, language=language))
    assert len(data["steps"]) >= 17 + len(trace.tokens(side, block)[0])


@every
@everywhere
@layers
def test_200_cells_of_every_view(name, side, block, layer):
    trace, rng = traced(name), random.Random(1)
    explainer = LayerExplainer(trace, Words("en"))
    for view in story_of(trace, side, block, layer).views:
        found = list(clickable(view))
        assert found, view.id
        for address, number in rng.sample(found, min(CELLS, len(found))):
            told = explainer.explain(address)
            assert told.computed == pytest.approx(told.value, abs=1e-4), address
            assert told.result == exact(told.value) and "{" not in told.name
            if number is not None:
                assert told.value == pytest.approx(float(number), abs=1e-6), address


def test_every_number_of_a_formula_explains_itself():
    explainer = LayerExplainer(shipped(), Words("zh"))
    for side, block in ATTENTIONS:
        for step in story_of(shipped(), side, block, 1, language="zh").steps:
            for slot in step.formula[1] if step.formula else ():
                if isinstance(slot, tuple):
                    assert slot[0].strip("()") == short(explainer.explain(slot[1]).value), step.title


@every
@everywhere
@layers
def test_matrices_are_revealed_one_after_the_other_and_in_the_end_all(name, side, block, layer):
    signals = story_of(traced(name), side, block, layer).views[0].signals
    when, whole, counts = signals["when"], signals["whole"], signals["counts"]
    last = len(signals["slot_at"]) - 1
    used = [k for k, count in enumerate(counts) if count]
    assert all(0 < when[k] <= whole[k] <= last for k in used)
    order = ["q", "k", "v", "dots", "scores", "weights", "heads", *[s for s in SLOTS if s.startswith("rest")]]
    known = [when[SLOT[slot]] for slot in order if counts[SLOT[slot]]]
    assert known == sorted(set(known)), "each at a step of its own"
    for k, step in enumerate(signals["slot_at"]):
        assert not signals["lit_at"][k] or counts[step], "the frame stands round a matrix that is there"
    for k in used[3:]:  # what the frame stands round is what the step is about
        assert SLOTS[k] == "in3" or signals["slot_at"][when[k]] == k or SLOTS[k].startswith("in")


@everywhere
@layers
def test_weights_are_the_heads_and_a_masked_one_is_null(side, block, layer):
    trace = shipped()
    for head in range(trace.heads):
        views = {view.id: view for view in story_of(trace, side, block, layer, head).views}
        weights, visible = trace.gates(side, layer)[f"{block}.weights"][head], trace.visible(side, block)
        for row in views["heat-map"].data["weights"]:
            assert [w is not None for w in row["w"]] == visible[row["t"]].tolist()
            assert [w or 0 for w in row["w"]] == pytest.approx(weights[row["t"]])
            assert sum(w or 0 for w in row["w"]) == pytest.approx(1, abs=1e-5)
        grid = [row for row in views["overview"].data["grids"] if row["s"] == SLOT["weights"]]
        assert [[w is not None for w in row["v"]] for row in grid] == visible.tolist()
        assert views["heat-map"].signals["hatch"].count("M") == int((~visible).sum())


def test_a_row_of_the_heat_map_shows_only_once_it_is_computed():
    view = next(view for view in story_of(shipped(), query=1).views if view.id == "heat-map")
    titles = [step.title for step in story_of(shipped(), query=1).steps]
    begins, everyone = view.signals["own_at"].index(1, 1), view.signals["all_at"].index(1, 1)  # at first all is seen
    assert view.signals["own_at"][:2] == view.signals["all_at"][:2] == [1, 0]
    assert "oftmax" in titles[begins] and titles[everyone] == "Every query at once" and begins < everyone
    assert view.signals["row_at"][: everyone + 1] == [1] * (everyone + 1)
    assert view.signals["row_at"][-6:] == list(range(6))


def asked(side, block, layer, head=0, query=None, text="studio"):
    story = story_of(shipped(text), side, block, layer, head, query)
    return {step.question.id: step.question for step in story.steps if step.question}


@everywhere
@layers
def test_questions_have_their_answers_in_the_trace(side, block, layer):
    trace = shipped()
    focus = focus_of(trace, side, block, layer)
    found = asked(side, block, layer)
    assert len(found) >= 3
    for id, question in found.items():
        kind, *rest = id.split()
        right = question.options[question.right]
        assert len(set(question.options)) == len(question.options) >= 2
        assert "{" not in question.prompt + question.why
        if kind == "scale":
            before = trace.gates(side, layer)[f"{block}.weights"][0, focus.query].max()
            dots = trace.gates(side, layer)[f"{block}.dots"][0, focus.query]
            after = unscaled(dots, focus.visible[focus.query]).max()
            assert right == "it rises" and after > before + 0.05
        elif kind == "heads":
            assert right == str(int(trace.visible(side, block)[focus.query].sum()))
        elif kind == "visible":
            assert right == str(focus.query + 1)
        elif kind == "changes":
            assert right == ("Q only" if block == "cross" else "all three")
        elif kind == "largest":
            row = focus.pairs("weights")[int(rest[0])]
            best, second = np.argsort(-row)[:2]
            assert right == f"{focus.keys[best]} ({best + 1})" and row[best] - row[second] > 0.2
        elif kind == "columns":
            assert true_or_false_right(question, "question.selfatt.columns")
            assert abs(focus.pairs("weights").sum(0)[int(rest[0])] - 1) > 0.2
        elif kind == "token":
            assert right == trace.output[focus.query]
        elif kind == "active":
            share = (focus.gates["feed.inner"][focus.query] > 0).mean()
            assert right == (
                "about half" if 0.4 < share < 0.6 else "fewer than a third" if share < 0.3 else "more than two thirds"
            )
        else:
            assert kind == "residual"


def test_only_the_queries_change_across_when_the_decoder_reads_something_else():
    """The claim behind "which of Q, K and V change": measured, not only said."""
    model = load_trained("reverse-transformer")
    before, after = (model.record_transformer("studio", target=target) for target in ("oiduts", "oxxxts"))
    for name, same in (("q", False), ("k", True), ("v", True)):
        pair = [trace.decoder[1][f"cross.{name}"] for trace in (before, after)]
        assert np.array_equal(*pair) == same, name
    assert not any(
        np.array_equal(before.decoder[0][f"self.{name}"], after.decoder[0][f"self.{name}"]) for name in "qkv"
    )


def test_without_the_scale_a_weight_explains_itself():
    explainer = LayerExplainer(shipped(), Words("en"))
    focus = focus_of(shipped(), "encoder", "self", 0, 2, 1)
    weights = unscaled(focus.pairs("dots")[1], focus.visible[1])
    for j, weight in enumerate(weights):
        told = explainer.explain(f"unscaled encoder 0 self 2 1 {j}")
        assert told.value == pytest.approx(weight, abs=1e-9) and told.computed == pytest.approx(weight, abs=1e-6)
    assert weights.max() > focus.row.max()
    assert explainer.explain("unscaled decoder 0 self 0 2 1").value < 1


@pytest.mark.parametrize(
    "address",
    ["unscaled", "unscaled encoder 9 self 0 0 0", "unscaled encoder 0 self 0 0 99", "unscaled decoder 0 self 0 0 3",
     "unscaled encoder 0 cross 0 0 0", "unscaled x 0 self 0 0 0", "unscaled encoder 0 self -1 0 0"],
)  # fmt: skip
def test_no_such_number(address):
    with pytest.raises(Unknown):
        LayerExplainer(shipped(), Words("en")).explain(address)


def test_a_focus_beyond_the_ends_is_moved_to_them():
    focus = focus_of(shipped(), "decoder", "cross", 99, 99, 99)
    assert (focus.layer, focus.head, focus.query) == (1, 3, 6)
    assert focus_of(shipped(), "encoder", "self", -1, -1, -1).query == 0


def test_the_template_stays_where_only_the_input_changes():
    one, other = (story_of(shipped(text), "decoder", "cross", 1) for text in ("studio", "abcdefgh"))
    assert [view.spec for view in one.views] == [view.spec for view in other.views]


@pytest.mark.parametrize("text", ["a", "ab", "abcdefghijklmnopqrst"])
@everywhere
def test_short_and_long_inputs_have_stories_that_are_small_enough(text, side, block):
    assert len(story_of(shipped(text), side, block, 1).to_json()) < 1_400_000


@pytest.mark.parametrize("text", ["<script>", "aمرحبا", "a😀😀", "{step}", "@0b", r"\frac"])
def test_odd_tokens_stay_data(text):
    story = story_of(shipped(text), "decoder", "cross", 0)
    other = story_of(shipped(("abcdefg" * 9)[: len(text)]), "decoder", "cross", 0)
    assert [view.spec for view in story.views] == [view.spec for view in other.views]
    json.loads(story.to_json())


def test_the_passage_is_in_its_file():
    assert listing(SPLIT).lit(SPLIT)
