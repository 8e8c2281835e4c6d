"""How a decoder weighs the encoder's states: four ways to score, one softmax, one weighted sum."""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn


class Comparison(NamedTuple):
    """One query against all keys: scores (B, S); additive also the asking W s (B, D) and the hidden layer (B, S, D)."""

    scores: Tensor
    asking: Tensor | None = None
    hidden: Tensor | None = None


class Attention(nn.Module):
    """Scores of encoder states h_i against a decoder state s, by one of four formulas.

    additive    vᵀ tanh(W s + U h_i)   @bahdanau2015, appendix A.1.2
    dot         sᵀ h_i                 @luong2015, section 3.1
    general     sᵀ W h_i               @luong2015, section 3.1
    scaled_dot  sᵀ h_i / √D            @vaswani2017, section 3.2.1
    """

    def __init__(self, kind: str, size: int) -> None:
        super().__init__()
        self.kind, self.size = kind, size
        if kind == "additive":
            self.query = nn.Linear(size, size, bias=False)
            self.v = nn.Parameter(torch.empty(size).uniform_(-1, 1) / math.sqrt(size))
        if kind in ("additive", "general"):
            self.key = nn.Linear(size, size, bias=False)

    def keys(self, states: Tensor) -> Tensor:
        """What of a score depends on the encoder alone, computed once a source: (B, S, D) → (B, S, D)."""
        return self.key(states) if self.kind in ("additive", "general") else states

    def compare(self, query: Tensor, keys: Tensor) -> Comparison:
        """Score the keys (B, S, D) for one query (B, D), and keep what was computed on the way."""
        if self.kind == "additive":
            asking = self.query(query)
            hidden = torch.tanh(asking[:, None, :] + keys)
            return Comparison(hidden @ self.v, asking, hidden)
        scores = torch.einsum("bd,bsd->bs", query, keys)
        return Comparison(scores / math.sqrt(self.size) if self.kind == "scaled_dot" else scores)

    def attend_all(self, queries: Tensor, states: Tensor, keys: Tensor, mask: Tensor) -> Tensor:
        """Contexts (B, T, D) of all queries (B, T, D) at once; dot-product scores only. The fast path."""
        scores = torch.bmm(queries, keys.transpose(1, 2))  # (B, T, S)
        if self.kind == "scaled_dot":
            scores = scores / math.sqrt(self.size)
        weights = scores.masked_fill(~mask[:, None, :], -math.inf).softmax(-1)
        return torch.bmm(weights, states)


def attend(scores: Tensor, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Weigh encoder states by their scores.

    Args:    scores (B, S); states (B, S, D); mask (B, S) bool, True = real token.
    Returns: context (B, D); weights (B, S), rows summing to 1, exactly 0 where masked.
    Raises:  ValueError if a row of the mask is all False.
    Source:  @bahdanau2015, section 3.1.
    """
    weights = weigh(scores, mask)
    return mix(weights, states), weights


def weigh(scores: Tensor, mask: Tensor) -> Tensor:
    """Scores (B, S) as weights (B, S): a softmax over the positions that mask (B, S) shows, exactly 0 elsewhere.

    Raises: ValueError if a row of the mask is all False.
    """
    if not bool(mask.any(-1).all()):
        raise ValueError("a source without one real token has nothing to attend to")
    return scores.masked_fill(~mask, -math.inf).softmax(-1)


def mix(weights: Tensor, states: Tensor) -> Tensor:
    """The context (B, D): the states (B, S, D), each times its weight (B, S), summed."""
    return torch.einsum("bs,bsd->bd", weights, states)
