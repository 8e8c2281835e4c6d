"""Where runs are kept: the database's place, its tables, and what it says when it cannot be read or written."""

import os
import secrets
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any
from weakref import WeakSet

from filelock import FileLock
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

PATIENCE = 10.0  # seconds to wait for another program that writes
PROBE = 16_384  # bytes that must have room, if anything is to be written
MARK = 68  # where in a SQLite file the number lies that says whose file it is

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


_databases: "WeakSet[Database]" = WeakSet()  # of this program, those that are files


class Database:
    """One database URL, its tables made or brought up to date; safe to use from many processes at once.

    A file that was deleted or replaced meanwhile is noticed before and after each transaction, in every process: what
    would have gone into the lost file raises StoreError, and the next transaction finds the file that is there now,
    with tables made anew where there are none. Not noticed is an older copy of the very same store, written over it
    in place while it is used, which SQLite forbids.

    Raises: StoreError, here and within `transaction`, if it cannot be used.
    """

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self.url = address_of(url)
        self.name = store_name(self.url)  # never with a user's name or password
        self.opening = threading.Lock()
        self.file: Path | None = None
        self.opened: tuple[int, ...] | None = None
        self.log: int | None = None  # the inode of SQLite's write-ahead log
        with self.one_sentence():
            self.engine = create_engine(self.url)
            if self.engine.dialect.name == "sqlite":
                self.file = Path(self.engine.url.database or "")
                event.listen(self.engine, "connect", lambda connection, _: _make_sqlite_share(connection, patience))
                _databases.add(self)
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
        with self.opening, self._alone():
            if self.opened and not self._moved():
                return  # another thread was faster
            if self.file and self.opened:
                self._leave(self.file)
            _bring_up_to_date(self.engine)
            self.opened = self._identity()
            self.log = _inode(_log_of(self.file)) if self.file else None

    def _leave(self, file: Path) -> None:
        """Let go of the lost file, and of the log it left behind: SQLite would write that into the new one.

        One that was overwritten in place is first given a place of its own on the disk: SQLite, in whatever program
        still has the lost one open, then knows it for another, and writes nothing more into it.
        """
        left = self.log is not None and self.log == _inode(_log_of(file))
        there = self._identity()
        if there and self.opened and there[:2] == self.opened[:2]:
            with suppress(OSError):
                copy = Path(shutil.copyfile(file, file.with_name(f"{file.name}.{secrets.token_hex(4)}")))
                copy.replace(file)
        for database in [each for each in _databases if each.file == file]:
            database.engine.dispose()  # within one program SQLite shares what it knows of a file
        if left:
            for name in (_log_of(file), file.with_name(f"{file.name}-shm")):
                with suppress(OSError):
                    name.unlink(missing_ok=True)

    def _alone(self) -> AbstractContextManager[object]:
        """Of all programs that find their file replaced, one at a time looks what the lost one left behind."""
        return FileLock(f"{self.file}.lock") if self.file and self.opened else nullcontext()

    def _moved(self) -> bool:
        """Whether the store's file is no longer the one that was opened."""
        return self.file is not None and self._identity() != self.opened

    def _identity(self) -> tuple[int, ...] | None:
        """What tells the file from any other: where it lies on the disk, and the number that its first page bears."""
        return _identity(self.file) if self.file else None

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


_held: dict[tuple[int, int], int] = {}


def _identity(file: Path) -> tuple[int, ...]:
    """A file's device and inode, and the number that its first page bears; nothing where there is no file.

    It is read through a descriptor that is never closed: closing any descriptor of a file gives up all locks that this
    program has on it, those of SQLite too; and while it is open, no other file can get the same inode.
    """
    try:
        state = file.stat()
        key = (state.st_dev, state.st_ino)
        if not hasattr(os, "pread"):  # Windows, where a file in use can be neither deleted nor replaced
            return key
        if key not in _held:
            descriptor = os.open(file, os.O_RDONLY)
            state = os.fstat(descriptor)  # if it was replaced since, its own
            key = (state.st_dev, state.st_ino)
            _held.setdefault(key, descriptor)
        return (*key, int.from_bytes(os.pread(_held[key], 4, MARK), "big"))
    except OSError:
        return ()


def _log_of(file: Path) -> Path:
    return file.with_name(file.name + "-wal")


def _inode(file: Path) -> int | None:
    try:
        return file.stat().st_ino
    except OSError:
        return None


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
    connection.execute("BEGIN IMMEDIATE")  # from here on it has its first page
    if connection.execute("PRAGMA application_id").fetchone()[0] == 0:
        connection.execute(f"PRAGMA application_id = {1 + secrets.randbelow(2**31 - 1)}")
    connection.execute("COMMIT")


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
