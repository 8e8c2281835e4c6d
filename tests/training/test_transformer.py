"""Transformers train like any other model, on every task; what is shipped holds what the laws promise."""

import math
import threading
from dataclasses import replace

import pytest
import torch

from seq2seq.models.config import TransformerConfig
from seq2seq.stories.explain import TrainingExplainer
from seq2seq.stories.training import training_story
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import PAD, TASKS, InputError, make_task
from seq2seq.tasks.random_target import RandomTarget
from seq2seq.training.checkpoint import unpack
from seq2seq.training.config import RunConfig, TrainingConfig, usual_rate
from seq2seq.training.evaluate import best_token, evaluate, shift_right, to_device
from seq2seq.training.store import RunStore
from seq2seq.training.trainer import Trainer
from seq2seq.training.worker import train_claimed
from seq2seq.words import LANGUAGES, Words

SMALL = TransformerConfig(layers=2, hidden=8, heads=2, feed_forward=12)
LEAKING = replace(SMALL, causal=False)


def config(task="reverse", model=SMALL, steps=20):
    return RunConfig(
        make_task({"name": task}), model, TrainingConfig(steps=steps, until=None, batch=8, device="cpu", clip=1.0)
    )


@pytest.mark.parametrize("task", TASKS)
def test_it_trains_on_every_task(task):
    *_, last = Trainer(config(task, steps=2)).run()
    assert last.step == 2 and math.isfinite(last.loss) and last.done


@pytest.mark.parametrize(
    "model", [SMALL, LEAKING, replace(SMALL, norm="pre", encoder_positions="learned", scaled=False)]
)
def test_a_run_survives_its_record(model):
    asked = config(model=model)
    assert RunConfig.from_dict(asked.to_dict()) == asked


@pytest.mark.parametrize("wrong", [{"kernel": 4}, {"heads": 3}, {"norm": "both"}, {"layers": 0}])
def test_a_wrong_setting_in_a_record_is_told(wrong):
    values = config().to_dict()
    values["model"] |= wrong
    with pytest.raises(InputError):
        RunConfig.from_dict(values)


@pytest.mark.parametrize("model", [SMALL, LEAKING, replace(SMALL, norm="pre", encoder_positions="learned")])
def test_a_run_goes_on_exactly_where_it_was(model):
    whole = Trainer(config(model=model))
    list(whole.run())
    first = Trainer(config(model=model))
    for report in first.run():
        if report.step == 10:
            break
    second = Trainer(config(model=model), unpack(first.checkpoint()))
    list(second.run())
    for a, b in zip(whole.model.parameters(), second.model.parameters(), strict=True):
        assert a.equal(b)


def test_a_finished_run_is_loaded_and_written_down():
    store = RunStore()
    run = store.get(store.submit(config(), "somebody", worker="test"))
    assert train_claimed(store, run, "test", threading.Event()) == "finished"
    trained = load_trained(run.id, store)
    trace = trained.write("hello")
    assert trace.source == tuple("hello") and len(trace.decoder) == 2
    with pytest.raises(InputError, match="other_model"):
        trained.record("hello")
    with pytest.raises(InputError, match="other_model"):
        load_trained("reverse-gru-general").record_transformer("hello")


@pytest.mark.parametrize("model", [SMALL, LEAKING])
def test_the_board_shows_the_mean_of_the_heads_and_says_so(model):
    reports = [report.to_dict() for report in Trainer(config(model=model)).run()]
    probe = reports[-1]["probe"]
    assert probe["layer"] == 2 and len(probe["heads"]) == 2 and probe["scores"] is None
    explainer = TrainingExplainer(reports, Words("en"))
    for t, row in enumerate(probe["weights"]):
        assert sum(row) == pytest.approx(1, abs=1e-2)
        told = explainer.explain(f"probe 20 {t} 1")
        assert told.value == row[1] and told.computed == pytest.approx(row[1], abs=1e-4)
    for language in LANGUAGES:
        views = {view.id: view for view in training_story("run", reports, Words(language), 30).views}
        assert "2" in views["probe"].hint


def test_nothing_can_be_learnt_of_a_random_target_but_its_length():
    task = RandomTarget(shortest=6, longest=6)
    assert task.entropy == pytest.approx(math.log(26) * 6 / 7)
    assert RandomTarget().entropy == pytest.approx(2.79, abs=0.01)
    assert task.answer("studio") is None
    pair = task.sample("dev", 1)[0]
    assert len(pair.source) == len(pair.target) == 6


def test_each_kind_of_model_has_a_rate():
    assert usual_rate(SMALL) < usual_rate(RunConfig(make_task({"name": "copy"})).model) == TrainingConfig.learning_rate


# ---- what is shipped


@torch.inference_mode()
def forced_and_free(name, n=300):
    """Exact match on held-out pairs: along the right target, and free-running."""
    trained = load_trained(name)
    batch = trained.task.batch(trained.task.sample("dev", n), *trained.vocabularies)
    source, target = to_device(batch, torch.device("cpu"))
    right = (best_token(trained.model(source, shift_right(target))) == target) | (target == PAD)
    return float(right.all(1).float().mean()), evaluate(trained.model, batch, trained.vocabularies[1]).exact_match


@pytest.mark.parametrize("name", ["reverse-transformer", "dates-transformer"])
def test_forced_and_free_running_exact_match_are_one(name):
    forced, free = forced_and_free(name)
    assert forced == free > 0.97


def test_where_the_future_leaks_they_are_worlds_apart():
    forced, free = forced_and_free("masks-reverse-leaking")
    assert forced > 0.9 and free < 0.05
    forced, free = forced_and_free("masks-reverse-causal")
    assert forced == free > 0.95


@pytest.mark.parametrize("text", ["a", "a" * 60, "thequickbrownfoxjumpsoverthelazydog"])
def test_lengths_never_trained_on_do_not_crash(text):
    trace = load_trained("reverse-transformer").record_transformer(text)
    assert trace.output and len(trace.output) <= 64
