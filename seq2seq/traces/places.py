"""A table of position vectors: what is added to a token's embedding, so that it says where the token stands."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PlacesTrace:
    """The first rows of a table, and what a model made of it.

    P positions, d features. kind: sinusoidal or learned; side: whose table it is, encoder or decoder; read: how many
    of its rows training ever read.
    """

    kind: str
    side: str
    read: int
    table: np.ndarray  # (P, d) float32
    dots: np.ndarray  # (P, P) float32: row times row

    @property
    def count(self) -> int:
        """How many rows are here, P."""
        return len(self.table)

    @property
    def width(self) -> int:
        """How many features a row has, d."""
        return int(self.table.shape[1])

    def by_distance(self, distance: int, rows: int) -> np.ndarray:
        """Dot products of all pairs of the first `rows` positions that lie so far apart."""
        return np.diagonal(self.dots[:rows, :rows], distance)
