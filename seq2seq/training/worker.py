"""The worker: a program that takes runs from a store and trains them, one after another.

    python -m seq2seq.training.worker [NAME]

It talks only through the store that SEQ2SEQ_STORE names, and ends when its standard input closes: no server, no worker.
Whoever starts it may name it, to be able to tell the store at once if it dies; it then says through its standard
output, at least once a second, that it lives.
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
from seq2seq.training.device import share_the_machine
from seq2seq.training.memory import is_out_of_memory
from seq2seq.training.place import StoreError
from seq2seq.training.records import RunRecord, RunState
from seq2seq.training.reports import Report
from seq2seq.training.snapshots import EMBEDDINGS, LARGEST, is_kept, pack_tables
from seq2seq.training.store import RunStore, Verdict
from seq2seq.training.trainer import Diverged, Trainer
from seq2seq.words import say_error

NICE = 10  # the pages come first
POLL, HEARTBEAT, SECONDS_BETWEEN_CHECKPOINTS, SECONDS_BETWEEN_TRIES = 0.1, 0.5, 2.0, 1.0
HUNG = 600.0  # seconds in which not one update was made: the largest that can be asked for takes a minute or two
DIED = 70  # exit status of a worker one of whose threads died
CRASHES = (RuntimeError, MemoryError, OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
ENDS: dict[Verdict, RunState] = {"stop": "stopped", "pause": "paused"}

Result = TypeVar("Result")
Tell = Callable[[StoreError | None], None]


class Closing(Exception):
    """The program must end, and could not write: whoever takes the run next goes on from its last checkpoint."""


def insist(act: Callable[[], Result], closing: threading.Event, tell: Tell = lambda trouble: None) -> Result:
    """Do it; a store that is full, locked or away is told of once and tried again, until this program must end.

    tell: hears of the trouble, and that it is over.
    """
    told: object = None
    while True:
        try:
            done = act()
        except StoreError as error:
            if error.key != told:
                print(f"seq2seq: {say_error(error)}", file=sys.stderr, flush=True)
            told = error.key
            tell(error)
            if closing.wait(SECONDS_BETWEEN_TRIES):
                raise Closing from error
        else:
            if told:
                tell(None)
            return done


def say_nothing() -> None:
    """Nobody listens."""


class Heartbeat:
    """Renews the lease from its own thread, however long a step takes, and hears what the run should do.

    It says each time that the worker lives. It falls silent where the run itself has not moved for HUNG seconds: the
    thread that trains then hangs on something, and only ending the program helps.
    """

    def __init__(
        self, store: RunStore, run: str, worker: str, closing: threading.Event, pulse: Callable[[], None] = say_nothing
    ) -> None:
        self.store, self.run, self.worker, self.closing, self.pulse = store, run, worker, closing, pulse
        self.device: str | None = None
        self.verdict: Verdict = "go on"
        self.trouble: StoreError | None = None  # what keeps the thread that trains from writing
        self.step: Callable[[], int] = lambda: -1  # the update the run is at
        self.moved, self.at = time.monotonic(), -1
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.beat, daemon=True)

    def beat(self) -> None:
        while not self.over.is_set() and self.verdict != "lost":
            if self.step() != self.at or self.trouble:
                self.at, self.moved = self.step(), time.monotonic()
            if time.monotonic() - self.moved > HUNG:
                return
            self.pulse()
            self.renew()
            self.over.wait(HEARTBEAT)
        while not self.over.wait(HEARTBEAT):  # the run is another's now; this program lives all the same
            self.pulse()

    def renew(self) -> None:
        with suppress(StoreError):  # whoever trains will meet it too, and say so
            self.verdict = self.store.renew(self.run, self.worker, self.device, self.trouble)

    def tell(self, trouble: StoreError | None) -> None:
        self.trouble = trouble

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
    pulse: Callable[[], None] = say_nothing,
) -> RunState:
    """Train a run that this worker holds, from its last checkpoint if it has one; returns how it ended.

    Whatever a run or its checkpoint does wrong ends that run with a sentence, and not the worker.

    Args: closing, set when this program must end: the run then goes back to the queue; watch sees every report; pulse
    is called twice a second while the run goes on.
    """
    state: RunState = "failed"
    error: InputError | None = None
    try:
        with Heartbeat(store, run.id, worker, closing, pulse) as heart:
            saved = insist(partial(store.checkpoint, run.id), closing, heart.tell)
            trainer = _begin(run.config, saved[1] if saved else None)
            heart.device, heart.step = trainer.device.type, lambda: trainer.step
            heart.renew()
            state = _train(store, trainer, heart, watch)
    except Diverged as problem:
        error = problem
        insist(partial(store.save, run.id, *problem.good, worker), closing)
    except InputError as problem:
        error = problem
    except CRASHES as problem:
        error = say_crash(problem)
    insist(partial(store.finish, run.id, worker, state, error), closing, lambda _: pulse())
    return state


def _begin(config: RunConfig, saved: bytes | None) -> Trainer:
    """The run as it was saved.

    Raises: InputError if what was saved cannot be used, however it is damaged.
    """
    if saved is None:
        return Trainer(config)
    try:
        return Trainer(config, unpack(saved))
    except CRASHES as problem:
        if isinstance(problem, InputError) or is_out_of_memory(problem):
            raise
        raise InputError("input.damaged_checkpoint") from problem


def say_crash(problem: BaseException) -> InputError:
    """What broke off a training, in a sentence."""
    if is_out_of_memory(problem):
        return InputError("input.out_of_memory")
    first = str(problem).strip().partition("\n")[0]
    return InputError("input.crashed", error=f"{type(problem).__name__}: {first}")


def _train(store: RunStore, trainer: Trainer, heart: Heartbeat, watch: Callable[[Report], None]) -> RunState:
    run, worker, closing = heart.run, heart.worker, heart.closing
    saved = time.monotonic()
    for report in trainer.run():
        if not insist(partial(store.record, run, report.step, report.to_dict(), worker), closing, heart.tell):
            return "running"  # another worker has it; nothing more is ours to write
        if is_kept(report.step):
            tables = pack_tables(trainer.embeddings())
            if len(tables) <= LARGEST:
                insist(partial(store.keep, run, report.step, EMBEDDINGS, tables, worker), closing, heart.tell)
        watch(report)
        end: RunState | None = "finished" if report.done else ENDS.get(heart.verdict)
        end = end or ("queued" if closing.is_set() else None)
        if end or time.monotonic() - saved > SECONDS_BETWEEN_CHECKPOINTS:
            insist(partial(store.save, run, *trainer.good, worker), closing, heart.tell)
            saved = time.monotonic()
        if end:
            return end
    return "finished"


def warm_up() -> None:
    """Make torch load what it loads late, so that the first run starts at once."""
    tiny = RunConfig(make_task({"name": "reverse"}), training=TrainingConfig(steps=1, batch=2, device="cpu"))
    for _ in Trainer(tiny).run():
        pass


def end_with_thread(args: threading.ExceptHookArgs) -> None:
    """A thread that dies takes the worker with it: without it the worker would only seem to live."""
    try:
        threading.__excepthook__(args)
    finally:
        os._exit(DIED)


def main(name: str | None = None) -> None:
    """Work until standard input closes."""
    closing = threading.Event()
    threading.excepthook = end_with_thread

    def wait_for_end() -> None:
        sys.stdin.read()
        closing.set()

    def pulse() -> None:
        if name:
            with suppress(OSError):  # whoever listened is gone: standard input closes too
                os.write(sys.stdout.fileno(), b".")

    threading.Thread(target=wait_for_end, daemon=True).start()
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
    share_the_machine()
    warm_up()  # before the first sign of life: on a busy machine it may take long, and its start may, too
    worker = name or f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    with suppress(Closing):
        store = insist(RunStore, closing, lambda _: pulse())
        while not closing.is_set():
            pulse()
            if run := insist(partial(store.claim, worker), closing, lambda _: pulse()):
                train_claimed(store, run, worker, closing, pulse=pulse)
            else:
                closing.wait(POLL)


if __name__ == "__main__":
    main(*sys.argv[1:])
