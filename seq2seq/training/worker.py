"""The worker: a program that takes runs from a store and trains them, one after another.

    python -m seq2seq.training.worker URL [NAME]

It talks only through the store, and ends when its standard input closes: no server, no worker. Whoever starts it may
name it, to be able to tell the store at once if it dies.
"""

import os
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from seq2seq.tasks import InputError, make_task
from seq2seq.training.checkpoint import unpack
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.database import StoreError
from seq2seq.training.device import share_the_machine
from seq2seq.training.records import RunRecord, RunState
from seq2seq.training.reports import Report
from seq2seq.training.snapshots import EMBEDDINGS, LARGEST, is_kept, pack_tables
from seq2seq.training.store import RunStore, Verdict
from seq2seq.training.trainer import Diverged, Trainer
from seq2seq.words import say_error

POLL, HEARTBEAT, SECONDS_BETWEEN_CHECKPOINTS, SECONDS_BETWEEN_TRIES = 0.1, 0.5, 2.0, 1.0
ENDS: dict[Verdict, RunState] = {"stop": "stopped", "pause": "paused"}

Result = TypeVar("Result")


class Closing(Exception):
    """The program must end, and could not write: whoever takes the run next goes on from its last checkpoint."""


def insist(act: Callable[[], Result], closing: threading.Event) -> Result:
    """Do it; a store that is full, locked or away is told of once and tried again, until this program must end."""
    told: object = None
    while True:
        try:
            return act()
        except StoreError as error:
            if error.key != told:
                print(f"seq2seq: {say_error(error)}", file=sys.stderr, flush=True)
            told = error.key
            if closing.wait(SECONDS_BETWEEN_TRIES):
                raise Closing from error


class Heartbeat:
    """Renews the lease from its own thread, however long a step takes, and hears what the run should do."""

    def __init__(self, store: RunStore, run: str, worker: str, closing: threading.Event) -> None:
        self.store, self.run, self.worker, self.closing = store, run, worker, closing
        self.device: str | None = None
        self.verdict: Verdict = "go on"
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.beat, daemon=True)

    def beat(self) -> None:
        while not self.over.is_set() and self.verdict != "lost":
            self.renew()
            self.over.wait(HEARTBEAT)

    def renew(self) -> None:
        with suppress(StoreError):  # whoever trains will meet it too, and say so
            self.verdict = self.store.renew(self.run, self.worker, self.device)

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
        with Heartbeat(store, run.id, worker, closing) as heart:
            saved = insist(partial(store.checkpoint, run.id), closing)
            trainer = Trainer(run.config, unpack(saved[1]) if saved else None)
            heart.device = trainer.device.type
            heart.renew()
            state = _train(store, trainer, heart, watch)
    except Diverged as problem:
        error = problem
        insist(partial(store.save, run.id, *problem.good, worker), closing)
    except InputError as problem:
        error = problem
    except (RuntimeError, MemoryError, OSError) as problem:
        error = InputError("input.crashed", error=f"{type(problem).__name__}: {problem}")
    insist(partial(store.finish, run.id, worker, state, error), closing)
    return state


def _train(store: RunStore, trainer: Trainer, heart: Heartbeat, watch: Callable[[Report], None]) -> RunState:
    run, worker, closing = heart.run, heart.worker, heart.closing
    saved = time.monotonic()
    for report in trainer.run():
        if not insist(partial(store.record, run, report.step, report.to_dict(), worker), closing):
            return "running"  # another worker has it; nothing more is ours to write
        if is_kept(report.step):
            tables = pack_tables(trainer.embeddings())
            if len(tables) <= LARGEST:
                insist(partial(store.keep, run, report.step, EMBEDDINGS, tables, worker), closing)
        watch(report)
        end: RunState | None = "finished" if report.done else ENDS.get(heart.verdict)
        end = end or ("queued" if closing.is_set() else None)
        if end or time.monotonic() - saved > SECONDS_BETWEEN_CHECKPOINTS:
            insist(partial(store.save, run, *trainer.good, worker), closing)
            saved = time.monotonic()
        if end:
            return end
    return "finished"


def warm_up() -> None:
    """Make torch load what it loads late, so that the first run starts at once."""
    tiny = RunConfig(make_task({"name": "reverse"}), training=TrainingConfig(steps=1, batch=2, device="cpu"))
    for _ in Trainer(tiny).run():
        pass


def main(url: str, name: str | None = None) -> None:
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
    worker = name or f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    with suppress(Closing):
        store = insist(partial(RunStore, url), closing)
        while not closing.is_set():
            if run := insist(partial(store.claim, worker), closing):
                train_claimed(store, run, worker, closing)
            else:
                closing.wait(POLL)


if __name__ == "__main__":
    main(*sys.argv[1:])
