"""The geometry of states: principal components, distances, and how well labels divide them. NumPy alone."""

from dataclasses import dataclass

import numpy as np

AXES = 3  # components that are drawn: two in the player, three in space
NEAREST = 8


@dataclass(frozen=True)
class Projection:
    """Where states fall: mean (D,), components (3, D) of length 1, the share of the variance that each holds (3,)."""

    mean: np.ndarray
    components: np.ndarray
    shares: np.ndarray

    def project(self, states: np.ndarray) -> np.ndarray:
        """Coordinates (…, 3) of states (…, D)."""
        return (states.astype(np.float64) - self.mean) @ self.components.T


def principal_components(states: np.ndarray) -> Projection:
    """The directions in which states (N, D) vary most, by the singular values of the centred states.

    The largest entry of each component is made positive, so that nothing flips from one run to the next.
    Components that are not there (fewer than three points or units) are 0.
    """
    mean = states.mean(0, dtype=np.float64)
    centred = states - mean
    _, sizes, rows = np.linalg.svd(centred, full_matrices=False)
    variance = sizes**2
    shares = variance / max(variance.sum(), 1e-300)
    rows = rows * np.sign(rows[np.arange(len(rows)), np.abs(rows).argmax(1)])[:, None]
    components = np.zeros((AXES, states.shape[1]))
    components[: len(rows)] = rows[:AXES]
    held = np.zeros(AXES)
    held[: len(shares)] = shares[:AXES]
    return Projection(mean, components, held)


def distances(states: np.ndarray) -> np.ndarray:
    """Euclidean distances (N, N) between states (N, D), in all D dimensions."""
    between = states[:, None].astype(np.float64) - states[None]
    return np.sqrt((between**2).sum(-1))


def nearest(between: np.ndarray, most: int = NEAREST) -> np.ndarray:
    """For each of N points the numbers of the nearest others, nearest first, (N, most)."""
    away = between.copy()
    np.fill_diagonal(away, np.inf)
    return np.argsort(away, axis=1, kind="stable")[:, : min(most, len(away) - 1)]


@dataclass(frozen=True)
class Silhouette:
    """How each point lies in its group, (N,): inside, the mean distance to its own; outside, to the nearest other.

    Source: @rousseeuw1987.
    """

    inside: np.ndarray
    outside: np.ndarray
    values: np.ndarray

    @property
    def mean(self) -> float:
        """Near 1: tight groups far apart; near 0 or below: the groups overlap."""
        return float(self.values.mean())


def silhouette(between: np.ndarray, labels: np.ndarray) -> Silhouette | None:
    """How well labels (N,) divide points with distances (N, N); None where there is but one group.

    A point that is alone in its group counts 0.
    """
    kinds, group = np.unique(labels, return_inverse=True)
    if len(kinds) < 2:
        return None
    member = np.eye(len(kinds))[group]  # (N, groups)
    sums, counts = between @ member, member.sum(0)
    own, rows = counts[group], np.arange(len(labels))
    inside = sums[rows, group] / np.maximum(own - 1, 1)
    means = sums / counts
    means[rows, group] = np.inf
    outside = means.min(1)
    values = (outside - inside) / np.maximum(np.maximum(inside, outside), 1e-300)
    values[own == 1] = 0.0
    return Silhouette(inside, outside, values)
