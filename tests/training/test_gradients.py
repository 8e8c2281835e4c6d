"""Gradients by autograd are those of finite differences, wherever a difference can be told from rounding."""

import pytest
import torch

from seq2seq.models.config import CELLS, RecurrentConfig
from seq2seq.models.recurrent import Recurrent
from seq2seq.tasks import make_task
from seq2seq.training.evaluate import shift_right, token_loss
from seq2seq.training.gradients import forced_loss, state_gradients

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
