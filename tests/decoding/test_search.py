"""Laws of the searches, on random small models and tables."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq.decoding import TableWriter, beam_search, distribution, exact_search, greedy, judge
from seq2seq.decoding.textbook import textbook_writer
from seq2seq.tasks import EOS, PAD, InputError
from seq2seq.traces.exact import DROPPED, ENDED, EXPANDED, SAME, ExactSettings
from seq2seq.traces.sampling import Cut
from seq2seq.traces.scoring import PENALTIES, LengthPenalty
from seq2seq.traces.search import FINISHED, KEPT, OUTSIDE, PRUNED, ROOT, STOPS, BeamSettings, Limits
from tests.decoding.small import SHAPES, every_output, model_writer, table_writer

seeds = st.integers(0, 10_000)
alphas = st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0])
penalties = st.builds(LengthPenalty, alphas, st.sampled_from(PENALTIES))
each_shape = pytest.mark.parametrize("shape", SHAPES)


def best_of(outputs: dict[tuple[int, ...], float], penalty: LengthPenalty) -> tuple[tuple[int, ...], float]:
    scored = {tokens: penalty.score(log_prob, len(tokens)) for tokens, log_prob in outputs.items()}
    best = max(scored, key=scored.__getitem__)
    return best, scored[best]


@each_shape
@settings(max_examples=10, deadline=None)
@given(seed=seeds, penalty=penalties, stop=st.sampled_from(STOPS))
def test_a_beam_of_one_is_greedy(shape, seed, penalty, stop):
    writer = model_writer(shape, seed)
    trace = beam_search(writer, BeamSettings(1, penalty, Limits(longest=6), stop))
    source = torch.tensor([[4 + "abc".index(letter) for letter in writer.source]])
    tokens, log_prob = greedy(writer.model, source, 6)
    assert trace.numbers(trace.best) == [int(n) for n in tokens[0] if n != PAD] == list(trace.greedy.tokens)
    assert trace.total[trace.best] == pytest.approx(float(log_prob), abs=1e-4)


@each_shape
@settings(max_examples=5, deadline=None)
@given(seed=seeds, penalty=penalties)
def test_a_beam_as_wide_as_the_space_is_exact_is_brute_force(shape, seed, penalty):
    writer, longest = model_writer(shape, seed, "ab", "ab"), 3
    outputs = every_output(writer, longest)
    tokens, score = best_of(outputs, penalty)
    limits = Limits(longest=longest)
    beam = beam_search(writer, BeamSettings(len(outputs), penalty, limits))
    exact = exact_search(writer, ExactSettings(penalty, limits, budget=1000, width=1))
    assert exact.proved
    assert tuple(beam.numbers(beam.best)) == tokens == exact.best.tokens
    assert float(beam.score[beam.best]) == pytest.approx(score, abs=1e-4)
    assert exact.best.score == pytest.approx(score, abs=1e-4)
    assert len(beam.finished) == len(outputs)


@settings(max_examples=60, deadline=None)
@given(seed=seeds, penalty=penalties, width=st.integers(1, 8))
def test_exact_is_never_below_beam_and_keeps_account(seed, penalty, width):
    writer, limits = table_writer(seed), Limits(longest=4)
    exact = exact_search(writer, ExactSettings(penalty, limits, budget=1000, width=width))
    beam = beam_search(writer, BeamSettings(width, penalty, limits))
    _, score = best_of(every_output(writer, 4), penalty)
    assert exact.proved and exact.best.score == pytest.approx(score, abs=1e-12)
    assert exact.best.score >= beam.score[beam.best] - 1e-12
    assert exact.search_error == (score > beam.score[beam.best] + SAME)
    assert (np.diff(exact.lower) >= 0).all() and (np.diff(exact.upper) <= 1e-12).all()
    assert (exact.upper >= exact.lower).all() and exact.upper[-1] == exact.lower[-1]
    assert set(exact.fate.tolist()) <= {EXPANDED, ENDED, DROPPED}
    assert (exact.bound[exact.fate == DROPPED] <= exact.best.score + 1e-12).all()
    for node in np.flatnonzero(exact.parent != ROOT):  # whatever was made is behind something that was expanded
        assert (
            exact.fate[exact.parent[node]] == EXPANDED and exact.bound[node] <= exact.bound[exact.parent[node]] + 1e-12
        )


def test_an_exact_search_out_of_budget_says_so():
    writer = model_writer("gru", 3, "abcdefgh")
    exact = exact_search(writer, ExactSettings(limits=Limits(longest=8), budget=3, width=1))
    assert exact.expansions == 3 and not exact.proved and exact.upper[-1] > exact.lower[-1]
    assert exact.search_error is None or exact.best.score > exact.beam_output.score


@each_shape
@settings(max_examples=8, deadline=None)
@given(seed=seeds, width=st.integers(1, 6), penalty=penalties, stop=st.sampled_from(STOPS))
def test_the_record_of_a_beam(shape, seed, width, penalty, stop):
    writer, longest = model_writer(shape, seed), 5
    trace = beam_search(writer, BeamSettings(width, penalty, Limits(longest=longest), stop))
    assert trace.expanded[0] == ROOT and trace.steps <= longest
    for node in range(len(trace.step)):
        parent = trace.parent[node]
        if parent == ROOT:
            assert trace.step[node] == 0 and trace.total[node] == pytest.approx(trace.log_prob[node])
        else:
            assert trace.status[parent] == KEPT and trace.step[parent] == trace.step[node] - 1
            assert trace.total[node] == pytest.approx(trace.total[parent] + trace.log_prob[node])
    for number in range(trace.steps):
        here = trace.step == number
        total, status, ended = trace.total[here], trace.status[here], trace.token[here] == EOS
        assert (np.diff(total) <= 0).all() and (trace.rank[here] == np.arange(here.sum())).all()
        assert (status == KEPT).sum() <= width and (status == FINISHED).sum() <= width
        if number < longest - 1:
            assert set(status[ended]) <= {FINISHED, OUTSIDE} and set(status[~ended]) <= {KEPT, PRUNED}
            # every expansion's candidates are all there: the whole vocabulary, but for what is never written
            assert here.sum() == len(set(trace.parent[here])) * (len(writer.vocabulary) - 2)
        if (status == KEPT).any() and (status == PRUNED).any():
            assert total[status == KEPT].min() >= total[status == PRUNED].max()
    scores = trace.score[trace.finished]
    assert (np.diff(scores) <= 0).all() and trace.best == trace.finished[0]
    for node in trace.finished:
        assert penalty.score(float(trace.total[node]), len(trace.numbers(int(node)))) == trace.score[node]
    if trace.weights is not None:
        np.testing.assert_allclose(trace.weights.sum(1), 1, atol=1e-5)
        assert len(trace.weights) == len(trace.expanded)
    for number, node in zip(trace.greedy.tokens, trace.greedy.node, strict=True):
        assert node == ROOT or trace.token[node] == number


@each_shape
@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_the_probabilities_of_all_outputs_sum_to_one(shape, seed):
    """All that ended, all that were cut off, and what falls on tokens that are never written."""
    writer, longest = model_writer(shape, seed, "ab", "ab"), 3
    outputs = every_output(writer, longest)
    begun: dict[tuple[int, ...], float] = {(): 0.0}
    lost, (last, start) = 0.0, writer.begin()
    states = {(): (last, start)}
    for _ in range(longest):
        grown: dict[tuple[int, ...], float] = {}
        for tokens, total in begun.items():
            ahead = writer.ahead(*states[tokens])
            lost += math.exp(total) * float(np.exp(ahead.log_probs[0, list(writer.never)]).sum())
            for number in range(len(writer.vocabulary)):
                if number not in writer.never and number != writer.end:
                    grown[(*tokens, number)] = total + float(ahead.log_probs[0, number])
                    states[(*tokens, number)] = ([number], ahead.state)
        begun = grown
    assert math.fsum(math.exp(value) for value in outputs.values()) + lost == pytest.approx(1, abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, shortest=st.integers(1, 4), barred=st.sampled_from(["", "a", "⟨eos⟩"]))
def test_limits_hold_for_every_search(seed, shortest, barred):
    writer = table_writer(seed)
    limits = Limits(4, shortest, forbidden=(barred,) if barred else ())
    numbers = tuple(writer.vocabulary.index(token) for token in limits.forbidden)
    allowed = {t: p for t, p in every_output(writer, 4, numbers).items() if len(t) >= shortest}
    beam = beam_search(writer, BeamSettings(40, limits=limits))
    assert {tuple(beam.numbers(int(node))) for node in beam.finished} == set(allowed)
    exact = exact_search(writer, ExactSettings(limits=limits, width=1))
    assert exact.best.tokens == max(allowed, key=allowed.__getitem__)


def test_going_on_from_a_node_is_searching_behind_it():
    writer = model_writer("gru", 5)
    whole = beam_search(writer, BeamSettings(3, limits=Limits(longest=6)))
    node = int(np.flatnonzero((whole.status == PRUNED) & (whole.step == 1) & (whole.token != EOS))[0])
    on = beam_search(writer, BeamSettings(3, limits=Limits(longest=6, prefix=tuple(whole.tokens(node)))))
    for found in on.finished:
        assert on.numbers(int(found))[:2] == whole.numbers(node)
    assert on.total[on.follow(whole.numbers(node))[-1]] == pytest.approx(float(whole.total[node]))


def test_what_is_judged_is_what_was_searched():
    writer = model_writer("transformer", 1)
    trace = beam_search(writer, BeamSettings(4, LengthPenalty(1.0), Limits(longest=8)))
    node = next(int(n) for n in trace.finished if trace.ended(int(n)))
    judged = judge(writer, trace.tokens(node)[:-1], LengthPenalty(1.0))
    assert judged.log_prob == pytest.approx(float(trace.total[node]), abs=1e-4)
    assert judged.score == pytest.approx(float(trace.score[node]), abs=1e-4)
    assert (judged.preferred_log_probs >= judged.log_probs).all()
    assert ((judged.ranks == 0) == (judged.preferred == np.array(judged.tokens))).all()
    nothing = judge(writer, [], LengthPenalty())
    assert nothing.tokens == (EOS,)


def test_the_textbook_example():
    """At a fixed length of 4 greedy finds 0.048, where 0.054 is the best of all; a beam of two finds it."""
    fixed = Limits(longest=4, shortest=4)
    writer = textbook_writer()
    narrow, wide = (beam_search(writer, BeamSettings(width, limits=fixed)) for width in (1, 2))
    assert narrow.tokens(narrow.best) == ["A", "B", "C", "⟨eos⟩"]
    assert math.exp(narrow.total[narrow.best]) == pytest.approx(0.5 * 0.4 * 0.4 * 0.6) == pytest.approx(0.048)
    assert wide.tokens(wide.best) == ["A", "C", "B", "⟨eos⟩"]
    assert math.exp(wide.total[wide.best]) == pytest.approx(0.5 * 0.3 * 0.6 * 0.6) == pytest.approx(0.054)
    exact = exact_search(writer, ExactSettings(limits=fixed, width=1))
    assert exact.proved and exact.best.tokens == tuple(wide.numbers(wide.best)) and exact.search_error


def test_the_textbook_example_if_an_output_may_end():
    """A ⟨eos⟩ wins with 0.10; writing nothing at all comes to just as much, which is why the least length is 2."""
    exact = exact_search(textbook_writer(), ExactSettings(limits=Limits(longest=4, shortest=2), width=1))
    assert exact.proved and exact.text(exact.best) == "A" and math.exp(exact.best.log_prob) == pytest.approx(0.10)
    free = distribution(textbook_writer(), Cut(), Limits(longest=4), most=2)
    assert [share.prob for share in free.shares] == pytest.approx([0.1, 0.1])


def test_a_probability_of_nought_is_no_candidate():
    writer = TableWriter({"": (0.0, 0.6, 0.4), "b": (0.0, 0.0, 1.0)}, ("a", "b", "⟨eos⟩"))
    trace = beam_search(writer, BeamSettings(5, limits=Limits(longest=2)))
    assert [trace.text(int(node)) for node in trace.finished] == ["b", ""]


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        (BeamSettings(0), "input.out_of_range"),
        (BeamSettings(10_000), "input.out_of_range"),
        (BeamSettings(penalty=LengthPenalty(99)), "input.out_of_range"),
        (BeamSettings(penalty=LengthPenalty(1, "odd")), "input.no_such"),
        (BeamSettings(stop="never"), "input.no_such"),
        (BeamSettings(limits=Limits(longest=100_000)), "input.out_of_range"),
        (BeamSettings(limits=Limits(longest=3, shortest=4)), "input.out_of_range"),
        (BeamSettings(limits=Limits(forbidden=("z",))), "input.unknown_token"),
        (BeamSettings(limits=Limits(prefix=("⟨pad⟩",))), "input.unknown_token"),
        (BeamSettings(limits=Limits(prefix=("⟨eos⟩",))), "input.prefix_too_long"),
        (BeamSettings(limits=Limits(longest=2, prefix=("a", "b"))), "input.prefix_too_long"),
        (BeamSettings(limits=Limits(forbidden=("a", "b", "c", "⟨unk⟩", "⟨eos⟩"))), "input.all_forbidden"),
    ],
)
def test_what_cannot_be_asked_for_is_said(asked, key):
    with pytest.raises(InputError) as caught:
        beam_search(model_writer("gru", 0), asked)
    assert caught.value.key == key


def test_a_model_that_never_ends_is_cut_off():
    writer = model_writer("gru", 0)
    trace = beam_search(writer, BeamSettings(3, limits=Limits(longest=7, forbidden=("⟨eos⟩",))))
    assert trace.steps == 7 and all(len(trace.numbers(int(node))) == 7 for node in trace.finished)
    assert not trace.ended(trace.best) and len(trace.greedy.tokens) == 7
