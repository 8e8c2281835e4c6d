"""What can be done differently in a decoding: each a small record, so that a trace can say what was changed in it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class LookElsewhere:
    """At an output step, these attention weights instead of the computed ones (they sum to 1).

    Of a Transformer: in one decoder layer and head, or in all (None).
    """

    step: int
    weights: tuple[float, ...]
    layer: int | None = None
    head: int | None = None


@dataclass(frozen=True)
class WriteInstead:
    """At an output step, this token instead of the chosen one; the decoder goes on from there."""

    step: int
    token: str


@dataclass(frozen=True)
class ReadInstead:
    """At a source position, this token instead of the typed one."""

    position: int
    token: str


@dataclass(frozen=True)
class DisturbContext:
    """At an output step the context, or, without attention, the one vector: set to 0, or noise added to it.

    noise: standard deviation of normal noise; 0 sets the whole vector to 0. Of a Transformer: what the heads of one
    decoder layer, or of all (None), bring from the source.
    """

    step: int
    noise: float = 0.0
    seed: int = 1
    layer: int | None = None


@dataclass(frozen=True)
class DisturbUnit:
    """At an output step, one unit of the top decoder state: set to 0, or noise added to it, as above."""

    step: int
    unit: int
    noise: float = 0.0
    seed: int = 1


@dataclass(frozen=True)
class DisturbStart:
    """The decoder's first state, with attention or without: units `first` to `last` (not included) of each layer.

    noise: standard deviation of normal noise added to them; None sets them to 0.
    """

    first: int
    last: int
    noise: float | None = None
    seed: int = 1


@dataclass(frozen=True)
class BorrowStart:
    """The decoder's first state as another source, of the same length, left it."""

    source: tuple[str, ...]


@dataclass(frozen=True)
class ClampGate:
    """While the source is read, a gate is held at a value: of one unit or all, at one position or all (None)."""

    gate: str
    value: float
    unit: int | None = None
    position: int | None = None
    layer: int = 0
    way: str = "forward"

    def holds(self, layer: int, way: str, gate: str, position: int, unit: int) -> bool:
        """Whether this number was put there by hand."""
        return (
            (layer, way, gate) == (self.layer, self.way, self.gate)
            and self.position in (None, position)
            and self.unit in (None, unit)
        )


@dataclass(frozen=True)
class EraseState:
    """After a position was read, what is carried on is set to 0: "h", "c" or "hc".

    What the cell computed at the position stays in the record; what reads it next, gets zeros.
    """

    states: str
    position: int
    layer: int = 0
    way: str = "forward"

    def erases(self, layer: int, way: str, state: str, position: int) -> bool:
        """Whether this state is lost on the way on from a position."""
        return (layer, way, position) == (self.layer, self.way, self.position) and state in self.states


Change = (
    LookElsewhere | WriteInstead | ReadInstead | DisturbContext | DisturbUnit | DisturbStart | BorrowStart
    | ClampGate | EraseState
)  # fmt: skip


def shared_out(weights: Sequence[float], moved: int, wanted: float) -> tuple[float, ...]:
    """The weights after one of them was set: the others keep their proportions, and the sum is 1."""
    others = sum(weights) - weights[moved]
    if len(weights) == 1:
        return (1.0,)
    if others <= 0:  # nothing to keep the proportions of: they share alike
        rest = (1 - wanted) / (len(weights) - 1)
        return tuple(wanted if i == moved else rest for i in range(len(weights)))
    return tuple(wanted if i == moved else weight * (1 - wanted) / others for i, weight in enumerate(weights))
