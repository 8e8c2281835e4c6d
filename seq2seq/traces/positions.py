"""How well Transformers do that are told in different ways, or not at all, where their tokens stand."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PositionRun:
    """One trained model, on n held-out pairs: outputs exactly right, and outputs of the right letters in any order."""

    encoder: str  # its positions: sinusoidal, learned or none
    decoder: str
    seed: int
    right: int
    letters: int | None  # None where nobody counted
    n: int
    steps: int  # updates it was trained for
    sample: tuple[str, str, str]  # a held-out source, what is right, and what it writes

    @property
    def ways(self) -> tuple[str, str]:
        """The encoder's and the decoder's positions."""
        return self.encoder, self.decoder

    @property
    def share(self) -> float:
        """Outputs exactly right."""
        return self.right / self.n


@dataclass(frozen=True)
class PositionsTrace:
    """Runs on one task, by encoder's and decoder's positions."""

    task: str
    chance: float  # share exactly right of who knows the letters, but guesses their order
    ways: tuple[tuple[str, str], ...]  # pairs that are asked for; their runs may still be missing
    runs: tuple[PositionRun, ...]

    def of(self, ways: tuple[str, str]) -> tuple[PositionRun, ...]:
        """The runs of one pair of positions."""
        return tuple(run for run in self.runs if run.ways == ways)

    def shares(self, ways: tuple[str, str]) -> list[float]:
        """Outputs exactly right, one run after the other."""
        return [run.share for run in self.of(ways)]


@dataclass(frozen=True)
class BosWeight:
    """How much one head of the first decoder layer looks at ⟨bos⟩ at one step: summed over n inputs."""

    head: int
    step: int  # counted from 1: how many tokens it sees
    total: float
    n: int

    @property
    def mean(self) -> float:
        """The mean weight."""
        return self.total / self.n
