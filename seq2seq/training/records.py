"""A run as the store knows it, and how it is read from its row."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from seq2seq.tasks import InputError
from seq2seq.training.config import RunConfig

RunState = Literal["queued", "running", "paused", "finished", "stopped", "failed"]
OVER = ("finished", "stopped", "failed")


@dataclass(frozen=True)
class RunRecord:
    """A run as the store knows it; times in seconds since the epoch.

    `lost_at`: when the worker that died on it was last heard; `lost_step`: the update it goes on from since;
    `lost_why`: what is known of its death. `trouble`: what keeps its worker from writing more than that it lives;
    `moved`: when it last moved on, by a report or in the queue.
    """

    id: str
    owner: str
    created: float
    config: RunConfig
    state: RunState
    stop: bool
    pause: bool
    lease: float | None
    device: str | None
    error: InputError | None
    lost_at: float | None
    lost_step: int | None
    lost_why: str | None
    trouble: InputError | None
    moved: float | None

    @property
    def over(self) -> bool:
        """Whether no more is to come."""
        return self.state in OVER

    @property
    def resting(self) -> bool:
        """Whether nothing changes until someone asks for it."""
        return self.over or self.state == "paused"


def read_run(row: Mapping[Any, Any]) -> RunRecord:
    """A run from its row.

    Raises: InputError if the row is damaged.
    """
    try:
        config = RunConfig.from_dict(json.loads(row["config"]))
        error, trouble = (_read_error(row[name]) for name in ("error", "trouble"))
        if row["state"] not in get_args(RunState):
            raise ValueError(row["state"])
    except (ValueError, TypeError, LookupError, AttributeError) as problem:
        raise InputError("input.damaged_run", run=row["id"]) from problem
    return RunRecord(
        row["id"], row["owner"], row["created"], config, row["state"], bool(row["stop"]), bool(row["pause"]),
        row["lease"], row["device"], error, row["lost_at"], row["lost_step"], row["lost_why"], trouble, row["moved"],
    )  # fmt: skip


def _read_error(packed: str | None) -> InputError | None:
    told = json.loads(packed or "null")
    return InputError(told[0], **told[1]) if told else None


def pack_error(error: InputError | None) -> str | None:
    """An error as its row keeps it."""
    return json.dumps([error.key, error.slots], default=str) if error else None
