"""The record of one given output under a model: why it was, or was not, what the search found."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class JudgedTrace:
    """A given output of T tokens, ⟨eos⟩ included, forced through the model; V target tokens. Natural logs."""

    vocabulary: tuple[str, ...]
    tokens: tuple[int, ...]
    log_probs: np.ndarray  # (T,) of each of them behind those before
    preferred: np.ndarray  # (T,) the token the model would rather have written there
    preferred_log_probs: np.ndarray  # (T,)
    ranks: np.ndarray  # (T,) of the given token, 0: it is the preferred one
    score: float  # of the whole, under the penalty that was asked for

    @property
    def log_prob(self) -> float:
        """Of the whole output."""
        return float(self.log_probs.sum())
