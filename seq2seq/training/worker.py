"""The worker: a program that takes runs from a store and trains them, one after another.

    python -m seq2seq.training.worker URL

It talks only through the store, and ends when its standard input closes: no server, no worker.
"""

import os
import sys
import threading
import time
import uuid
from collections.abc import Callable

from seq2seq.tasks import InputError, make_task
from seq2seq.training.checkpoint import unpack
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.device import share_the_machine
from seq2seq.training.store import RunRecord, RunState, RunStore
from seq2seq.training.trainer import Report, Trainer

POLL, HEARTBEAT, SECONDS_BETWEEN_CHECKPOINTS = 0.1, 0.5, 2.0


class Heartbeat:
    """Renews the lease from its own thread, however long a step takes, and listens for "stop"."""

    def __init__(self, store: RunStore, run: str, worker: str, device: str, closing: threading.Event) -> None:
        self.store, self.run, self.worker, self.device, self.closing = store, run, worker, device, closing
        self.verdict, self.over = "go on", threading.Event()
        self.thread = threading.Thread(target=self.beat, daemon=True)

    def beat(self) -> None:
        while not self.over.is_set() and self.verdict == "go on":
            self.verdict = self.store.renew(self.run, self.worker, self.device)
            self.over.wait(HEARTBEAT)

    def __enter__(self) -> "Heartbeat":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


def train_claimed(
    store: RunStore,
    run: RunRecord,
    worker: str,
    closing: threading.Event,
    watch: Callable[[Report], None] = lambda report: None,
) -> RunState:
    """Train a run that this worker holds, from its last checkpoint if it has one; returns how it ended.

    Args: closing, set when this program must end: the run then goes back to the queue; watch sees every report.
    """
    state: RunState = "failed"
    error: InputError | None = None
    try:
        saved = store.checkpoint(run.id)
        trainer = Trainer(run.config, unpack(saved[1]) if saved else None)
        with Heartbeat(store, run.id, worker, trainer.device.type, closing) as heart:
            state = _train(store, run, trainer, heart, watch)
    except InputError as problem:
        error = problem
    except (RuntimeError, MemoryError, OSError) as problem:
        error = InputError("input.crashed", error=f"{type(problem).__name__}: {problem}")
    store.finish(run.id, worker, state, error)
    return state


def _train(
    store: RunStore, run: RunRecord, trainer: Trainer, heart: Heartbeat, watch: Callable[[Report], None]
) -> RunState:
    saved = time.monotonic()
    for report in trainer.run():
        if heart.verdict == "lost":
            return "running"  # another worker has it; nothing more is ours to write
        store.record(run.id, report.step, report.to_dict())
        watch(report)
        leaving = heart.verdict == "stop" or heart.closing.is_set()
        if report.done or leaving or time.monotonic() - saved > SECONDS_BETWEEN_CHECKPOINTS:
            store.save(run.id, trainer.step, trainer.checkpoint())
            saved = time.monotonic()
        if report.done:
            return "finished"
        if heart.verdict == "stop":
            return "stopped"
        if heart.closing.is_set():
            return "queued"
    return "finished"


def warm_up() -> None:
    """Make torch load what it loads late, so that the first run starts at once."""
    tiny = RunConfig(make_task({"name": "reverse"}), training=TrainingConfig(steps=1, batch=2, device="cpu"))
    for _ in Trainer(tiny).run():
        pass


def main(url: str) -> None:
    """Work until standard input closes."""
    closing = threading.Event()

    def wait_for_end() -> None:
        sys.stdin.read()
        closing.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(10)
    share_the_machine()
    warm_up()
    store, worker = RunStore(url), f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    while not closing.is_set():
        run = store.claim(worker)
        if run is None:
            closing.wait(POLL)
        else:
            train_claimed(store, run, worker, closing)


if __name__ == "__main__":
    main(sys.argv[1])
