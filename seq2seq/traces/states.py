"""The record of where a model's states lie: those of many sentences, and the ways of a few."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class StatePoint:
    """Whose state it is: a sentence of the sample, after so many of its tokens, the last of them `token`."""

    sentence: int
    position: int
    token: str


@dataclass(frozen=True)
class StateCloud:
    """States (N, D) at one moment: "untrained", "trained", or "writing", just before an output is written."""

    name: str
    states: np.ndarray


@dataclass(frozen=True)
class StatePath:
    """The way of one sentence: encoder (S + 1, D), before its first token and after each; decoder (T + 1, D)."""

    text: str
    source: tuple[str, ...]
    output: tuple[str, ...]  # as the model wrote it, ⟨eos⟩ included
    encoder: np.ndarray
    decoder: np.ndarray  # row 0 is the decoder's first state, row t the one that wrote output t


@dataclass(frozen=True)
class StatesTrace:
    """States of N points, the same points in every cloud, and the ways of the chosen sentences in the same space."""

    cell: str  # rnn, gru or lstm
    attention: str
    task: str
    which: str  # "final", "every" position of the encoder, or "output": the decoder's, before output `at`
    at: int  # counted from 1; of the cloud "writing" too
    part: str  # "h", "c" or "both" of an LSTM
    layer: int  # counted from 0
    exact_match: float | None  # share of the sample that the model writes exactly right
    sentences: tuple[str, ...]
    answers: tuple[str, ...]
    labels: Mapping[str, tuple[str | int, ...]]  # name → one a sentence
    points: tuple[StatePoint, ...]
    clouds: tuple[StateCloud, ...]
    paths: tuple[StatePath, ...]

    @property
    def trained(self) -> int:
        """Number of the cloud of the trained model."""
        return 1

    def label(self, name: str) -> np.ndarray:
        """(N,) the label of each point; "position" and "token" are the point's own."""
        if name == "position":
            return np.array([point.position for point in self.points])
        if name == "token":
            return np.array([point.token for point in self.points])
        return np.array([self.labels[name][point.sentence] for point in self.points])
