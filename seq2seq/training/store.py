"""The run store: what every run was asked to do, how far it is, and what can go on from there.

SQLite by default (WAL, so that pages read while workers write); any database SQLAlchemy knows, by its URL.
Workers, servers and the command line talk to each other only through it.
"""

import json
import os
import secrets
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import platformdirs
from sqlalchemy import (
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    and_,
    create_engine,
    delete,
    event,
    func,
    insert,
    or_,
    select,
    update,
)  # fmt: skip

from seq2seq.tasks import InputError
from seq2seq.training.config import RunConfig

RunState = Literal["queued", "running", "finished", "stopped", "failed"]
OVER = ("finished", "stopped", "failed")
LEASE = 10.0  # seconds a worker may be silent before its run counts as abandoned

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


@dataclass(frozen=True)
class RunRecord:
    """A run as the store knows it; times in seconds since the epoch."""

    id: str
    owner: str
    created: float
    config: RunConfig
    state: RunState
    stop: bool
    lease: float | None
    device: str | None
    error: InputError | None

    @property
    def over(self) -> bool:
        """Whether no more is to come."""
        return self.state in OVER


def studio_home() -> Path:
    """The folder that holds runs; SEQ2SEQ_HOME, or the platform's place for a user's data."""
    return Path(os.environ.get("SEQ2SEQ_HOME") or platformdirs.user_data_dir("seq2seq-studio"))


def default_url() -> str:
    """The store of this user on this machine, or SEQ2SEQ_STORE."""
    if url := os.environ.get("SEQ2SEQ_STORE"):
        return url
    studio_home().mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{studio_home() / 'runs.db'}"


