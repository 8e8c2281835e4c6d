"""How many letters models with one receptive field get right, by how far back the letter lies that they need."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldRun:
    """One model, trained on the task shift(distance): letters right of all letters, on n held-out sources."""

    distance: int
    seed: int
    right: int
    letters: int
    n: int
    steps: int  # updates it was trained for

    @property
    def share(self) -> float:
        """Letters right."""
        return self.right / self.letters


@dataclass(frozen=True)
class FieldTrace:
    """Runs of one shape of encoder. reach: how far to the left a state of its top layer sees."""

    kernel: int
    layers: int
    padding: str
    chance: float  # share of letters right by guessing
    distances: tuple[int, ...]  # asked for; their runs may still be missing
    runs: tuple[FieldRun, ...]

    @property
    def reach(self) -> int:
        """How far to the left it sees."""
        span = self.layers * (self.kernel - 1)
        return span if self.padding == "causal" else span // 2

    def shares(self, distance: int) -> list[float]:
        """Letters right, one run after the other."""
        return [run.share for run in self.runs if run.distance == distance]
