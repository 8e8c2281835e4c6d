"""Gradients by autograd are those of finite differences, wherever a difference can be told from rounding."""

import pytest
import torch

from seq2seq.models.config import CELLS, RecurrentConfig
from seq2seq.models.recurrent import Recurrent
from seq2seq.studies.recordings import recall_run
from seq2seq.tasks import make_task
from seq2seq.training.evaluate import shift_right, token_loss
from seq2seq.training.gradients import example_losses, forced_logits, forced_loss, local_factors, state_gradients
from seq2seq.training.reach import record_gradients
from seq2seq.training.trainer import start_model

TASK = make_task({"name": "recall", "distance": 6})
cases = pytest.mark.parametrize(
    ("cell", "attention"), [(cell, attention) for cell in CELLS for attention in ("none", "additive", "general")]
)


def setting(cell, attention):
    torch.manual_seed(0)
    source, target = TASK.vocabularies()
    config = RecurrentConfig(cell, attention, embedding=4, hidden=5)
    model = Recurrent(config, len(source), len(target)).double()
    batch = TASK.batch(TASK.sample("train", 3), source, target)
    return model, torch.from_numpy(batch.source), torch.from_numpy(batch.target)


@cases
def test_the_glass_loss_is_the_fast_loss(cell, attention):
    model, source, target = setting(cell, attention)
    fast = token_loss(model(source, shift_right(target)), target)
    torch.testing.assert_close(forced_loss(model, source, target), fast)


@cases
def test_gradients_equal_finite_differences(cell, attention):
    model, source, target = setting(cell, attention)
    gradients = state_gradients(model, source, target)
    checked, eps = 0, 1e-5
    for name in ("h", "c") if cell == "lstm" else ("h",):
        found = getattr(gradients, name)
        for position in range(source.shape[1]):
            for unit in range(5):
                values = []
                for sign in (1, -1):

                    def push(layer, way, at, gates, sign=sign, position=position, unit=unit, name=name):
                        if at != position:
                            return gates
                        moved = gates[name].clone()
                        moved[0, unit] += sign * eps
                        return gates | {name: moved}

                    values.append(forced_loss(model, source, target, push).item())
                slope = (values[0] - values[1]) / (2 * eps)
                if abs(slope) > 1e-6:
                    assert float(found[0, position, unit]) == pytest.approx(slope, rel=1e-3)
                    checked += 1
    assert checked > 20


def test_attention_reaches_every_state_and_one_vector_only_through_the_recurrence():
    """Scaled down, the recurrence forgets: without attention nothing reaches back, with it something does."""
    reach = {}
    for attention in ("none", "general"):
        model, source, target = setting("rnn", attention)
        with torch.no_grad():
            model.encoder.weight_hh_l0.mul_(0.01)
        norms = state_gradients(model, source, target).norms()
        reach[attention] = float(norms[0] / norms[-1])
    assert reach["none"] < 1e-8 < 1e-3 < reach["general"]


def finite_difference(model, source, target, layer, position, unit, name="h", eps=1e-5):
    """The slope of each example's loss, all added up, by moving one unit of the first example."""
    values = []
    for sign in (1, -1):

        def push(at_layer, way, at, gates, sign=sign):
            if (at_layer, way, at) != (layer, "forward", position):
                return gates
            moved = gates[name].clone()
            moved[0, unit] += sign * eps
            return gates | {name: moved}

        values.append(example_losses(forced_logits(model, source, target, push), target).sum().item())
    return (values[0] - values[1]) / (2 * eps)


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("cell", CELLS)
def test_any_layer_and_each_examples_own_loss(cell, layer):
    torch.manual_seed(1)
    vocabularies = TASK.vocabularies()
    config = RecurrentConfig(cell, "general", layers=2, embedding=4, hidden=5, forget_bias=2.0)
    model = Recurrent(config, *map(len, vocabularies)).double()
    source, target = map(torch.from_numpy, TASK.batch(TASK.sample("train", 3), *vocabularies))
    found, checked = state_gradients(model, source, target, layer, each=True), 0
    for position in range(source.shape[1]):
        for unit in range(5):
            slope = finite_difference(model, source, target, layer, position, unit)
            if abs(slope) > 1e-6:
                assert float(found.h[0, position, unit]) == pytest.approx(slope, rel=1e-3)
                checked += 1
    assert checked > 20


@cases
def test_a_step_back_is_the_local_factor_and_what_attention_brings(cell, attention):
    """∂L/∂state before = Jᵀ ∂L/∂state after (+ attention's part); the last state's comes by the decoder's first."""
    model, source, target = setting(cell, attention)
    found = state_gradients(model, source, target, each=True)
    factors = local_factors(model, source[:1])
    parts = [found.h[0]] + ([found.c[0]] if found.c is not None else [])
    after = torch.cat(parts, -1)[1:]
    carried = torch.einsum("tju,tj->tu", factors[1:], after)
    looked = torch.zeros_like(found.h[0]) if found.looked is None else found.looked[0]
    torch.testing.assert_close(carried[:, :5] + looked[:-1], found.h[0, :-1])
    torch.testing.assert_close(found.start_h[0] + looked[-1], found.h[0, -1])
    if found.c is not None:
        torch.testing.assert_close(carried[:, 5:], found.c[0, :-1])
    assert (found.looked is None) == (attention == "none")


def test_examples_of_a_batch_leave_each_other_alone():
    model, source, target = setting("gru", "general")
    together = state_gradients(model, source, target, each=True)
    alone = state_gradients(model, source[1:2], target[1:2], each=True)
    torch.testing.assert_close(together.h[1], alone.h[0])


@pytest.mark.parametrize("scale", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("cell", CELLS)
def test_the_scale_multiplies_the_recurrent_matrices_and_nothing_else(cell, scale):
    def drawn(scale):
        torch.manual_seed(3)
        return Recurrent(
            RecurrentConfig(cell, "additive", layers=2, hidden=6, recurrent_scale=scale), 9, 7
        ).state_dict()

    plain, scaled = drawn(1.0), drawn(scale)
    for name, weight in plain.items():
        factor = scale if "weight_hh" in name else 1.0
        torch.testing.assert_close(scaled[name], factor * weight)


def test_what_is_said_of_vanishing_and_exploding():
    """Measured on three seeds, recall over 20 signs; see BENCHMARKS.md."""
    for seed in (1, 2, 3):

        def left(seed=seed, **settings):
            config = recall_run(settings.pop("cell", "rnn"), seed=seed, **settings)
            norms = record_gradients(start_model(config), config.task, 0).h_norms.mean(0)
            return norms[0] / norms[-1]

        closed, default, opened = (left(cell="lstm", forget_bias=bias) for bias in (0.0, 1.0, 3.0))
        assert left() < 1e-4 and left(cell="gru") < 1e-3 and closed < 1e-4 < default < 0.1 < 0.4 < opened
        assert left(scale=3.0) > 5 and left(scale=5.0) > 100 and left(attention=True) > 0.05
