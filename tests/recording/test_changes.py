"""Laws of what is done differently in a decoding: it does what it says, and nothing before it changes."""

import numpy as np
import pytest
import torch

from seq2seq.recording import record_decoding
from seq2seq.tasks import EOS
from seq2seq.traces import DisturbContext, DisturbUnit, LookElsewhere, ReadInstead, WriteInstead
from tests.decoding.test_decoding import VOCABULARIES
from tests.models.small import CONFIGS, build, name_of

TEXT, AT = list("badcafe"), 2
every = pytest.mark.parametrize("config", CONFIGS[::2], ids=name_of)
attentive = pytest.mark.parametrize("config", [c for c in CONFIGS[::2] if c.attention != "none"], ids=name_of)


def record(config, change=None):
    return record_decoding(endless(config), TEXT, VOCABULARIES, longest=6, change=change)


@torch.no_grad()
def endless(config):
    """A model that never ends by itself, so that there is a step to change."""
    model = build(config)
    model.output.bias[EOS] = -1e4
    return model


def same_before(a, b, step):
    np.testing.assert_array_equal(a.log_probs[:step], b.log_probs[:step])
    assert a.output[:step] == b.output[:step]


@attentive
def test_looking_at_one_position_only_gives_its_state(config):
    weights = tuple(float(i == 3) for i in range(len(TEXT)))
    trace = record(config, LookElsewhere(AT, weights))
    same_before(trace, record(config), AT)
    assert tuple(trace.weights[AT]) == weights
    np.testing.assert_allclose(trace.context[AT], trace.states[3], atol=1e-6)


@attentive
def test_weights_as_they_were_change_nothing(config):
    before = record(config)
    after = record(config, LookElsewhere(AT, tuple(map(float, before.weights[AT]))))
    np.testing.assert_allclose(after.log_probs, before.log_probs, atol=1e-5)


@every
def test_another_token_is_written_and_gone_on_from(config):
    before = record(config)
    other = next(token for token in "vwxyz" if token != before.output[AT])
    after = record(config, WriteInstead(AT, other))
    same_before(before, after, AT)
    assert after.output[AT] == other
    np.testing.assert_array_equal(after.log_probs[AT], before.log_probs[AT])  # the model's own opinion stays
    if len(after.output) > AT + 1 and len(before.output) > AT + 1:
        assert np.abs(after.fed[AT + 1] - before.fed[AT + 1]).max() > 0


@every
def test_another_source_token_is_read(config):
    after = record(config, ReadInstead(1, "g"))
    assert after.source == ("b", "g", *TEXT[2:])
    plain = record_decoding(endless(config), list(after.source), VOCABULARIES, longest=6)
    np.testing.assert_array_equal(after.log_probs, plain.log_probs)


@attentive
def test_a_context_of_zeros_and_a_noisy_one(config):
    before, zero = record(config), record(config, DisturbContext(AT))
    same_before(before, zero, AT)
    assert not zero.context[AT].any()
    noisy = [record(config, DisturbContext(AT, 0.5, seed)).context[AT] for seed in (1, 1, 2)]
    np.testing.assert_array_equal(noisy[0], noisy[1])
    assert np.abs(noisy[0] - noisy[2]).max() > 0 and np.abs(noisy[0] - before.context[AT]).max() > 0


@pytest.mark.parametrize("config", [c for c in CONFIGS if c.attention == "none"], ids=name_of)
def test_without_attention_the_context_is_the_one_vector(config):
    trace = record(config, DisturbContext(0))
    assert all(not state.any() for layer in trace.start for state in layer.values())


@every
@pytest.mark.parametrize("noise", [0.0, 0.7])
def test_one_unit_and_no_other_is_disturbed(config, noise):
    before, after = record(config), record(config, DisturbUnit(AT, 4, noise))
    same_before(before, after, AT)
    changed = before.decoder[-1]["h"][AT] != after.decoder[-1]["h"][AT]
    assert changed.tolist() == [unit == 4 for unit in range(len(changed))]
    assert noise or after.decoder[-1]["h"][AT, 4] == 0


def test_a_trace_says_what_was_changed():
    change = WriteInstead(0, "v")
    assert record(CONFIGS[0], change).change == change and record(CONFIGS[0]).change is None
