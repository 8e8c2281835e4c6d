"""Two readings of the same tokens in two orders, and how far they lie apart once they are put back in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seq2seq.traces import TransformerTrace

ROUNDING = 1e-5  # differences below this are the rounding of float32: sums were taken in another order
WAYS = ("without", "with")  # the encoder's positions


@dataclass(frozen=True)
class Shuffled:
    """One model's two decodings. order: position j of the shuffled source holds token order[j] of the typed one."""

    typed: TransformerTrace
    shuffled: TransformerTrace
    order: tuple[int, ...]

    @property
    def place(self) -> list[int]:
        """Where each token of the typed source stands in the shuffled one."""
        return [self.order.index(i) for i in range(len(self.order))]

    @property
    def rows(self) -> range:
        """0: what the encoder reads; then layer by layer."""
        return range(self.typed.layers + 1)

    def states(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """Both readings of a row, (S, d), the shuffled one put back in order."""
        if not 0 <= row <= self.typed.layers:
            raise IndexError(row)
        one, other = (
            trace.encoder[row - 1]["h"] if row else trace.embedded for trace in (self.typed, self.shuffled)
        )  # fmt: skip
        return one, other[self.place]

    def far(self, row: int) -> np.ndarray:
        """(S,) by how much the feature that differs most differs, for each token."""
        one, other = self.states(row)
        return np.abs(other - one).max(1)

    def differing(self, row: int) -> list[int]:
        """Tokens whose state is another one, beyond rounding."""
        return np.flatnonzero(self.far(row) > ROUNDING).tolist()

    @property
    def both(self) -> int:
        """How many outputs can be compared."""
        return min(len(self.typed.output), len(self.shuffled.output))

    @property
    def outputs(self) -> int:
        """How many outputs the longer one has."""
        return max(len(self.typed.output), len(self.shuffled.output))

    @property
    def changed(self) -> int:
        """How many outputs are another token."""
        pairs = zip(self.typed.output, self.shuffled.output, strict=False)
        return sum(one != other for one, other in pairs) + self.outputs - self.both

    def shifts(self) -> np.ndarray:
        """(outputs,) by how much the probability that differs most differs."""
        one, other = (np.exp(trace.log_probs[: self.both]) for trace in (self.typed, self.shuffled))
        return np.abs(other - one).max(1)

    def looks(self, t: int) -> tuple[np.ndarray, np.ndarray]:
        """Both rows of cross-attention weights of an output, (S,), the shuffled one put back in order."""
        return self.typed.weights[t], self.shuffled.weights[t][self.place]


def put_in_order(source: Sequence[str], order: Sequence[int]) -> list[str]:
    """The tokens in another order."""
    return [source[i] for i in order]
