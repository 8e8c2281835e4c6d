"""Our cells are PyTorch's, state by state and gate by gate."""

import pytest
import torch
from torch import nn

from seq2seq.models.cells import cell_step, cell_weights, fast_cell_step
from seq2seq.models.config import CELLS
from seq2seq.models.recurrent import NETWORKS

INPUT, HIDDEN, BATCH = 5, 7, 3


@pytest.fixture(params=CELLS)
def cell(request):
    return request.param


def random_parts(cell, seed=0):
    torch.manual_seed(seed)
    network = NETWORKS[cell](INPUT, HIDDEN, batch_first=True)
    x, h, c = torch.randn(BATCH, INPUT), torch.randn(BATCH, HIDDEN), torch.randn(BATCH, HIDDEN)
    return network, x, h, c


@pytest.mark.parametrize("seed", range(3))
def test_a_step_equals_torch(cell, seed):
    network, x, h, c = random_parts(cell, seed)
    start = (h[None], c[None]) if cell == "lstm" else h[None]
    _, after = network(x[:, None], start)
    gates = cell_step(cell, x, h, c, cell_weights(network, 0))
    expected_h = after[0][0] if cell == "lstm" else after[0]
    torch.testing.assert_close(gates["h"], expected_h, atol=1e-6, rtol=0)
    if cell == "lstm":
        torch.testing.assert_close(gates["c"], after[1][0], atol=1e-6, rtol=0)


def test_the_fast_step_is_the_same(cell):
    network, x, h, c = random_parts(cell)
    weights = cell_weights(network, 0)
    fast_h, fast_c = fast_cell_step(cell, x, h, c if cell == "lstm" else None, weights)
    gates = cell_step(cell, x, h, c, weights)
    torch.testing.assert_close(gates["h"], fast_h, atol=1e-6, rtol=0)
    if cell == "lstm":
        torch.testing.assert_close(gates["c"], fast_c, atol=1e-6, rtol=0)


def test_gru_update_gate_keeps():
    """In PyTorch's form z = 1 keeps the state: with a large bias on z nothing changes."""
    network, x, h, _ = random_parts("gru")
    with torch.no_grad():
        network.bias_ih_l0.chunk(3)[1].fill_(100.0)
    torch.testing.assert_close(cell_step("gru", x, h, None, cell_weights(network, 0))["h"], h)


def test_lstm_gates_by_hand():
    """Order i f g o: closing one gate by its bias shows which it is."""
    network, x, h, c = random_parts("lstm")
    for number, (gate, expected) in enumerate([("i", 0.0), ("f", 0.0), ("g", -1.0), ("o", 0.0)]):
        torch.nn.init.zeros_(network.bias_ih_l0)
        with torch.no_grad():
            network.bias_ih_l0.chunk(4)[number].fill_(-100.0)
        gates = cell_step("lstm", x, h, c, cell_weights(network, 0))
        torch.testing.assert_close(gates[gate], torch.full((BATCH, HIDDEN), expected))


def test_backward_weights_are_the_other_direction():
    network = nn.GRU(INPUT, HIDDEN, num_layers=2, bidirectional=True)
    assert cell_weights(network, 1, backward=True).w is network.weight_ih_l1_reverse
