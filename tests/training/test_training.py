"""Training: checkpoints go on exactly, learning happens, settings are checked."""

import json
import threading
from dataclasses import replace

import pytest
import torch

from seq2seq.models.config import RecurrentConfig, TransformerConfig
from seq2seq.studies.shipped import RECIPES, shipped_card, shipped_names
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import InputError, make_task
from seq2seq.training.checkpoint import pack, unpack
from seq2seq.training.config import OPTIMISERS, RunConfig, TrainingConfig
from seq2seq.training.device import available_devices, pick_device
from seq2seq.training.evaluate import evaluate, shift_right
from seq2seq.training.reports import is_finite
from seq2seq.training.store import RunStore
from seq2seq.training.trainer import Diverged, Trainer, is_milestone
from seq2seq.training.worker import train_claimed

REVERSE = make_task({"name": "reverse"})
SMALL = RunConfig(
    REVERSE, RecurrentConfig(hidden=12, embedding=8), TrainingConfig(steps=12, until=None, batch=8, device="cpu")
)


def weights(trainer):
    return {name: tensor.clone() for name, tensor in trainer.model.state_dict().items()}


def finish(trainer):
    for _ in trainer.run():
        pass
    return trainer


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_a_run_that_goes_on_is_the_run_that_never_stopped(optimiser):
    config = replace(SMALL, training=replace(SMALL.training, optimiser=optimiser))
    whole = finish(Trainer(config))
    half = Trainer(config)
    for report in half.run():
        if report.step == 10:
            break
    resumed = finish(Trainer(config, unpack(half.checkpoint())))
    assert resumed.step == whole.step == 12
    for name, tensor in weights(whole).items():
        torch.testing.assert_close(weights(resumed)[name], tensor, atol=0, rtol=0)


def test_a_seed_decides_a_run():
    same, again = finish(Trainer(SMALL)), finish(Trainer(SMALL))
    other = finish(Trainer(replace(SMALL, training=replace(SMALL.training, seed=2))))
    torch.testing.assert_close(weights(same), weights(again), atol=0, rtol=0)
    assert not torch.equal(same.model.output.weight, other.model.output.weight)


def test_training_leaves_the_global_generator_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    finish(Trainer(SMALL))
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_small_model_learns_to_reverse(cell):
    """Loss well below a uniform guess within a few seconds: a sanity check, no benchmark."""
    config = RunConfig(
        make_task({"name": "reverse", "shortest": 2, "longest": 4, "letters": 6}), RecurrentConfig(cell, hidden=32),
        TrainingConfig(steps=200, until=0.9, batch=64, device="cpu"),
    )  # fmt: skip
    reports = list(Trainer(config).run())
    assert reports[-1].exact_match > 0.5 and reports[-1].loss < 0.6 < reports[0].loss


def test_until_stops_early_and_only_after_many_examples():
    config = RunConfig(
        make_task({"name": "reverse", "shortest": 2, "longest": 4, "letters": 12}), RecurrentConfig(hidden=32),
        TrainingConfig(steps=2000, until=0.5, batch=64, device="cpu"),
    )  # fmt: skip
    last = list(Trainer(config).run())[-1]
    assert last.done and last.step < 2000 and last.exact_match >= 0.5 and last.n == 1000


def test_reports_begin_untrained_and_come_at_milestones():
    reports = list(Trainer(SMALL).run())
    assert [report.step for report in reports] == [0, 10, 12]
    assert reports[-1].done and not reports[0].done
    assert json.loads(json.dumps(reports[-1].to_dict()))["step"] == 12
    rows = reports[-1].probe.weights
    assert all(abs(sum(row) - 1) < 1e-2 for row in rows)
    assert [step for step in range(151) if is_milestone(step)] == list(range(0, 151, 10))


def test_evaluation_does_not_depend_on_the_chunk():
    trainer = Trainer(SMALL)
    whole = evaluate(trainer.model, trainer.watched, trainer.target_vocabulary, chunk=500)
    parts = evaluate(trainer.model, trainer.watched, trainer.target_vocabulary, chunk=17)
    assert whole.outputs == parts.outputs and whole.exact_match == parts.exact_match
    assert whole.loss == pytest.approx(parts.loss, abs=1e-5)


