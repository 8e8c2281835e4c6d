"""The run store: nothing is trained twice, nothing finished is lost."""

import threading
import time

import pytest

from seq2seq.tasks import InputError, make_task
from seq2seq.training import store as store_module
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.store import RunStore

CONFIG = RunConfig(make_task({"name": "reverse"}), training=TrainingConfig(steps=3, batch=4))


@pytest.fixture
def store():
    return RunStore()


def test_a_submitted_run_waits_with_its_configuration(store):
    run = store.get(store.submit(CONFIG, "me"))
    assert run.state == "queued" and run.config == CONFIG and run.owner == "me" and not run.over


def test_ids_cannot_be_guessed(store):
    ids = {store.submit(CONFIG, "me") for _ in range(20)}
    assert len(ids) == 20 and all(len(id) >= 12 for id in ids)


def test_runs_are_listed_by_owner_newest_first(store):
    first, _, third = (store.submit(CONFIG, owner) for owner in ("me", "you", "me"))
    assert [run.id for run in store.recent("me")] == [third, first]
    assert len(store.recent()) == 3


def test_the_place_in_the_queue_is_known(store):
    ids = [store.submit(CONFIG, "me") for _ in range(3)]
    assert [store.ahead(store.get(id)) for id in ids] == [0, 1, 2]


def test_the_oldest_run_is_claimed_once(store):
    ids = [store.submit(CONFIG, "me") for _ in range(2)]
    assert store.claim("a").id == ids[0]
    assert store.claim("b").id == ids[1]
    assert store.claim("c") is None


def test_many_workers_never_claim_one_run_twice(store):
    for _ in range(12):
        store.submit(CONFIG, "me")
    claimed, lock = [], threading.Lock()

    def work(name):
        mine = RunStore(store.url)  # a connection of its own, as another process has
        while run := mine.claim(name):
            with lock:
                claimed.append(run.id)

    workers = [threading.Thread(target=work, args=(str(n),)) for n in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(claimed) == 12 and len(set(claimed)) == 12


def test_a_silent_worker_loses_its_run_and_the_checkpoint_stays(store, monkeypatch):
    monkeypatch.setattr(store_module, "LEASE", 0.05)
    id = store.submit(CONFIG, "me")
    store.claim("dead")
    store.save(id, 2, b"weights")
    time.sleep(0.1)
    assert store.claim("alive").id == id
    assert store.checkpoint(id) == (2, b"weights")
    assert store.renew(id, "dead", "cpu") == "lost"
    store.finish(id, "dead", "failed")  # the dead one cannot end what is no longer its own
    assert store.get(id).state == "running"


def test_stopping(store):
    waiting, running = store.submit(CONFIG, "me"), store.submit(CONFIG, "me")
    store.ask_to_stop(waiting)
    assert store.get(waiting).state == "stopped"
    store.claim("a")
    assert store.renew(running, "a", "cpu") == "go on"
    store.ask_to_stop(running)
    assert store.renew(running, "a", "cpu") == "stop"


def test_reports_come_in_order_and_a_repeated_one_replaces(store):
    for step, loss in ((0, 3.0), (20, 1.0), (10, 2.0), (20, 0.9)):
        store.record("run", step, {"step": step, "loss": loss})
    assert [(row["step"], row["loss"]) for row in store.reports("run")] == [(0, 3.0), (10, 2.0), (20, 0.9)]
    assert [row["step"] for row in store.reports("run", after=10)] == [20]
    assert store.last_report("run")["step"] == 20


def test_the_newest_checkpoint_counts(store):
    store.save("run", 1, b"old")
    store.save("run", 2, b"new")
    assert store.checkpoint("run") == (2, b"new") and store.checkpoint_step("run") == 2
    assert store.checkpoint("other") is None and store.checkpoint_step("other") is None


def test_an_error_keeps_its_slots(store):
    id = store.submit(CONFIG, "me")
    store.claim("a")
    store.finish(id, "a", "failed", InputError("input.no_device", device="cuda", available="cpu"))
    error = store.get(id).error
    assert error.key == "input.no_device" and error.slots == {"device": "cuda", "available": "cpu"}
