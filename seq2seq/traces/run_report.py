"""What a study keeps of a report of a run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RunReport:
    """How a run stood after some updates, on n held-out pairs: the loss is teacher-forced, exact match free-running."""

    step: int
    loss: float
    exact: float
    n: int
