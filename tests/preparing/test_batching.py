"""Batches: the same sentences however they are dealt, pads counted twice, and the law of the lengths."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq.preparing.batching import deal_at_random, deal_by_length, expected_longest, expected_width, record_batches
from seq2seq.tasks import PAD, TASKS, Copy, Reverse

lengths = st.lists(st.integers(1, 30), min_size=1, max_size=60)


@given(lengths, st.integers(1, 9), st.integers(1, 6))
@settings(deadline=None)
def test_every_sentence_is_dealt_once_and_buckets_are_narrow(lengths, size, width):
    for batches in (deal_at_random(lengths, size), deal_by_length(lengths, size, width, np.random.default_rng(0))):
        assert sorted(number for batch in batches for number in batch) == list(range(len(lengths)))
        assert all(0 < len(batch) <= size for batch in batches)
    for batch in batches:
        inside = [lengths[number] for number in batch]
        assert max(inside) - min(inside) < width


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_the_mean_of_the_longest_is_what_drawing_shows(size):
    shares = np.array([0, 0.2, 0, 0.5, 0.3])
    drawn = np.random.default_rng(0).choice(5, (20_000, size), p=shares).max(1).mean()
    assert expected_longest(shares, size) == pytest.approx(drawn, abs=0.03)


def test_known_expectations():
    """Lengths U(4, 20): 1 − 12/20 = 40 % in large batches at random; in buckets of width 2 about 4 %."""
    shares = np.zeros(21)
    shares[4:] = 1 / 17
    assert 1 - 12 / expected_width(shares, 10_000) == pytest.approx(0.4, abs=1e-6)
    assert 1 - 12 / expected_width(shares, 128, 2) == pytest.approx(0.038, abs=0.002)
    assert expected_width(shares, 1) == pytest.approx(12) == expected_width(shares, 64, 1)


@pytest.mark.parametrize("task", [make() for make in TASKS.values()] + [Copy(1, 40)], ids=lambda task: task.name)
@pytest.mark.parametrize("bucketed", [True, False])
def test_a_record_counts_what_is_there(task, bucketed):
    trace = record_batches(task, 10, 2, bucketed, 5)
    assert trace.mask.shape == trace.ids.shape and trace.mask.shape[1] == max(map(len, trace.tokens))
    assert trace.pads == (trace.ids == PAD).sum() == sum(trace.mask.shape[1] - len(row) for row in trace.tokens)
    assert trace.lengths.tolist() == [len(row) for row in trace.tokens]
    rest = sorted(trace.lengths)[:-1]
    assert trace.without_longest == max(rest) * len(rest) - sum(rest)
    assert trace.at_random.real.sum() == trace.by_length.real.sum()
    assert trace.by_length.waste <= trace.at_random.waste + 1e-9


@pytest.mark.parametrize("size", [2, 12, 128])
def test_what_is_measured_is_near_what_is_expected(size):
    trace = record_batches(Reverse(4, 20), size, 2, False, 1)
    assert trace.at_random.waste == pytest.approx(trace.at_random.expected, abs=0.02)
    assert trace.by_length.waste == pytest.approx(trace.by_length.expected, abs=0.01)


def test_a_batch_is_the_one_that_training_makes():
    task = Reverse(4, 20)
    trace = record_batches(task, 6, 2, False, 3)
    pairs = task.sample("train", 6, (3,))
    assert (trace.ids == task.batch(pairs, *task.vocabularies()).source).all()
