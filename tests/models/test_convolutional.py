"""Laws of the convolutional models: glass = fast, pads change nothing, and nothing is seen beyond the field."""

import math

import pytest
import torch
from torch.nn.functional import glu

from seq2seq.models.config import ConvConfig, RecurrentConfig, model_config
from seq2seq.models.convolution import conv_layer, conv_step, make_layer
from seq2seq.models.convolutional import PLACES, Convolutional
from seq2seq.models.make import make_model
from seq2seq.models.recurrent import Recurrent
from seq2seq.tasks import BOS, PAD, InputError
from tests.models.small import SOURCE, TARGET, draw

DECODERS = [ConvConfig(layers=layers, kernel=kernel, hidden=6) for layers, kernel in ((1, 3), (2, 3), (3, 5), (2, 7))]
READERS = [
    ConvConfig(layers=layers, kernel=kernel, hidden=6, readout="positions", padding=padding)
    for layers, kernel in ((1, 3), (4, 3), (2, 5))
    for padding in ("same", "causal")
]


def name_of(config):
    return f"{config.readout}-{config.padding}-{config.layers}-{config.kernel}"


every = pytest.mark.parametrize("config", [*DECODERS, *READERS], ids=name_of)
decoders = pytest.mark.parametrize("config", DECODERS, ids=name_of)
CLOSE = {"atol": 1e-5, "rtol": 0}


def build(config, seed=0):
    """A random model; its biases and embeddings large enough that a mistake with zeros would show."""
    torch.manual_seed(seed)
    model = make_model(config, SOURCE, TARGET).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(std=0.5)
    return model


def read_by_decoder(rows=4, length=6, seed=2):
    return torch.cat([torch.full((rows, 1), BOS), draw(rows, length, vocabulary=TARGET, seed=seed)], 1)


def along(model, source, previous, glass):
    memory = model.encode_glass(source)[0] if glass else model.encode(source)
    state, rows = memory.start, []
    for token in previous.unbind(1):
        state, step = model.step(token, state, memory)
        rows.append(step.log_probs)
    return torch.stack(rows, 1)


@every
@pytest.mark.parametrize("glass", [True, False], ids=["glass", "fast-encoder"])
@torch.no_grad()
def test_cached_steps_equal_the_whole_target_at_once(config, glass):
    model, source, previous = build(config), draw(), read_by_decoder()
    fast = model(source, previous).log_softmax(-1)
    torch.testing.assert_close(along(model, source, previous, glass), fast, **CLOSE)


@every
@torch.no_grad()
def test_the_glass_encoder_equals_the_fast_one(config):
    model, source = build(config), draw()
    memory, record = model.encode_glass(source)
    fast = model.encode(source)
    torch.testing.assert_close(memory.states, fast.states, **CLOSE)
    assert torch.equal(memory.mask, fast.mask) and len(record.layers) == config.layers


@torch.no_grad()
def test_a_layer_is_what_the_paper_says():
    """C = (X∗W + b) ⊙ σ(X∗V + d), residual times √½, against PyTorch's own convolution and gate."""
    layer = make_layer(6, 3)
    torch.nn.init.normal_(layer.bias)
    x = torch.randn(2, 5, 6)
    padded = torch.nn.functional.pad(x, (0, 0, 1, 1))
    gates = conv_step(layer, padded[:, 2:5], x[:, 2])
    reference = glu(torch.nn.functional.conv1d(padded.transpose(1, 2), layer.weight, layer.bias), 1)[:, :, 2]
    torch.testing.assert_close(gates["glu"], reference, **CLOSE)
    torch.testing.assert_close(gates["h"], (reference + x[:, 2]) * math.sqrt(0.5), **CLOSE)
    torch.testing.assert_close(conv_layer(layer, x, causal=False)[:, 2], gates["h"], **CLOSE)


@decoders
@torch.no_grad()
def test_a_decoder_layer_looks_at_what_the_encoder_left(config):
    """Weights are the softmax of the query times z, and the context sums z + e."""
    model, source = build(config), draw()
    memory, record = model.encode_glass(source)
    _, step = model.step(torch.full((4,), BOS), memory.start, memory)
    z = record.layers[-1]["conv"]["h"]
    for layer, gates in enumerate(step.layers):
        query = model.query[layer](gates["residual"]) + step.embedded
        scores = torch.einsum("bd,bsd->bs", query, z).masked_fill(source == PAD, -math.inf)
        torch.testing.assert_close(gates["weights"], scores.softmax(-1), **CLOSE)
        assert (gates["weights"][source == PAD] == 0).all()
        context = torch.einsum("bs,bsd->bd", gates["weights"], z + record.embedded)
        torch.testing.assert_close(gates["context"], context, **CLOSE)
    assert torch.equal(step.look.weights, step.layers[-1]["weights"])


