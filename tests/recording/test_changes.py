"""Laws of what is done differently in a decoding: it does what it says, and nothing before it changes."""

import numpy as np
import pytest
import torch

from seq2seq.recording import record_decoding
from seq2seq.tasks import EOS
from seq2seq.traces import ClampGate, DisturbContext, DisturbUnit, EraseState, LookElsewhere, ReadInstead, WriteInstead
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


KEEPS = {"lstm": "f", "gru": "z"}
DEEP = [
    (config, way)
    for config in CONFIGS
    if config.layers > 1 or config.bidirectional or config.attention == "none"
    for way in config.directions
]
ERASED = [(*case, states) for case in DEEP for states in (("h", "c", "hc") if case[0].cell == "lstm" else ("h",))]


def name_case(part):
    """A part of a case, for a test's name."""
    return part if isinstance(part, str) else name_of(part)


def read_before(trace, way, position):
    """Positions that a direction has read before this one."""
    order = list(trace.order(way))
    return order[: order.index(position)]


@pytest.mark.parametrize(("config", "way"), [case for case in DEEP if case[0].cell in KEEPS], ids=name_case)
@pytest.mark.parametrize(("unit", "position"), [(None, AT), (3, AT), (3, None), (None, None)])
def test_a_gate_held_by_hand(config, way, unit, position):
    layer, gate = config.layers - 1, KEEPS[config.cell]
    change = ClampGate(gate, 0.25, unit, position, layer, way)
    before, after = record(config), record(config, change)
    old, new = before.encoder[layer][way], after.encoder[layer][way]
    for i in range(len(TEXT)):
        for u in range(new[gate].shape[1]):
            assert change.holds(layer, way, gate, i, u) == (position in (None, i) and unit in (None, u))
            if change.holds(layer, way, gate, i, u):
                assert new[gate][i, u] == np.float32(0.25)
    if position is not None:  # nothing read earlier knows of it, and the step itself does
        for i in read_before(before, way, position):
            for name in new:
                np.testing.assert_array_equal(old[name][i], new[name][i])
        for name in ("i", "g", "o", "r", "n"):
            if name in new:
                np.testing.assert_array_equal(old[name][position], new[name][position])
        assert np.abs(old["h"][position] - new["h"][position]).max() > 0
    for lower in range(layer):  # what lies below is not changed
        for other, gates in before.encoder[lower].items():
            np.testing.assert_array_equal(gates["h"], after.encoder[lower][other]["h"])
    check_steps(config, after, layer, way)


def check_steps(config, trace, layer, way):
    """Every state is what the recorded gates make of the state that was carried."""
    gates = trace.encoder[layer][way]
    for i in trace.order(way):
        before = trace.before(way, i)
        carried = {
            name: np.zeros_like(gates["h"][0])
            if before is None or trace.erased(layer, way, name, before)
            else gates[name][before]
            for name in ("h", "c")
            if name in gates
        }
        if config.cell == "gru":
            h = (1 - gates["z"][i]) * gates["n"][i] + gates["z"][i] * carried["h"]
            np.testing.assert_allclose(gates["h"][i], h, atol=1e-6)
        if config.cell == "lstm":
            c = gates["f"][i] * carried["c"] + gates["i"][i] * gates["g"][i]
            np.testing.assert_allclose(gates["c"][i], c, atol=1e-6)
            np.testing.assert_allclose(gates["h"][i], gates["o"][i] * np.tanh(gates["c"][i]), atol=1e-6)


@pytest.mark.parametrize(("config", "way", "states"), ERASED, ids=name_case)
def test_an_erased_state_is_lost_on_the_way_on(config, way, states):
    before, after = record(config), record(config, EraseState(states, AT, 0, way))
    old, new = before.encoder[0][way], after.encoder[0][way]
    for i in [*read_before(before, way, AT), AT]:  # what was computed there stays in the record
        for name in new:
            np.testing.assert_array_equal(old[name][i], new[name][i])
    following = next(i for i in before.order(way) if before.before(way, i) == AT)
    assert np.abs(old["h"][following] - new["h"][following]).max() > 0
    if states == "hc" or config.cell != "lstm":  # as if reading began there
        fresh = record_decoding(
            endless(config), TEXT[AT + 1 :] if way == "forward" else TEXT[:AT], VOCABULARIES, longest=6
        )
        rest = slice(AT + 1, None) if way == "forward" else slice(None, AT)
        np.testing.assert_allclose(new["h"][rest], fresh.encoder[0][way]["h"], atol=1e-6)
    check_steps(config, after, 0, way)


@pytest.mark.parametrize(("config", "way"), DEEP, ids=name_case)
def test_a_state_erased_at_the_end_never_reaches_the_decoder(config, way):
    end = len(TEXT) - 1 if way == "forward" else 0
    before, after = record(config), record(config, EraseState("h", end, config.layers - 1, way))
    hidden = config.hidden
    mine = slice(0, hidden) if way == "forward" else slice(hidden, None)
    start = after.start[-1]["h"]
    assert not start[mine].any()
    kept = np.delete(np.arange(len(start)), np.arange(len(start))[mine])
    np.testing.assert_array_equal(start[kept], before.start[-1]["h"][kept])
    np.testing.assert_array_equal(before.states, after.states)
