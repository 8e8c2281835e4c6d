"""Our cells are PyTorch's, state by state and gate by gate."""

import pytest
import torch
from torch import nn
from torch.nn.functional import linear

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


def reference_gates(cell, network, x, h, c):
    """Every gate from PyTorch's packed weights, one linear map after the other, in float64; none of our code."""
    x, h, c = x.double(), h.double(), c.double()
    packed = [
        getattr(network, f"{name}_l0").detach().double() for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ]

    def parts(number):  # what x and what h gives to gate `number`
        w, u, b, b_u = (block[number * HIDDEN : (number + 1) * HIDDEN] for block in packed)
        return linear(x, w, b), linear(h, u, b_u)

    def sigmoid(value):
        return 1 / (1 + torch.exp(-value))

    if cell == "rnn":
        return {"h": torch.tanh(sum(parts(0)))}
    if cell == "gru":  # r z n
        r, z = (sigmoid(sum(parts(number))) for number in (0, 1))
        from_x, from_h = parts(2)
        n = torch.tanh(from_x + r * from_h)
        return {"r": r, "z": z, "n": n, "h": n + z * (h - n)}
    i, f, o = (sigmoid(sum(parts(number))) for number in (0, 1, 3))  # i f g o
    g = torch.tanh(sum(parts(2)))
    c = f * c + i * g
    return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": o * torch.tanh(c)}


@pytest.mark.parametrize("seed", range(5))
def test_every_gate_equals_torch(cell, seed):
    """Gate by gate, not h and c alone; and the reference itself is torch.nn's in what torch.nn tells."""
    network, x, h, c = random_parts(cell, seed)
    gates = cell_step(cell, x, h, c, cell_weights(network, 0))
    reference = reference_gates(cell, network, x, h, c)
    assert gates.keys() == reference.keys()
    for name, value in gates.items():
        torch.testing.assert_close(
            value.double(), reference[name], atol=1e-6, rtol=0, msg=lambda m, n=name: f"{n}: {m}"
        )
    start = (h[None], c[None]) if cell == "lstm" else h[None]
    _, after = network.double()(
        x[:, None].double(), tuple(s.double() for s in start) if cell == "lstm" else start.double()
    )
    told = {"h": after[0][0], "c": after[1][0]} if cell == "lstm" else {"h": after[0]}
    for name, value in told.items():
        torch.testing.assert_close(reference[name], value, atol=1e-12, rtol=0)


def test_a_hand_that_leaves_all_alone_changes_nothing(cell):
    network, x, h, c = random_parts(cell)
    weights, seen = cell_weights(network, 0), []

    def look(name, value):
        seen.append(name)
        return value

    touched = cell_step(cell, x, h, c, weights, look)
    for name, value in cell_step(cell, x, h, c, weights).items():
        assert torch.equal(touched[name], value)
    carried = ["h before", "c before"] if cell == "lstm" else ["h before"]
    assert seen == [*carried, *touched]  # each once, in the order of the step


def hold(held, value):
    return lambda name, own: torch.full_like(own, value) if name == held else own


def test_a_held_gate_changes_what_follows_in_the_same_step():
    network, x, h, c = random_parts("lstm")
    weights = cell_weights(network, 0)
    free, shut = cell_step("lstm", x, h, c, weights), cell_step("lstm", x, h, c, weights, hold("f", 0.0))
    for gate in "igo":
        assert torch.equal(free[gate], shut[gate])
    torch.testing.assert_close(shut["c"], free["i"] * free["g"])
    torch.testing.assert_close(shut["h"], free["o"] * torch.tanh(shut["c"]))
    network, x, h, _ = random_parts("gru")
    weights = cell_weights(network, 0)
    torch.testing.assert_close(cell_step("gru", x, h, None, weights, hold("z", 1.0))["h"], h)
    overwritten = cell_step("gru", x, h, None, weights, hold("z", 0.0))
    torch.testing.assert_close(overwritten["h"], overwritten["n"])
    blind = cell_step("gru", x, h, None, weights, hold("r", 0.0))["n"]
    w, b, inner = network.weight_ih_l0[2 * HIDDEN :], network.bias_ih_l0[2 * HIDDEN :], network.bias_hh_l0[2 * HIDDEN :]
    assert not torch.equal(blind, cell_step("gru", x, h, None, weights)["n"])
    torch.testing.assert_close(blind, torch.tanh(x @ w.T + b + 0 * inner))


def test_an_erased_state_is_a_step_from_zeros(cell):
    network, x, h, c = random_parts(cell)
    weights, zero = cell_weights(network, 0), torch.zeros(BATCH, HIDDEN)
    erased = cell_step(cell, x, h, c, weights, hold("h before", 0.0))
    for name, value in cell_step(cell, x, zero, c, weights).items():
        assert torch.equal(erased[name], value)
