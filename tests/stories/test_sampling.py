"""The stories of sampling: whole, their numbers the trace's, equations right, questions answered by the trace."""

import json
import math
import random
import re
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq.decoding import sample
from seq2seq.decoding.textbook import LONGEST, textbook_writer
from seq2seq.stories.explain import Unknown
from seq2seq.stories.explain.beneath import Beneath
from seq2seq.stories.formulas import exact
from seq2seq.stories.sampling import (
    CountedExplainer,
    HeatExplainer,
    SamplingExplainer,
    counted_story,
    heat_story,
    names,
    sampling_story,
)
from seq2seq.stories.sampling.counted import looks
from seq2seq.stories.sampling.scene import FAINT, flows, groups, mass, segments
from seq2seq.stories.sources import Passage, listing
from seq2seq.studies.sampled import exact_shares, judged_by, record_diversity
from seq2seq.studies.trained import load_trained
from seq2seq.traces.counting import LEAST, Counted, chi_square_tail, count
from seq2seq.traces.sampling import STAGES, Cut, Distribution, SampleSettings, Share, entropy, falling
from seq2seq.traces.search import Limits
from seq2seq.words import LANGUAGES, Words
from tests.decoding.small import SHAPES, model_writer

CELLS = 200
every_language = pytest.mark.parametrize("language", LANGUAGES)
WRITERS = ("synonyms", "dates", "half", "textbook", "odd")
KNOWN = {"synonyms": ("search-synonyms", "284"), "dates": ("search-dates-short", "3/4/21"),
         "half": ("search-reverse-half", "studio"), "odd": ("search-synonyms", "2<b>8{x}@0")}  # fmt: skip
CUTS = (Cut(2.0, 5, 0.9), Cut(), Cut(0.0), Cut(0.5, 3), Cut(1.3, 0, 0.6), Cut(3.0))


@cache
def writer_of(name):
    if name == "textbook":
        return textbook_writer(), None, "", Limits(LONGEST)
    model, text = KNOWN[name]
    trained = load_trained(model)
    return trained.writer(text), trained.task, text, Limits()


@cache
def drawn(name="synonyms", cut=CUTS[0], samples=300, seed=0):
    writer, _, _, limits = writer_of(name)
    return sample(writer, SampleSettings(cut, limits, samples, seed))


@cache
def shares(name="synonyms", cut=CUTS[0]):
    writer, _, _, limits = writer_of(name)
    return exact_shares(writer, cut, limits)


@cache
def heats(name="synonyms", cut=CUTS[0], n=60):
    writer, task, text, limits = writer_of(name)
    return record_diversity(writer, task, text, cut, limits, 0, n)


def beneath(name="synonyms", language="en"):
    if name == "textbook":
        return None
    model, text = KNOWN[name]
    return Beneath(load_trained(model).along(text), Words(language))


def accepts(name):
    _, task, text, _ = writer_of(name)
    return judged_by(task, text)


def told(name="synonyms", cut=CUTS[0], language="en"):
    """The three stories and what explains each."""
    words, trace, found = Words(language), drawn(name, cut), shares(name, cut)
    yield (
        sampling_story(trace, words, name, accepts(name)(trace.text(0))),
        SamplingExplainer(trace, words, beneath(name, language)),
    )
    yield counted_story(trace, found, accepts(name), words, name), CountedExplainer(trace, found, words)
    if name != "textbook" and heats(name, cut).judged:
        yield heat_story(heats(name, cut), words, name), HeatExplainer(heats(name, cut), words)


def clickable(story):
    """(address, number or None) of everything that can be clicked, as its picture has it."""
    for view in story.views:
        for name, rows in view.data.items():
            for row in rows:
                for field in ("ask", "ask_right", "ask_different"):
                    if row.get(field):
                        kind = {"looks": "w", "bars": "v", "pieces": "x", "outputs": "p", "counts": "share"}.get(name)
                        kind = {"ask_right": "right", "ask_different": "different"}.get(field, kind)
                        number = row.get(kind) if kind else None
                        if name == "counts" and row["ask"].startswith("share"):
                            number = None  # nothing is drawn yet: it leads to the exact probability
                        if name == "pieces" and row["ask"].startswith("others"):
                            number = None
                        yield row[field], number
    for step in story.steps:
        for slot in step.formula[1] if step.formula else ():
            if isinstance(slot, tuple):
                yield slot[1], None


