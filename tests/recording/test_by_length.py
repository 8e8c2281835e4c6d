"""Scores by length, and what another first state does."""

import pytest
import torch

from seq2seq.decoding import best_token, greedy
from seq2seq.recording import record_decoding
from seq2seq.recording.by_length import FEWEST, pairs_by_length, score_by_length, scored_lengths
from seq2seq.recording.changes import start_instead
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import BOS, EOS, PAD
from seq2seq.tasks.sequences import Copy, Reverse
from seq2seq.tasks.task import split_of
from seq2seq.traces import BorrowStart, DisturbStart
from tests.models.small import CONFIGS, TARGET, build, draw, name_of
from tests.stories.test_story import VOCABULARIES

every = pytest.mark.parametrize("config", CONFIGS, ids=name_of)


def targets(model, source, steps=5):
    """Targets (B, T): the model's own output in the even rows, another in the odd ones."""
    written, _ = greedy(model, source, steps)
    written = torch.nn.functional.pad(written, (0, steps - written.shape[1]), value=PAD)
    generator = torch.Generator().manual_seed(3)
    other = torch.randint(EOS + 2, TARGET, (len(written), steps), generator=generator)
    written[1::2] = other[1::2]
    return written


@every
@torch.inference_mode()
def test_forced_exact_match_is_free_running_exact_match(config):
    """A causal model that is right at every forced step has read just what it would have written itself."""
    model, source = build(config), draw(rows=12)
    target = targets(model, source)
    previous = torch.cat([torch.full_like(target[:, :1], BOS), target[:, :-1]], 1)
    real = target != PAD
    forced = ((best_token(model(source, previous)) == target) | ~real).all(1)
    written, _ = greedy(model, source, target.shape[1])
    written = torch.nn.functional.pad(written, (0, target.shape[1] - written.shape[1]), value=PAD)
    free = ((written == target) | ~real).all(1)
    assert torch.equal(forced, free)
    assert free[::2].any() and not free.all(), "both kinds of rows must occur"


def test_scores_are_what_decoding_one_by_one_counts():
    trained = load_trained("lengths-copy-none")
    held_out = pairs_by_length(trained.task, "test", (3, 7), 25)
    for score in score_by_length(trained.model, trained.task, trained.vocabularies, held_out):
        pairs = held_out[score.length]
        outputs = [trained.record(pair.source) for pair in pairs]
        assert score.n == len(pairs) == 25
        assert score.right == sum(trace.text == pair.target for trace, pair in zip(outputs, pairs, strict=True))
        for t, right in enumerate(score.places):
            letters = [trace.output[t : t + 1] == (pair.target[t],) for trace, pair in zip(outputs, pairs, strict=True)]
            assert right == sum(letters)
    assert 0 < score.right < score.n, "a length that shows something"


@pytest.mark.parametrize("task", [Reverse(1, 9), Copy(1, 9)])
def test_pairs_are_held_out_distinct_and_of_their_length(task):
    lengths = scored_lengths(task)
    assert lengths[0] == 1 and lengths[-1] == 14
    found = pairs_by_length(task, "test", lengths, 50)
    assert 1 not in found, "there are 26 strings of one letter: too few to hold any out"
    assert found == pairs_by_length(task, "test", lengths, 50)
    for length, pairs in found.items():
        assert FEWEST <= len(pairs) == len(set(pairs)) <= 50
        assert all(len(pair.source) == length and split_of(pair.source) == "test" for pair in pairs)


class TestAnotherStart:
    @every
    def test_no_noise_changes_nothing(self, config):
        model = build(config)
        plain = record_decoding(model, list("badcafe"), VOCABULARIES, longest=5)
        same = record_decoding(model, list("badcafe"), VOCABULARIES, longest=5, change=DisturbStart(0, 4, 0.0))
        assert same.output == plain.output and (same.logits == plain.logits).all()

    @every
    def test_only_the_named_units_become_zero(self, config):
        model = build(config)
        plain = record_decoding(model, list("badcafe"), VOCABULARIES, longest=5)
        zeroed = record_decoding(model, list("badcafe"), VOCABULARIES, longest=5, change=DisturbStart(1, 4))
        for layer, (old, new) in enumerate(zip(plain.start, zeroed.start, strict=True)):
            assert (new["h"][1:4] == 0).all() and (old["h"][1:4] != 0).any(), layer
            assert (new["h"][4:] == old["h"][4:]).all() and new["h"][0] == old["h"][0]

    @every
    def test_a_borrowed_start_is_the_lenders(self, config):
        model = build(config)
        lent = record_decoding(model, list("badcafe"), VOCABULARIES, longest=5, change=BorrowStart(tuple("feedbad")))
        lender = record_decoding(model, list("feedbad"), VOCABULARIES, longest=5)
        own = record_decoding(model, list("badcafe"), VOCABULARIES, longest=5)
        for a, b, c in zip(lent.start, lender.start, own.start, strict=True):
            assert (a["h"] == b["h"]).all() and (a["h"] != c["h"]).any()
        assert (lent.states == own.states).all(), "what can be looked at is still its own"
        if config.attention == "none":
            assert lent.output == lender.output, "without attention only the start matters"

    def test_a_batch_lends_among_itself(self):
        model = build(CONFIGS[0])
        start = model.encode(draw()).start
        lent = start_instead(start, BorrowStart(()))
        assert torch.equal(lent.h[0][1], start.h[0][0]) and torch.equal(lent.h[0][0], start.h[0][-1])
