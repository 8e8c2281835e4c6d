"""The story of an exact search: whole, its numbers the trace's, its bounds a proof, its verdict that of the record."""

import json
import random
from functools import cache

import numpy as np
import pytest

from seq2seq.decoding import judge
from seq2seq.decoding.textbook import textbook_writer
from seq2seq.stories.exact import Answer, AnswerExplainer, ExactExplainer, answer_story, exact_story, names
from seq2seq.stories.exact import answer as answers
from seq2seq.stories.exact.moments import rises, search_moments
from seq2seq.stories.exact.plan import make_plan
from seq2seq.stories.explain import Unknown
from seq2seq.stories.explain.beneath import Beneath
from seq2seq.stories.formulas import exact
from seq2seq.stories.sources import Passage, listing
from seq2seq.studies.contest import hold_contest
from seq2seq.studies.trained import load_trained
from seq2seq.traces.contest import BEAM, EXACT, GREEDY, RIGHT, WIDER, fate_in_beam
from seq2seq.traces.exact import ENDED, SAME, ExactSettings
from seq2seq.traces.scoring import LengthPenalty
from seq2seq.traces.search import ROOT, Limits
from seq2seq.words import LANGUAGES, Words
from tests.stories.whole import check_whole

SYNONYMS, HALF, DATES, BOOK = "search-synonyms", "search-reverse-half", "search-dates-short", "textbook"
CASES = {  # name → model, text, α, width, budget, longest, shortest
    "empty": (SYNONYMS, "284716", 0.0, 3, 500, 24, 1),
    "wide": (SYNONYMS, "284716", 0.0, 10, 500, 24, 1),
    "normalised": (SYNONYMS, "284716", 1.0, 3, 500, 7, 1),
    "unproved": (SYNONYMS, "284716", 1.0, 3, 60, 24, 1),
    "short": (SYNONYMS, "28", 0.0, 3, 500, 24, 1),
    "search": (HALF, "question", 0.0, 1, 500, 24, 1),
    "model": (HALF, "bottleneck", 0.0, 4, 500, 24, 1),
    "dates": (DATES, "3/4/21", 0.0, 3, 500, 24, 1),
    "fixed": (BOOK, "", 0.0, 1, 500, 4, 4),
    "book": (BOOK, "", 0.0, 2, 500, 4, 1),
}
every_language = pytest.mark.parametrize("language", LANGUAGES)
every_case = pytest.mark.parametrize("case", CASES)


@cache
def trained_of(model):
    return None if model == BOOK else load_trained(model)


def writer_of(case):
    model, text, *_ = CASES[case]
    return textbook_writer() if model == BOOK else trained_of(model).writer(text)


def beneath(case, language="en"):
    model, text, *_ = CASES[case]
    return None if model == BOOK else Beneath(trained_of(model).along(text), Words(language))


@cache
def contest(case):
    model, text, alpha, width, budget, longest, shortest = CASES[case]
    asked = ExactSettings(LengthPenalty(alpha), Limits(longest, shortest), budget, width)
    return hold_contest(writer_of(case), asked, None if model == BOOK else trained_of(model).task, text)


@cache
def answer(case, text):
    return Answer(contest(case), judge(writer_of(case), list(text), contest(case).exact.asked.penalty))


def check(told, number=None):
    assert number is None or told.value == pytest.approx(float(number), abs=1e-9)
    assert told.computed == pytest.approx(told.value, abs=1e-5), told.address
    assert told.result == exact(told.value) and told.name and told.lines and "{" not in told.name


def whole(story):
    """The same of its alternatives and lines of source; and it is no larger than a browser likes."""
    data = check_whole(story)
    assert not any("{" in alternative for view in data["views"] for alternative in view["alternatives"])
    assert all(step["code"] for step in data["steps"])
    assert len(json.dumps(data)) < 500_000
    return data


def addresses(value):
    """Every address in a view's data, with its number where the row has one beside it."""
    for rows in value.data.values():
        for row in rows:
            if row.get("ask"):
                yield row["ask"], row.get("bound", row.get("sum", row.get("total")))
            numbers = ("log_prob", "score") if "score" in row else ("lower", "upper")
            for address, number in zip(row.get("asks", []), numbers, strict=False):
                if address:
                    yield address, row[number]


@every_language
@every_case
def test_a_whole_story(case, language):
    story = exact_story(contest(case), Words(language), CASES[case][0])
    data = whole(story)
    assert 4 <= len(data["steps"]) <= 40 and len(data["chapters"]) == 3


