"""Workers: what they hold they train, what they give back another goes on with, bit for bit."""

import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest
import torch

from seq2seq.models.config import RecurrentConfig
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import make_task
from seq2seq.training.checkpoint import unpack
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.device import available_devices
from seq2seq.training.executor import LocalExecutor
from seq2seq.training.pool import WorkerPool
from seq2seq.training.store import RunStore
from seq2seq.training.trainer import Trainer
from seq2seq.training.worker import HEARTBEAT, train_claimed

REVERSE = make_task({"name": "reverse"})
SMALL = RunConfig(
    REVERSE, RecurrentConfig(hidden=12, embedding=8), TrainingConfig(steps=12, until=None, batch=8, device="cpu")
)


def test_a_claimed_run_is_trained_and_kept():
    store = RunStore()
    run = store.get(store.submit(SMALL, "me", worker="w"))
    seen = []
    assert train_claimed(store, run, "w", threading.Event(), seen.append) == "finished"
    assert [report.step for report in seen] == [row["step"] for row in store.reports(run.id)] == [0, 10, 12]
    assert store.checkpoint_step(run.id) == 12 and store.get(run.id).state == "finished"
    assert load_trained(run.id, store).step == 12


def test_a_run_asked_to_stop_keeps_what_it_learnt():
    store = RunStore()
    config = replace(SMALL, training=replace(SMALL.training, steps=100_000))
    run = store.get(store.submit(config, "me", worker="w"))

    def stop_soon(report):
        if report.step >= 10:
            store.ask_to_stop(run.id, "me")

    assert train_claimed(store, run, "w", threading.Event(), stop_soon) == "stopped"
    assert store.checkpoint_step(run.id) >= 10


def test_a_paused_and_resumed_run_is_the_run_that_was_never_paused(monkeypatch):
    """Bit for bit: weights, optimiser, and what every report says but its times."""
    monkeypatch.setattr(Trainer.run, "__defaults__", (1e9,))  # on a busy machine some would come between the milestones
    store, ended = RunStore(), {}
    config = replace(SMALL, training=replace(SMALL.training, steps=60))
    for pauses in ((), (10, 40)):
        run = store.get(store.submit(config, "me"))
        for at in pauses:

            def pause_at(report, at=at, run=run):
                if report.step == at:
                    store.ask_to_pause(run.id, "me")
                    time.sleep(2 * HEARTBEAT)

            assert train_claimed(store, store.claim("w"), "w", threading.Event(), pause_at) == "paused"
            assert store.get(run.id).state == "paused" and store.checkpoint_step(run.id) == at
            assert load_trained(run.id, store).step == at  # it can be looked at meanwhile
            store.resume(run.id, "me")
        assert train_claimed(store, store.claim("v"), "v", threading.Event()) == "finished"
        ended[bool(pauses)] = unpack(store.checkpoint(run.id)[1]), store.reports(run.id)
    (whole, told), (parts, retold) = ended[False], ended[True]
    torch.testing.assert_close(parts.weights, whole.weights, atol=0, rtol=0)
    torch.testing.assert_close(parts.optimiser, whole.optimiser, atol=0, rtol=0)
    for one, other in zip(told, retold, strict=True):
        for name in one.keys() - {"seconds", "tokens_per_second", "train_loss"}:
            assert one[name] == other[name], name


def test_a_closing_worker_gives_its_run_back_and_another_goes_on():
    store, closing = RunStore(), threading.Event()
    config = replace(SMALL, training=replace(SMALL.training, steps=40))
    run = store.get(store.submit(config, "me", worker="w"))
    assert train_claimed(store, run, "w", closing, lambda r: closing.set() if r.step == 20 else None) == "queued"
    again = store.claim("v")
    assert again.id == run.id and store.checkpoint_step(run.id) == 20
    assert train_claimed(store, again, "v", threading.Event()) == "finished"
    assert [row["step"] for row in store.reports(run.id)] == [0, 10, 20, 30, 40]


def test_a_run_that_cannot_be_done_says_why():
    store = RunStore()
    run = store.get(store.submit(SMALL.on("mps"), "me", worker="w"))
    if "mps" in available_devices():
        pytest.skip("this machine has it")
    assert train_claimed(store, run, "w", threading.Event()) == "failed"
    assert store.get(run.id).error.key == "input.no_device"


def test_a_damaged_checkpoint_fails_with_a_sentence():
    store = RunStore()
    run = store.get(store.submit(SMALL, "me", worker="w"))
    store.save(run.id, 5, b"not a checkpoint")
    assert train_claimed(store, run, "w", threading.Event()) == "failed"
    assert store.get(run.id).error.key == "input.damaged_checkpoint"


def test_the_pool_trains_and_ends():
    """The real thing: programs of their own, started, fed through the store, ended by a closed input."""
    store = RunStore()
    pool = WorkerPool(store, size=1).start()
    try:
        executor = LocalExecutor(store)
        id = executor.submit(SMALL, "me")
        deadline = time.monotonic() + 60
        while not executor.state(id).over and time.monotonic() < deadline:
            time.sleep(0.1)
        assert executor.state(id).state == "finished"
    finally:
        pool.close()
    assert all(worker.program.returncode == 0 for worker in pool.workers)


def test_a_second_server_starts_no_second_pool():
    store = RunStore()
    first = WorkerPool(store, size=1).start()
    second = WorkerPool(store, size=1).start()
    try:
        time.sleep(0.5)
        assert len(first.workers) + len(second.workers) == 1
    finally:
        second.close()
        first.close()


def test_a_worker_ends_when_its_server_is_gone():
    program = (
        "import sys; from seq2seq.training.pool import Worker; from seq2seq.training.store import RunStore;"
        "print(Worker(RunStore().url).program.pid); sys.stdout.flush(); import os; os._exit(9)"
    )
    server = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    pid, deadline = int(server.stdout), time.monotonic() + 30
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not _alive(pid)


def _alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
            return stat.read().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
