"""Laws of the recurrent encoder-decoders: glass = fast, pads change nothing, the future is not seen."""

import pytest
import torch

from seq2seq.models.config import RecurrentConfig
from seq2seq.models.recurrent import Recurrent
from seq2seq.tasks import BOS, InputError
from tests.models.small import CONFIGS, SOURCE, TARGET, build, draw, name_of

every = pytest.mark.parametrize("config", CONFIGS, ids=name_of)
CLOSE = {"atol": 1e-5, "rtol": 0}


def along(model, source, previous, glass=False):
    """Log-probabilities (B, T, V) by single steps."""
    memory = model.encode_glass(source)[0] if glass else model.encode(source)
    state, rows = memory.start, []
    for token in previous.unbind(1):
        state, step = model.step(token, state, memory)
        rows.append(step.log_probs)
    return torch.stack(rows, 1)


@every
@torch.no_grad()
def test_glass_equals_fast(config):
    """Whole target at once over PyTorch's networks, against single steps over the textbook's cells, with pads."""
    model, source = build(config), draw()
    previous = torch.cat([torch.full((4, 1), BOS), draw(vocabulary=TARGET, seed=2)], 1)
    fast = model(source, previous).log_softmax(-1)
    torch.testing.assert_close(along(model, source, previous, glass=True), fast, **CLOSE)


@every
@torch.no_grad()
def test_the_glass_encoder_equals_the_fast_one(config):
    model, source = build(config), draw()
    memory, record = model.encode_glass(source)
    fast = model.encode(source)
    torch.testing.assert_close(memory.states, fast.states, **CLOSE)
    for a, b in zip((*memory.start.h, *memory.start.c), (*fast.start.h, *fast.start.c), strict=True):
        torch.testing.assert_close(a, b, **CLOSE)
    assert len(record.layers) == config.layers and tuple(record.layers[0]) == config.directions


@every
@torch.no_grad()
def test_padding_changes_nothing(config):
    """A sentence alone, and the same sentence beside a longer one."""
    model, source = build(config), draw()
    previous = torch.cat([torch.full((4, 1), BOS), draw(vocabulary=TARGET, seed=2)], 1)
    together = model(source, previous)
    for row in range(4):
        alone = source[row : row + 1, : int((source[row] != 0).sum())]
        torch.testing.assert_close(model(alone, previous[row : row + 1])[0], together[row], **CLOSE)


@every
@torch.no_grad()
def test_causal(config):
    """Changing target token t leaves every output before t alone."""
    model, source = build(config), draw()
    previous = draw(vocabulary=TARGET, seed=3, length=5)
    before = model(source, previous)
    for t in range(5):
        changed = previous.clone()
        changed[:, t] = (changed[:, t] + 1) % TARGET
        after = model(source, changed)
        torch.testing.assert_close(after[:, :t], before[:, :t], atol=1e-6, rtol=0)
        assert not torch.allclose(after[:, t], before[:, t], atol=1e-6)


@every
@torch.no_grad()
def test_rows_can_be_selected(config):
    """A beam keeps and doubles rows: the selected rows go on exactly as they would have."""
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


def test_the_forget_gate_starts_open():
    model = Recurrent(RecurrentConfig("lstm", forget_bias=3.0, hidden=6), SOURCE, TARGET)
    for network in (model.encoder, model.decoder):
        total = network.bias_ih_l0 + network.bias_hh_l0
        torch.testing.assert_close(total.chunk(4)[1], torch.full((6,), 3.0))


@pytest.mark.parametrize(
    "setting", [{"hidden": 0}, {"layers": 9}, {"cell": "mru"}, {"attention": "luck"}, {"embedding": -1}]
)
def test_impossible_shapes_are_told(setting):
    with pytest.raises(InputError):
        RecurrentConfig(**setting)
