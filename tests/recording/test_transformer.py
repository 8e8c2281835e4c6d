"""The trace of a Transformer says what the model computed, whoever chose the tokens."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from seq2seq.models.config import TransformerConfig
from seq2seq.models.make import make_model
from seq2seq.recording import record, record_transformer
from seq2seq.tasks import BOS, Vocabulary
from seq2seq.traces import LookElsewhere, ReadInstead, TransformerTrace, WriteInstead

SMALL = TransformerConfig(layers=2, hidden=8, heads=2, feed_forward=12)
LETTERS = Vocabulary.of("abcdef")
CONFIGS = [SMALL, replace(SMALL, norm="pre", decoder_positions="learned"), replace(SMALL, causal=False)]
every = pytest.mark.parametrize("config", CONFIGS, ids=["post", "pre", "leaking"])
CLOSE = {"atol": 1e-5, "rtol": 0}


def build(config):
    torch.manual_seed(4)
    model = make_model(config, len(LETTERS), len(LETTERS)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2)
    return model


def whole(model, trace):
    """The fast path over what was read and written."""
    source = torch.tensor([LETTERS.encode(trace.source)])
    previous = torch.tensor([[BOS, *trace.chosen[:-1]]])
    with torch.no_grad():
        return model(source, previous)[0].numpy()


@every
def test_a_forced_trace_is_the_whole_forward(config):
    model = build(config)
    trace = record_transformer(model, "abcab", (LETTERS, LETTERS), target="fedc")
    assert trace.forced and trace.output == (*"fedc", "⟨eos⟩")
    np.testing.assert_allclose(trace.logits, whole(model, trace), **CLOSE)


@pytest.mark.parametrize("config", CONFIGS[:2], ids=["post", "pre"])
def test_a_free_trace_is_the_whole_forward_over_what_it_wrote(config):
    model = build(config)
    trace = record_transformer(model, "abcab", (LETTERS, LETTERS), longest=6)
    np.testing.assert_allclose(trace.logits, whole(model, trace), **CLOSE)
    forced = record_transformer(model, "abcab", (LETTERS, LETTERS), longest=6, target=trace.output[:-1])
    for name in ("self.weights", "self.dots", "self.scores", "self.k", "cross.weights", "feed.inner", "h"):
        for free, along in zip(trace.decoder, forced.decoder, strict=True):
            if trace.output[-1] == "⟨eos⟩" or free[name].ndim == 2:
                count = len(free[name])
                np.testing.assert_allclose(free[name], along[name][:count], **CLOSE)


@every
def test_every_array_has_its_place(config):
    trace = record_transformer(build(config), "abcab", (LETTERS, LETTERS), target="fed")
    S, T, d, N, F = 5, 4, 8, 2, 12
    for side, L in (("encoder", S), ("decoder", T)):
        for layer in range(trace.layers):
            gates = trace.gates(side, layer)
            for block, M in (("self", L), *([("cross", S)] if side == "decoder" else [])):
                for name in ("x", "q", "heads", "out", "residual", "norm"):
                    assert gates[f"{block}.{name}"].shape == (L, d)
                for name in ("k", "v"):
                    assert gates[f"{block}.{name}"].shape == (M, d)
                for name in ("dots", "scores", "weights"):
                    assert gates[f"{block}.{name}"].shape == (N, L, M)
                hidden = ~trace.visible(side, block)
                assert hidden.shape == (L, M) and (gates[f"{block}.weights"][:, hidden] == 0).all()
                np.testing.assert_allclose(gates[f"{block}.weights"].sum(-1), 1, **CLOSE)
            assert gates["feed.inner"].shape == (L, F) and gates["h"].shape == (L, d)
    np.testing.assert_allclose(trace.source_tokens + trace.source_places, trace.embedded, **CLOSE)
    np.testing.assert_allclose(trace.target_tokens + trace.target_places, trace.fed, **CLOSE)


def test_scores_of_masked_pairs_are_there_too():
    model = build(SMALL)
    trace = record_transformer(model, "abcab", (LETTERS, LETTERS), longest=5)
    for gates in trace.decoder:
        q, k = (gates[f"self.{name}"].reshape(-1, 2, 4) for name in "qk")
        np.testing.assert_allclose(gates["self.dots"], np.einsum("tnd,snd->nts", q, k), **CLOSE)
        np.testing.assert_allclose(gates["self.scores"], gates["self.dots"] / 2, **CLOSE)


def test_a_row_of_one_head_can_be_forced():
    model = build(SMALL)
    vocabularies = (LETTERS, LETTERS)
    before = record_transformer(model, "abcab", vocabularies, target="fed")
    change = LookElsewhere(1, (0.0, 1.0, 0.0, 0.0, 0.0), layer=0, head=1)
    after = record_transformer(model, "abcab", vocabularies, target="fed", change=change)
    assert after.decoder[0]["cross.weights"][1, 1].tolist() == [0.0, 1.0, 0.0, 0.0, 0.0]
    np.testing.assert_array_equal(after.decoder[0]["cross.weights"][0], before.decoder[0]["cross.weights"][0])
    np.testing.assert_array_equal(after.log_probs[0], before.log_probs[0])  # before the change, nothing moves
    assert not np.allclose(after.log_probs[1], before.log_probs[1])
    assert not np.allclose(after.log_probs[2], before.log_probs[2])  # later steps read what it left


def test_other_tokens_can_be_read_and_written():
    model, vocabularies = build(SMALL), (LETTERS, LETTERS)
    read = record_transformer(model, "abcab", vocabularies, longest=4, change=ReadInstead(2, "f"))
    assert read.source == tuple("abfab")
    written = record_transformer(model, "abcab", vocabularies, longest=4, change=WriteInstead(0, "e"))
    assert written.output[0] == "e"
    ended = record_transformer(model, "abcab", vocabularies, longest=4, change=WriteInstead(0, "⟨eos⟩"))
    assert ended.output == ("⟨eos⟩",)


def test_any_model_is_recorded_by_its_kind():
    assert isinstance(record(build(SMALL), "abc", (LETTERS, LETTERS), longest=3), TransformerTrace)
    with pytest.raises(ValueError):
        record_transformer(build(SMALL), "", (LETTERS, LETTERS))
