"""Heads measured: means, entropies and patterns taken again by hand, and heads off counted one model at a time."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from seq2seq.models.config import TransformerConfig
from seq2seq.models.make import make_model
from seq2seq.recording import record_transformer
from seq2seq.recording.heads import (
    mean_outputs,
    measure_heads,
    measure_looks,
    prefixes,
    score_without,
    without,
    write_without,
)
from seq2seq.studies.heads import MODELS, PAIRS, held_out, measured
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import Reverse
from seq2seq.traces.heads import PATTERNS, HeadPlace, MeasuredHeads, head_places, keys_of, row_entropy
from seq2seq.training.evaluate import evaluate

TASK = Reverse(shortest=2, longest=5, letters=6)
SMALL = TransformerConfig(layers=2, hidden=8, heads=2, feed_forward=12)
PAIRS_FEW = TASK.sample("dev", 7)
every = pytest.mark.parametrize("config", [SMALL, replace(SMALL, norm="pre", heads=4), replace(SMALL, causal=False)])


@cache
def build(config):
    torch.manual_seed(3)
    source, target = TASK.vocabularies()
    model = make_model(config, len(source), len(target)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.7)
    return model


def traced(config):
    """Every pair along its answer."""
    return [record_transformer(build(config), list(p.source), TASK.vocabularies(), target=p.target) for p in PAIRS_FEW]


def weights_of(trace, place):
    side, layer, block = place.address
    return trace.gates(side, layer)[f"{block}.weights"][place.head]


@pytest.mark.parametrize("id", ["e1.1", "d2.3", "x10.16"])
def test_a_short_name_is_read_again(id):
    assert HeadPlace.read(id).id == id


@pytest.mark.parametrize("id", ["", "e", "e1", "e0.1", "e1.0", "e1.", "z1.1", "e1.1.1", "e-1.1", "e1.x", "e１.x"])
def test_what_is_no_short_name(id):
    with pytest.raises(ValueError):
        HeadPlace.read(id)


@every
def test_means_entropies_and_shares_are_those_of_the_traces(config):
    model, traces = build(config), traced(config)
    looks = measure_looks(model, TASK, PAIRS_FEW, TASK.vocabularies())
    means = mean_outputs(model, TASK, PAIRS_FEW, TASK.vocabularies())
    assert list(looks) == head_places(config.layers, config.heads)
    for place, (entropy, most, shares) in looks.items():
        side, layer, block = place.address
        features = slice(place.head * config.head_width, (place.head + 1) * config.head_width)
        outputs = np.concatenate([t.gates(side, layer)[f"{block}.heads"][:, features] for t in traces])
        np.testing.assert_allclose(means[place].numpy(), outputs.mean(0), atol=1e-5)
        rows, widest, given = [], [], {name: [] for name in PATTERNS[place.block]}
        for trace in traces:
            queries, keys = trace.tokens(side, block)
            written = trace.output if side == "decoder" else queries
            for q, row in enumerate(weights_of(trace, place)):
                seen = int(trace.visible(side, block)[q].sum())
                if seen < 2:
                    continue
                rows.append(row_entropy(row.tolist()))
                widest.append(math.log(seen))
                for name in given:
                    if found := keys_of(name, q, queries, keys, written[q]):
                        given[name].append(float(row[found].sum()))
        assert entropy.rows == len(rows) and entropy.value == pytest.approx(np.mean(rows), abs=1e-5)
        assert most.value == pytest.approx(np.mean(widest)) and entropy.value <= most.value + 1e-6
        for name, values in given.items():
            assert shares[name].rows == len(values), (place, name)
            assert shares[name].value == pytest.approx(np.mean(values) if values else 0, abs=1e-5)


@every
@pytest.mark.parametrize("way", ["zero", "mean"])
def test_many_variants_in_one_batch_are_each_model_alone(config, way):
    model, batch = build(config), TASK.batch(PAIRS_FEW, *TASK.vocabularies())
    means = mean_outputs(model, TASK, PAIRS_FEW, TASK.vocabularies())
    places = head_places(config.layers, config.heads)
    variants = [(), *prefixes(places[::3]), *((place,) for place in places)]
    for off, score in zip(
        variants, score_without(model, batch, variants, means if way == "mean" else None), strict=True
    ):
        alone = evaluate(without(model, off, way, means), batch, TASK.vocabularies()[1])
        assert (score.right, score.n) == (alone.right, alone.n)
        if config.causal:  # else `evaluate` lets a short row's decoder see its own ⟨eos⟩
            assert score.loss == pytest.approx(alone.loss, abs=1e-5)


@every
def test_what_is_written_without_heads_is_what_a_trace_of_that_model_says(config):
    model, order = build(config), head_places(config.layers, config.heads)[::-1]
    written = write_without(model, list("badc"), TASK.vocabularies(), order)
    for off, output in zip(prefixes(order), written, strict=True):
        assert output == record_transformer(without(model, off, "zero"), list("badc"), TASK.vocabularies()).output


def test_a_head_that_is_off_gives_zeros_or_its_mean_everywhere():
    model, place = build(SMALL), HeadPlace.read("x2.1")
    means = mean_outputs(model, TASK, PAIRS_FEW, TASK.vocabularies())
    for way, wanted in (("zero", torch.zeros(4)), ("mean", means[place])):
        trace = record_transformer(without(model, [place], way, means), list("badc"), TASK.vocabularies())
        given = trace.gates("decoder", 1)["cross.heads"]
        np.testing.assert_allclose(given[:, :4], np.tile(wanted.numpy(), (len(given), 1)), atol=1e-6)
        assert np.abs(given[:, 4:]).max() > 0
    with pytest.raises(ValueError):
        without(model, [place], "mean")


def test_each_removal_is_the_one_that_costs_least_loss():
    model, batch = build(SMALL), TASK.batch(PAIRS_FEW, *TASK.vocabularies())
    found = measure_heads(model, "small", TASK, PAIRS_FEW, TASK.vocabularies())
    pruning, places = found.pruned["zero"], head_places(2, 2)
    assert sorted(pruning.order) == sorted(places) and pruning.greedy and pruning.pairs == len(PAIRS_FEW)
    for k, score in enumerate(pruning.scores):
        left = [place for place in places if place not in pruning.order[:k]]
        others = score_without(model, batch, [(*pruning.order[:k], place) for place in left])
        assert score.loss == pytest.approx(min(other.loss for other in others), abs=1e-5)
    assert MeasuredHeads.from_dict(found.to_dict()) == found


def test_without_any_head_the_source_is_not_heard():
    trained = load_trained("reverse-transformer")
    model, places = trained.transformer, head_places(2, 4)
    for way in ("zero", "mean"):
        means = mean_outputs(model, trained.task, held_out(trained, 20), trained.vocabularies)
        outputs = {
            write_without(model, list(text), trained.vocabularies, places, means if way == "mean" else None)[-1]
            for text in ("studio", "abcdef", "zz")
        }
        assert len(outputs) == 1


@pytest.mark.parametrize("name", [name for name in MODELS if measured(name)])
def test_what_was_measured_is_measured_again(name):
    """A few of the heads, on the same pairs: the stored figures are those of the shipped weights."""
    found, trained = measured(name), load_trained(name)
    assert found.n == PAIRS and len(found.heads) == 24
    pairs = held_out(trained, found.n)
    batch = trained.task.batch(pairs, *trained.vocabularies)
    chosen = [found.heads[k] for k in (0, 9, 13, 19)]
    scores = score_without(trained.transformer, batch, [(), *((head.place,) for head in chosen)])
    assert abs(scores[0].right - found.base.right) <= 1
    for head, score in zip(chosen, scores[1:], strict=True):
        assert abs(score.right - head.off["zero"].right) <= 2, head.place.id
    first = found.pruned["zero"]
    (again,) = score_without(trained.transformer, batch, [first.order[:4]])
    assert abs(again.right - first.scores[3].right) <= 2
