"""The run store: what every run was asked to do, how far it is, and what can go on from there.

SQLite by default (WAL, so that pages read while workers write); any database SQLAlchemy knows, by its URL.
Workers, servers and the command line talk to each other only through it. A store that cannot be read or written
raises StoreError from every call, and has then changed nothing.
"""

import hmac
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from seq2seq.tasks import InputError
from seq2seq.training.config import RunConfig
from seq2seq.training.database import PATIENCE, Database, checkpoints, reports, runs, snapshots
from seq2seq.training.leases import LEASE, Leases
from seq2seq.training.place import default_url
from seq2seq.training.records import OVER, RunRecord, RunState, pack_error, read_run
from seq2seq.training.reports import of_one_kind, pack_report, read_report

GONE_ON = "input.gone_on"
LOSSES = 3  # workers that may die on a run at one and the same update before it counts as the run's fault
Verdict = Literal["go on", "stop", "pause", "lost"]
Death = Literal["memory", "silence"]  # the machine had no memory left; it no longer answered, and was ended


class RunStore:
    """Runs, reports and checkpoints at one database URL; safe to use from many processes at once.

    Whoever has a run's id may read it. What is asked of a run goes through `asked`, which wants its owner's token.

    `patience`: seconds to wait for another program that writes, before StoreError says that it does.
    """

    def __init__(self, url: str | None = None, patience: float = PATIENCE) -> None:
        self.database = Database(url or default_url(), patience)
        self.url = self.database.url
        self.transaction = self.database.transaction
        self.leases = Leases()

    # ---- for whoever asks for training

    def submit(self, config: RunConfig, owner: str, worker: str | None = None) -> str:
        """Queue a run; returns its id, which cannot be guessed. With `worker`, that worker holds it at once."""
        run, now = secrets.token_hex(6), time.time()
        row = {"id": run, "owner": owner, "created": now, "config": json.dumps(config.to_dict()), "stop": 0}
        row["moved"] = now
        row |= {"state": "running", "worker": worker, "lease": now + LEASE} if worker else {"state": "queued"}
        with self.transaction() as connection:
            connection.execute(insert(runs).values(**row))
        return run

    @contextmanager
    def asked(self, run: str, owner: str) -> Iterator[Connection]:
        """A transaction in which its owner asks something of a run: the one door for every such verb.

        Raises: InputError if there is no such run, or the token is not its owner's; nothing has changed then.
        """
        with self.transaction() as connection:
            kept = connection.execute(select(runs.c.owner).where(runs.c.id == run)).scalar()
            if kept is None:
                raise InputError("input.run_gone", run=run)
            if not hmac.compare_digest(kept.encode(), owner.encode()):
                raise InputError("input.not_yours")
            yield connection

    def ask_to_stop(self, run: str, owner: str) -> None:
        """Ask the worker to end the run for good; one that no worker holds ends at once. Raises: see `asked`."""
        with self.asked(run, owner) as connection:
            connection.execute(update(runs).where(_going(run)).values(stop=1))
            _heed(connection, run)

    def ask_to_pause(self, run: str, owner: str) -> None:
        """Ask the worker to save the run and let it go; one that no worker holds waits at once. Raises: see `asked`."""
        with self.asked(run, owner) as connection:
            connection.execute(update(runs).where(_going(run)).values(pause=1))
            _heed(connection, run)

    def resume(self, run: str, owner: str) -> None:
        """Put a paused run back in the queue, where it keeps its place; or let one that was to pause go on.

        A run that was stopped has ended: it stays as it is. Raises: see `asked`.
        """
        with self.asked(run, owner) as connection:
            connection.execute(update(runs).where(_going(run)).values(pause=None))
            paused = and_(runs.c.id == run, runs.c.state == "paused")
            connection.execute(update(runs).where(paused).values(state="queued", moved=time.time()))

    def workers_heard(self) -> bool:
        """Whether any worker holds a run and was heard of within its lease."""
        query = select(func.count()).where(runs.c.state == "running", runs.c.lease > time.time())
        with self.transaction() as connection:
            return bool(connection.execute(query).scalar_one())

    def get(self, run: str) -> RunRecord | None:
        """The run of this id.

        Raises: InputError if its record is damaged.
        """
        with self.transaction() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run)).mappings().first()
        return read_run(row) if row else None

    def recent(self, owner: str | None = None, limit: int = 50) -> list[RunRecord]:
        """Newest runs first; of one owner, or of all. Damaged records are left out."""
        return [run for run in self._listed(owner, limit) if isinstance(run, RunRecord)]

    def damaged(self, owner: str | None = None, limit: int = 50) -> list[InputError]:
        """What is wrong with those records that `recent` leaves out."""
        return [error for error in self._listed(owner, limit) if isinstance(error, InputError)]

    def _listed(self, owner: str | None, limit: int) -> Iterator[RunRecord | InputError]:
        query = select(runs).order_by(runs.c.created.desc()).limit(limit)
        if owner is not None:
            query = query.where(runs.c.owner == owner)
        with self.transaction() as connection:
            rows = connection.execute(query).mappings().all()
        for row in rows:
            try:
                yield read_run(row)
            except InputError as error:
                yield error

    def ahead(self, run: RunRecord) -> int:
        """How many queued runs come before this one."""
        query = select(func.count()).where(runs.c.state == "queued", runs.c.created < run.created)
        with self.transaction() as connection:
            return int(connection.execute(query).scalar_one())

    def reports(self, run: str, after: int = -1) -> list[dict[str, Any]]:
        """Reports of a run, in order, those behind step `after` only; damaged ones are left out."""
        columns = (reports.c.body, reports.c.step)
        query = select(*columns).where(reports.c.run == run, reports.c.step > after).order_by(reports.c.step)
        with self.transaction() as connection:
            rows = connection.execute(query).all()
        return of_one_kind([report for body, step in rows if (report := read_report(body, step))])

    def last_report(self, run: str, until: int | None = None) -> dict[str, Any] | None:
        """The newest report of a run that is not damaged; `until`: of those up to this update."""
        query = select(reports.c.body, reports.c.step).where(reports.c.run == run).order_by(reports.c.step.desc())
        if until is not None:
            query = query.where(reports.c.step <= until)
        with self.transaction() as connection:
            for body, step in connection.execute(query):
                if report := read_report(body, step):
                    return report
        return None

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
        with self.transaction() as connection:
            row = connection.execute(query).first()
        return (row[0], row[1]) if row else None

    def checkpoint_step(self, run: str) -> int | None:
        """The step of the newest checkpoint of a run."""
        with self.transaction() as connection:
            return _checkpoint_step(connection, run)

    def snapshots(self, run: str, part: str) -> list[tuple[int, bytes]]:
        """Snapshots of one part of a run's model, in order, each with its step."""
        columns = (snapshots.c.step, snapshots.c.data)
        query = select(*columns).where(snapshots.c.run == run, snapshots.c.part == part).order_by(snapshots.c.step)
        with self.transaction() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    # ---- for whoever trains

    def claim(self, worker: str) -> RunRecord | None:
        """Take the oldest run that waits, or that its worker abandoned; None if there is none."""
        while True:
            with self.transaction() as connection:
                if self.leases.count():
                    _lose(connection, runs.c.lease < time.time())
                query = select(runs.c.id).where(runs.c.state == "queued").order_by(runs.c.created).limit(1)
                taken = connection.execute(query).scalar()
                if taken is None:
                    return None
                values = {"state": "running", "worker": worker, "lease": time.time() + LEASE, "device": None}
                values["moved"] = time.time()
                # "queued" again: where two workers may read before either writes, only one may take it
                free = and_(runs.c.id == taken, runs.c.state == "queued")
                if connection.execute(update(runs).where(free).values(**values)).rowcount != 1:
                    continue
                row = connection.execute(select(runs).where(runs.c.id == taken)).mappings().one()
            try:
                return read_run(row)
            except InputError as error:  # nobody could train it: it must not stand in the way of the next
                self.finish(taken, worker, "failed", error)

    def renew(self, run: str, worker: str, device: str | None, trouble: InputError | None = None) -> Verdict:
        """Say that the worker lives: hold the run for another lease, and hear what it should do.

        trouble: what keeps it from writing more than this.
        """
        values = {"lease": time.time() + LEASE, "device": device, "trouble": pack_error(trouble)}
        with self.transaction() as connection:
            if connection.execute(update(runs).where(_held(run, worker)).values(**values)).rowcount != 1:
                return "lost"
            stop, pause = connection.execute(select(runs.c.stop, runs.c.pause).where(runs.c.id == run)).one()
        return "stop" if stop else "pause" if pause else "go on"

    def release(self, worker: str, why: Death | None = None) -> None:
        """A worker is known to be dead: what it held is free at once, not only when its lease runs out."""
        with self.transaction() as connection:
            _lose(connection, runs.c.worker == worker, why)

    def record(self, run: str, step: int, body: dict[str, Any], worker: str | None = None) -> bool:
        """Add a report; one that is there already (the run went on from before it) is replaced.

        With `worker`: only if that one still holds the run; returns whether it was written.
        """
        with self.transaction() as connection:
            if worker and not _still_held(connection, run, worker):
                return False
            connection.execute(update(runs).where(runs.c.id == run).values(moved=time.time()))
            connection.execute(delete(reports).where(reports.c.run == run, reports.c.step == step))
            connection.execute(insert(reports).values(run=run, step=step, body=pack_report(body)))
        return True

    def save(self, run: str, step: int, data: bytes, worker: str | None = None) -> bool:
        """Add a checkpoint, older ones of the run go; `worker` and the result are those of `record`."""
        with self.transaction() as connection:
            if worker and not _still_held(connection, run, worker):
                return False
            connection.execute(delete(checkpoints).where(checkpoints.c.run == run))
            connection.execute(insert(checkpoints).values(run=run, step=step, data=data))
        return True

    def keep(self, run: str, step: int, part: str, data: bytes, worker: str | None = None) -> bool:
        """Add a snapshot of one part of the model; `worker` and the result are those of `record`."""
        with self.transaction() as connection:
            if worker and not _still_held(connection, run, worker):
                return False
            same = and_(snapshots.c.run == run, snapshots.c.step == step, snapshots.c.part == part)
            connection.execute(delete(snapshots).where(same))
            connection.execute(insert(snapshots).values(run=run, step=step, part=part, data=data))
        return True

    def finish(self, run: str, worker: str, state: RunState, error: InputError | None = None) -> None:
        """End a run that this worker holds; "queued" gives it back, to be gone on with."""
        values: dict[str, Any] = {"state": state, "error": pack_error(error), "lease": None, "worker": None}
        values |= {"trouble": None, "moved": time.time()}
        with self.transaction() as connection:
            connection.execute(update(runs).where(_held(run, worker)).values(**values))
            _heed(connection, run)


