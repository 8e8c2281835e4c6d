"""The bottleneck's models: what they are there to show, and that their figures are theirs."""

from dataclasses import replace

import pytest
import torch

from seq2seq.recording.by_length import pairs_by_length, score_by_length
from seq2seq.studies.bottleneck import bottleneck_trace, card_disturbed
from seq2seq.studies.lengths import lent, read_source, stored_curves
from seq2seq.studies.measure_lengths import SEEDS
from seq2seq.studies.shipped import LENGTHS_HIDDEN, RECIPES, lengths_name, shipped_card
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import InputError
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.trainer import UPDATES_BETWEEN_LENGTHS, Trainer

TASKS = ("reverse", "copy")
every_task = pytest.mark.parametrize("task", TASKS)


def shares(name):
    """Exact match by length, as the card has it."""
    return {row["length"]: row["right"] / row["n"] for row in shipped_card(name)["by_length"]}


@every_task
def test_without_attention_it_falls_with_length_and_with_attention_it_stays(task):
    none, general = shares(lengths_name(task, "none")), shares(lengths_name(task, "general"))
    assert none[3] > 0.85 and none[12] < 0.15 and none[20] < 0.05
    assert all(none[length] - none[length + 4] > -0.02 for length in range(2, 17))
    assert all(general[length] > 0.9 for length in range(2, 21))
    assert general[25] < 0.3, "attention too falls beyond the lengths of its training"


def test_copy_is_harder_than_reverse_for_one_vector():
    reverse, copy = shares("lengths-reverse-none"), shares("lengths-copy-none")
    assert sum(reverse[length] - copy[length] for length in range(5, 10)) / 5 > 0.2


@every_task
def test_a_larger_vector_carries_more(task):
    reach = [sum(shares(lengths_name(task, "none", hidden)).values()) for hidden in sorted(LENGTHS_HIDDEN)]
    assert reach[0] + 1 < reach[1] < reach[2] - 1


@pytest.mark.parametrize("name", [name for name in RECIPES if name.startswith("lengths-")])
def test_a_card_says_what_its_model_does(name):
    """Scored again here, on some of the lengths: no figure is taken on trust."""
    trained, card = load_trained(name), shares(name)
    held_out = pairs_by_length(trained.task, "test", (4, 8, 20), 60)
    for score in score_by_length(trained.model, trained.task, trained.vocabularies, held_out):
        assert score.share == pytest.approx(card[score.length], abs=0.2)
    assert all(row["n"] >= 200 for row in shipped_card(name)["by_length"] if row["length"] > 2)


def test_other_seeds_were_measured_with_the_same_configuration():
    curves = stored_curves()
    assert {(curve["name"], curve["seed"]) for curve in curves} == {
        (lengths_name(task, attention), seed) for task in TASKS for attention in ("none", "general") for seed in SEEDS
    }
    for curve in curves:
        card = shipped_card(curve["name"])
        assert curve["trained"]["steps"] == card["trained"]["steps"]
        assert [row["length"] for row in curve["by_length"]] == [row["length"] for row in card["by_length"]]


def test_a_disturbed_models_figures_are_its_own():
    trained = load_trained("lengths-copy-general")
    scored = card_disturbed(trained.model, trained.task, trained.vocabularies)
    assert scored == shipped_card("lengths-copy-general")["disturbed"]


@every_task
def test_with_attention_another_strings_vector_does_no_harm(task):
    trace = bottleneck_trace(task, 64, "thequick")
    none, general = (side.disturbed["borrow"].scores for side in trace.sides)
    assert all(general[length].share > 0.9 for length in range(3, 18))
    assert all(none[length].share < 0.1 for length in range(3, 18))
    zeroed = trace.side("general").disturbed["zero"].scores
    assert zeroed[8].share < 0.1, "but it needs a state that it knows"


@pytest.fixture(scope="module")
def run():
    values = {"task": {"name": "copy", "shortest": 1, "longest": 4}, "model": {"hidden": 12, "embedding": 8}}
    values["training"] = {"steps": 70, "until": None, "batch": 8, "device": "cpu", "by_length": 5}
    return RunConfig.from_dict(values)


class TestReports:
    def test_a_report_carries_scores_now_and_then_and_at_the_end(self, run):
        reports = [report.to_dict() for report in Trainer(run).run()]
        scored = [report["step"] for report in reports if report["by_length"]]
        assert scored == [0, UPDATES_BETWEEN_LENGTHS, 70] and len(reports) > 3
        last = reports[-1]["by_length"]
        assert [row["length"] for row in last] == list(range(2, 10)) and all(row["n"] == 5 for row in last)

    def test_scores_leave_the_training_alone(self, run):
        plain = replace(run, training=replace(run.training, by_length=0))
        models = []
        for config in (run, plain):
            trainer = Trainer(config)
            reports = list(trainer.run())
            models.append(trainer.model.state_dict())
        assert all(torch.equal(models[0][name], models[1][name]) for name in models[0])
        assert all(report.by_length is None for report in reports)

    def test_a_task_without_letters_is_not_scored_by_length(self):
        values = {"task": {"name": "addition"}, "model": {"hidden": 8, "embedding": 4}}
        values["training"] = {"steps": 1, "until": None, "batch": 2, "device": "cpu", "by_length": 5}
        assert all(report.by_length is None for report in Trainer(RunConfig.from_dict(values)).run())

    def test_a_configuration_from_before_still_loads(self):
        values = RunConfig.from_dict({"task": {"name": "copy"}, "model": {}, "training": {}}).to_dict()
        del values["training"]["by_length"]
        assert RunConfig.from_dict(values).training.by_length == 0

    @pytest.mark.parametrize("wrong", [-1, 201])
    def test_out_of_range(self, wrong):
        with pytest.raises(InputError, match="out_of_range"):
            TrainingConfig(by_length=wrong)


class TestTyped:
    task = RECIPES["lengths-reverse-none"].task

    def test_spaces_do_not_count(self):
        assert "".join(read_source(self.task, " The QUICK  brown ")) == "thequickbrown"

    @pytest.mark.parametrize("typed", ["", "a", "a" * 26, "abc1", "日本", "a-b", "é" * 3])
    def test_what_cannot_be_read(self, typed):
        with pytest.raises(InputError, match="letters_"):
            read_source(self.task, typed)

    def test_the_lender_is_another_string_of_the_same_length(self):
        for text in ("thequick", "packmybox", "ho"):
            assert len(lent(text)) == len(text) and "".join(lent(text)) != text

    def test_no_such_task_or_size(self):
        for task, hidden in (("sort", 64), ("copy", 65)):
            with pytest.raises(InputError, match="no_such"):
                bottleneck_trace(task, hidden, "abc")
