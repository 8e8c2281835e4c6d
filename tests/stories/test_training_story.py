"""The story of a run: steady while it grows, and true to its reports."""

import json

import pytest

from seq2seq.stories.training import thin_out, training_story
from seq2seq.words import LANGUAGES, Words


def report(step, weights=True, **more):
    probe = {"source": list("abc"), "output": list("cb"), "weights": [[0.2, 0.3, 0.5]] * 2 if weights else None}
    row = {
        "step": step, "seconds": step / 10, "train_loss": None if step == 0 else 1 / (step + 1), "loss": 1 / (step + 1),
        "token_accuracy": 0.5, "exact_match": 0.25, "n": 200, "tokens_per_second": 1000.0, "done": False, "probe": probe,
        "samples": [{"source": "abc", "target": "cba", "output": "cb"}],
    }  # fmt: skip
    return row | more


STEPS = [*range(0, 150, 10), *range(150, 5001, 25)]


def test_what_was_kept_stays_kept_while_the_run_grows():
    """A learner who has wound back must not be moved by new reports."""
    reports = [report(step) for step in STEPS]
    before = [row["step"] for row in thin_out(reports[:60])[:-1]]
    after = [row["step"] for row in thin_out(reports)]
    assert after[: len(before)] == before
    assert after[-1] == 5000 and len(after) < 90
    assert [step for step in after if step <= 150] == list(range(0, 151, 10))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("weights", [True, False])
def test_a_run_is_told(language, weights):
    reports = [report(step, weights) for step in STEPS[:30]]
    data = json.loads(training_story("run", reports, Words(language), 30).to_json())
    assert data["follow"] and len(data["steps"]) == len(thin_out(reports))
    assert ("probe" in [view["id"] for view in data["views"]]) == weights
    for view in data["views"]:
        assert len(view["alternatives"]) == len(data["steps"])
    assert data["steps"][0]["title"] in ("Before training", "训练之前")
    levels = {view["id"]: view["data"]["guess"][0] for view in data["views"] if "guess" in view["data"]}
    assert levels["loss"]["v"] == 3.401 and "ln 30 = 3.40" in levels["loss"]["told"]
    assert levels["accuracy"]["v"] == 0.03333 and "1/30 = 3.3" in levels["accuracy"]["told"]


def test_the_identity_stays_while_reports_come():
    words, reports = Words("en"), [report(step) for step in STEPS]
    first, second = (training_story("run", reports[:n], words, 30) for n in (5, 50))
    assert first.id == second.id and first.views[0].spec == second.views[0].spec


def test_one_report_is_enough():
    assert len(training_story("run", [report(0)], Words("en"), 30).steps) == 1
