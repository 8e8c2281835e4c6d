"""A store in trouble, and a run that is quickly done."""

import sqlite3
from contextlib import contextmanager

from sqlalchemy import event

from seq2seq.models.config import RecurrentConfig
from seq2seq.tasks import make_task
from seq2seq.training.config import RunConfig, TrainingConfig

SMALL = RunConfig(
    make_task({"name": "reverse"}), RecurrentConfig(hidden=12, embedding=8),
    TrainingConfig(steps=12, until=None, batch=8, device="cpu"),
)  # fmt: skip


@contextmanager
def locked(store, alone=False):
    """Another program writes; alone: nobody else may even read."""
    other = sqlite3.connect(store.database.name, check_same_thread=False)
    if alone:
        store.database.engine.dispose()  # SQLite grants it only where no other connection is open
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@contextmanager
def full(store):
    """No more can be written to the disk."""

    def refuse(connection, cursor, statement, *_):
        if not statement.startswith(("SELECT", "PRAGMA")):
            raise sqlite3.OperationalError("database or disk is full")

    event.listen(store.database.engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(store.database.engine, "before_cursor_execute", refuse)


def report(step, **more):
    """A report as a run without attention makes it, as plain values."""
    whole = {
        "step": step, "seconds": 1.0, "train_loss": 2.0 if step else None, "loss": 2.0, "token_accuracy": 0.5,
        "exact_match": 0.25, "n": 200, "tokens": 1000, "right_tokens": 500, "right": 50, "batches": 10,
        "tokens_per_second": 100.0, "samples": [{"source": "ab", "target": "ba", "output": "bb"}],
        "probe": {"source": ["a"], "output": ["a"], "scores": None, "weights": None}, "done": False,
    }  # fmt: skip
    return whole | more
