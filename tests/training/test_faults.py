"""What goes wrong around a run: workers that are killed, two servers at once, a store that cannot be written."""

import os
import signal
import threading
import time
from dataclasses import replace

import pytest
import torch

from seq2seq.training import worker as worker_module
from seq2seq.training.checkpoint import unpack
from seq2seq.training.executor import LocalExecutor
from seq2seq.training.place import StoreError
from seq2seq.training.pool import WorkerPool
from seq2seq.training.store import RunStore
from seq2seq.training.worker import train_claimed
from tests.training.trouble import SMALL, full, locked


def steps(n):
    return replace(SMALL, training=replace(SMALL.training, steps=n))


def wait_until(true, seconds=60):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


class TestKilledWorker:
    def test_its_run_goes_on_with_another_worker_from_its_last_checkpoint(self, monkeypatch):
        """Noticed within about a second, and the result is that of a run nobody disturbed."""
        monkeypatch.setenv("OMP_NUM_THREADS", "1")
        store = RunStore()
        pool = WorkerPool(store, size=2).start()
        try:
            run = LocalExecutor(store).submit(steps(1500), "me")
            wait_until(lambda: (store.checkpoint_step(run) or 0) > 0)
            with store.transaction() as connection:
                name = connection.exec_driver_sql("SELECT worker FROM runs").scalar()
            (victim,) = [worker for worker in pool.workers if worker.name == name]
            saved, killed = store.checkpoint_step(run), time.monotonic()
            os.kill(victim.program.pid, signal.SIGKILL)
            wait_until(lambda: store.get(run).lost_at)
            assert time.monotonic() - killed < 5  # a look a second
            assert store.get(run).lost_step >= saved
            wait_until(lambda: store.get(run).over)
            assert store.get(run).state == "finished"
            wait_until(lambda: len(pool.workers) == 2 and victim not in pool.workers, 5)
        finally:
            pool.close()
        alone = store.submit(steps(1500), "me", worker="w")
        train_claimed(store, store.get(alone), "w", threading.Event())
        ended, undisturbed = (unpack(store.checkpoint(id)[1]).weights for id in (run, alone))
        torch.testing.assert_close(ended, undisturbed, atol=0, rtol=0)

    def test_the_pool_tries_again_when_the_store_cannot_be_told(self, monkeypatch):
        store = RunStore()
        pool = WorkerPool(store, size=1)
        told = iter([StoreError("input.store_full", store="x"), None])

        def release(name, why):
            if error := next(told):
                raise error

        monkeypatch.setattr(store, "release", release)
        pool.start()
        try:
            wait_until(lambda: pool.workers)
            (first,) = pool.workers
            first.program.kill()
            wait_until(lambda: first not in pool.workers, 10)
            assert len(pool.workers) == 1
        finally:
            pool.close()


def test_two_servers_on_one_store_train_no_run_twice(tmp_path):
    """Their homes differ, so both have workers: what keeps them apart is the claim."""
    store = RunStore(f"sqlite:///{tmp_path / 'shared.db'}")
    with store.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE claims (run TEXT, worker TEXT)")
        connection.exec_driver_sql(
            "CREATE TRIGGER claim AFTER UPDATE OF worker ON runs WHEN new.worker IS NOT old.worker"
            " AND new.worker IS NOT NULL BEGIN INSERT INTO claims VALUES (new.id, new.worker); END"
        )
    pools = [WorkerPool(RunStore(store.url), size=1, home=tmp_path / name).start() for name in ("one", "other")]
    try:
        long = [store.submit(steps(100_000), "me") for _ in range(2)]
        wait_until(lambda: all(store.checkpoint_step(run) for run in long))  # both at work
        short = [store.submit(SMALL, "me") for _ in range(4)]
        for run in long:
            store.ask_to_stop(run, "me")
        wait_until(lambda: all(run.over for run in store.recent()))
        with store.transaction() as connection:
            claims = connection.exec_driver_sql("SELECT run, worker FROM claims").all()
    finally:
        for pool in pools:
            pool.close()
    assert sorted(run for run, _ in claims) == sorted([*long, *short])
    assert {worker for run, worker in claims if run in long} == {pool.workers[0].name for pool in pools}


class TestPatientWorker:
    @pytest.mark.parametrize("trouble", [locked, full])
    def test_a_run_waits_for_the_store_and_goes_on(self, trouble, monkeypatch, capfd):
        monkeypatch.setattr(worker_module, "SECONDS_BETWEEN_TRIES", 0.1)
        store = RunStore(patience=0.1)
        run = store.get(store.submit(steps(40), "me", worker="w"))
        troubles = []

        def begin(report):
            if report.step == 20:
                troubles.append(trouble(store))
                troubles[0].__enter__()
                threading.Timer(1.0, lambda: troubles[0].__exit__(None, None, None)).start()

        assert train_claimed(store, run, "w", threading.Event(), begin) == "finished"
        assert [row["step"] for row in store.reports(run.id)] == [0, 10, 20, 30, 40]
        assert store.checkpoint_step(run.id) == 40
        assert capfd.readouterr().err.count("seq2seq: ") == 1  # said once, not at every try

    def test_a_worker_that_must_end_meanwhile_ends(self, monkeypatch):
        monkeypatch.setattr(worker_module, "SECONDS_BETWEEN_TRIES", 0.1)
        store, closing = RunStore(patience=0.1), threading.Event()
        run = store.get(store.submit(steps(40), "me", worker="w"))
        store.save(run.id, 0, b"")
        with full(store), pytest.raises(worker_module.Closing):
            closing.set()
            worker_module.insist(lambda: store.save(run.id, 1, b"", "w"), closing)
        assert store.checkpoint(run.id) == (0, b"")
