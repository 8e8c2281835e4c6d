"""The three recurrent cells as the textbooks write them: one step, every gate by its name.

The weights are those of `torch.nn.RNN`, `GRU` and `LSTM`, in PyTorch's order of gates, so that the same
numbers can be trained by the fast path and looked at here.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

Gates = dict[str, Tensor]  # name → (B, H); always holds "h", for an LSTM "c" too


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


def cell_step(cell: str, x: Tensor, h: Tensor, c: Tensor | None, weights: CellWeights) -> Gates:
    """One step of a cell.

    Args:    cell "rnn", "gru" or "lstm"; x (B, I) input; h (B, H) state before; c (B, H), LSTM only.
    Returns: every gate, candidate and state after the step, by name, each (B, H).
    """
    if cell == "lstm":
        assert c is not None
        return lstm_step(x, h, c, weights)
    return gru_step(x, h, weights) if cell == "gru" else rnn_step(x, h, weights)


def rnn_step(x: Tensor, h: Tensor, weights: CellWeights) -> Gates:
    """H' = tanh(W x + b + U h + b'). Source: Elman 1990, in tanh form."""
    w, u, b, b_u = weights
    return {"h": torch.tanh(x @ w.T + b + h @ u.T + b_u)}


def gru_step(x: Tensor, h: Tensor, weights: CellWeights) -> Gates:
    """H' = (1 − z) ⊙ n + z ⊙ h, with n = tanh(W_n x + b + r ⊙ (U_n h + b')): here z keeps.

    Source: Cho et al. 2014, arXiv:1406.1078 v1, as PyTorch has it; the published version has U(r ⊙ h).
    """
    w_r, w_z, w_n = weights.w.chunk(3)
    u_r, u_z, u_n = weights.u.chunk(3)
    b_r, b_z, b_n = weights.b.chunk(3)
    b_ur, b_uz, b_un = weights.b_u.chunk(3)
    r = torch.sigmoid(x @ w_r.T + b_r + h @ u_r.T + b_ur)
    z = torch.sigmoid(x @ w_z.T + b_z + h @ u_z.T + b_uz)
    n = torch.tanh(x @ w_n.T + b_n + r * (h @ u_n.T + b_un))
    return {"r": r, "z": z, "n": n, "h": (1 - z) * n + z * h}


def lstm_step(x: Tensor, h: Tensor, c: Tensor, weights: CellWeights) -> Gates:
    """C' = f ⊙ c + i ⊙ g; h' = o ⊙ tanh(c').

    Source: Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000.
    """
    w_i, w_f, w_g, w_o = weights.w.chunk(4)
    u_i, u_f, u_g, u_o = weights.u.chunk(4)
    b_i, b_f, b_g, b_o = (weights.b + weights.b_u).chunk(4)
    i = torch.sigmoid(x @ w_i.T + h @ u_i.T + b_i)
    f = torch.sigmoid(x @ w_f.T + h @ u_f.T + b_f)
    g = torch.tanh(x @ w_g.T + h @ u_g.T + b_g)
    o = torch.sigmoid(x @ w_o.T + h @ u_o.T + b_o)
    c = f * c + i * g
    return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": o * torch.tanh(c)}


def fast_cell_step(
    cell: str, x: Tensor, h: Tensor, c: Tensor | None, weights: CellWeights
) -> tuple[Tensor, Tensor | None]:
    """The same step by PyTorch's fused kernels, without the gates: (h', c')."""
    if cell == "lstm":
        return torch.lstm_cell(x, (h, c), *weights)  # type: ignore[arg-type]
    fused = torch.gru_cell if cell == "gru" else torch.rnn_tanh_cell
    return fused(x, h, *weights), None