def check(found, number, tolerance=1e-5):
    assert number is None or found.value == pytest.approx(float(number), abs=1e-7)
    assert found.computed == pytest.approx(found.value, abs=tolerance), found.address
    assert found.result in (exact(found.value), f"{found.value:,}") and found.name and found.lines
    assert not re.search(r"\{[a-z_]+\}", found.name)


def check_whole(story):
    data = json.loads(story.to_json())
    for view in data["views"]:
        assert len(view["alternatives"]) == len(data["steps"]) and all(view["alternatives"]), view["id"]
        for name, value in view["signals"].items():
            assert not name.endswith("_at") or len(value) == len(data["steps"]), f"{view['id']} {name}"
    for step in data["steps"]:
        assert step["title"] and step["text"] and step["code"]
        used = {int(n) for n in re.findall(r"@(\d+)", data["formulas"][step["formula"][0]])}
        assert used <= set(range(len(step["formula"]) - 1))
    assert not any("\\" in template for template in data["formulas"])
    return data


@every_language
@pytest.mark.parametrize("name", WRITERS)
def test_whole_stories_whose_every_number_explains_itself(name, language):
    for cut in CUTS:
        for story, explainer in told(name, cut, language):
            check_whole(story)
            found, rng = list(clickable(story)), random.Random(1)
            for address, number in rng.sample(found, min(CELLS // 4, len(found))):
                check(explainer.explain(address), number)


def test_200_numbers_of_every_view():
    for story, explainer in told():
        found, rng = list(clickable(story)), random.Random(2)
        assert len(story.to_json()) < 500_000
        for address, number in rng.sample(found, min(CELLS, len(found))):
            check(explainer.explain(address), number)


def test_the_numbers_of_an_equation_lead_down_to_the_model():
    explainer, open_, met = SamplingExplainer(drawn(), Words("en"), beneath()), {"whole drawn": None}, set()
    while open_ and len(met) < 300:
        first = next((address for address in open_ if not address.startswith("after")), next(iter(open_)))
        del open_[first]  # first all that a search keeps; each number once
        found = explainer.explain(first)
        check(found, None)
        met.add(found.address)
        slots = [slot[1] for line in found.lines for slot in line.slots if isinstance(slot, tuple)]
        open_ |= {address: None for address in slots if address not in met}
    assert {address.split()[0] for address in met} >= {"whole", *STAGES}
    kinds = {address.split()[2] for address in met if address.startswith("after")}
    assert kinds >= {"logit", "readout"}  # and beneath it the model itself


@pytest.mark.parametrize(
    "address",
    ["", "model", "model 0", "model 0 999", "model -1 3", "model 99 3", "top_k a 3", "kept model 0", "kept top_q 0",
     "others top_p 99", "others what 0", "sum 0 0", "reach 0 0", "draw", "draw 99", "draw -1", "entropy top_p",
     "weight 0 99", "whole", "whole all", "__init__", "at model 0 3", "chi 0"],
)  # fmt: skip
def test_no_such_number(address):
    with pytest.raises(Unknown):
        SamplingExplainer(drawn(), Words("en"), beneath()).explain(address)


@pytest.mark.parametrize("address", ["", "share", "share 999", "share -1", "seen 0 0", "seen 9 0", "chi 0", "chi 99",
                                     "chance 1", "covered 1", "grown 0"])  # fmt: skip
def test_no_such_count(address):
    with pytest.raises(Unknown):
        CountedExplainer(drawn(), shares(), Words("en")).explain(address)


@pytest.mark.parametrize("address", ["", "right", "right cut", "right both 1", "right cut 99", "different alone -1"])
def test_no_such_heat(address):
    with pytest.raises(Unknown):
        HeatExplainer(heats(), Words("en")).explain(address)


# ---- what the picture shows


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_rows_hold_every_token_and_the_drawn_one_and_flows_and_pieces_add_up(name, cut):
    trace = drawn(name, cut)
    for t, chosen in enumerate(trace.chosen.tolist()):
        rows = groups(trace, t)
        written = [n for group in rows for n in group.tokens]
        assert sorted(written) == np.flatnonzero(trace.stages["model"][t]).tolist()
        assert any(group.own and group.tokens == (chosen,) for group in rows)
        for stage in STAGES:
            assert math.fsum(mass(trace, t, stage, group) for group in rows) == pytest.approx(1)
        found = list(flows(trace, t, rows))
        for number, (before, after) in enumerate(zip(STAGES, STAGES[1:], strict=False), 1):
            for r, group in enumerate(rows):
                lost = mass(trace, t, before, group) - mass(trace, t, after, group)
                moved = math.fsum(flow.mass for flow in found if flow.stage == number and flow.origin == r)
                assert max(0, lost) - len(rows) * FAINT - 1e-9 <= moved <= max(0, lost) + 1e-9
        pieces = segments(trace, t, rows)
        assert pieces[0].begin == 0 and pieces[-1].end == pytest.approx(1)
        assert all(one.end == other.begin for one, other in zip(pieces, pieces[1:], strict=False))
        hit = [piece for piece in pieces if piece.begin <= trace.drawn[t] < piece.end]
        assert len(hit) == 1 and hit[0].token == chosen  # the pointer stands on the token that was drawn


def test_cuts_that_change_nothing_are_left_out():
    steps = len(sampling_story(drawn(cut=Cut()), Words("en"), "x").steps)
    assert steps == 2 + 2 * len(drawn(cut=Cut()).drawn)  # only the model and the draw
    assert len(sampling_story(drawn(), Words("en"), "x").steps) == 2 + 5 * len(drawn().drawn)


def test_another_seed_keeps_the_story_and_with_it_the_player():
    one, other = (sampling_story(drawn(seed=seed), Words("en"), "x") for seed in (0, 1))
    assert one.id == other.id and one.views[0].spec == other.views[0].spec


@pytest.mark.parametrize("shape", SHAPES)
def test_any_model_can_be_told(shape):
    writer = model_writer(shape, 3, "abcdefghijkl", "abc")
    trace = sample(writer, SampleSettings(Cut(1.5, 6, 0.8), Limits(longest=5), 50))
    check_whole(sampling_story(trace, Words("en"), shape, False))


# ---- questions


@pytest.mark.parametrize("name", WRITERS)
def test_questions_with_their_answers_in_the_trace(name):
    for cut in CUTS:
        trace = drawn(name, cut)
        for step in sampling_story(trace, Words("en"), name).steps:
            if not step.question:
                continue
            kind, *t = step.question.id.split()
            right = step.question.options[step.question.right]
            assert len(set(step.question.options)) == len(step.question.options) >= 2
            if kind == "heat":
                assert right == "any of them, equally probable"
            elif kind == "k":
                assert right == str(cut.top_k) and trace.stays(int(t[0]), "top_k") == cut.top_k
            elif kind == "p":
                p, probs = cut.top_p, np.sort(trace.stages["top_k"][int(t[0])])[::-1]
                reach = probs.cumsum()
                assert right == str(int((reach < p).sum()) + 1) == str(trace.stays(int(t[0]), "top_p"))
                assert np.abs(reach - p).min() > 0.02
            else:
                share = trace.stages["top_p"][int(t[0])].max()
                assert kind == "often" and int(right.replace(",", "")) == pytest.approx(1000 * share, abs=5.01)


def test_the_first_picture_asks_at_least_three_kinds():
    kinds = {step.question.id.split()[0] for story, _ in told() for step in story.steps if step.question}
    assert len(kinds) >= 3


def test_the_issue_s_question():
    """p = (.5, .3, .15, .05), top-p .7: two stay."""
    from seq2seq.decoding import cut_down

    assert (cut_down(np.log([[0.5, 0.3, 0.15, 0.05]]), Cut(top_p=0.7))["top_p"] > 0).sum() == 2


# ---- counting


@pytest.mark.parametrize("freedom", [1, 2, 3, 7, 8, 26, 27, 100])
def test_the_tail_of_chi_square_is_that_of_its_definition(freedom):
    """Held against its integral by Simpson's rule."""
    for value in (0.5 * freedom, freedom, 2 * freedom):
        grid = np.linspace(value, value + 60 * (freedom**0.5 + 4), 40_001)
        logs = (freedom / 2 - 1) * np.log(grid) - grid / 2 - freedom / 2 * math.log(2) - math.lgamma(freedom / 2)
        weights = np.full(len(grid), 2.0)
        weights[1::2], weights[[0, -1]] = 4, 1
        integral = float((np.exp(logs) * weights).sum() * (grid[1] - grid[0]) / 3)
        assert chi_square_tail(value, freedom) == pytest.approx(integral, abs=1e-6)
    assert chi_square_tail(0, freedom) == 1 and chi_square_tail(1e6, freedom) == 0


parts = st.lists(st.floats(0.001, 1), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(weights=parts, seed=st.integers(0, 1000), n=st.integers(1, 2000), listed=st.integers(1, 40))
def test_cells_hold_every_draw_once(weights, seed, n, listed):
    probs = np.array(weights) / sum(weights)
    counts = np.random.default_rng(seed).multinomial(n, probs)
    order = falling(probs)[:listed]
    found = Distribution(tuple(Share((i,), float(probs[i]), True) for i in order), float(probs[order].sum()),
                         len(order) == len(probs))  # fmt: skip
    counted = Counted(found, tuple(int(counts[i]) for i in order), n)
    cells = counted.cells
    if cells:
        assert sum(cell.seen for cell in cells) == n
        assert math.fsum(cell.expected for cell in cells) == pytest.approx(n)
        assert all(cell.expected >= LEAST * 0.999 for cell in cells)
    assert counted.freedom <= len(probs) - 1 and 0 <= counted.chance <= 1


def test_frequencies_fit_the_exact_distribution():
    """At ten seeds: χ² is as chance has it, neither too large nor too small."""
    found = [count(drawn(samples=1000, seed=seed), shares(), 1000) for seed in range(10)]
    chi, freedom = sum(one.chi_square for one in found), sum(one.freedom for one in found)
    assert 0.001 < chi_square_tail(chi, freedom) < 0.999
    assert shares().whole and len(shares().shares) == 27 and not any(one.other for one in found)


def test_what_does_not_fit_is_said():
    """Draws at another temperature than the distribution's: χ² tells them apart."""
    words, cut = Words("en"), Cut(1.0, 0, 1.0)
    wrong = counted_story(drawn("half", Cut(1.3), 2000), shares("half", cut), accepts("half"), words, "half")
    assert "do not seem to fit" in wrong.steps[-1].text
    right = counted_story(drawn("half", cut, 2000), shares("half", cut), accepts("half"), words, "half")
    assert "do not seem to fit" not in right.steps[-1].text
    assert "not listed" in right.steps[0].text  # and what the picture leaves out


def test_nothing_listed_is_said_too():
    """Where everything is improbable, the budget may end before one output is found."""
    none = Distribution((), 0.0, False)
    story = counted_story(drawn("half", Cut(3.0)), none, accepts("half"), Words("en"), "half")
    check_whole(story)
    assert "No test" in story.steps[-1].text and CountedExplainer(drawn("half", Cut(3.0)), none, Words("en"))


def test_looks_end_with_what_was_asked():
    assert looks(100) == [0, 10, 30, 100] and looks(2000) == [0, 10, 30, 100, 300, 1000, 2000]


# ---- heat


def test_heat_makes_outputs_different_and_then_wrong():
    trace = heats(cut=Cut(1.0), n=300)
    cold, hot = trace.heats[0], trace.heats[-1]
    assert cold.temperature == 0 and cold.different == 1 and cold.right == 300
    assert hot.different > 100 and hot.share_right < 0.6 and trace.answers == 27
    assert trace.heats[trace.now].temperature == 1.0
    entropies = [entropy(drawn("half", Cut(heat), 1).stages["temperature"][0]) for heat in (0.5, 1.0, 2.0, 3.0)]
    assert entropies == sorted(entropies)


def test_where_nothing_is_right_nothing_is_judged():
    assert not heats("odd").judged and heats("dates").judged


def test_what_the_page_says_of_the_shipped_models_is_so():
    """The lesson and the tries speak of these: if another training does otherwise, they must be rewritten."""
    trained = load_trained("reverse-transformer")
    solved = record_diversity(trained.writer("studio"), trained.task, "studio", Cut(), Limits(), 0, 100)
    assert all(heat.share_right > 0.95 for heat in solved.heats if heat.temperature <= 1)
    assert solved.heats[-1].share_right < 0.3
    half = heats("half", Cut(), 100)
    assert half.heats[1].share_right > 2 * half.heats[half.now].share_right
    dates = drawn("dates", Cut(1.5, 3, 0.9), 300)
    stays = [dates.stays(t, "top_p") for t in range(len(dates.drawn))]
    assert set(stays) == {1, 2} and {dates.stays(t, "top_k") for t in range(len(stays))} == {3}


@pytest.mark.parametrize("passage", [value for value in vars(names).values() if isinstance(value, Passage)])
def test_every_passage_is_in_its_file(passage):
    found = listing(passage)
    assert found.lit(passage) and max(found.lit(passage)) < len(found.lines)


@pytest.mark.parametrize("passage", names.CUTS.values())
def test_every_cut_is_in_its_file(passage):
    assert listing(passage).lit(passage)
