"""What every encoder-decoder here can do, whatever is inside it."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn

from seq2seq.models.cells import Gates, Touch, untouched


class State(Protocol):
    """What a decoder carries from one step to the next."""

    def select(self, rows: Tensor) -> "State":
        """The state of the given rows of the batch, in that order (a beam keeps some of its rows)."""
        ...


StateT = TypeVar("StateT", bound=State)


@dataclass(frozen=True)
class Memory(Generic[StateT]):
    """What the encoder leaves for the decoder.

    states (B, S, D) one a source position; mask (B, S) bool, True = real token; keys (B, S, D) or None;
    start: the state the decoder begins with; looked: a Transformer's K and V of the source, (B, N, S, d_k) each, for
    every decoder layer.
    """

    states: Tensor
    mask: Tensor
    keys: Tensor | None
    start: StateT
    looked: tuple[tuple[Tensor, Tensor], ...] = ()

    def select(self, rows: Tensor) -> "Memory[StateT]":
        """The memory of the given rows of the batch."""
        keys = None if self.keys is None else self.keys[rows]
        start: StateT = self.start.select(rows)  # type: ignore[assignment]
        looked = tuple((k[rows], v[rows]) for k, v in self.looked)
        return Memory(self.states[rows], self.mask[rows], keys, start, looked)


# A decoder step calls its `Touch` for "state" (the top layer's new state), "weights" and "context".

# A hand on the encoder, once a cell's step is done: (layer, direction, position, what the cell computed there) → what
# to go on with.
ReadTouch = Callable[[int, str, int, Gates], Gates]

# A hand inside the encoder's cells: (layer, direction, position) → the hand on that one step, see `cell_step`.
InnerTouch = Callable[[int, str, int], Touch]


def read_untouched(layer: int, way: str, position: int, gates: Gates) -> Gates:
    """Leave everything as the cell computed it."""
    return gates


def inside_untouched(layer: int, way: str, position: int) -> Touch:
    """Leave every step of every cell alone."""
    return untouched


@dataclass(frozen=True)
class Look:
    """One look at the source: query (B, D), scores and weights (B, S), context (B, D).

    Additive attention also has asking (B, D), the query times its matrix, and hidden (B, S, D), the tanh.
    """

    query: Tensor
    scores: Tensor
    weights: Tensor
    context: Tensor
    asking: Tensor | None = None
    hidden: Tensor | None = None


@dataclass(frozen=True)
class Step:
    """Everything one decoder step computed.

    embedded (B, E) the token read; layers: gates by name, each (B, D), bottom layer first (a Transformer's as
    `MultiHead.attend_glass` gives them, for T = 1); look: None without attention; readout (B, D); logits and
    log_probs (B, V).
    """

    embedded: Tensor
    layers: list[Gates]
    look: Look | None
    readout: Tensor
    logits: Tensor
    log_probs: Tensor


@dataclass(frozen=True)
class EncoderRecord:
    """Everything the encoder computed.

    embedded (B, S, E); layers: for each layer, bottom first, direction → gates by name, each (B, S, H).
    """

    embedded: Tensor
    layers: list[dict[str, Gates]]


class Seq2Seq(nn.Module, ABC, Generic[StateT]):
    """An encoder-decoder: a fast path to train by, a glass path over the same weights to look into."""

    @abstractmethod
    def forward(self, source: Tensor, previous: Tensor) -> Tensor:
        """Logits (B, T, V) for the tokens after `previous` (B, T), given source (B, S). The fast path."""

    @abstractmethod
    def encode(self, source: Tensor) -> Memory[StateT]:
        """Read the source (B, S), padded with PAD. The fast path."""

    @abstractmethod
    def encode_glass(self, source: Tensor, touch: ReadTouch = read_untouched) -> tuple[Memory[StateT], EncoderRecord]:
        """Read the source as the textbook writes it, and keep everything."""

    @abstractmethod
    def step(
        self, token: Tensor, state: StateT, memory: Memory[StateT], touch: Touch = untouched
    ) -> tuple[StateT, Step]:
        """One decoder step from the previous token (B,). Forcing, greedy, beam and sampling all use this."""

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device
