"""What can be measured of an embedding table: cosines, principal components, and whether an order shows in them."""

from functools import lru_cache

import numpy as np

from seq2seq.traces import EmbeddingTrace
from seq2seq.traces.embeddings import SPECIAL

COMPONENTS, SHUFFLES = 3, 2000


def cosines(rows: np.ndarray) -> np.ndarray:
    """Cosine of the angle between every two rows (n, E), as (n, n); 0 where a row is all zeros."""
    lengths = np.linalg.norm(rows, axis=1)
    products = rows @ rows.T
    scale = np.outer(lengths, lengths)
    return np.divide(products, scale, out=np.zeros_like(products), where=scale > 0)


def ranks(values: np.ndarray) -> np.ndarray:
    """The place of each value when they are sorted, from 0; equal ones in the order given."""
    return np.argsort(np.argsort(values, kind="stable"), kind="stable")


def rank_correlation(places: np.ndarray) -> float:
    """Spearman's correlation of places (a permutation of 0 … n − 1) with the order 0 … n − 1."""
    n = len(places)
    apart = ((places - np.arange(n)) ** 2).sum()
    return float(1 - 6 * apart / (n * (n * n - 1)))


@lru_cache(maxsize=64)
def by_chance(n: int) -> tuple[float, float]:
    """Size of the rank correlation of n places in no order: its mean, and what one order in twenty exceeds."""
    rng = np.random.default_rng(0)
    sizes = [abs(rank_correlation(rng.permutation(n))) for _ in range(SHUFFLES)]
    return float(np.mean(sizes)), float(np.quantile(sizes, 0.95))


class Geometry:
    """One table of a trace as points: axes are the principal components of the last snapshot, for all snapshots.

    n ordinary tokens; `ordered` are those with an order of their own: digits, or else letters.
    """

    def __init__(self, trace: EmbeddingTrace, kind: str) -> None:
        self.trace, self.kind = trace, kind
        self.tokens = trace.tokens[kind][SPECIAL:]
        self.table = trace.tables[kind].astype(np.float64)  # (K, V, E)
        self.rows = self.table[:, SPECIAL:]  # (K, n, E)
        figures = [place for place, token in enumerate(self.tokens) if token in "0123456789"]
        letters = [place for place, token in enumerate(self.tokens) if len(token) == 1 and token.isascii()
                   and token.isalpha()]  # fmt: skip
        self.ordered = figures if len(figures) > 2 else letters
        centre = self.rows[-1].mean(0)
        _, sizes, axes = np.linalg.svd(self.rows[-1] - centre, full_matrices=False)
        self.centre, self.axes = centre, np.zeros((COMPONENTS, len(centre)))  # (E,), (3, E)
        self.axes[: len(axes)] = axes[:COMPONENTS]  # components that are not there (few numbers or tokens) are 0
        self.shares = np.zeros(COMPONENTS)  # of the variance
        self.shares[: len(sizes)] = (sizes**2 / max((sizes**2).sum(), 1e-300))[:COMPONENTS]
        self._turn()
        self.points = (self.rows - centre) @ self.axes.T  # (K, n, 3)

    def _turn(self) -> None:
        """A component has no sign of its own: let the order run upwards, if there is one, along each."""
        for axis in self.axes:
            along = (self.rows[-1] - self.centre)[self.ordered or slice(None)] @ axis
            if along @ (np.arange(len(along)) - (len(along) - 1) / 2) < 0:
                axis *= -1

    @property
    def snapshots(self) -> int:
        """K."""
        return len(self.trace.steps)

    def places(self, k: int) -> np.ndarray:
        """Places of the ordered tokens along the first component, in snapshot k."""
        return ranks(self.points[k, self.ordered, 0])

    def order_seen(self, k: int) -> float:
        """Size of the rank correlation between these places and the tokens' own order."""
        return abs(rank_correlation(self.places(k)))

    @property
    def chance(self) -> float:
        """The same for places in no order, mean."""
        return by_chance(len(self.ordered))[0]

    @property
    def rare(self) -> float:
        """What one random order in twenty exceeds."""
        return by_chance(len(self.ordered))[1]

    def nearest(self, k: int) -> np.ndarray:
        """For each ordered token the number (among them) of the one with the largest cosine."""
        table = cosines(self.rows[k][self.ordered])
        np.fill_diagonal(table, -2)
        return table.argmax(1)

    def next_door(self, k: int) -> int:
        """How many ordered tokens have their nearest neighbour right before or behind them in the order."""
        return int((abs(self.nearest(k) - np.arange(len(self.ordered))) == 1).sum())

    @property
    def next_door_chance(self) -> float:
        """Share of such tokens if neighbours were drawn at random: two each, but one at both ends."""
        return 2 / len(self.ordered)

    def neighbours(self, k: int, place: int) -> list[tuple[int, float]]:
        """Every other token with its cosine, the nearest first."""
        row = cosines(self.rows[k])[place]
        return [(int(other), float(row[other])) for other in np.argsort(-row, kind="stable") if other != place]