def test_shift_right():
    assert shift_right(torch.tensor([[7, 8, 2]])).tolist() == [[1, 7, 8]]


@pytest.mark.parametrize(("warm_up", "decay_to"), [(30, 0.05), (0, 1.0), (1, 0.0), (500, 0.5)])
def test_the_rate_follows_its_formula_and_is_the_one_the_optimiser_takes(warm_up, decay_to):
    """η · min(1, (t + 1)/W) · (1 − (1 − d) t/T), W at most T; written out again here."""
    training = replace(SMALL.training, warm_up=warm_up, decay_to=decay_to, learning_rate=0.02)
    trainer, taken = Trainer(replace(SMALL, training=training)), []
    for step in range(12):
        trainer.update()
        taken.append(trainer.optimiser.param_groups[0]["lr"])
        rise = 1.0 if warm_up == 0 else min(1.0, (step + 1) / min(warm_up, 12))
        assert taken[step] == pytest.approx(0.02 * rise * (1 - (1 - decay_to) * step / 12), rel=1e-12)
    assert taken == [training.rate_at(step) for step in range(12)]


def test_what_was_hidden_is_by_default_what_it_always_was():
    """A record from before there were these settings is the same run as one that says their defaults."""
    old = SMALL.to_dict()
    for name in ("warm_up", "decay_to", "weight_decay"):
        del old["training"][name]
    assert RunConfig.from_dict(old) == SMALL
    assert (SMALL.training.warm_up, SMALL.training.decay_to, SMALL.training.weight_decay) == (30, 0.05, 0.01)


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_only_adamw_decays_weights(optimiser):
    def ended(decay):
        training = replace(SMALL.training, optimiser=optimiser, weight_decay=decay)
        return weights(finish(Trainer(replace(SMALL, training=training))))["output.weight"]

    assert torch.equal(ended(0.0), ended(0.5)) == (optimiser != "adamw")


def test_a_checkpoint_survives_packing():
    trainer = finish(Trainer(SMALL))
    checkpoint = unpack(trainer.checkpoint())
    torch.testing.assert_close(checkpoint.weights, trainer.model.state_dict(), atol=0, rtol=0)
    assert checkpoint.facts["step"] == 12


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"x" * 100])
def test_a_damaged_checkpoint_is_told(damage):
    with pytest.raises(InputError, match="damaged"):
        unpack(damage(pack(Trainer(SMALL).model, None)))


def spoil(what):
    """A trainer whose loss, gradient, weights or report are no longer finite after its first report."""
    trainer = Trainer(SMALL)
    update, report = trainer.update, trainer.report

    def spoilt_update():
        loss, norm, count = update()
        if trainer.step == 10 and what == "weights":
            with torch.no_grad():
                trainer.model.output.bias[3] = float("nan")
        if trainer.step == 7 and what == "loss":
            loss = loss / 0
        return loss, norm / 0 if what == "gradient" and trainer.step == 7 else norm, count

    def spoilt_report(*args, **named):
        made = report(*args, **named)
        return replace(made, loss=float("nan")) if what == "held_out" and trainer.step else made

    trainer.update, trainer.report = spoilt_update, spoilt_report
    return trainer


@pytest.mark.parametrize(("what", "step"), [("loss", 7), ("gradient", 7), ("weights", 10), ("held_out", 10)])
def test_a_run_that_diverges_says_what_and_when_and_keeps_its_last_good_weights(what, step):
    trainer, reports = spoil(what), []
    before = weights(trainer)
    with pytest.raises(Diverged) as caught:
        reports += trainer.run()
    assert caught.value.key == f"input.diverged_{what}" and caught.value.slots == {"step": step, "kept": 0}
    torch.testing.assert_close(unpack(caught.value.good.data).weights, before, atol=0, rtol=0)


