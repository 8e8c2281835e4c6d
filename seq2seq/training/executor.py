"""Everything that starts work goes through here: submit, cancel, state. Imports no torch."""

from typing import Protocol

from seq2seq.training.config import RunConfig
from seq2seq.training.records import RunRecord
from seq2seq.training.store import RunStore


class Executor(Protocol):
    """A place that trains runs: this machine's workers today, a cluster later.

    Whoever has a run's id may look at it; what is asked of it needs the token of its owner.
    """

    def submit(self, config: RunConfig, owner: str) -> str:
        """Ask for a run; returns its id."""
        ...

    def cancel(self, run: str, owner: str) -> None:
        """Ask a run to stop for good; what it learnt is kept. Raises: InputError if it is not that owner's."""
        ...

    def pause(self, run: str, owner: str) -> None:
        """Ask a run to rest; it can go on from exactly there. Raises: InputError if it is not that owner's."""
        ...

    def resume(self, run: str, owner: str) -> None:
        """Let a paused run go on. Raises: InputError if it is not that owner's."""
        ...

    def state(self, run: str) -> RunRecord | None:
        """How the run stands."""
        ...


class LocalExecutor:
    """Runs go into the store's queue; this machine's workers take them from there."""

    def __init__(self, store: RunStore) -> None:
        self.store = store

    def submit(self, config: RunConfig, owner: str) -> str:
        return self.store.submit(config, owner)

    def cancel(self, run: str, owner: str) -> None:
        self.store.ask_to_stop(run, owner)

    def pause(self, run: str, owner: str) -> None:
        self.store.ask_to_pause(run, owner)

    def resume(self, run: str, owner: str) -> None:
        self.store.resume(run, owner)

    def state(self, run: str) -> RunRecord | None:
        return self.store.get(run)
