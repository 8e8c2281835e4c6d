"""Laws of cutting a distribution, of drawing from it, and of the exact distribution of outputs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq.decoding import beam_search, cut_down, distribution, judge, sample
from seq2seq.tasks import InputError
from seq2seq.traces.sampling import Cut, SampleSettings
from seq2seq.traces.scoring import LengthPenalty
from seq2seq.traces.search import BeamSettings, Limits
from tests.decoding.small import SHAPES, every_output, model_writer, table_writer

seeds = st.integers(0, 10_000)
SEED = {"gru": 7, "transformer": 5}  # models that are not too sure of one output
rows = st.lists(st.floats(0.01, 1), min_size=2, max_size=12).map(lambda row: np.log(np.array(row) / sum(row))[None])


@given(row=rows, p=st.floats(0.05, 1), k=st.integers(0, 12), heat=st.floats(0.2, 3))
def test_what_a_cut_keeps(row, p, k, heat):
    stages = cut_down(row, Cut(heat, k, p))
    for stage in stages.values():
        assert stage.sum() == pytest.approx(1) and (stage >= 0).all()
    np.testing.assert_allclose(stages["model"], np.exp(row))
    hot = np.exp(row) ** (1 / heat)
    np.testing.assert_allclose(stages["temperature"], hot / hot.sum())
    few, core = stages["top_k"][0], stages["top_p"][0]
    assert (few > 0).sum() == min(k or 99, row.shape[1])
    kept = core > 0
    assert few[kept].sum() >= p - 1e-9  # enough…
    if kept.sum() > 1:
        assert few[kept].sum() - few[kept].min() < p + 1e-9  # …and without the least of them no longer
    assert few[kept].min() >= few[~kept].max(initial=0.0)  # the most probable ones
    np.testing.assert_allclose(core[kept], few[kept] / few[kept].sum())


def test_the_worked_example_of_top_p():
    """Of .5, .3, .15 and .05, p = .7 keeps two."""
    core = cut_down(np.log([[0.5, 0.3, 0.15, 0.05]]), Cut(top_p=0.7))["top_p"]
    np.testing.assert_allclose(core, [[0.625, 0.375, 0, 0]])
    assert (cut_down(np.log([[0.5, 0.3, 0.2]]), Cut(top_p=0.8))["top_p"] > 0).sum() == 2  # it is reached, not passed


def test_without_heat_the_most_probable_token_is_drawn():
    writer = model_writer("gru", 4)
    drawn = sample(writer, SampleSettings(Cut(0.0), Limits(longest=6), samples=5))
    greedy = beam_search(writer, BeamSettings(1, limits=Limits(longest=6))).greedy
    assert all(tuple(n for n in row if n >= 0) == greedy.tokens for row in drawn.tokens.tolist())
    cold = sample(writer, SampleSettings(Cut(0.01), Limits(longest=6), samples=5))
    assert (cold.tokens == drawn.tokens).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_exact_distribution_is_every_output(shape):
    writer, limits = model_writer(shape, 2, "ab", "ab"), Limits(longest=3)
    found = distribution(writer, Cut(), limits, most=10_000)
    outputs = every_output(writer, 3)
    assert found.whole and found.covered == pytest.approx(1) and len(found.shares) == len(outputs)
    probs = [share.prob for share in found.shares]
    assert probs == sorted(probs, reverse=True)
    # each step's probabilities are divided by what may be written at all, so only the order can be compared with these
    few = distribution(writer, Cut(), limits, most=3)
    assert few.shares == found.shares[:3] and not few.whole


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_of_a_table_they_are_its_own_probabilities(seed):
    writer = table_writer(seed)
    outputs = every_output(writer, 4)
    for share in distribution(writer, Cut(), Limits(longest=4), most=10_000).shares:
        assert share.prob == pytest.approx(np.exp(outputs[share.tokens]))


@pytest.mark.parametrize("cut", [Cut(), Cut(0.7), Cut(top_k=2), Cut(top_p=0.8), Cut(1.5, 3, 0.9)], ids=str)
@pytest.mark.parametrize("shape", ["gru", "transformer"])
def test_frequencies_match_the_exact_distribution(shape, cut):
    """χ² over outputs expected at least five times, of eight seeds together; the 99.9 % point by Wilson and Hilferty
    1931. One seed alone may well be odd: of forty, their χ² are spread as they should be."""
    writer, limits, count = model_writer(shape, SEED[shape], "ab", "ab"), Limits(longest=3), 2000
    shares = distribution(writer, cut, limits, most=10_000).shares
    chi, free = 0.0, 0
    for seed in range(8):
        rest, rest_expected, cells = count, float(count), 0
        counts = sample(writer, SampleSettings(cut, limits, count, seed)).counts()
        assert set(counts) <= {share.tokens for share in shares}
        for share in shares:
            expected, seen = share.prob * count, counts.get(share.tokens, 0)
            if expected >= 5:
                chi += (seen - expected) ** 2 / expected
                cells, rest, rest_expected = cells + 1, rest - seen, rest_expected - expected
        if rest_expected >= 5:
            chi, cells = chi + (rest - rest_expected) ** 2 / rest_expected, cells + 1
        free += cells - 1
    assert free > 0 and chi < free * (1 - 2 / (9 * free) + 3.09 * (2 / (9 * free)) ** 0.5) ** 3


def test_the_same_seed_draws_the_same_and_a_row_has_its_own_luck():
    writer = model_writer("transformer", 3)
    asked = SampleSettings(Cut(1.2), Limits(longest=6), samples=20, seed=5)
    one, two = sample(writer, asked), sample(writer, asked)
    assert (one.tokens == two.tokens).all() and len({tuple(row) for row in one.tokens.tolist()}) > 1
    few = sample(writer, SampleSettings(Cut(1.2), Limits(longest=6), samples=7, seed=5))
    assert few.text(0) == one.text(0) and [few.text(i) for i in range(7)] == [one.text(i) for i in range(7)]
    other = sample(writer, SampleSettings(Cut(1.2), Limits(longest=6), samples=20, seed=6))
    assert one.tokens.shape != other.tokens.shape or (one.tokens != other.tokens).any()


@pytest.mark.parametrize("shape", SHAPES)
def test_what_has_the_same_beginning_is_computed_once(shape, monkeypatch):
    writer, asked = model_writer(shape, 3), SampleSettings(Cut(1.5), Limits(longest=4), samples=300)
    drawn, rows, ahead = sample(writer, asked), [], writer.ahead
    monkeypatch.setattr(writer, "ahead", lambda tokens, state: rows.append(len(tokens)) or ahead(tokens, state))
    sample(writer, asked)
    beginnings = [{tuple(row[:n]) for row in drawn.tokens.tolist() if n == 0 or row[n - 1] not in (-1, writer.end)}
                  for n in range(len(rows))]  # fmt: skip
    assert rows == [len(found) for found in beginnings]
    for row in range(0, 300, 50):  # and each output still has the probability of its own tokens
        tokens = [n for n in drawn.tokens[row].tolist() if n >= 0]
        alone = judge(writer, [writer.vocabulary[n] for n in tokens if n != writer.end], LengthPenalty())
        assert drawn.log_prob[row] == pytest.approx(alone.log_probs[: len(tokens)].sum(), abs=1e-5)


def test_the_first_output_is_told_in_full():
    writer = model_writer("gru", 3)
    drawn = sample(writer, SampleSettings(Cut(1.2, 3, 0.9), Limits(longest=6), samples=20))
    first = [n for n in drawn.tokens[0].tolist() if n >= 0]
    assert all(len(stage) == len(first) for stage in drawn.stages.values()) and len(drawn.drawn) == len(first)
    assert drawn.weights is not None and len(drawn.weights) == len(first)
    for number, (token, luck) in enumerate(zip(first, drawn.drawn, strict=True)):
        probs = drawn.stages["top_p"][number]
        before = probs[drawn.below(number, token)].sum()  # the most probable token lies first
        assert before <= luck < before + probs[token]
        assert (probs[drawn.below(number, token)] >= probs[token]).all()
    probs = [drawn.stages["top_p"][number, token] for number, token in enumerate(first)]
    assert drawn.cut_log_prob[0] == pytest.approx(np.log(probs).sum())


@pytest.mark.parametrize(
    "asked",
    [
        SampleSettings(Cut(-1)), SampleSettings(Cut(1000)), SampleSettings(Cut(top_k=-1)), SampleSettings(Cut(top_p=0)),
        SampleSettings(Cut(top_p=1.5)), SampleSettings(samples=0), SampleSettings(samples=10**6), SampleSettings(seed=-1),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_said(asked):
    with pytest.raises(InputError):
        sample(model_writer("gru", 0), asked)