def test_a_diverged_run_in_the_store_keeps_what_it_had_learnt():
    """Really diverging: a Transformer at a rate of 10, by plain gradient descent."""
    training = TrainingConfig(steps=12, until=None, optimiser="sgd", learning_rate=10.0, clip=None, device="cpu")
    store = RunStore()
    run = store.get(store.submit(RunConfig(REVERSE, TransformerConfig(), training), "me", worker="w"))
    assert train_claimed(store, run, "w", threading.Event()) == "failed"
    ended, kept = store.get(run.id), store.checkpoint_step(run.id)
    assert ended.error.key.startswith("input.diverged_") and ended.error.slots["kept"] == kept
    assert all(is_finite(report) for report in store.reports(run.id))
    assert store.last_report(run.id)["step"] == kept == load_trained(run.id, store).step
    with pytest.raises(ValueError):
        store.record(run.id, 99, {"loss": float("nan")})


@pytest.mark.parametrize(
    "setting",
    [
        {"steps": 0},
        {"batch": 0},
        {"learning_rate": -1},
        {"optimiser": "magic"},
        {"until": 2.0},
        {"warm_up": -1},
        {"decay_to": 1.1},
        {"weight_decay": -0.1},
    ],
)
def test_impossible_settings_are_told(setting):
    with pytest.raises(InputError):
        TrainingConfig(**setting)


def test_a_configuration_survives_json():
    config = replace(SMALL, task=make_task({"name": "dates"}))
    assert RunConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    with pytest.raises(InputError):
        RunConfig.from_dict({"task": {"name": "reverse"}})


def test_the_cpu_is_always_there():
    assert available_devices()[-1] == "cpu" and pick_device("cpu").type == "cpu"
    if "mps" not in available_devices():
        with pytest.raises(InputError, match="no_device"):
            pick_device("mps")


class TestShipped:
    @pytest.mark.parametrize(
        ("name", "least"),
        [
            ("dates-gru-additive", 0.99),
            ("dates-transformer", 0.99),
            ("reverse-gru-general", 0.99),
            ("reverse-conv", 0.99),
        ],
    )
    def test_a_shipped_model_is_as_good_as_its_card_says(self, name, least):
        """Scored again here, on a sample of its test split: no figure is taken on trust."""
        trained, card = load_trained(name), shipped_card(name)
        batch = trained.task.batch(trained.task.sample("test", 500), *trained.vocabularies)
        score = evaluate(trained.model, batch, trained.vocabularies[1])
        assert card["test"]["exact_match"] >= least
        assert score.exact_match >= least - 0.01
        assert abs(score.exact_match - card["test"]["exact_match"]) < 0.02

    def test_every_recipe_is_shipped_as_written(self):
        assert shipped_names() == list(RECIPES)
        for name, config in RECIPES.items():
            assert RunConfig.from_dict(shipped_card(name)["config"]) == config

    def test_the_fixed_vector_model_is_half_trained(self):
        """It is there to make errors: a solved task shows nothing about the bottleneck."""
        assert 0.4 < shipped_card("reverse-gru-none")["test"]["exact_match"] < 0.9

    @pytest.mark.parametrize("date", ["3 mars 2021", "2021年3月3日", "March 3, 2021", "3 марта 2021 г.", "٣ مارس ٢٠٢١"])
    def test_one_day_in_five_languages(self, date):
        assert load_trained("dates-gru-additive").record(date).text == "2021-03-03"

    def test_reversing_looks_where_it_should(self):
        """The lesson says that the widest ribbon walks from right to left: it does in the model that is shown."""
        trained = load_trained("reverse-gru-general")
        hits = total = 0
        for pair in trained.task.sample("dev", 60):
            trace = trained.record(pair.source)
            length = len(pair.source)
            if trace.text == pair.target:
                hits += int((trace.weights[:length].argmax(1) == torch.arange(length).numpy()[::-1]).sum())
                total += length
        assert hits / total > 0.95

    def test_there_is_no_such_model(self):
        with pytest.raises(InputError, match="no_such"):
            load_trained("nope", RunStore())