@every
@torch.no_grad()
def test_padding_changes_nothing(config):
    """A sentence alone, and the same sentence beside a longer one."""
    model, source, previous = build(config), draw(), read_by_decoder()
    together = model(source, previous)
    for row in range(4):
        alone = source[row : row + 1, : int((source[row] != 0).sum())]
        torch.testing.assert_close(model(alone, previous[row : row + 1])[0], together[row], **CLOSE)


@decoders
@torch.no_grad()
def test_causal(config):
    """Changing target token t leaves every output before t exactly alone."""
    model, source, previous = build(config), draw(), draw(vocabulary=TARGET, seed=3, length=5)
    before = model(source, previous)
    for t in range(5):
        changed = previous.clone()
        changed[:, t] = (changed[:, t] + 1) % TARGET
        after = model(source, changed)
        torch.testing.assert_close(after[:, :t], before[:, :t], atol=1e-6, rtol=0)
        assert not torch.allclose(after[:, t], before[:, t], atol=1e-6)


@every
@pytest.mark.parametrize("glass", [True, False], ids=["glass", "fast"])
def test_the_field_of_the_encoder_ends_where_it_should(config, glass):
    """∂z_i/∂e_j is exactly 0 outside of 1 + L(k − 1) positions, and not 0 inside."""
    model, length = build(config), 23
    source = draw(1, length)
    _, mask, embedded = model.read_source(source)
    embedded.requires_grad_()
    x = embedded
    if glass:
        for layer in range(config.layers):
            x = model.read(x, mask, layer)["h"]
    else:
        x = model.encode_embedded(embedded, mask)
    left, right = config.reach
    assert left + right + 1 == config.field == 1 + config.layers * (config.kernel - 1)
    for i in (0, length // 2, length - 1):
        (gradient,) = torch.autograd.grad(x[0, i].sum(), embedded, retain_graph=True)
        for j in range(embedded.shape[1]):
            seen = bool((gradient[0, j] != 0).any())
            assert seen == (i - left <= j <= i + right), (i, j)


@decoders
def test_the_field_of_the_decoder_reaches_back_only(config):
    """The same of what the decoder reads: 1 + L(k − 1) to the left, itself included; nothing to the right."""
    model, length = build(config), 16
    x = embedded = torch.randn(1, length, config.hidden, requires_grad=True)
    for layer in range(config.layers):
        x = conv_layer(model.layer(layer, decoder=True), x, causal=True)
    span = config.layers * (config.kernel - 1)
    for t in (0, 7, length - 1):
        (gradient,) = torch.autograd.grad(x[0, t].sum(), embedded, retain_graph=True)
        for j in range(length):
            assert bool((gradient[0, j] != 0).any()) == (t - span <= j <= t), (t, j)


@every
@torch.no_grad()
def test_rows_can_be_selected(config):
    model, source = build(config), draw()
    memory, rows = model.encode(source), torch.tensor([2, 0, 2])
    token = torch.tensor([4, 5, 6, 7])
    state, _ = model.step(token, memory.start, memory)
    _, all_rows = model.step(token, state, memory)
    _, some = model.step(token[rows], state.select(rows), memory.select(rows))
    torch.testing.assert_close(some.log_probs, all_rows.log_probs[rows], **CLOSE)


@every
def test_every_parameter_learns(config):
    model = build(config)
    model(draw(), draw(vocabulary=TARGET, seed=2)).square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


@every
@torch.no_grad()
def test_beyond_the_last_place_it_goes_on(config):
    """More positions than there are embeddings for: all of them take the last, and nothing breaks."""
    model = build(config)
    source, previous = draw(1, PLACES + 9), read_by_decoder(1, PLACES + 5)
    together = model(source, previous).log_softmax(-1)
    torch.testing.assert_close(along(model, source, previous, glass=False), together, atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    "setting",
    [{"layers": 0}, {"layers": 7}, {"kernel": 4}, {"kernel": 9}, {"hidden": 0}, {"readout": "luck"}, {"cell": "gru"},
     {"padding": "causal"}, {"padding": "none"}],
)  # fmt: skip
def test_impossible_shapes_are_told(setting):
    with pytest.raises(InputError):
        ConvConfig(**setting)


def test_configurations_are_told_apart_by_their_cell():
    assert model_config({"cell": "conv", "kernel": 5}) == ConvConfig(kernel=5)
    assert model_config({"cell": "lstm", "hidden": 8}) == RecurrentConfig("lstm", hidden=8)
    with pytest.raises(TypeError):
        model_config({"cell": "conv", "bidirectional": True})
    assert isinstance(make_model(ConvConfig(hidden=4), SOURCE, TARGET), Convolutional)
    assert isinstance(make_model(RecurrentConfig(hidden=4), SOURCE, TARGET), Recurrent)
