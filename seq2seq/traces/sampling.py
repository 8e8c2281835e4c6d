"""The record of outputs drawn at random: how the distribution was cut at each step, and what came of it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from seq2seq.traces.search import Limits

STAGES = ("model", "temperature", "top_k", "top_p")
HOTTEST, MOST_SAMPLES = 10.0, 5000


@dataclass(frozen=True)
class Cut:
    """How a distribution is changed before a token is drawn, in this order, as Hugging Face's `generate` does.

    temperature: logits are divided by it; 0 takes the most probable token. top_k: so many of the most probable tokens
    stay (@fan2018, section 5); 0: all. top_p: of those, the fewest whose probabilities reach p
    (@holtzman2020, section 3.1); 1: all. What is left is divided by its sum each time.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0


@dataclass(frozen=True)
class SampleSettings:
    """What is asked for: how to cut, how many outputs, from which seed."""

    cut: Cut = field(default_factory=Cut)
    limits: Limits = field(default_factory=Limits)
    samples: int = 1
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class SampleTrace:
    """N outputs of T steps at most; the steps of the first in full. V target tokens."""

    source: tuple[str, ...]
    vocabulary: tuple[str, ...]
    asked: SampleSettings
    end: int
    tokens: np.ndarray  # (N, T) vocabulary numbers, ⟨eos⟩ included; -1 behind the end
    log_prob: np.ndarray  # (N,) of the whole output under the model, natural
    cut_log_prob: np.ndarray  # (N,) of the whole output as it was drawn
    stages: dict[str, np.ndarray]  # STAGES → (T₀, V) probabilities before and after each cut, of the first output
    drawn: np.ndarray  # (T₀,) the number in [0, 1) that picked each token of the first output
    weights: np.ndarray | None  # (T₀, S) where the first output looked

    def text(self, row: int) -> str:
        """An output as it is read, without ⟨eos⟩."""
        return self.read(self.tokens[row].tolist())

    def read(self, numbers: Iterable[int]) -> str:
        """Vocabulary numbers as they are read, without ⟨eos⟩ and what is behind it."""
        return "".join(self.vocabulary[number] for number in numbers if number not in (-1, self.end))

    def counts(self) -> dict[tuple[int, ...], int]:
        """How often each output was drawn, most often first; of equally often ones, the first drawn."""
        found: dict[tuple[int, ...], int] = {}
        for row in self.tokens.tolist():
            key = tuple(number for number in row if number >= 0)
            found[key] = found.get(key, 0) + 1
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    # ---- the first output, step by step

    @property
    def chosen(self) -> np.ndarray:
        """(T₀,) the tokens of the first output."""
        return self.tokens[0, : len(self.drawn)]

    def stays(self, step: int, stage: str) -> int:
        """How many tokens can still be drawn after a stage."""
        return int((self.stages[stage][step] > 0).sum())

    def entropy(self, step: int, stage: str) -> float:
        """How undecided a distribution is, in nats."""
        return entropy(self.stages[stage][step])

    def log_prob_after(self, stage: str) -> float:
        """Of the first output, by the distributions after a stage; "model": among what may be written."""
        probs = self.stages[stage][np.arange(len(self.drawn)), self.chosen]
        return math.fsum(np.log(probs).tolist())

    def below(self, step: int, token: int, stage: str = "top_p") -> np.ndarray:
        """Vocabulary numbers of the tokens before a token, from the most probable down."""
        order = falling(self.stages[stage][step])
        return order[: int(np.flatnonzero(order == token)[0])]


def falling(probs: np.ndarray) -> np.ndarray:
    """Vocabulary numbers (…, V) from the most probable down; of equally probable ones the lower number first."""
    return np.argsort(-probs, axis=-1, kind="stable")


def entropy(probs: np.ndarray) -> float:
    """Of one distribution (V,), in nats."""
    seen = probs[probs > 0]
    return max(0.0, -math.fsum((seen * np.log(seen)).tolist()))


@dataclass(frozen=True)
class Share:
    """One output and its exact probability under a cut; ended: or cut off at the longest length."""

    tokens: tuple[int, ...]
    prob: float
    ended: bool


@dataclass(frozen=True)
class Distribution:
    """The most probable outputs, best first; `covered`: their probabilities' sum. What is missing was not looked at."""

    shares: tuple[Share, ...]
    covered: float
    whole: bool  # every output with a probability above 0 is there