class RunStore:
    """Runs, reports and checkpoints at one database URL; safe to use from many processes at once."""

    def __init__(self, url: str | None = None) -> None:
        self.url = url or default_url()
        self.engine = create_engine(self.url)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _make_sqlite_share)
        metadata.create_all(self.engine)

    # ---- for whoever asks for training

    def submit(self, config: RunConfig, owner: str, worker: str | None = None) -> str:
        """Queue a run; returns its id, which cannot be guessed. With `worker`, that worker holds it at once."""
        run, now = secrets.token_hex(6), time.time()
        row = {"id": run, "owner": owner, "created": now, "config": json.dumps(config.to_dict()), "stop": 0}
        row |= {"state": "running", "worker": worker, "lease": now + LEASE} if worker else {"state": "queued"}
        with self.engine.begin() as connection:
            connection.execute(insert(runs).values(**row))
        return run

    def ask_to_stop(self, run: str) -> None:
        """Ask the worker to stop; a run that has not begun stops at once."""
        with self.engine.begin() as connection:
            connection.execute(update(runs).where(runs.c.id == run).values(stop=1))
            waiting = and_(runs.c.id == run, runs.c.state == "queued")
            connection.execute(update(runs).where(waiting).values(state="stopped"))

    def get(self, run: str) -> RunRecord | None:
        """The run of this id."""
        with self.engine.connect() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run)).mappings().first()
        return _record(row) if row else None

    def recent(self, owner: str | None = None, limit: int = 50) -> list[RunRecord]:
        """Newest runs first; of one owner, or of all."""
        query = select(runs).order_by(runs.c.created.desc()).limit(limit)
        if owner is not None:
            query = query.where(runs.c.owner == owner)
        with self.engine.connect() as connection:
            return [_record(row) for row in connection.execute(query).mappings()]

    def ahead(self, run: RunRecord) -> int:
        """How many queued runs come before this one."""
        query = select(func.count()).where(runs.c.state == "queued", runs.c.created < run.created)
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def reports(self, run: str, after: int = -1) -> list[dict[str, Any]]:
        """Reports of a run, in order, those behind step `after` only."""
        query = select(reports.c.body).where(reports.c.run == run, reports.c.step > after).order_by(reports.c.step)
        with self.engine.connect() as connection:
            return [json.loads(body) for (body,) in connection.execute(query)]

    def last_report(self, run: str) -> dict[str, Any] | None:
        """The newest report of a run."""
        query = select(reports.c.body).where(reports.c.run == run).order_by(reports.c.step.desc()).limit(1)
        with self.engine.connect() as connection:
            body = connection.execute(query).scalar()
        return json.loads(body) if body else None

    def mean_rate(self, run: str) -> float:
        """Target tokens trained on per second, mean over the run's reports, each weighted by its updates."""
        rows = self.reports(run)
        steps = [after["step"] - before["step"] for before, after in pairwise(rows)]
        rates = [row["tokens_per_second"] for row in rows[1:]]
        return sum(n * rate for n, rate in zip(steps, rates, strict=True)) / max(sum(steps), 1)

    def checkpoint(self, run: str) -> tuple[int, bytes] | None:
        """The newest checkpoint of a run, with its step."""
        columns = (checkpoints.c.step, checkpoints.c.data)
        query = select(*columns).where(checkpoints.c.run == run).order_by(checkpoints.c.step.desc()).limit(1)
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return (row[0], row[1]) if row else None

    def checkpoint_step(self, run: str) -> int | None:
        """The step of the newest checkpoint of a run."""
        query = select(func.max(checkpoints.c.step)).where(checkpoints.c.run == run)
        with self.engine.connect() as connection:
            return connection.execute(query).scalar()

    # ---- for whoever trains

    def claim(self, worker: str) -> RunRecord | None:
        """Take the oldest run that waits, or that its worker abandoned."""
        now = time.time()
        free = or_(runs.c.state == "queued", and_(runs.c.state == "running", runs.c.lease < now))
        with self.engine.begin() as connection:
            query = select(runs.c.id).where(free).order_by(runs.c.created).limit(1)
            taken = connection.execute(query).scalar()
            if taken is None:
                return None
            values = {"state": "running", "worker": worker, "lease": now + LEASE}
            # "free" again: where a database lets two workers read before either writes, only one may take it
            done = connection.execute(update(runs).where(runs.c.id == taken, free).values(**values))
            if done.rowcount != 1:
                return None
            row = connection.execute(select(runs).where(runs.c.id == taken)).mappings().one()
        return _record(row)

    def renew(self, run: str, worker: str, device: str) -> Literal["go on", "stop", "lost"]:
        """Say that the worker lives: hold the run for another lease, and hear whether it should stop."""
        mine = and_(runs.c.id == run, runs.c.worker == worker, runs.c.state == "running")
        with self.engine.begin() as connection:
            held = connection.execute(update(runs).where(mine).values(lease=time.time() + LEASE, device=device))
            if held.rowcount != 1:
                return "lost"
            stop = connection.execute(select(runs.c.stop).where(runs.c.id == run)).scalar()
        return "stop" if stop else "go on"

    def record(self, run: str, step: int, body: dict[str, Any]) -> None:
        """Add a report; one that is there already (the run went on from before it) is replaced."""
        with self.engine.begin() as connection:
            connection.execute(delete(reports).where(reports.c.run == run, reports.c.step == step))
            connection.execute(insert(reports).values(run=run, step=step, body=json.dumps(body)))

    def save(self, run: str, step: int, data: bytes) -> None:
        """Add a checkpoint; older ones of the run go."""
        with self.engine.begin() as connection:
            connection.execute(delete(checkpoints).where(checkpoints.c.run == run))
            connection.execute(insert(checkpoints).values(run=run, step=step, data=data))

    def finish(self, run: str, worker: str, state: RunState, error: InputError | None = None) -> None:
        """End a run that this worker holds; "queued" gives it back, to be gone on with."""
        told = json.dumps([error.key, error.slots], default=str) if error else None
        mine = and_(runs.c.id == run, runs.c.worker == worker)
        with self.engine.begin() as connection:
            connection.execute(update(runs).where(mine).values(state=state, error=told, lease=None, worker=None))


def _make_sqlite_share(connection: Any, _: Any) -> None:
    """Readers do not wait for the writer, and a second writer waits its turn instead of failing."""
    connection.execute("PRAGMA busy_timeout = 10000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _record(row: Any) -> RunRecord:
    try:
        config = RunConfig.from_dict(json.loads(row["config"]))
    except ValueError as error:
        raise InputError("input.damaged_run", run=row["id"]) from error
    key, slots = json.loads(row["error"]) if row["error"] else (None, {})
    return RunRecord(
        row["id"], row["owner"], row["created"], config, row["state"], bool(row["stop"]), row["lease"],
        row["device"], InputError(key, **slots) if key else None,
    )  # fmt: skip
