"""Workers that live and do nothing: they are ended and replaced, and nobody who only waits, sleeps or starves is."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from seq2seq.tasks import InputError
from seq2seq.training import checkpoint, leases  # fmt: skip
from seq2seq.training import pool as pool_module
from seq2seq.training import store as store_module
from seq2seq.training import worker as worker_module
from seq2seq.training.memory import is_out_of_memory
from seq2seq.training.place import StoreError
from seq2seq.training.pool import Worker, WorkerPool
from seq2seq.training.store import RunStore
from seq2seq.training.worker import CRASHES, DIED, Heartbeat, train_claimed
from tests.training.trouble import SMALL


def wait_until(true, seconds=60):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


PULSE = "import os, sys, threading, time\ndef go():\n while True: os.write(1, b'.'); time.sleep(0.05)\n"
PROGRAMS = {  # what takes a worker's place here: quicker to start
    "lives": PULSE + "threading.Thread(target=go, daemon=True).start(); sys.stdin.read()",
    "mute": "import sys; sys.stdin.read()",
    "falls silent": "import os, sys; os.write(1, b'.'); sys.stdin.read()",
    "deaf": PULSE + "go()",
}


@pytest.fixture
def programs(monkeypatch):
    """programs(name, …): what the workers of a pool run, in the order they start; the last for all that come after."""
    begin, given = subprocess.Popen, []

    def start(command, **settings):
        program = given.pop(0) if len(given) > 1 else given[0]
        return begin([sys.executable, "-c", PROGRAMS[program]], **settings)

    monkeypatch.setattr(pool_module.subprocess, "Popen", start)
    monkeypatch.setattr(pool_module, "SECONDS_BETWEEN_CHECKS", 0.1)
    monkeypatch.setattr(pool_module, "SILENT", 1.5)
    return given.extend


class TestSilentWorker:
    @pytest.mark.parametrize("kind", ["stopped", "falls silent"])
    def test_it_is_ended_and_replaced_and_its_run_is_free(self, kind, programs):
        store = RunStore()
        programs(["lives" if kind == "stopped" else kind, "lives"])
        pool = WorkerPool(store, size=1).start()
        try:
            wait_until(lambda: pool.workers and pool.workers[0].spoken)
            (first,) = pool.workers
            run = store.submit(SMALL, "me", worker=first.name)
            if kind == "stopped":
                os.kill(first.program.pid, signal.SIGSTOP)
            wait_until(lambda: pool.workers and pool.workers[0] is not first and pool.workers[0].spoken)
            assert first.program.returncode == -signal.SIGKILL
            wait_until(lambda: store.get(run).state == "queued")
            assert store.get(run).lost_why == "silence"
        finally:
            pool.close()

    def test_one_that_was_asked_to_stop_stops(self, programs):
        store = RunStore()
        programs(["falls silent", "lives"])
        pool = WorkerPool(store, size=1).start()
        try:
            wait_until(lambda: pool.workers)
            run = store.submit(SMALL, "me", worker=pool.workers[0].name)
            store.ask_to_stop(run, "me")
            wait_until(lambda: store.get(run).state == "stopped")
        finally:
            pool.close()

    def test_one_that_is_still_starting_is_left_in_peace(self, programs, monkeypatch):
        programs(["mute"])
        pool = WorkerPool(RunStore(), size=1).start()
        try:
            wait_until(lambda: pool.workers)
            (first,) = pool.workers
            time.sleep(2.5)
            assert pool.workers == [first] and first.alive
            monkeypatch.setattr(pool_module, "STARTING", 1.0)
            wait_until(lambda: pool.workers != [first])
        finally:
            pool.close()

    def test_while_the_store_cannot_be_written_nobody_is_killed(self, programs, monkeypatch):
        """A lease says nothing then; the pulse does."""
        store = RunStore()
        programs(["lives"])
        pool = WorkerPool(store, size=1).start()
        try:
            wait_until(lambda: pool.workers)
            (first,) = pool.workers
            run = store.submit(SMALL, "me", worker=first.name)
            with store.transaction() as connection:
                connection.exec_driver_sql("UPDATE runs SET lease = 1.0")
            time.sleep(2.5)
            assert pool.workers == [first] and first.alive and store.get(run).state == "running"
        finally:
            pool.close()

    def test_a_server_that_slept_has_heard_nothing_and_kills_nobody(self, programs):
        programs(["falls silent"])
        pool = WorkerPool(RunStore(), size=1)
        pool.replace_dead()
        (first,) = pool.workers
        try:
            wait_until(lambda: first.spoken)
            first.heard -= 100
            pool.looked -= 100  # it has itself not looked for so long
            pool.replace_dead()
            assert first.alive
            first.heard -= 100
            pool.replace_dead()
            assert not first.alive and pool.workers != [first]
        finally:
            for worker in pool.workers:
                worker.kill()
                worker.close()


def test_a_real_worker_that_is_stopped_is_replaced_and_its_run_goes_on(monkeypatch):
    monkeypatch.setattr(pool_module, "SILENT", 6.0)
    store = RunStore()
    pool = WorkerPool(store, size=1).start()
    try:
        run = store.submit(replace(SMALL, training=replace(SMALL.training, steps=600)), "me")
        wait_until(lambda: store.get(run).device, 100)
        os.kill(pool.workers[0].program.pid, signal.SIGSTOP)
        wait_until(lambda: store.get(run).over, 100)
        assert store.get(run).state == "finished" and store.get(run).lost_why == "silence"
    finally:
        pool.close()


def test_the_first_sign_of_life_comes_when_it_is_warm():
    """Until then it may take STARTING seconds: on a busy machine torch warms up for longer than SILENT."""
    program = "import os, seq2seq.training.worker as worker\nworker.warm_up = lambda: os._exit(9)\nworker.main('w')"
    ended = subprocess.run([sys.executable, "-c", program], stdin=subprocess.DEVNULL, capture_output=True, timeout=110)
    assert ended.returncode == 9 and ended.stdout == b""


def test_a_heartbeat_that_dies_takes_its_worker_with_it():
    """A MemoryError in that thread left a worker that held its run for ever."""
    program = (
        "import seq2seq.training.worker as worker\n"
        "def fail(*_): raise MemoryError\n"
        "worker.warm_up = lambda: None\n"
        "worker.RunStore.renew = fail\n"
        "worker.main('w')"
    )
    RunStore().submit(replace(SMALL, training=replace(SMALL.training, steps=100_000)), "me")
    ends, keeps_open = os.pipe()
    ended = subprocess.run([sys.executable, "-c", program], stdin=ends, capture_output=True, timeout=110)
    os.close(keeps_open)
    assert ended.returncode == DIED and b"MemoryError" in ended.stderr


def test_a_run_that_does_not_move_falls_silent(monkeypatch):
    monkeypatch.setattr(worker_module, "HUNG", 0.3)
    monkeypatch.setattr(worker_module, "HEARTBEAT", 0.05)
    store, pulses = RunStore(), []
    run = store.submit(SMALL, "me", worker="w")
    with Heartbeat(store, run, "w", threading.Event(), lambda: pulses.append(1)) as heart:
        steps = iter(range(10**9))
        heart.step = lambda: next(steps)
        time.sleep(1.0)
        assert heart.thread.is_alive()
        heart.trouble, heart.step = StoreError("input.store_locked"), lambda: 7
        time.sleep(1.0)
        assert heart.thread.is_alive()  # it waits for the store, and hangs on nothing
        heart.trouble = None
        wait_until(lambda: not heart.thread.is_alive(), 5)
        count = len(pulses)
        time.sleep(0.3)
        assert len(pulses) == count


class TestSleep:
    def test_after_a_sleep_nobody_is_robbed_of_a_run(self, monkeypatch):
        store = RunStore()
        run = store.submit(SMALL, "me", worker="w")
        assert store.claim("other") is None
        wall = time.time
        monkeypatch.setattr(time, "time", lambda: wall() + 3600)  # the clock on the wall went on, no other did
        assert store.claim("other") is None and store.get(run).state == "running"
        assert store.renew(run, "w", "cpu") == "go on"

    def test_one_that_is_gone_all_the_same_is_found_out(self, monkeypatch):
        store = RunStore()
        run = store.submit(SMALL, "me", worker="w")
        wall = time.time
        monkeypatch.setattr(leases, "LEASE", 0.1)
        monkeypatch.setattr(time, "time", lambda: wall() + 3600)
        assert store.claim("other") is None
        time.sleep(0.2)
        assert store.claim("other").id == run


class TestDeath:
    @pytest.mark.parametrize(("kills", "why"), [((0, 1), "memory"), ((1, 1), None)])
    def test_the_kernel_is_blamed_only_where_it_counts_a_kill(self, kills, why, programs, monkeypatch):
        counted = iter(kills)
        monkeypatch.setattr(pool_module, "out_of_memory_kills", lambda: next(counted))
        programs(["lives"])
        worker = Worker(RunStore().url)
        os.kill(worker.program.pid, signal.SIGKILL)
        worker.program.wait()
        worker.close()
        assert worker.why() == why

    def test_the_third_time_it_is_said(self):
        store = RunStore()
        run = store.submit(SMALL, "me")
        for n in range(store_module.LOSSES):
            store.claim(f"w{n}")
            store.release(f"w{n}", "memory")
        assert store.get(run).error.key == "input.lost_to_memory"

    @pytest.mark.parametrize("error", [
        MemoryError(), RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), RuntimeError("MPS backend out of memory"),
        OSError(12, "Cannot allocate memory"),
    ], ids=str)  # fmt: skip
    def test_a_worker_without_memory_says_so_and_lives(self, error, monkeypatch):
        assert is_out_of_memory(error) and not is_out_of_memory(RuntimeError("shapes do not fit"))
        store = RunStore()

        def fail(*_):
            raise error

        run = store.get(store.submit(SMALL, "me", worker="w"))
        monkeypatch.setattr(worker_module.Trainer, "update", fail)
        assert train_claimed(store, run, "w", threading.Event()) == "failed"
        assert store.get(run.id).error.key == "input.out_of_memory"


@pytest.mark.parametrize(
    "problem", [kind for kind in CRASHES if kind is not MemoryError], ids=lambda kind: kind.__name__
)
def test_a_checkpoint_that_cannot_be_read_ends_the_run_and_not_the_worker(problem, monkeypatch):
    store = RunStore()
    run = store.get(store.submit(SMALL, "me", worker="w"))
    store.save(run.id, 5, b"x")

    def fail(_):
        raise problem("odd")

    monkeypatch.setattr(worker_module, "unpack", fail)
    assert train_claimed(store, run, "w", threading.Event()) == "failed"
    assert store.get(run.id).error.key == "input.damaged_checkpoint"


@pytest.mark.parametrize("facts", ["[]", "3", '{"step": "five", "seconds": 1}', '{"step": 5, "seconds": []}', "{}"])
def test_nor_does_one_whose_facts_are_odd(facts):
    import json

    import torch
    from safetensors.torch import save

    store = RunStore()
    run = store.get(store.submit(SMALL, "me", worker="w"))
    trainer = worker_module.Trainer(SMALL)
    tensors = {f"weights.{name}": tensor for name, tensor in trainer.model.state_dict().items()}
    assert checkpoint.unpack(save(tensors, {"facts": json.dumps({"step": 1, "seconds": 0.0})})).facts["step"] == 1
    store.save(run.id, 5, save(tensors | {"x": torch.zeros(1)}, {"facts": facts}))
    assert train_claimed(store, run, "w", threading.Event()) in ("failed", "finished")
    error = store.get(run.id).error
    assert error is None or isinstance(error, InputError)


class TestTrouble:
    def test_a_disk_that_takes_the_heartbeat_but_no_checkpoint_is_told_in_the_store(self, monkeypatch):
        """SQLite may not grow: what fits in the room there is, still goes in."""
        from sqlalchemy import event

        monkeypatch.setattr(worker_module, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
        monkeypatch.setattr(worker_module, "SECONDS_BETWEEN_TRIES", 0.1)
        store, closing = RunStore(), threading.Event()
        run = store.get(store.submit(SMALL, "me", worker="w"))

        def hold(connection, *_):
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")

        event.listen(store.database.engine, "checkout", hold)
        heard = []

        def look():
            wait_until(lambda: store.get(run.id).trouble, 30)
            heard.append((store.get(run.id).trouble.key, store.get(run.id).lease > time.time()))
            event.remove(store.database.engine, "checkout", hold)
            with store.transaction() as connection:
                connection.exec_driver_sql("PRAGMA max_page_count = 1000000")

        looking = threading.Thread(target=look)
        looking.start()
        assert train_claimed(store, run, "w", closing) == "finished"
        looking.join()
        assert heard == [("input.store_full", True)]
        assert store.get(run.id).trouble is None and store.checkpoint_step(run.id) == 12

    def test_a_store_that_nobody_can_write_is_found_out(self):
        from tests.training.trouble import full, locked

        store = RunStore(patience=0.1)
        assert store.database.trouble() is None
        with full(store):
            assert store.database.trouble().key == "input.store_full"
        with locked(store):
            assert store.database.trouble().key == "input.store_locked"
        assert store.database.trouble() is None and store.recent() == []
