"""The run store: nothing is trained twice, nothing finished is lost."""

import threading
import time

import pytest

from seq2seq.tasks import InputError, make_task
from seq2seq.training import store as store_module
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.store import RunStore
from tests.training.trouble import report

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
    store.ask_to_stop(waiting, "me")
    assert store.get(waiting).state == "stopped"
    store.claim("a")
    assert store.renew(running, "a", "cpu") == "go on"
    store.ask_to_stop(running, "me")
    assert store.renew(running, "a", "cpu") == "stop"


def test_pausing_and_resuming(store):
    waiting, running = store.submit(CONFIG, "me"), store.submit(CONFIG, "me")
    store.ask_to_pause(waiting, "me")
    assert store.get(waiting).state == "paused" and store.get(waiting).resting and not store.get(waiting).over
    assert store.claim("a").id == running and store.claim("b") is None  # the paused one just waits
    store.ask_to_pause(running, "me")
    assert store.get(running).state == "running" and store.renew(running, "a", "cpu") == "pause"
    store.finish(running, "a", "paused")
    assert store.claim("a") is None
    for id in (running, waiting):
        store.resume(id, "me")
    assert store.get(waiting).state == store.get(running).state == "queued"
    assert store.ahead(store.get(running)) == 1  # its place is what it was
    assert store.claim("a").id == waiting


def test_a_pause_can_be_taken_back_before_it_is_heard(store):
    run = store.submit(CONFIG, "me", worker="a")
    store.ask_to_pause(run, "me")
    store.resume(run, "me")
    assert store.renew(run, "a", "cpu") == "go on"


def test_what_was_asked_is_heeded_when_the_worker_gives_the_run_back(store):
    for ask, state in ((store.ask_to_pause, "paused"), (store.ask_to_stop, "stopped")):
        for leave in (lambda run: store.finish(run, "a", "queued"), lambda run: store.release("a")):
            run = store.submit(CONFIG, "me", worker="a")
            ask(run, "me")
            leave(run)
            assert store.get(run).state == state


def test_a_paused_run_can_be_stopped(store):
    run = store.submit(CONFIG, "me")
    store.ask_to_pause(run, "me")
    store.ask_to_stop(run, "me")
    assert store.get(run).state == "stopped"


def test_a_dead_workers_run_is_free_at_once(store):
    mine, other = (store.submit(CONFIG, "me", worker=worker) for worker in ("dead", "alive"))
    store.save(mine, 2, b"weights")
    store.release("dead")
    run = store.get(mine)
    assert run.state == "queued" and run.lost_step == 2 and abs(run.lost_at - time.time()) < 2
    assert store.get(other).state == "running" and store.get(other).lost_at is None
    assert store.claim("next").id == mine
    store.release("dead")  # said twice: it is another's now
    assert store.get(mine).state == "running"


def test_a_run_that_kills_its_workers_fails_after_three_without_progress(store):
    run = store.submit(CONFIG, "me")
    for n, step in enumerate((1, 1, 2, 2)):  # the third got further: it counts anew
        store.save(run, step, b"")
        assert store.claim(f"worker {n}").id == run
        store.release(f"worker {n}")
    assert store.claim("last").id == run
    store.release("last")
    failed = store.get(run)
    assert failed.state == "failed" and failed.error.key == "input.lost" and failed.error.slots == {"n": 3, "step": 2}
    assert store.claim("another") is None


def test_a_worker_that_lost_its_run_writes_nothing_more(store):
    run = store.submit(CONFIG, "me", worker="old")
    assert store.save(run, 1, b"first", "old") and store.record(run, 1, report(1), "old")
    store.release("old")
    store.claim("new")
    store.save(run, 2, b"further", "new")
    assert not store.save(run, 1, b"late", "old") and not store.record(run, 1, report(1, loss=9.0), "old")
    assert store.checkpoint(run) == (2, b"further") and store.last_report(run) == report(1)


def test_reports_come_in_order_and_a_repeated_one_replaces(store):
    for step, loss in ((0, 3.0), (20, 1.0), (10, 2.0), (20, 0.9)):
        store.record("run", step, report(step, loss=loss))
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
