"""Questions: right answers are the trace's, wrong ones plausible, and each is asked before it is answered."""

import numpy as np
import pytest

from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.questions import decoding_questions, training_questions
from seq2seq.stories.questions.options import MARGIN, coin, likelihood, offered, shuffled, spread
from seq2seq.stories.questions.reasons import place_name
from seq2seq.stories.tokens import quoted
from seq2seq.stories.training import training_story
from seq2seq.studies.trained import load_trained
from seq2seq.training.config import RunConfig
from seq2seq.training.trainer import Trainer
from seq2seq.words import LANGUAGES, Words
from tests.models.small import CONFIGS, name_of
from tests.stories.test_explain import RECURRENT, decoded

every = pytest.mark.parametrize("config", CONFIGS, ids=name_of)
INPUTS = {"dates": "3 mars 2021", "reverse": "studio", "recall": "Cxuvzs", "sort": "studio"}


def of(name):
    trained = load_trained(name)
    return trained.record(INPUTS[trained.task.name])


def check(trace, stage, t, question):
    """The right answer, found again in the trace."""
    right = question.options[question.right]
    kind = question.id.split()[0]
    if kind == "position":
        best, second = np.argsort(-trace.weights[t])[:2]
        assert right == f"{quoted(trace.source[best])} ({best + 1})"
        assert trace.weights[t, best] - trace.weights[t, second] > MARGIN
    elif kind == "token":
        best, second = trace.ranking(t)[:2]
        assert right == quoted(trace.vocabulary[best])
        assert np.exp(trace.log_probs[t, best]) - np.exp(trace.log_probs[t, second]) > MARGIN
        assert quoted(trace.vocabulary[second]) in question.options
    elif kind == "compare":
        assert question.right == int(trace.weights[t].max() < 0.5)
    elif kind == "column":
        assert abs(trace.weights[:, int(question.id.split()[1])].sum() - 1) > MARGIN
    elif kind == "lifted":
        lifted = np.exp(trace.scores[t] + 1) / np.exp(trace.scores[t] + 1).sum()
        assert lifted == pytest.approx(trace.weights[t], abs=1e-5)
    elif kind == "surer":
        chosen = np.exp(trace.log_probs[np.arange(len(trace.output)), trace.chosen])
        assert question.right == int(chosen[t] > chosen[0])
    else:
        assert kind == "reads" and trace.weights is None


@every
def test_right_answers_are_the_traces(config):
    trace = decoded(config)
    for (stage, t), question in decoding_questions(trace, Words("en")).items():
        check(trace, stage, t, question)
        assert len(set(question.options)) == len(question.options) >= 2


@pytest.mark.parametrize("name", RECURRENT)
def test_shipped_models_ask_three_kinds(name):
    trace = of(name)
    questions = decoding_questions(trace, Words("en"))
    for (stage, t), question in questions.items():
        check(trace, stage, t, question)
    kinds = {question.kind for question in questions.values()}
    assert kinds >= ({"token", "true-false"} if trace.weights is None else {"position", "token", "true-false"})


def test_all_four_kinds_are_asked_on_the_first_picture():
    questions = decoding_questions(of("reverse-gru-general"), Words("en"))
    assert {question.kind for question in questions.values()} == {"position", "token", "compare", "true-false"}


@pytest.mark.parametrize("name", RECURRENT)
def test_a_question_is_asked_before_its_answer_shows(name):
    """The step before must not show what is asked: no score of that row, no probability, no token."""
    trace = of(name)
    story = decoding_story(trace, Words("en"), name)
    signals = story.views[0].signals
    asked = [k for k, step in enumerate(story.steps) if step.question]
    assert asked and 0 not in asked
    for k in asked:
        question = story.steps[k].question
        t, before = signals["col_at"][k], k - 1
        if question.kind == "position":
            assert signals["asks_at"][before] == 0 or signals["row_at"][before] < t
        if question.kind == "token":
            assert signals["wrote_at"][before] <= t and signals["stage_at"][before] not in ("predict",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_are_whole_in_every_language(language):
    for name in ("reverse-gru-general", "reverse-gru-none"):
        for question in decoding_questions(of(name), Words(language)).values():
            assert "{" not in question.prompt + question.why + "".join(question.options)


@pytest.fixture(scope="module")
def reports():
    config = {"task": {"name": "reverse"}, "model": {}, "training": {"steps": 200, "until": None, "device": "cpu"}}
    return [report.to_dict() for report in Trainer(RunConfig.from_dict(config)).run()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_asks_two_kinds_and_more(reports, language):
    questions = training_questions(reports, Words(language))
    assert {"compare", "true-false"} <= {question.kind for question in questions.values()}
    for k, question in questions.items():
        right, report = question.options[question.right], reports[k]
        if question.id.startswith("exact"):
            assert right == f"{report['exact_match']:.0%}"
        elif question.id.startswith("loss"):
            assert question.right == int(report["loss"] > reports[k - 1]["loss"])
        else:
            best = int(np.argmax(report["probe"]["weights"][1]))
            assert right == place_name(Words(language), report["probe"]["source"], best)


def test_a_question_stands_at_its_report(reports):
    story = training_story("run", reports, Words("en"), 30)
    assert sum(step.question is not None for step in story.steps) >= 2 and story.steps[0].question is None


def test_options():
    given = offered(3, [(3, "right"), (1, "a"), (1, "b"), (2, "c"), (4, "d"), (5, "e")])
    assert given == {3: "", 1: "a", 2: "c", 4: "d"}  # of doubles the first thought counts
    assert 400 < sum(coin(f"{n}") for n in range(1000)) < 600 and coin("x") == coin("x")
    words = Words("en")
    assert likelihood(9.4e-21, words) == "practically nothing" and likelihood(0.9996, words) == "practically 100%"
    assert likelihood(0.25, words) == "25.0%"
    assert shuffled("abcd", "x") == shuffled("abcd", "x") and sorted(shuffled("abcd", "x")) == list("abcd")
    assert spread(range(9), 2) == [0, 8] and spread([1], 2) == [1] and spread(range(5), 1) == [0]
