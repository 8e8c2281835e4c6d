"""The record of one source read: every gate of every cell of the encoder, and what it leaves behind."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from seq2seq.traces.change import Change, EraseState

Gates = dict[str, np.ndarray]  # gate or state by name → (positions, units)


@dataclass(frozen=True, kw_only=True)
class ReadingTrace:
    """Everything that happened while a typed source was read, float32, one example.

    S source positions, H units of one encoder direction, D of both joined, E of an embedding. Axes in brackets.
    """

    cell: str  # rnn, gru or lstm
    source: tuple[str, ...]  # as read: typed, or changed
    unknown: tuple[bool, ...]  # which of them the model read as ⟨unk⟩

    embedded: np.ndarray  # (S, E) of the source tokens
    encoder: tuple[dict[str, Gates], ...]  # layer → direction → gate → (S, H)
    states: np.ndarray  # (S, D) the top layer, both directions joined: what is attended to
    start: tuple[Gates, ...]  # layer → "h", "c" → (D,)

    parameters: Mapping[str, np.ndarray]  # the model's weights by name, as torch names them; shared, not copied
    change: Change | None = None  # what was done differently from the model's own way

    @property
    def directions(self) -> tuple[str, ...]:
        """The ways the encoder reads: forward, or forward and backward."""
        return tuple(self.encoder[0])

    def order(self, way: str) -> range:
        """The positions as a direction reads them."""
        return range(len(self.source)) if way == "forward" else range(len(self.source) - 1, -1, -1)

    def before(self, way: str, position: int) -> int | None:
        """The position that a direction reads before this one; None where its reading begins."""
        before = position - 1 if way == "forward" else position + 1
        return before if 0 <= before < len(self.source) else None

    def erased(self, layer: int, way: str, state: str, position: int) -> bool:
        """Whether the change erases this state on its way on from a position."""
        return isinstance(self.change, EraseState) and self.change.erases(layer, way, state, position)
