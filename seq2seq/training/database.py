"""Where runs are kept: the database's place, its tables, and what it says when it cannot be read or written."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs
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
    event,
    inspect,
    text,
)  # fmt: skip
from sqlalchemy.exc import SQLAlchemyError

from seq2seq.tasks import InputError

PATIENCE = 10.0  # seconds to wait for another program that writes

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


class StoreError(InputError):
    """The store cannot be read or written now; nothing in it has changed."""


def studio_home() -> Path:
    """The folder that holds runs, made if need be; SEQ2SEQ_HOME, or the platform's place for a user's data.

    Raises: StoreError if there can be no such folder.
    """
    home = Path(os.environ.get("SEQ2SEQ_HOME") or platformdirs.user_data_dir("seq2seq-studio"))
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError("input.store_closed", store=home, error=error.strerror) from error
    return home


def default_url() -> str:
    """The store of this user on this machine, or SEQ2SEQ_STORE."""
    return os.environ.get("SEQ2SEQ_STORE") or f"sqlite:///{studio_home() / 'runs.db'}"


class Database:
    """One database URL, its tables made or brought up to date; safe to use from many processes at once.

    Raises: StoreError, here and within `transaction`, if it cannot be used.
    """

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self.name = url.split("@")[-1]  # without name and password
        with self.one_sentence():
            self.engine = create_engine(url)
            if self.engine.dialect.name == "sqlite":
                self.name = self.engine.url.database or self.name
                event.listen(self.engine, "connect", lambda connection, _: _make_sqlite_share(connection, patience))
            _bring_up_to_date(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All of it is written, or nothing."""
        with self.one_sentence(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def one_sentence(self) -> Iterator[None]:
        """What a database says in its own words, in ours: this is the only place that knows both."""
        try:
            yield
        except (SQLAlchemyError, ImportError) as error:  # ImportError: the URL's driver is not installed
            said = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StoreError(_key(said), store=self.name, error=said) from error


def _make_sqlite_share(connection: Any, patience: float) -> None:
    """Readers do not wait for the writer, and a second writer waits its turn instead of failing."""
    connection.execute(f"PRAGMA busy_timeout = {int(1000 * patience)}")
    connection.execute("PRAGMA synchronous = NORMAL")
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:  # when many open a new database at once, SQLite does not wait here
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


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
