"""Where runs are kept: the database's place, its tables, and what it says when it cannot be read or written."""

import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    text,
)  # fmt: skip
from sqlalchemy.exc import SQLAlchemyError

from seq2seq.training.place import StoreError, address_of, said_without, store_name
from seq2seq.training.storefile import Identity, StoreFile

PATIENCE = 10.0  # seconds to wait for another program that writes
PROBE = 16_384  # bytes that must have room, if anything is to be written

metadata = MetaData()
runs = Table(
    "runs", metadata,
    Column("id", String, primary_key=True),
    Column("owner", String, nullable=False, index=True),
    Column("created", Float, nullable=False),
    Column("config", Text, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("stop", Integer, nullable=False, default=0),  # 1: someone asked it to stop
    Column("worker", String),
    Column("lease", Float),  # time until which the worker holds it
    Column("device", String),
    Column("error", Text),
    Column("pause", Integer),  # 1: someone asked it to pause
    Column("lost_at", Float),  # when a worker that held it was last heard before it died
    Column("lost_step", Integer),  # the update its checkpoint was at then
    Column("losses", Integer),  # workers that died on it, one after another, at that update
    Column("lost_why", String),  # "memory", "silence": what is known of how the last one died
    Column("trouble", Text),  # what keeps its worker from writing down more than that it lives
    Column("moved", Float),  # when it last moved on: it was put in the queue, taken, or reported of
)  # fmt: skip
reports = Table(
    "reports", metadata,
    Column("run", String, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)  # fmt: skip
checkpoints = Table(
    "checkpoints", metadata,
    Column("run", String, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)  # fmt: skip
snapshots = Table(
    "snapshots", metadata,
    Column("run", String, primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("part", String, primary_key=True),  # which part of the model: see snapshots.py
    Column("data", LargeBinary, nullable=False),
)  # fmt: skip

_in_this_process: "WeakSet[Database]" = WeakSet()


class Database:
    """One database URL, its tables made or brought up to date; safe to use from many processes at once.

    A file that was deleted or replaced meanwhile is noticed before and after each transaction, in every process: what
    would have gone into the lost file raises StoreError, and the next transaction finds the file that is there now,
    with tables made anew where there are none.

    Raises: StoreError, here and within `transaction`, if it cannot be used.
    """

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self.url = address_of(url)
        self.name = store_name(self.url)  # never with a user's name or password
        self.opening = threading.Lock()
        self.file: StoreFile | None = None
        self.opened: Identity | None = None
        with self.one_sentence():
            self.engine = create_engine(self.url)
            if self.engine.dialect.name == "sqlite":
                self.file = StoreFile.of(Path(self.engine.url.database or ""))
                event.listen(self.engine, "commit", _mark_log)
                _in_this_process.add(self)
                event.listen(self.engine, "connect", lambda connection, _: _make_sqlite_share(connection, patience))
            self._open()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All of it is written, or nothing."""
        with self.one_sentence():
            if self._moved():
                self._open()
            with self.engine.begin() as connection:
                yield connection
        if self._moved():  # it went into a file that nobody will open again
            raise StoreError("input.store_replaced", store=self.name)

    def trouble(self) -> StoreError | None:
        """What keeps anybody from writing here now; found by writing something, and taking it back."""
        probe = {"run": "", "step": 0, "part": ""}
        try:
            with self.transaction() as connection:
                connection.execute(delete(snapshots).where(snapshots.c.run == ""))
                connection.execute(insert(snapshots).values(**probe, data=bytes(PROBE)))
                connection.execute(delete(snapshots).where(snapshots.c.run == ""))
        except StoreError as error:
            return error
        return None

    def _open(self) -> None:
        with self.opening:
            if self.opened and not self._moved():
                return  # another thread was faster
            if self.file:
                if self.opened:
                    with self.file.left_alone():
                        for each in list(_in_this_process):  # SQLite shares a file's log among all connections here
                            if each.file is self.file:
                                each.engine.dispose()
                self.file.drop_foreign_log()
            _bring_up_to_date(self.engine)
            self.opened = self.file.identity() if self.file else ()

    def _moved(self) -> bool:
        """Whether the store's file is no longer the one that was opened."""
        return self.file is not None and self.file.identity() != self.opened

    @contextmanager
    def one_sentence(self) -> Iterator[None]:
        """What a database says in its own words, in ours: this is the only place that knows both."""
        try:
            yield
        except (SQLAlchemyError, ImportError) as error:  # ImportError: the URL's driver is not installed
            key, said = _key(str(getattr(error, "orig", None) or error)), said_without(self.url, error)
            if key == "input.store_damaged":
                self.opened = None  # once it is mended, it is opened again
            cause = error if self.file else None  # an error of a server may tell what it was called by
            raise StoreError(key, store=self.name, error=said) from cause


def _make_sqlite_share(connection: Any, patience: float) -> None:
    """Readers do not wait for the writer, and a second writer waits its turn instead of failing."""
    connection.execute(f"PRAGMA busy_timeout = {int(1000 * patience)}")
    connection.execute("PRAGMA synchronous = NORMAL")
    deadline = time.monotonic() + patience
    while True:
        try:
            if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
                _mark(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:  # when many open a new database at once, SQLite does not wait here
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _mark(connection: Any) -> None:
    """Give a new, empty file a number that no other store has; of many that open it at once, one does."""
    connection.execute("BEGIN IMMEDIATE")  # from here on the file has a first page
    held = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "schema_version")]
    if held == [0, 0]:
        connection.execute(f"PRAGMA application_id = {1 + secrets.randbelow(2**31 - 1)}")
    connection.execute("COMMIT")


def _mark_log(connection: Connection) -> None:
    """Have all that is written carry the file's number: a log is then known by whatever stands in it."""
    if connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
        mark = connection.exec_driver_sql("PRAGMA application_id").scalar()
        connection.exec_driver_sql(f"PRAGMA application_id = {mark}")


def _bring_up_to_date(engine: Engine) -> None:
    """Make the tables; give those of an earlier version the columns that came later (all of them may be empty)."""
    try:
        metadata.create_all(engine)
        there = {column["name"] for column in inspect(engine).get_columns(runs.name)}
        for column in runs.columns:
            if column.name not in there:
                with engine.begin() as connection:
                    kind = column.type.compile(engine.dialect)
                    connection.execute(text(f"ALTER TABLE {runs.name} ADD COLUMN {column.name} {kind}"))
    except SQLAlchemyError as error:
        if not any(words in str(error) for words in ("already exists", "duplicate column")):
            raise
        _bring_up_to_date(engine)  # another process was faster: look again at what is left to do


def _key(said: str) -> str:
    if "database is locked" in said or "table is locked" in said:
        return "input.store_locked"
    if "disk is full" in said:
        return "input.store_full"
    if "not a database" in said or "malformed" in said:
        return "input.store_damaged"
    return "input.store_closed"
