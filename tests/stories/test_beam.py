"""The story of a beam search: whole, its numbers the record's, its ranking the penalty's, its questions answered by it."""

import json
import random
import re
from functools import cache

import numpy as np
import pytest

from seq2seq.decoding.beam import beam_search
from seq2seq.decoding.textbook import textbook_writer
from seq2seq.stories.beam import BeamExplainer, Verdicts, beam_story, greedy_output, passages, written
from seq2seq.stories.beam.ending import ending_of, winner
from seq2seq.stories.beam.layout import ALONE, DROPPED, GOES_ON, SHELF, Layout
from seq2seq.stories.beam.names import greedy_leaves
from seq2seq.stories.beam.ranking import overtaken
from seq2seq.stories.explain import Unknown
from seq2seq.stories.explain.beneath import Beneath
from seq2seq.stories.formulas import exact
from seq2seq.stories.sources import Passage, listing
from seq2seq.studies.trained import load_trained
from seq2seq.traces.scoring import PENALTIES, POWER, WU, LengthPenalty
from seq2seq.traces.search import (
    BOUND,
    FINISHED,
    FULL,
    GUESS,
    KEPT,
    ROOT,
    BeamSettings,
    Limits,
)  # fmt: skip
from seq2seq.words import LANGUAGES, Words

NUMBERS = 200
every_language = pytest.mark.parametrize("language", LANGUAGES)
ASKED = {
    "reverse": ("search-reverse-half", "bottom", BeamSettings(3)),
    "greedy": ("search-reverse-half", "bottom", BeamSettings(1)),
    "synonyms": ("search-synonyms", "284716", BeamSettings(4)),
    "normalised": ("search-synonyms", "2847", BeamSettings(4, LengthPenalty(1.0))),
    "wu": ("search-synonyms", "2847", BeamSettings(5, LengthPenalty(0.8, WU), stop=GUESS)),
    "early": ("search-dates-short", "3/4/21", BeamSettings(4, stop=FULL)),
    "go on": ("search-dates-short", "3/4/21", BeamSettings(4, limits=Limits(12, 1, tuple("2021"), ("5",)))),
    "cut": ("search-reverse-half", "bottom", BeamSettings(10, limits=Limits(3))),
    "table": ("textbook", "", BeamSettings(2, limits=Limits(4, 4))),
    "table with eos": ("textbook", "", BeamSettings(3, limits=Limits(4, 2))),
    "long": ("search-reverse-half", "abcdefghijklmnopqrst", BeamSettings(10, limits=Limits(20, 20))),
}  # fmt: skip
every_search = pytest.mark.parametrize("name", ASKED)


@cache
def traced(name="reverse"):
    model, text, asked = ASKED[name]
    return beam_search(textbook_writer() if model == "textbook" else load_trained(model).writer(text), asked)


@cache
def explains(name="reverse", language="en"):
    model, text, _ = ASKED[name]
    words = Words(language)
    beneath = None if model == "textbook" else Beneath(load_trained(model).along(text), words)
    return BeamExplainer(traced(name), words, beneath)


@cache
def told(name="reverse", language="en"):
    trace, (model, text, _) = traced(name), ASKED[name]
    verdicts = Verdicts()
    if model != "textbook":
        accepts = load_trained(model).task.accepts
        finished = {int(node): accepts(text, trace.text(int(node))) for node in trace.finished}
        verdicts = Verdicts(finished, accepts(text, greedy_output(trace)))
    return beam_story(trace, Words(language), model, verdicts, 2)


def view(story, id):
    return next(view for view in story.views if view.id == id)


@every_language
@every_search
def test_a_whole_story(name, language):
    data = json.loads(told(name, language).to_json())
    for one in data["views"]:
        assert len(one["alternatives"]) == len(data["steps"]) and all(one["alternatives"]), one["id"]
        for key, value in one["signals"].items():
            assert not key.endswith("_at") or len(value) == len(data["steps"]), f"{one['id']} {key}"
        assert not any("{" in text for text in one["alternatives"])
    for step in data["steps"]:
        assert step["title"] and step["text"] and "{" not in step["title"] + step["text"] and step["code"]
        used = {int(n) for n in re.findall(r"@(\d+)", data["formulas"][step["formula"][0]])}
        assert used <= set(range(len(step["formula"]) - 1))
    assert not any("\\" in template for template in data["formulas"])
    assert len(json.dumps(data)) < 600_000 and len(data["steps"]) <= 2 * traced(name).steps + 4


