"""The workers of this machine: how many, that each of them is alive, and who takes the place of one that is not.

A worker whose program still runs may be of no use: stopped by a signal, or its threads waiting for one another for
ever. So each says at least once a second, through a pipe, that it lives, from the thread that renews its lease. One
that has been silent for SILENT seconds is ended by SIGKILL, which nothing it hangs on can hold up, and replaced. The
pipe and not the lease decides: a lease also runs out where the disk is full or the store locked, and there killing a
worker would only lose what it has learnt; and a worker that waits for a run has no lease.

What must not be taken for silence: a machine that slept, or a server that was stopped itself, has not listened. So
only time counts in which the pool looked once a second, on a clock that stands still while the machine sleeps; and
SILENT is 40 times the pause between two signs of life, so that a worker, which runs at low priority, may wait long for
a processor.
"""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from seq2seq.tasks import InputError
from seq2seq.training.memory import out_of_memory_kills
from seq2seq.training.place import VARIABLE, StoreError, default_url, studio_home
from seq2seq.training.store import Death, RunStore

SECONDS_BETWEEN_CHECKS = 1.0
LATE = 5.0  # seconds between two looks after which the pool has itself not listened
SILENT, STARTING = 20.0, 300.0  # seconds without a sign of life; from its start to its first: torch has to be loaded
MOST_WORKERS = 64


def worker_count() -> int:
    """How many runs train at once: SEQ2SEQ_WORKERS, or one a core, at most four.

    Raises: InputError if it is no such number.
    """
    asked = os.environ.get("SEQ2SEQ_WORKERS", "").strip()
    if not asked:
        return min(4, os.cpu_count() or 1)
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 4 and int(asked) <= MOST_WORKERS):
        raise InputError("input.worker_count", value=asked[:20], most=MOST_WORKERS)
    return int(asked)


class Worker:
    """One worker program, which ends when this process does; the store knows it by its name."""

    def __init__(self, url: str) -> None:
        self.name = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        # not as an argument: those can be read by whoever else is on the machine, and a URL may hold a password
        environment = os.environ | {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1", VARIABLE: url}
        command = [sys.executable, "-m", "seq2seq.training.worker", self.name]
        self.kills_before = out_of_memory_kills()
        self.program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self.spoken, self.ended = False, False
        self.heard = time.monotonic()
        threading.Thread(target=self._listen, name="worker-pulse", daemon=True).start()

    def _listen(self) -> None:
        assert self.program.stdout
        with self.program.stdout as pulse:
            while os.read(pulse.fileno(), 1024):
                self.heard, self.spoken = time.monotonic(), True

    @property
    def alive(self) -> bool:
        """Whether the program still runs."""
        return self.program.poll() is None

    @property
    def silent(self) -> bool:
        """Whether it has said nothing for longer than a worker may that is well."""
        return time.monotonic() - self.heard > (SILENT if self.spoken else STARTING)

    def kill(self) -> None:
        """End it, whatever it hangs on."""
        self.ended = True
        self.program.kill()
        self.program.wait()

    def why(self) -> Death | None:
        """What is known of its death. Memory: a signal ended it that nobody here sent, and the kernel counts a kill."""
        if self.ended:
            return "silence"
        killed = self.program.returncode == -getattr(signal, "SIGKILL", 9)
        return "memory" if killed and out_of_memory_kills() > self.kills_before else None

    def close(self) -> None:
        """Close its standard input: it gives back what it trains, and ends."""
        if self.program.stdin:
            with suppress(OSError):
                self.program.stdin.close()

    def wait(self, seconds: float) -> None:
        """Wait for its end; after so many seconds, end it: its run then goes on from the last checkpoint."""
        try:
            self.program.wait(seconds)
        except subprocess.TimeoutExpired:
            self.program.kill()
            self.program.wait()


class WorkerPool:
    """Keeps this machine's workers alive for one store; whichever server holds the store's lock file has the pool.

    store: or its URL, where it cannot be opened yet.
    """

    def __init__(self, store: RunStore | None = None, size: int | None = None, home: Path | None = None) -> None:
        self.store, self.size = store, worker_count() if size is None else size
        self.url = store.url if store else default_url()
        home = home or studio_home()
        home.mkdir(parents=True, exist_ok=True)
        self.lock = FileLock(home / f"workers-{hashlib.sha256(_bare(self.url).encode()).hexdigest()[:12]}.lock")
        self.workers: list[Worker] = []
        self.trouble: str | None = None  # why there are fewer workers than there should be
        self.looked = time.monotonic()
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
                self.trouble = None
            except (Timeout, StoreError):
                pass  # another server's pool works; or the store is full or away: the next look may do
            except (OSError, MemoryError) as error:
                self.trouble = getattr(error, "strerror", None) or type(error).__name__
            self.closing.wait(SECONDS_BETWEEN_CHECKS)
        self.lock.release(force=True)

    def replace_dead(self) -> None:
        """Have as many workers as there should be, and free at once what dead ones held."""
        now = time.monotonic()
        if now - self.looked > LATE:
            for worker in self.workers:
                worker.heard = now
        self.looked = now
        for worker in self.workers:
            if worker.alive and worker.silent:
                worker.kill()
        dead = [worker for worker in self.workers if not worker.alive]
        while len(self.workers) - len(dead) < self.size and not self.closing.is_set():
            self.workers.append(Worker(self.url))
        if dead and self.store is None:
            self.store = RunStore(self.url)
        for worker in dead:
            assert self.store
            self.store.release(worker.name, worker.why())
            worker.close()
            self.workers.remove(worker)

    def close(self) -> None:
        """Close the workers' standard input, and wait until they have given their runs back."""
        self.closing.set()
        self.thread.join()
        for worker in self.workers:
            worker.close()
        for worker in self.workers:
            worker.wait(seconds=30)


def _bare(url: str) -> str:
    """A URL's place without names and passwords: a lock's name must not be made of them."""
    return url if url.startswith("sqlite") else url.partition("://")[0] + url.rpartition("@")[2].partition("?")[0]
