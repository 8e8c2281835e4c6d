"""Laws of attention, and its formulas by hand."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq.models.attention import Attention, attend, weigh
from seq2seq.models.config import ATTENTIONS

KINDS = [kind for kind in ATTENTIONS if kind != "none"]
B, S, D = 3, 5, 4


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.floats(0.1, 100))
def test_rows_sum_to_one_and_are_zero_where_masked(seed, size):
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(B, S, generator=generator) * size
    states = torch.randn(B, S, D, generator=generator)
    mask = torch.rand(B, S, generator=generator) < 0.6
    mask[:, 0] = True
    context, weights = attend(scores, states, mask)
    torch.testing.assert_close(weights.sum(-1), torch.ones(B))
    assert (weights[~mask] == 0).all()
    changed = torch.where(mask[..., None], states, states + 1000)
    torch.testing.assert_close(attend(scores, changed, mask)[0], context)


def test_nothing_to_attend_to_is_an_error():
    mask = torch.tensor([[True, False], [False, False]])
    with pytest.raises(ValueError, match="nothing to attend to"):
        attend(torch.zeros(2, 2), torch.zeros(2, 2, 3), mask)


def formula(attention, s, h):
    """One score, written out."""
    if attention.kind == "additive":
        return attention.v @ torch.tanh(attention.query.weight @ s + attention.key.weight @ h)
    if attention.kind == "general":
        return s @ attention.key.weight @ h
    return s @ h / (math.sqrt(len(s)) if attention.kind == "scaled_dot" else 1)


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_the_papers_formulas(kind):
    torch.manual_seed(0)
    attention, query, states = Attention(kind, D), torch.randn(B, D), torch.randn(B, S, D)
    scores = attention.compare(query, attention.keys(states)).scores
    for b in range(B):
        for i in range(S):
            torch.testing.assert_close(scores[b, i], formula(attention, query[b], states[b, i]))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "additive"])
def test_all_queries_at_once_are_the_same(kind):
    torch.manual_seed(0)
    attention, queries, states = Attention(kind, D), torch.randn(B, 6, D), torch.randn(B, S, D)
    mask = torch.arange(S) < torch.tensor([5, 3, 1])[:, None]
    keys = attention.keys(states)
    together = attention.attend_all(queries, states, keys, mask)
    for t in range(6):
        alone, _ = attend(attention.compare(queries[:, t], keys).scores, states, mask)
        torch.testing.assert_close(together[:, t], alone, atol=1e-6, rtol=0)


def test_a_source_without_a_token_is_refused_on_the_glass_path_too():
    """The step weighs and mixes apart, so that a hand may come between: the check goes with the softmax."""
    with pytest.raises(ValueError, match="nothing to attend to"):
        weigh(torch.zeros(1, 3), torch.zeros(1, 3, dtype=torch.bool))
