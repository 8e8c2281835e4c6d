"""Many outputs drawn at random, counted beside their exact probabilities; and Pearson's test of whether they fit."""

import math
from dataclasses import dataclass
from functools import cached_property

from seq2seq.traces.sampling import Distribution, SampleTrace

LEAST = 5  # draws that a cell of the test must be expected to have


@dataclass(frozen=True)
class Cell:
    """A cell of the test: some outputs, expected so often, drawn so often; merged: how many outputs are in it."""

    expected: float
    seen: int
    merged: int = 1

    @property
    def part(self) -> float:
        """What it adds to χ²."""
        return (self.seen - self.expected) ** 2 / self.expected


@dataclass(frozen=True)
class Counted:
    """n draws: how often each output of an exact distribution was drawn; `other`: draws of outputs it leaves out."""

    found: Distribution
    counts: tuple[int, ...]
    n: int

    @property
    def other(self) -> int:
        """Draws of outputs that the distribution does not list."""
        return self.n - sum(self.counts)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cells of the test: one an output, where that is expected LEAST times; all others together.

        Where those together are expected less often, they are merged with the last cell.
        """
        own, rest, seen, merged = [], float(self.n), self.n, 0
        for share, count in zip(self.found.shares, self.counts, strict=True):
            if share.prob * self.n >= LEAST:
                own.append(Cell(share.prob * self.n, count))
                rest, seen = rest - share.prob * self.n, seen - count
            else:
                merged += 1
        if (rest > 1e-6 * self.n or seen) and (rest >= LEAST or own):
            last = Cell(0.0, 0, 0) if rest >= LEAST else own.pop()
            own.append(Cell(last.expected + max(rest, 0.0), last.seen + seen, last.merged + merged))
        return tuple(own)

    @property
    def chi_square(self) -> float:
        """Pearson's statistic: Σ (seen − expected)² / expected."""
        return math.fsum(cell.part for cell in self.cells)

    @property
    def freedom(self) -> int:
        """Its degrees of freedom: one less than there are cells. With none there is nothing to test."""
        return max(0, len(self.cells) - 1)

    @property
    def chance(self) -> float:
        """How probable a χ² at least as large is if the draws are right; 1 without a test."""
        return chi_square_tail(self.chi_square, self.freedom) if self.freedom else 1.0


def count(trace: SampleTrace, found: Distribution, n: int) -> Counted:
    """The first n draws of a trace beside an exact distribution."""
    seen: dict[tuple[int, ...], int] = {}
    for row in trace.tokens[:n].tolist():
        key = tuple(number for number in row if number >= 0)
        seen[key] = seen.get(key, 0) + 1
    return Counted(found, tuple(seen.get(share.tokens, 0) for share in found.shares), n)


def chi_square_tail(value: float, freedom: int) -> float:
    """P(χ² ≥ value) with so many degrees of freedom, as a finite sum.

    Source: @abramowitz1964, 26.4.4 (odd) and 26.4.5 (even).
    """
    half = value / 2
    if half <= 0:
        return 1.0
    odd = freedom % 2
    first = math.erfc(math.sqrt(half)) if odd else 0.0
    powers = [j + odd / 2 for j in range(freedom // 2)]
    return min(1.0, first + math.fsum(math.exp(j * math.log(half) - math.lgamma(j + 1) - half) for j in powers))
