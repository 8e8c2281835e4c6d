"""The three recurrent cells as the textbooks write them: one step, every gate by its name.

The weights are those of `torch.nn.RNN`, `GRU` and `LSTM`, in PyTorch's order of gates, so that the same
numbers can be trained by the fast path and looked at here.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

Gates = dict[str, Tensor]  # name → (B, H); always holds "h", for an LSTM "c" too

# A hand that may change a value while a step is computed: (what it is, the value) → the value to go on with.
# Inside a cell: a gate, candidate or state by its letter, or "h before" and "c before", which the step reads.
Touch = Callable[[str, Tensor], Tensor]


def untouched(name: str, value: Tensor) -> Tensor:
    """Leave every value as the model computed it."""
    return value


class CellWeights(NamedTuple):
    """Input weights (G·H, I), recurrent weights (G·H, H) and their two biases (G·H,), for G gates."""

    w: Tensor
    u: Tensor
    b: Tensor
    b_u: Tensor


def cell_weights(network: nn.RNNBase, layer: int, backward: bool = False) -> CellWeights:
    """The weights of one layer and direction of a PyTorch recurrent network."""
    suffix = f"l{layer}" + ("_reverse" if backward else "")
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    return CellWeights(*(getattr(network, f"{name}_{suffix}") for name in names))


def cell_step(
    cell: str, x: Tensor, h: Tensor, c: Tensor | None, weights: CellWeights, touch: Touch = untouched
) -> Gates:
    """One step of a cell.

    Args:    cell "rnn", "gru" or "lstm"; x (B, I) input; h (B, H) state before; c (B, H), LSTM only;
             touch: a hand between the gates and what is computed from them.
    Returns: every gate, candidate and state after the step, by name, each (B, H).
    """
    h = touch("h before", h)
    if cell == "lstm":
        assert c is not None
        return lstm_step(x, h, touch("c before", c), weights, touch)
    return gru_step(x, h, weights, touch) if cell == "gru" else rnn_step(x, h, weights, touch)


def rnn_step(x: Tensor, h: Tensor, weights: CellWeights, touch: Touch = untouched) -> Gates:
    """H' = tanh(W x + b + U h + b'). Source: @elman1990, in tanh form."""
    w, u, b, b_u = weights
    return {"h": touch("h", torch.tanh(x @ w.T + b + h @ u.T + b_u))}


def gru_step(x: Tensor, h: Tensor, weights: CellWeights, touch: Touch = untouched) -> Gates:
    """H' = (1 − z) ⊙ n + z ⊙ h, with n = tanh(W_n x + b + r ⊙ (U_n h + b')): here z keeps.

    Source: @cho2014 v1, as PyTorch has it; the published version has U(r ⊙ h).
    """
    w_r, w_z, w_n = weights.w.chunk(3)
    u_r, u_z, u_n = weights.u.chunk(3)
    b_r, b_z, b_n = weights.b.chunk(3)
    b_ur, b_uz, b_un = weights.b_u.chunk(3)
    r = touch("r", torch.sigmoid(x @ w_r.T + b_r + h @ u_r.T + b_ur))
    z = touch("z", torch.sigmoid(x @ w_z.T + b_z + h @ u_z.T + b_uz))
    n = touch("n", torch.tanh(x @ w_n.T + b_n + r * (h @ u_n.T + b_un)))
    return {"r": r, "z": z, "n": n, "h": touch("h", (1 - z) * n + z * h)}


def lstm_step(x: Tensor, h: Tensor, c: Tensor, weights: CellWeights, touch: Touch = untouched) -> Gates:
    """C' = f ⊙ c + i ⊙ g; h' = o ⊙ tanh(c').

    Source: @hochreiter1997, with the forget gate of @gers2000.
    """
    w_i, w_f, w_g, w_o = weights.w.chunk(4)
    u_i, u_f, u_g, u_o = weights.u.chunk(4)
    b_i, b_f, b_g, b_o = (weights.b + weights.b_u).chunk(4)
    i = touch("i", torch.sigmoid(x @ w_i.T + h @ u_i.T + b_i))
    f = touch("f", torch.sigmoid(x @ w_f.T + h @ u_f.T + b_f))
    g = touch("g", torch.tanh(x @ w_g.T + h @ u_g.T + b_g))
    o = touch("o", torch.sigmoid(x @ w_o.T + h @ u_o.T + b_o))
    c = touch("c", f * c + i * g)
    return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": touch("h", o * torch.tanh(c))}


def fast_cell_step(
    cell: str, x: Tensor, h: Tensor, c: Tensor | None, weights: CellWeights
) -> tuple[Tensor, Tensor | None]:
    """The same step by PyTorch's fused kernels, without the gates: (h', c')."""
    if cell == "lstm":
        return torch.lstm_cell(x, (h, c), *weights)  # type: ignore[arg-type]
    fused = torch.gru_cell if cell == "gru" else torch.rnn_tanh_cell
    return fused(x, h, *weights), None
