"""Convolutional models train like any other, and the runs that measure a field are runs like any other."""

import threading

import pytest

from seq2seq.models.config import ConvConfig
from seq2seq.studies.field import DEEPEST, SHAPES, distances, field_config, field_run, field_trace, measured
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import PAD, InputError, make_task
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.evaluate import best_token, shift_right, to_device
from seq2seq.training.store import RunStore
from seq2seq.training.trainer import Trainer
from seq2seq.training.worker import train_claimed

SMALL = ConvConfig(layers=2, hidden=12)


def config(task=None, model=SMALL, steps=20):
    training = TrainingConfig(steps=steps, until=None, batch=8, device="cpu")
    return RunConfig(make_task(task or {"name": "reverse"}), model, training)


def run_in_store(store, asked):
    run = store.get(store.submit(asked, "somebody", worker="test"))
    assert train_claimed(store, run, "test", threading.Event()) == "finished"
    return run.id


@pytest.mark.parametrize("model", [SMALL, ConvConfig(kernel=5, hidden=8, readout="positions", padding="causal")])
def test_a_run_survives_its_record(model):
    asked = config(model=model)
    assert RunConfig.from_dict(asked.to_dict()) == asked


@pytest.mark.parametrize("wrong", [{"kernel": 4}, {"bidirectional": True}, {"attention": "dot"}, {"layers": 0}])
def test_a_wrong_setting_in_a_record_is_told(wrong):
    values = config().to_dict()
    values["model"] |= wrong
    with pytest.raises(InputError):
        RunConfig.from_dict(values)


def test_a_run_goes_on_exactly_where_it_was():
    whole = Trainer(config())
    list(whole.run())
    first = Trainer(config(steps=20))
    for report in first.run():
        if report.step == 10:
            break
    from seq2seq.training.checkpoint import unpack

    second = Trainer(config(), unpack(first.checkpoint()))
    list(second.run())
    for a, b in zip(whole.model.parameters(), second.model.parameters(), strict=True):
        assert a.equal(b)


def test_the_probe_says_which_layer_looked():
    *_, last = Trainer(config()).run()
    assert last.probe.layer == 2 and len(last.probe.weights) == len(last.probe.output)
    assert all(sum(row) == pytest.approx(1, abs=1e-2) for row in last.probe.weights)
    reader = ConvConfig(hidden=8, readout="positions")
    *_, last = Trainer(config({"name": "shift"}, reader)).run()
    assert last.probe.layer is None and last.probe.weights is None


def test_a_finished_run_is_loaded_and_written_down():
    store = RunStore()
    trained = load_trained(run_in_store(store, config()), store)
    trace = trained.write("hello")
    assert trace.source == tuple("hello") and len(trace.decoder) == 2
    with pytest.raises(InputError, match="other_model"):
        trained.record("hello")
    with pytest.raises(InputError, match="other_model"):
        load_trained("reverse-gru-general").record_convolution("hello")


def test_reversing_looks_where_it_should():
    """Every layer of the shipped model looks at the letter that it writes."""
    trained = load_trained("reverse-conv")
    hits = total = 0
    for pair in trained.task.sample("dev", 40):
        trace, length = trained.record_convolution(pair.source), len(pair.source)
        if trace.text == pair.target:
            best = trace.weights[:length].argmax(1)
            hits, total = hits + sum(best == list(reversed(range(length)))), total + length
    assert total > 200 and hits / total > 0.95


@pytest.mark.parametrize("text", ["a", "a" * 60, "thequickbrownfoxjumpsoverthelazydog"])
def test_lengths_never_trained_on_do_not_crash(text):
    trace = load_trained("reverse-conv").record_convolution(text)
    assert trace.output and len(trace.output) <= 64


@pytest.mark.parametrize("shape", SHAPES)
def test_distances_surround_the_edge(shape):
    reach = ConvConfig(layers=shape[1], kernel=shape[0], readout="positions", padding=shape[2]).reach[0]
    assert {0, reach, reach + 1, reach + 3} <= set(distances(*shape)) and list(distances(*shape)) == sorted(
        set(distances(*shape))
    )


def test_every_shape_that_can_be_chosen_can_be_trained():
    for kernel in (3, 5, 7):
        for layers in range(1, DEEPEST + 1):
            for padding in ("same", "causal"):
                for distance in distances(kernel, layers, padding):
                    asked = field_config(kernel, layers, padding, distance)
                    assert RunConfig.from_dict(asked.to_dict()) == asked
                    assert asked.task.shortest > distance


def test_letters_are_counted_as_they_are():
    """What a report's counts come to, against letters counted one by one."""
    asked = field_config(3, 2, "same", 2)
    trainer = Trainer(asked)
    *_, last = trainer.run()
    run = field_run(asked, last.to_dict())
    batch = trainer.batch(trainer.held_out)
    source, target = to_device(batch, trainer.device)
    best = best_token(trainer.model(source, shift_right(target)))
    letters = (target != PAD) & (target > 4)  # behind the four special tokens and the blank
    assert trainer.target_vocabulary.tokens[4] == "_"
    assert run.letters == int(letters.sum()) and run.n == 1000
    assert run.right == int((letters & (best == target)).sum()) and run.share > 0.98
    assert field_trace(3, 2, "same", [run]).shares(2) == [run.share]


def test_what_is_shipped_was_measured_for_every_shape():
    found = {(shape["kernel"], shape["layers"], shape["padding"]) for shape in measured()}
    assert found == set(SHAPES)
