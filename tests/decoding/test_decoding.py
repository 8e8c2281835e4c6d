"""Laws of greedy and forced decoding, and of what is recorded."""

import numpy as np
import pytest
import torch

from seq2seq.decoding import best_token, forced_by, greedy, most_probable, walk
from seq2seq.recording import record_decoding
from seq2seq.tasks import BOS, EOS, PAD, Vocabulary
from tests.models.small import CONFIGS, TARGET, build, draw, name_of

VOCABULARIES = (Vocabulary.of("abcdefg"), Vocabulary.of("vwxyz"))
every = pytest.mark.parametrize("config", CONFIGS[::3], ids=name_of)


@every
@torch.no_grad()
def test_greedy_takes_the_most_probable_token(config):
    """Along its own output, forced and whole at once, every token is the argmax of the fast path."""
    model, source = build(config), draw()
    tokens, log_prob = greedy(model, source, 8)
    previous = torch.cat([torch.full((4, 1), BOS), tokens[:, :-1]], 1)
    log_probs = model(source, previous).log_softmax(-1)
    real = tokens != PAD
    assert ((best_token(log_probs) == tokens) | ~real).all()
    picked = log_probs.gather(2, tokens[..., None])[..., 0].masked_fill(~real, 0).sum(1)
    torch.testing.assert_close(log_prob, picked, atol=1e-4, rtol=0)


@every
@torch.no_grad()
def test_rows_end_by_themselves(config):
    tokens, _ = greedy(build(config), draw(rows=16), 8)
    for row in tokens.tolist():
        if EOS in row:
            assert set(row[row.index(EOS) + 1 :]) <= {PAD}


@every
@torch.no_grad()
def test_teacher_forced_exact_match_equals_greedy_exact_match(config):
    """If every argmax under the true prefix is right, greedy walks that very prefix; and the other way round."""
    model, source = build(config), draw(rows=64, length=4)
    model.output.bias[EOS] = -1e4  # all outputs equally long: no row stops before the target does
    target = greedy(model, source, 6)[0].clone()
    target[::2, 1] = (target[::2, 1] - EOS) % (TARGET - 3) + 3  # half of the targets are not what it would write
    previous = torch.cat([torch.full((64, 1), BOS), target[:, :-1]], 1)
    forced = (best_token(model(source, previous)) == target).all(1)
    free = (greedy(model, source, 6)[0] == target).all(1)
    assert (forced == free).all() and 0 < int(free.sum()) < 64


@torch.no_grad()
def test_forcing_follows_the_target():
    model, source = build(CONFIGS[0]), draw()
    target = draw(vocabulary=TARGET, seed=5)
    tokens = [token for token, _, _ in walk(model, model.encode(source), forced_by(target), 6)]
    followed = torch.stack(tokens, 1)
    ended = (followed == PAD) | (target[:, : followed.shape[1]] == PAD)
    assert ((followed == target[:, : followed.shape[1]]) | ended).all()


@torch.no_grad()
def test_a_model_that_never_ends_is_stopped():
    model = build(CONFIGS[0])
    model.output.bias[EOS] = -1e4
    tokens, _ = greedy(model, draw(), 7)
    assert tokens.shape[1] == 7
    trace = record_decoding(model, list("abc"), VOCABULARIES, longest=9)
    assert len(trace.output) == 9 and not trace.finished


@every
def test_the_record_is_what_the_fast_path_computes(config):
    model = build(config)
    trace = record_decoding(model, list("badcafe"), VOCABULARIES, longest=12)
    source = torch.tensor([VOCABULARIES[0].encode("badcafe")])
    numbers = torch.tensor([[BOS, *trace.chosen[:-1]]])
    with torch.no_grad():
        fast = model(source, numbers).log_softmax(-1)[0].numpy()
    np.testing.assert_allclose(trace.log_probs, fast, atol=1e-5)
    np.testing.assert_allclose(trace.states, model.encode(source).states[0].detach().numpy(), atol=1e-5)
    if trace.weights is not None:
        np.testing.assert_allclose(trace.weights.sum(1), 1, atol=1e-5)
        np.testing.assert_allclose(trace.weights @ trace.states, trace.context, atol=1e-5)
        shifted = np.exp(trace.scores - trace.scores.max(1, keepdims=True))
        np.testing.assert_allclose(shifted / shifted.sum(1, keepdims=True), trace.weights, atol=1e-5)
        before = [trace.start[-1]["h"], *trace.decoder[-1]["h"][:-1]]
        asked = np.stack(before) if trace.asks_before else trace.decoder[-1]["h"]
        np.testing.assert_allclose(trace.query, asked, atol=1e-6)


def test_unknown_tokens_are_named_and_read():
    trace = record_decoding(build(CONFIGS[0]), ["a", "é", "b"], VOCABULARIES)
    assert trace.unknown == (False, True, False) and trace.source == ("a", "é", "b")


def test_a_forced_record_follows_the_target():
    trace = record_decoding(build(CONFIGS[0]), list("abc"), VOCABULARIES, target=list("xyz"))
    assert trace.output == ("x", "y", "z", "⟨eos⟩") and trace.forced and trace.text == "xyz"


def test_nothing_to_read_is_an_error():
    with pytest.raises(ValueError, match="nothing to read"):
        record_decoding(build(CONFIGS[0]), [], VOCABULARIES)


def test_the_best_token_is_taken():
    model, source = build(CONFIGS[0]), draw()
    for token, _, step in walk(model, model.encode(source), most_probable, 1):
        assert (token == best_token(step.log_probs)).all() and (token >= EOS).all()
