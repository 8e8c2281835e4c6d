"""Everything that starts work goes through here: submit, cancel, state. Imports no torch."""

import os
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from seq2seq.training.config import RunConfig
from seq2seq.training.database import StoreError, studio_home
from seq2seq.training.records import RunRecord
from seq2seq.training.store import RunStore

SECONDS_BETWEEN_CHECKS = 1.0


class Executor(Protocol):
    """A place that trains runs: this machine's workers today, a cluster later."""

    def submit(self, config: RunConfig, owner: str) -> str:
        """Ask for a run; returns its id."""
        ...

    def cancel(self, run: str) -> None:
        """Ask a run to stop; what it learnt is kept."""
        ...

    def pause(self, run: str) -> None:
        """Ask a run to rest; it can go on from exactly there."""
        ...

    def resume(self, run: str) -> None:
        """Let a paused run go on."""
        ...

    def state(self, run: str) -> RunRecord | None:
        """How the run stands."""
        ...


def worker_count() -> int:
    """How many runs train at once: SEQ2SEQ_WORKERS, or one a core, at most four."""
    return int(os.environ.get("SEQ2SEQ_WORKERS") or min(4, os.cpu_count() or 1))


class Worker:
    """One worker program, which ends when this process does; the store knows it by its name."""

    def __init__(self, url: str) -> None:
        self.name = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        environment = os.environ | {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "seq2seq.training.worker", url, self.name]
        self.program = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)

    @property
    def alive(self) -> bool:
        """Whether the program still runs."""
        return self.program.poll() is None

    def close(self) -> None:
        """Close its standard input: it gives back what it trains, and ends."""
        if self.program.stdin:
            self.program.stdin.close()

    def wait(self, seconds: float) -> None:
        """Wait for its end; after so many seconds, end it: its run then goes on from the last checkpoint."""
        try:
            self.program.wait(seconds)
        except subprocess.TimeoutExpired:
            self.program.kill()
            self.program.wait()


class WorkerPool:
    """Keeps this machine's workers alive for one store; whichever server holds the lock file has the pool."""

    def __init__(self, store: RunStore, size: int | None = None, home: Path | None = None) -> None:
        self.store, self.size = store, size or worker_count()
        home = home or studio_home()
        home.mkdir(parents=True, exist_ok=True)
        self.lock = FileLock(home / "workers.lock")
        self.workers: list[Worker] = []
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
                self.replace_dead()
            except (Timeout, StoreError, OSError):
                pass  # another server's pool works; or the store, the disk or memory is full: the next look may do
            self.closing.wait(SECONDS_BETWEEN_CHECKS)
        self.lock.release(force=True)

    def replace_dead(self) -> None:
        """Have as many workers as there should be, and free at once what dead ones held."""
        dead = [worker for worker in self.workers if not worker.alive]
        while len(self.workers) - len(dead) < self.size and not self.closing.is_set():
            self.workers.append(Worker(self.store.url))
        for worker in dead:
            self.store.release(worker.name)
            self.workers.remove(worker)

    def close(self) -> None:
        """Close the workers' standard input, and wait until they have given their runs back."""
        self.closing.set()
        self.thread.join()
        for worker in self.workers:
            worker.close()
        for worker in self.workers:
            worker.wait(seconds=30)


class LocalExecutor:
    """Runs go into the store's queue; this machine's workers take them from there."""

    def __init__(self, store: RunStore) -> None:
        self.store = store

    def submit(self, config: RunConfig, owner: str) -> str:
        return self.store.submit(config, owner)

    def cancel(self, run: str) -> None:
        self.store.ask_to_stop(run)

    def pause(self, run: str) -> None:
        self.store.ask_to_pause(run)

    def resume(self, run: str) -> None:
        self.store.resume(run)

    def state(self, run: str) -> RunRecord | None:
        return self.store.get(run)
