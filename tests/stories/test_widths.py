"""The story of widths: whole, its figures those measured, its equations right, its questions answered by them."""

import json
import re
from dataclasses import replace
from functools import cache

import pytest

from seq2seq.stories.explain import Unknown
from seq2seq.stories.formulas import exact
from seq2seq.stories.sources import listing
from seq2seq.stories.widths import WidthsExplainer, widths_story
from seq2seq.studies.trained import load_trained
from seq2seq.studies.widths import measure_widths, measured
from seq2seq.traces.scoring import LengthPenalty
from seq2seq.traces.widths import WidthsTrace
from seq2seq.words import LANGUAGES, Words

EN = Words("en")


@cache
def small(name: str = "search-synonyms", alpha: float = 0.0) -> WidthsTrace:
    return measure_widths(load_trained(name), LengthPenalty(alpha), 12, budget=300, widths=(1, 3, 4))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", measured(), ids=str)
def test_a_whole_story_of_every_measurement(key, language):
    found = measured()
    data = json.loads(widths_story(found[key], list(found.values()), Words(language)).to_json())
    steps = len(found[key].scores) + 1
    assert len(data["steps"]) == steps and len(data["chapters"]) == 3
    for view in data["views"]:
        assert len(view["alternatives"]) == steps and all(view["alternatives"])
        for name, values in view["signals"].items():
            assert not name.endswith("_at") or len(values) == steps, name
        assert not any("{" in alternative for alternative in view["alternatives"])
    for step in data["steps"]:
        assert step["title"] and step["text"] and "{" not in step["title"] + step["text"] and step["code"]
        used = {int(n) for n in re.findall(r"@(\d+)", data["formulas"][step["formula"][0]])}
        assert used <= set(range(len(step["formula"]) - 1))


def test_what_was_measured_keeps_account():
    for trace in [*measured().values(), small()]:
        assert trace.best_right <= trace.n and trace.proved <= trace.n
        for score in trace.scores:
            assert sum(n for n, _, _ in score.by_length.values()) == trace.n
            assert sum(right for _, right, _ in score.by_length.values()) == score.right
            assert sum(empty for _, _, empty in score.by_length.values()) == score.empty
            if trace.proved == trace.n and trace.penalty.alpha == 0:
                assert score.log_prob <= trace.best_log_prob + 1e-4
                assert score.errors > 0 or score.log_prob == pytest.approx(trace.best_log_prob, abs=1e-4)
        assert WidthsTrace.from_dict(json.loads(json.dumps(trace.to_dict()))) == trace


def test_wider_is_worse_where_an_empty_target_is_likelier_than_any_right_one():
    """k⁻ᴸ < ε: the better search finds the worse output; dividing by the length mends it."""
    curse, mended = measured()["search-synonyms", 0.0], measured()["search-synonyms", 1.0]
    by_width = {score.width: score for score in curse.scores}
    assert by_width[3].right == curse.n and by_width[10].right < curse.n / 2 < by_width[10].empty
    assert by_width[3].errors > curse.n / 2 and by_width[10].errors == 0
    for length, (n, right, empty) in by_width[10].by_length.items():
        assert (right, empty) == ((n, 0) if length < curse.crossing else (0, n)) or abs(length - curse.crossing) < 1
    assert all(score.right == mended.n for score in mended.scores)
    assert small().scores[0].right == small().n > small().scores[2].right


def test_wider_helps_a_model_that_is_half_trained_and_changes_nothing_where_all_is_right():
    half = [score.right for score in measured()["search-reverse-half", 0.0].scores]
    assert half == sorted(half) and half[-1] > half[0]
    solved = measured()["reverse-transformer", 0.0]
    assert len({score.right for score in solved.scores}) == 1


def addresses(trace: WidthsTrace) -> list[str]:
    story = widths_story(trace, [], EN)
    return sorted({row["ask"] for view in story.views for rows in view.data.values() for row in rows if "ask" in row})


@pytest.mark.parametrize("name", ["search-synonyms", "search-reverse-half"])
def test_every_figure_explains_itself(name):
    trace = small(name)
    explainer = WidthsExplainer(trace, EN)
    for address in addresses(trace):
        told = explainer.explain(address)
        assert told.computed == pytest.approx(told.value) and told.lines and "{" not in told.name
        assert told.passage and listing(told.passage).lit(told.passage)
    assert explainer.explain("exact 4").result == exact(trace.share(trace.scores[2]))


@pytest.mark.parametrize("address", ["", "exact", "exact 99", "cell 4 99", "exact x", "best 1", "__class__ 1"])
def test_a_place_that_is_none(address):
    with pytest.raises(Unknown):
        WidthsExplainer(small(), EN).explain(address)


def test_questions_are_answered_by_the_figures():
    asked = {
        (name, step.question.id): step.question
        for name in ("search-synonyms", "search-reverse-half", "reverse-transformer")
        for step in widths_story(measured()[name, 0.0], [], EN).steps
        if step.question
    }
    assert len({id for _, id in asked}) >= 3
    assert asked["search-synonyms", "widths 4"].options[asked["search-synonyms", "widths 4"].right] == "fewer"
    assert asked["search-synonyms", "fault"].right == 1
    assert asked["reverse-transformer", "widths 10"].right == 2
    for question in asked.values():
        assert 0 <= question.right < len(question.options) == len(set(question.options))
        assert "{" not in question.prompt + question.why


def test_a_change_that_crept_is_not_asked_about():
    trace = measured()["search-reverse-half", 0.0]
    crept = replace(trace, scores=tuple(replace(s, right=100 + 4 * k) for k, s in enumerate(trace.scores)))
    steps = widths_story(crept, [], EN).steps
    assert not any(step.question and step.question.id.startswith("widths") for step in steps)
