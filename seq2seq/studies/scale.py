"""Random queries and keys, with the scale 1/√d_k and without it; and what was measured of training. No torch."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from seq2seq.studies.leak import told_reports
from seq2seq.studies.masks import measured
from seq2seq.traces.scale import RandomKeys, ScaleRun, ScaleTrace

WIDTHS = (4, 8, 16, 32, 64, 128, 256)  # d_k
KEYS, DRAWS = 10, 1000


def random_keys(seed: int) -> RandomKeys:
    """One query and ten keys, each entry from N(0, 1); at a smaller d_k, their first entries."""
    rng = np.random.default_rng(seed)
    query, keys = rng.normal(size=WIDTHS[-1]), rng.normal(size=(KEYS, WIDTHS[-1]))
    dots = np.stack([keys[:, :width] @ query[:width] for width in WIDTHS])  # (widths, K)
    scaled = dots / np.sqrt(np.array(WIDTHS))[:, None]
    raw_largest, scaled_largest, spread = _over_many()
    return RandomKeys(
        seed, WIDTHS, tuple(query[:width] for width in WIDTHS), tuple(keys[:, :width] for width in WIDTHS), dots,
        softmax(dots), softmax(scaled), raw_largest, scaled_largest, spread, DRAWS,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _over_many() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of many draws, for each d_k: mean of the largest weight, raw and scaled, and the spread of a dot."""
    rng = np.random.default_rng(0)
    queries, keys = rng.normal(size=(DRAWS, WIDTHS[-1])), rng.normal(size=(DRAWS, KEYS, WIDTHS[-1]))
    raw, scaled, spread = [], [], []
    for width in WIDTHS:
        dots = np.einsum("nd,nkd->nk", queries[:, :width], keys[:, :, :width])
        raw.append(softmax(dots).max(-1).mean())
        scaled.append(softmax(dots / np.sqrt(width)).max(-1).mean())
        spread.append(dots.std())
    return np.array(raw), np.array(scaled), np.array(spread)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Over the last axis."""
    powers: np.ndarray = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def scale_run(hidden: int, heads: int, scaled: bool, seed: int, reports: Sequence[Mapping[str, Any]]) -> ScaleRun:
    """One run by its reports."""
    return ScaleRun(hidden // heads, heads, scaled, seed, told_reports(reports))


def measured_scale() -> list[ScaleRun]:
    """What comes with the studio."""
    return [
        scale_run(row["hidden"], row["heads"], row["scaled"], row["seed"], row["reports"])
        for row in measured().get("scale", [])
    ]


def scale_trace(seed: int, runs: Iterable[ScaleRun], updates: int) -> ScaleTrace:
    """A draw, and runs with the scale and without it."""
    return ScaleTrace(random_keys(seed), tuple(runs), updates)