@every_search
def test_every_node_stands_in_its_lane_once_and_its_parent_before_it(name):
    trace, layout = traced(name), Layout(traced(name))
    lanes = {SHELF: {FINISHED}, GOES_ON: {KEPT}, DROPPED: {1, 3}}
    places = [(drawn.step, drawn.y) for drawn in layout.drawn.values()]
    assert len(set(places)) == len(places)
    for node, drawn in layout.drawn.items():
        assert trace.status[node] in lanes[drawn.lane] and drawn.step == trace.step[node]
        parent = int(trace.parent[node])
        assert parent == ROOT or layout.drawn[parent].lane == GOES_ON
        assert 0 < drawn.y < layout.height
    alive = np.flatnonzero((trace.status == KEPT) | (trace.status == FINISHED)).tolist()
    assert set(alive) <= set(layout.drawn) and ALONE not in lanes
    lone = [node for node in trace.greedy.node if node not in layout.drawn]
    assert all(node == ROOT for node in lone) and bool(layout.alone) == bool(lone)


@every_search
def test_the_picture_holds_every_candidate_of_the_record(name):
    trace, rows = traced(name), view(told(name), "candidates").data["steps"]
    found = sorted(int(node) for row in rows for node in row["n"])
    assert found == list(range(len(trace.step)))
    for row in rows:
        assert np.allclose(row["total"], trace.total[row["n"]], atol=1e-3)
        assert (row["status"] == trace.status[row["n"]]).all()


def clickable(one):
    """(address, number or None) of everything in a view that can be clicked."""
    for name, rows in one.data.items():
        for row in rows:
            for field in ("ask", "ask_edge"):
                if row.get(field):
                    yield row[field], None
            if name == "tops":
                yield from ((f"edge {n}", lp) for n, lp in zip(row["n"], row["lp"], strict=True))
            if name == "steps" and "total" in row:
                yield from ((f"total {n}", total) for n, total in zip(row["n"], row["total"], strict=True))
            if name == "looks":
                yield from ((f"weight {row['e']} {i}", w) for i, w in enumerate(row["w"]))
            if name == "outputs":
                for kind in PENALTIES:
                    yield f"rated {row['n']} {kind} 0.65", None


@every_search
def test_200_numbers_of_every_view(name):
    explainer, rng = explains(name), random.Random(1)
    for one in told(name).views:
        found = list(clickable(one))
        assert found, one.id
        for address, number in rng.sample(found, min(NUMBERS, len(found))):
            answer = explainer.explain(address)
            assert number is None or answer.value == pytest.approx(float(number), abs=1e-3)
            assert answer.computed == pytest.approx(answer.value, abs=2e-4), address
            assert answer.result == exact(answer.value) and answer.lines and "{" not in answer.name
            for line in answer.lines:
                for slot in line.slots:
                    if isinstance(slot, tuple):
                        explainer.explain(slot[1])


@every_search
def test_the_numbers_of_the_steps_explain_themselves(name):
    explainer = explains(name, "zh")
    for step in told(name).steps:
        for slot in step.formula[1]:
            if isinstance(slot, tuple):
                answer = explainer.explain(slot[1])
                assert answer.computed == pytest.approx(answer.value, abs=2e-4)


@pytest.mark.parametrize(
    "address",
    ["", "edge", "edge -1", "edge 99999", "total x", "score 0", "rated 0 power 1", "rated 99999 power 1", "rated",
     "weight 0 0", "greedy 99", "greedy -1", "bound", "bound 99999", "sum 1", "after", "after w0", "after 3 logit 0 1", "after w999 logit 1 0", "after w logit 9 9",
     "after w-1 logit 1 0", "after w1.x logit 2 0", "edge 1 2", "__init__", "divisor zz"],
)  # fmt: skip
def test_no_such_number(address):
    with pytest.raises(Unknown):
        explains().explain(address)


@pytest.mark.parametrize("asked", ["nan", "9", "-9", "x", "1e9"])
def test_no_such_penalty(asked):
    node = traced().best
    with pytest.raises(Unknown):
        explains().explain(f"rated {node} power {asked}")
    with pytest.raises(Unknown):
        explains().explain(f"rated {node} other 1")


@pytest.mark.parametrize("kind", PENALTIES)
def test_the_ranking_of_the_browser_is_that_of_the_penalty(kind):
    """The place of an output, as the picture adds it up, is its rank under every α."""
    rng = random.Random(3)
    outputs = [(-rng.random() * 9 - 0.01, rng.randint(1, 12)) for _ in range(8)]
    for alpha in np.linspace(0, 2, 41):
        scores = [LengthPenalty(float(alpha), kind).score(*output) for output in outputs]
        for i, one in enumerate(outputs):
            place = 0.0
            for j, other in enumerate(outputs):
                if i != j:
                    at, way = overtaken(one, other, kind, i < j)
                    place += at if way == 0 else float((alpha - at) * way > 0)
            assert place == sum(score > scores[i] for score in scores), alpha


def test_equal_outputs_keep_their_order():
    assert overtaken((-1.0, 3), (-1.0, 3), POWER, True) == (0.0, 0)
    assert overtaken((-1.0, 3), (-1.0, 3), POWER, False) == (1.0, 0)
    assert overtaken((0.0, 3), (0.0, 5), WU, True)[0] == pytest.approx(0.0)


