"""The record of one model decoded with beams of several widths, on the same held-out sentences."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from seq2seq.traces.scoring import LengthPenalty


@dataclass(frozen=True)
class WidthScore:
    """How a beam of one width does on n sentences.

    right and empty: outputs that are right, and that hold nothing; log_prob: their mean, natural; errors: sentences for
    which a better-scoring output is known; tokens: of all outputs together, ⟨eos⟩ counted; ms: a sentence, the median;
    by_length: source length → (sentences, right ones, empty ones).
    """

    width: int
    right: int
    empty: int
    log_prob: float
    errors: int
    tokens: int
    ms: float
    by_length: Mapping[int, tuple[int, int, int]]


@dataclass(frozen=True)
class WidthsTrace:
    """Beams of several widths on n sentences under one penalty, narrow ones first.

    proved: sentences whose best output of all is known for certain; best_right, best_empty, best_log_prob: of those
    best outputs; tokens: of the references together. crossing: the length from which the task's lost targets should be
    more probable than any right output; None where it has none.
    """

    model: str
    task: str
    penalty: LengthPenalty
    n: int
    proved: int
    best_right: int
    best_empty: int
    best_log_prob: float
    tokens: int
    budget: int
    scores: tuple[WidthScore, ...]
    crossing: float | None = None

    def share(self, score: WidthScore) -> float:
        """Exact match of a width."""
        return score.right / self.n

    def error_rate(self, score: WidthScore) -> float:
        """Search errors that are known, a sentence."""
        return score.errors / self.n

    def length_ratio(self, score: WidthScore) -> float:
        """Tokens written for each token of the references."""
        return score.tokens / self.tokens

    @property
    def lengths(self) -> list[int]:
        """Source lengths that occur."""
        return sorted(self.scores[0].by_length)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "WidthsTrace":
        """What `to_dict` gave, perhaps through JSON, which makes every key a text."""
        scores = tuple(
            WidthScore(**{**row, "by_length": {int(k): tuple(v) for k, v in row["by_length"].items()}})
            for row in values["scores"]
        )
        return cls(**{**values, "penalty": LengthPenalty(**values["penalty"]), "scores": scores})