def newest_checkpoint(store: RunStore, run: str, step: int | None = None) -> tuple[int, bytes]:
    """The checkpoint of a run, with its step; step: the only one that will do.

    Raises: InputError if there is none, or it is one of another step.
    """
    saved = store.checkpoint(run)
    if saved is None:
        raise InputError("input.no_checkpoint", run=run)
    if step is not None and saved[0] != step:
        raise InputError(GONE_ON, run=run[:4], step=step, now=saved[0])
    return saved


def _held(run: str, worker: str) -> ColumnElement[bool]:
    return and_(runs.c.id == run, runs.c.worker == worker, runs.c.state == "running")


def _going(run: str) -> ColumnElement[bool]:
    return and_(runs.c.id == run, runs.c.state.not_in(OVER))


def _still_held(connection: Connection, run: str, worker: str) -> bool:
    """Whether the worker holds the run. It writes, so that nobody can take the run before this transaction ends."""
    return connection.execute(update(runs).where(_held(run, worker)).values(worker=worker)).rowcount == 1


def _checkpoint_step(connection: Connection, run: str) -> int | None:
    return connection.execute(select(func.max(checkpoints.c.step)).where(checkpoints.c.run == run)).scalar()


def _heed(connection: Connection, run: str) -> None:
    """A run that no worker holds does at once what it was asked to."""
    stop = and_(runs.c.id == run, runs.c.state.in_(("queued", "paused")), runs.c.stop == 1)
    connection.execute(update(runs).where(stop).values(state="stopped"))
    pause = and_(runs.c.id == run, or_(runs.c.state == "paused", and_(runs.c.state == "queued", runs.c.pause == 1)))
    connection.execute(update(runs).where(pause).values(state="paused", pause=None))


def _lose(connection: Connection, gone: ColumnElement[bool], why: Death | None = None) -> None:
    """Free the running runs whose worker is gone. One that loses worker after worker at one update fails."""
    gone = and_(runs.c.state == "running", gone)
    for row in connection.execute(select(runs).where(gone)).mappings().all():
        step = _checkpoint_step(connection, row["id"]) or 0
        losses = (row["losses"] or 0) + 1 if row["lost_step"] == step else 1
        values = {"state": "queued", "worker": None, "lease": None, "losses": losses, "lost_why": why, "trouble": None}
        values |= {"lost_at": (row["lease"] or time.time()) - LEASE, "lost_step": step, "device": None}
        values |= {"moved": time.time()}
        if losses >= LOSSES:
            key = "input.lost_to_memory" if why == "memory" else "input.lost"
            values |= {"state": "failed", "error": pack_error(InputError(key, n=losses, step=step))}
        connection.execute(update(runs).where(runs.c.id == row["id"], gone).values(**values))
        _heed(connection, row["id"])