@every_search
def test_the_search_ended_as_it_is_told(name):
    trace, ending = traced(name), ending_of(traced(name))
    reasons = {"cut": "longest", "table": "longest", "long": "longest", "greedy": "greedy", "early": "full"}
    assert ending.reason == reasons.get(name, ending.reason)
    if ending.reason in (BOUND, GUESS):
        assert ending.most <= ending.worst and len(trace.finished) >= trace.asked.width
        assert trace.status[ending.open_node] == KEPT and trace.step[ending.open_node] == trace.steps - 1


@every_search
def test_questions_with_their_answers_in_the_record(name):
    trace = traced(name)
    story, words = told(name), Words("en")
    asked = {step.question.id: (k, step.question) for k, step in enumerate(story.steps) if step.question}
    if name in ("reverse", "synonyms", "normalised", "long"):
        assert len(asked) >= 3 and len({question.kind for _, question in asked.values()}) >= 2
    texts = {written(trace, int(n)): int(n) for n in range(len(trace.step))}
    for id, (_, question) in asked.items():
        right = question.options[question.right]
        assert len(set(question.options)) == len(question.options) >= 3 and "{" not in question.prompt + question.why
        kind = id.split()[0]
        if kind == "prunes":
            nodes = [texts[option.split(" (")[0]] for option in question.options]
            gone = [node for node in nodes if trace.status[node] != KEPT]
            assert gone == [nodes[question.right]]
            kept = trace.total[np.flatnonzero((trace.step == int(id.split()[1])) & (trace.status == KEPT))]
            assert kept.min() - trace.total[gone[0]] > 0.4
        elif kind == "leaves":
            step = greedy_leaves(trace)
            same = list(trace.greedy.tokens) == trace.numbers(trace.best)
            key = "dropped" if step is not None else "best" if same else "beaten"
            assert right == words.say(f"question.beam.leaves.{key}")
        elif kind == "sums":
            assert right == "1" and np.exp(trace.total[(trace.step == 0) & (trace.status == KEPT)]).sum() <= 1 + 1e-9
        elif kind == "wins":
            assert right.startswith(written(trace, trace.best) + ":")
        else:
            assert kind == "favours" and right == words.say("question.beam.favours.longer")
            assert trace.step[winner(trace, 1.0)] >= trace.step[winner(trace, 0.0)]


def test_what_the_page_says_of_its_examples_is_so():
    """The lesson and the links speak of these searches: if another training does otherwise, they must be rewritten."""
    reverse = load_trained("search-reverse-half").task
    trace = traced("reverse")
    assert reverse.accepts("bottom", trace.text(trace.best)) and not reverse.accepts("bottom", greedy_output(trace))
    assert greedy_leaves(trace) is not None
    table = traced("table")
    assert np.exp(table.greedy.log_prob) == pytest.approx(0.048)
    assert np.exp(table.total[table.best]) == pytest.approx(0.054)
    ended = traced("table with eos")
    assert ended.tokens(ended.best) == ["A", "⟨eos⟩"] and np.exp(ended.total[ended.best]) == pytest.approx(0.10)
    narrow = beam_search(textbook_writer(), BeamSettings(2, limits=Limits(4, 2)))
    assert narrow.tokens(narrow.best) != ["A", "⟨eos⟩"]  # at width 2 it ends outside the beam
    nothing = beam_search(textbook_writer(), BeamSettings(4, limits=Limits(4)))
    assert np.exp(nothing.total[nothing.follow([3])[0]]) == pytest.approx(0.10)
    assert traced("synonyms").text(traced("synonyms").best) == ""
    again = beam_search(load_trained("search-synonyms").writer("284716"), BeamSettings(4, LengthPenalty(1.0)))
    assert load_trained("search-synonyms").task.accepts("284716", again.text(again.best))
    dates = beam_search(load_trained("search-dates-short").writer("3/4/21"), BeamSettings(4))
    meant = load_trained("search-dates-short").task.answers("3/4/21")
    assert sorted(dates.text(int(node)) for node in dates.hypotheses) == sorted(meant) and len(meant) == 4


@pytest.mark.parametrize(
    "passage",
    [p for value in vars(passages).values() for p in (value.values() if isinstance(value, dict) else [value])
     if isinstance(p, Passage)],
)  # fmt: skip
def test_every_passage_is_in_its_file(passage):
    found = listing(passage)
    assert found.lit(passage) and max(found.lit(passage)) < len(found.lines)


@pytest.mark.parametrize("text", ["a", "zz", "<b>x", "{slots}", "@0a", "\\text{a}"])
def test_odd_inputs(text):
    trace = beam_search(load_trained("search-reverse-half").writer(text), BeamSettings(3, limits=Limits(8)))
    assert json.loads(beam_story(trace, Words("en")).to_json())["steps"]


def test_another_search_keeps_the_templates_and_with_them_the_pictures():
    one, other = told("reverse"), told("synonyms")
    assert [view.spec for view in one.views] == [view.spec for view in other.views] and one.id != other.id
