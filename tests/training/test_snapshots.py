"""Snapshots: few, at steps that do not depend on time, whole again from the store, and no trouble to older stores."""

import threading

import numpy as np
import pytest

from seq2seq.studies.embeddings import load_embeddings, read_shipped_snapshots, snapshot_file
from seq2seq.studies.shipped import SNAPSHOTS, shipped_card
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import InputError, make_task
from seq2seq.training import worker as worker_module
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.snapshots import EMBEDDINGS, is_kept, pack_tables, unpack_tables
from seq2seq.training.store import RunStore
from seq2seq.training.trainer import Trainer, is_milestone
from seq2seq.training.worker import train_claimed

SMALL = RunConfig(make_task({"name": "sort"}), training=TrainingConfig(steps=40, until=None, batch=4, device="cpu"))


def trained(store, config=SMALL):
    run = store.submit(config, "me", worker="w")
    assert train_claimed(store, store.get(run), "w", threading.Event()) == "finished"
    return run


def test_they_are_few_and_every_one_falls_on_a_report():
    kept = [step for step in range(100_001) if is_kept(step) and (is_milestone(step) or step == 0)]
    assert kept[:8] == [0, 10, 20, 30, 40, 50, 70, 100] and 20 < len(kept) <= 30
    assert all(later <= 2 * earlier for earlier, later in zip(kept[1:], kept[2:], strict=False))


def test_a_worker_keeps_them_and_they_are_the_models_own():
    store = RunStore()
    run = trained(store)
    kept = store.snapshots(run, EMBEDDINGS)
    assert [step for step, _ in kept] == [0, 10, 20, 30, 40]
    trainer = Trainer(SMALL)
    assert (unpack_tables(kept[0][1])["source"] == trainer.embeddings()["source"]).all()
    weights = load_trained(run, store).model.state_dict()
    trace = load_embeddings(run, store)
    assert trace.steps == (0, 10, 20, 30, 40) and trace.task == "sort"
    for kind in ("source", "target"):
        assert (trace.tables[kind][-1] == weights[f"{kind}_embedding.weight"].numpy()).all()
        assert not (trace.tables[kind][0] == trace.tables[kind][-1]).all()
    assert store.snapshots(run, "model") == []  # other parts have their own


def test_a_snapshot_is_replaced_and_only_by_whoever_holds_the_run():
    store = RunStore()
    run = store.submit(SMALL, "me", worker="w")
    assert store.keep(run, 0, EMBEDDINGS, b"a", "w") and store.keep(run, 0, EMBEDDINGS, b"b", "w")
    assert not store.keep(run, 10, EMBEDDINGS, b"c", "another")
    assert store.snapshots(run, EMBEDDINGS) == [(0, b"b")]


def test_large_tables_are_not_kept(monkeypatch):
    monkeypatch.setattr(worker_module, "LARGEST", 100)
    store = RunStore()
    run = trained(store)
    assert store.snapshots(run, EMBEDDINGS) == []
    assert load_embeddings(run, store).steps == (40,)  # what is there still can be looked at


def test_a_run_of_an_earlier_version_shows_its_end():
    """A store without the table gets it when it is opened; the runs in it have a checkpoint only."""
    store = RunStore()
    run = trained(store)
    with store.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE snapshots")
    again = RunStore()
    assert again.snapshots(run, EMBEDDINGS) == [] and load_embeddings(run, again).steps == (40,)


def test_packed_is_unpacked_and_damage_is_told():
    tables = {"source": np.arange(6, dtype=np.float32).reshape(2, 3)}
    assert (unpack_tables(pack_tables(tables))["source"] == tables["source"]).all()
    with pytest.raises(InputError, match="damaged_checkpoint"):
        unpack_tables(pack_tables(tables)[:20])
    with pytest.raises(InputError, match="no_such"):
        load_embeddings("nobody")
    store = RunStore()
    with pytest.raises(InputError, match="no_checkpoint"):
        load_embeddings(store.submit(SMALL, "me"), store)


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_shipped_snapshots_begin_at_the_start_and_end_at_the_shipped_weights(name):
    kept = read_shipped_snapshots(name)
    assert snapshot_file(name).stat().st_size < 300_000
    assert list(kept)[0] == 0 and list(kept)[-1] == shipped_card(name)["trained"]["steps"]
    weights = load_trained(name).model.state_dict()
    for kind in ("source", "target"):
        assert (kept[list(kept)[-1]][kind] == weights[f"{kind}_embedding.weight"].numpy()).all()
    first = Trainer(load_trained(name).config).embeddings()
    assert kept[0]["source"] == pytest.approx(first["source"], abs=1e-6)


def test_a_shipped_model_without_snapshots_shows_its_end():
    trace = load_embeddings("reverse-gru-general")
    assert trace.steps == (3000,) and trace.tables["source"].shape[0] == 1