@every_case
def test_the_two_bounds_enclose_the_best_output(case):
    trace = contest(case).exact
    for e in range(trace.expansions):
        nodes = trace.open_after(e)
        most = max([float(trace.lower[e]), *trace.bound[nodes].tolist()])
        assert most == pytest.approx(float(trace.upper[e]), abs=1e-12)
    assert (trace.upper >= trace.best.score - 1e-9).all() and (trace.lower <= trace.best.score + 1e-9).all()
    assert trace.proved == (len(trace.open_after(trace.expansions - 1)) == 0)
    for node in range(0, len(trace.parent), 7):
        path = trace.path(node)
        assert len(path) == trace.length[node] and trace.node_of(tuple(trace.token[path])) == node
        assert trace.born[node] == (0 if trace.parent[node] == ROOT else trace.order[trace.parent[node]])


@every_case
def test_200_numbers_of_every_view(case):
    explainer, rng = ExactExplainer(contest(case), Words("en"), beneath(case)), random.Random(1)
    for view in exact_story(contest(case), Words("en"), CASES[case][0]).views:
        found = list(addresses(view))
        assert found, view.id
        for address, number in rng.sample(found, min(200, len(found))):
            check(explainer.explain(address), number)


def test_a_number_of_an_equation_leads_down_to_the_tokens():
    explainer, open_, met = (
        ExactExplainer(contest("normalised"), Words("en"), beneath("normalised")),
        ["upper 5", "score beam"],
        set(),
    )
    for _ in range(200):
        if not open_:
            break
        told = explainer.explain(open_.pop(0))
        check(told)
        met.add(told.address.split()[0])
        open_ += [slot[1] for line in told.lines for slot in line.slots if isinstance(slot, tuple)]
    assert {"upper", "lower", "bound", "total", "token", "score", "sum", "log"} <= met


@pytest.mark.parametrize(
    "address",
    ["", "token", "token 99999", "token -1", "bound x", "lower 999", "upper", "score nobody", "score", "sum right",
     "log beam 99", "log beam -1", "total 1 2", "__init__", "path 3", "own 0", "run mine 0"],
)  # fmt: skip
def test_no_such_number(address):
    with pytest.raises(Unknown):
        ExactExplainer(contest("empty"), Words("en"), beneath("empty")).explain(address)


VERDICTS = {
    "empty": "lucky", "wide": "model", "normalised": "none", "unproved": "unproved", "short": "none",
    "search": "search", "dates": "none", "fixed": "search.only", "book": "search.only",
}  # fmt: skip


@pytest.mark.parametrize("case", VERDICTS)
def test_the_verdict(case):
    held = contest(case)
    assert held.verdict == VERDICTS[case]
    beam, best = held.who(BEAM), held.who(EXACT)
    if held.search_error is not None:
        assert held.search_error == (best.output.score > beam.output.score + SAME)
    if held.model_error is not None and held.exact.proved:
        assert held.model_error == (best.right is False)


def test_a_model_error_is_known_without_a_proof_where_every_right_output_is_beaten():
    model, text, alpha, width, _, longest, _ = CASES["model"]
    asked = ExactSettings(LengthPenalty(alpha), Limits(longest), 5, width)
    held = hold_contest(writer_of("model"), asked, trained_of(model).task, text)
    assert not held.exact.proved and held.model_error and held.verdict == "unproved.model"
    assert held.who(RIGHT).text == text[::-1] and held.who(RIGHT).output.score < held.who(EXACT).output.score


def test_what_the_lesson_says_is_so():
    """A poor beam is right, a wider one wrong, the length makes it right; greedy errs where the model knows better."""
    narrow, normed, search = contest("empty"), contest("normalised"), contest("search")
    assert narrow.who(BEAM).right and narrow.who(WIDER).text == narrow.who(EXACT).text == ""
    assert not narrow.who(WIDER).right and narrow.exact.proved
    assert normed.who(EXACT).right and normed.exact.proved
    assert not search.who(GREEDY).right and search.who(EXACT).right
    assert narrow.lost.outputs == 729 and narrow.lost.crossing == pytest.approx(3.54, abs=0.005)
    book = contest("book")
    ends = [n for n in np.flatnonzero(book.exact.fate == ENDED) if book.exact.bound[n] > book.exact.best.score - SAME]
    assert {names.written(book.exact, int(n)) for n in ends} == {"⟨eos⟩", "A⟨eos⟩"}  # both 0.10


@every_case
def test_moments_and_places(case):
    trace, plan = contest(case).exact, make_plan(contest(case))
    moments = search_moments(trace)
    assert [m.shown for m in moments] == sorted(m.shown for m in moments) and moments[-1].shown == trace.expansions
    told = {moment.e for moment in moments}
    assert set(rises(trace)[-10:]) <= told
    for node, x in plan.x.items():
        assert 0 <= x <= 1 and 0 <= plan.at(node)[1] <= 1
        if node != ROOT and int(trace.parent[node]) in plan.x:
            assert plan.at(node)[1] >= plan.at(int(trace.parent[node]))[1] - 1e-9  # nothing rises


