"""The record of random keys with the scale 1/√d_k and without it, and of runs trained either way."""

from dataclasses import dataclass

import numpy as np

from seq2seq.traces.run_report import RunReport


@dataclass(frozen=True)
class RandomKeys:
    """One random query and some random keys, at several d_k. K keys."""

    seed: int
    widths: tuple[int, ...]  # d_k
    queries: tuple[np.ndarray, ...]  # (d_k,) each
    keys: tuple[np.ndarray, ...]  # (K, d_k) each
    dots: np.ndarray  # (widths, K)
    raw: np.ndarray  # (widths, K) softmax of the dots
    scaled: np.ndarray  # (widths, K) softmax of the dots / √d_k
    largest_raw: np.ndarray  # (widths,) mean of the largest weight over many draws
    largest_scaled: np.ndarray  # (widths,)
    spread: np.ndarray  # (widths,) standard deviation of a dot over these draws
    draws: int


@dataclass(frozen=True)
class ScaleRun:
    """One run whose scores were divided by √d_k, or not; what its reports said."""

    head_width: int  # d_k
    heads: int
    scaled: bool
    seed: int
    reports: tuple[RunReport, ...]

    @property
    def name(self) -> str:
        """What it is called in addresses."""
        return f"{self.head_width} {'scaled' if self.scaled else 'raw'} {self.seed}"


@dataclass(frozen=True)
class ScaleTrace:
    """One draw of random keys, and runs with the scale and without it."""

    keys: RandomKeys
    runs: tuple[ScaleRun, ...]
    updates: int  # of a whole run
