"""Everything that starts work goes through here: submit, cancel, state. Imports no torch."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from seq2seq.training.config import RunConfig
from seq2seq.training.store import RunRecord, RunStore, studio_home

SECONDS_BETWEEN_CHECKS = 1.0


class Executor(Protocol):
    """A place that trains runs: this machine's workers today, a cluster later."""

    def submit(self, config: RunConfig, owner: str) -> str:
        """Ask for a run; returns its id."""
        ...

    def cancel(self, run: str) -> None:
        """Ask a run to stop; what it learnt is kept."""
        ...

    def state(self, run: str) -> RunRecord | None:
        """How the run stands."""
        ...


def worker_count() -> int:
    """How many runs train at once: SEQ2SEQ_WORKERS, or one a core, at most four."""
    return int(os.environ.get("SEQ2SEQ_WORKERS") or min(4, os.cpu_count() or 1))


class WorkerPool:
    """Keeps this machine's workers alive for one store; whichever server holds the lock file has the pool."""

    def __init__(self, store: RunStore, size: int | None = None, home: Path | None = None) -> None:
        self.store, self.size = store, size or worker_count()
        home = home or studio_home()
        home.mkdir(parents=True, exist_ok=True)
        self.lock = FileLock(home / "workers.lock")
        self.workers: list[subprocess.Popen[bytes]] = []
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.keep, name="worker-pool", daemon=True)

    def start(self) -> "WorkerPool":
        """Start the workers, and start those again that die."""
        self.thread.start()
        return self

    def keep(self) -> None:
        while not self.closing.is_set():
            try:
                self.lock.acquire(timeout=0)
            except Timeout:
                self.closing.wait(SECONDS_BETWEEN_CHECKS)
                continue
            self.workers = [worker for worker in self.workers if worker.poll() is None]
            while len(self.workers) < self.size and not self.closing.is_set():
                self.workers.append(start_worker(self.store.url))
            self.closing.wait(SECONDS_BETWEEN_CHECKS)
        self.lock.release(force=True)

    def close(self) -> None:
        """Close the workers' standard input, and wait until they have given their runs back."""
        self.closing.set()
        self.thread.join()
        for worker in self.workers:
            if worker.stdin:
                worker.stdin.close()
        for worker in self.workers:
            worker.wait(timeout=30)


def start_worker(url: str) -> subprocess.Popen[bytes]:
    """One worker program, which ends when this process does."""
    environment = os.environ | {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "seq2seq.training.worker", url]
    return subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)


class LocalExecutor:
    """Runs go into the store's queue; this machine's workers take them from there."""

    def __init__(self, store: RunStore) -> None:
        self.store = store

    def submit(self, config: RunConfig, owner: str) -> str:
        return self.store.submit(config, owner)

    def cancel(self, run: str) -> None:
        self.store.ask_to_stop(run)

    def state(self, run: str) -> RunRecord | None:
        return self.store.get(run)