@every_case
def test_questions_with_their_answers_in_the_trace(case):
    held = contest(case)
    trace = held.exact
    story = exact_story(held, Words("en"), CASES[case][0])
    for step in story.steps:
        if not (question := step.question):
            continue
        kind, *rest = question.id.split()
        right = question.options[question.right]
        assert len(set(question.options)) == len(question.options) >= 2 and "{" not in question.prompt + question.why
        if kind == "needed":
            assert trace.bound[int(rest[0])] < trace.lower[trace.born[int(rest[0])]] - 0.2
        elif kind == "next":
            assert right.startswith(names.written(trace, int(rest[0])))
        elif kind == "argmax":
            assert (right == "The empty output") == (held.who(EXACT).text == "")
        elif kind == "beaten":
            assert (question.right == 1) == held.search_error
        elif kind == "wider":
            beam, wide = held.who(BEAM).right, held.who(WIDER).right
            assert question.right == (0 if wide and not beam else 2 if beam and not wide else 1)
        else:
            assert kind == "blame"


def test_the_famous_example_asks_at_least_three_kinds():
    story = exact_story(contest("empty"), Words("en"), SYNONYMS)
    kinds = {step.question.id.split()[0] for step in story.steps if step.question}
    assert {"argmax", "needed", "next", "wider", "blame"} <= kinds


@pytest.mark.parametrize(
    "passage",
    [value for module in (names, answers) for value in vars(module).values() if isinstance(value, Passage)],
    ids=lambda passage: passage.function,
)
def test_every_passage_is_in_its_file(passage):
    found = listing(passage)
    assert found.lit(passage) and max(found.lit(passage)) < len(found.lines)


# ---- why not my answer?

ANSWERS = [("empty", "二八四七一六"), ("empty", ""), ("empty", "Ⅱ八④⑦一Ⅵ"), ("empty", "一"), ("normalised", "一一一一一一一一一"),
           ("search", "noitseuq"), ("model", "zzz"), ("fixed", "AB"), ("book", "ABC"), ("dates", "2021-04-03")]  # fmt: skip


@every_language
@pytest.mark.parametrize(("case", "text"), ANSWERS)
def test_an_answer(case, text, language):
    told = answer(case, text)
    story = answer_story(told, Words(language), CASES[case][0])
    data = whole(story)
    assert len(data["steps"]) == len(text) + 3 and not data["linked"]  # before, each token and ⟨eos⟩, after
    explainer, rng = AnswerExplainer(told, Words(language), beneath(case, language)), random.Random(2)
    for view in story.views:
        found = list(addresses(view))
        for address, number in rng.sample(found, min(100, len(found))):
            check(explainer.explain(address), number)
    check(explainer.explain("score mine"), told.judged.score)
    check(explainer.explain("sum mine"), told.judged.log_prob)


@pytest.mark.parametrize(("case", "text"), ANSWERS)
def test_what_became_of_an_answer_in_the_beam(case, text):
    told, beam = answer(case, text), contest(case).exact.beam
    fate = fate_in_beam(beam, told.judged.tokens)
    assert 0 <= fate.t < len(told.judged.tokens)
    if fate.kind == "pruned":
        kept = beam.total[(beam.step == fate.t) & (beam.status == 0)]
        assert len(kept) == beam.asked.width and kept.min() >= beam.total[fate.node]
    elif fate.kind in ("best", "finished"):
        assert beam.numbers(fate.node) == list(told.judged.tokens)
        assert (beam.numbers(beam.best) == list(told.judged.tokens)) == (fate.kind == "best")


def test_fates_of_the_famous_example():
    kinds = {text: answer("empty", text).fate.kind for _, text in ANSWERS[:3]}
    assert kinds["二八四七一六"] == "pruned" and kinds[""] == "outside" and kinds["Ⅱ八④⑦一Ⅵ"] == "best"
    assert answer("empty", "").verdict == "best" and answer("empty", "Ⅱ八④⑦一Ⅵ").verdict == "behind"
    assert answer("fixed", "AB").fate.kind == "barred"  # ⟨eos⟩ is not allowed there


@pytest.mark.parametrize(
    "address", ["", "own", "own 99", "own -1", "preferred x", "run nobody 0", "candidate 999999", "score", "step -1"]
)
def test_no_such_number_of_an_answer(address):
    with pytest.raises(Unknown):
        AnswerExplainer(answer("empty", "一"), Words("en")).explain(address)


def test_another_answer_keeps_the_pictures():
    one, other = (answer_story(answer("empty", text), Words("en"), SYNONYMS) for text in ("一", ""))
    assert [view.spec for view in one.views] == [view.spec for view in other.views]
