"""A change as what the walk and the model's step can carry out: a chooser, a hand, another first state."""

import torch
from torch import Tensor

from seq2seq.decoding.walk import Chooser
from seq2seq.models.model import Step, Touch, untouched
from seq2seq.models.recurrent import RecurrentState
from seq2seq.tasks import UNK, Vocabulary
from seq2seq.traces import (
    BorrowStart,
    Change,
    ClampGate,
    DisturbContext,
    DisturbStart,
    DisturbUnit,
    EraseState,
    LookElsewhere,
    WriteInstead,
)  # fmt: skip


def choose_instead(choose: Chooser, change: Change | None, vocabulary: Vocabulary) -> Chooser:
    """The chooser, except at the step where the change writes another token."""
    if not isinstance(change, WriteInstead):
        return choose
    wanted = vocabulary.numbers.get(change.token, UNK)  # ⟨eos⟩ too: a learner may end an output early

    def chosen(number: int, step: Step) -> Tensor:
        token = choose(number, step)
        return torch.full_like(token, wanted) if number == change.step else token

    return chosen


def touched(change: Change | None, number: int, name: str, value: Tensor) -> Tensor:
    """The value of this name at a step as the change wants it; see `Touch`."""
    if change is None or getattr(change, "step", None) != number:
        return value
    if isinstance(change, LookElsewhere) and name == "weights":
        return value.new_tensor([change.weights])
    if isinstance(change, DisturbContext) and name == "context":
        return disturbed(value, change.noise, change.seed)
    if isinstance(change, DisturbUnit) and name == "state":
        value = value.clone()
        value[..., change.unit] = disturbed(value[..., change.unit], change.noise, change.seed)
    return across(change, name, value)


def across(change: Change, name: str, value: Tensor) -> Tensor:
    """A Transformer's look at the source: a decoder layer's weights, or what its heads bring, (B, N, 1, …)."""
    side, _, place = name.partition(" ")
    if side != "decoder" or not isinstance(change, LookElsewhere | DisturbContext):
        return value
    layer, what = place.split(" ", 1)
    if change.layer not in (None, int(layer)):
        return value
    if isinstance(change, LookElsewhere) and what == "cross weights":
        value = value.clone()
        value[:, slice(None) if change.head is None else change.head] = value.new_tensor(change.weights)
    if isinstance(change, DisturbContext) and what == "cross heads":
        return disturbed(value, change.noise, change.seed + int(layer))
    return value


def inside(change: Change | None, layer: int, way: str, position: int) -> Touch:
    """The hand inside one step of one cell of the encoder; see `InnerTouch`."""
    if not isinstance(change, ClampGate | EraseState) or (change.layer, change.way) != (layer, way):
        return untouched
    before = position - 1 if way == "forward" else position + 1

    def touch(name: str, value: Tensor) -> Tensor:
        if isinstance(change, EraseState):
            state, _, carried = name.partition(" ")
            return torch.zeros_like(value) if carried and change.erases(layer, way, state, before) else value
        if name != change.gate or change.position not in (None, position):
            return value
        value = value.clone()
        value[:, slice(None) if change.unit is None else change.unit] = change.value
        return value

    return touch


def erase_end(start: RecurrentState, change: Change | None, end: int, hidden: int) -> RecurrentState:
    """The decoder's first state, where the last state of a direction was erased on the way: `end` of S positions."""
    if not isinstance(change, EraseState) or change.position != end:
        return start
    units = slice(0, hidden) if change.way == "forward" else slice(hidden, None)

    def erased(states: tuple[Tensor, ...], name: str) -> tuple[Tensor, ...]:
        if name not in change.states or not states:
            return states
        state = states[change.layer].clone()
        state[:, units] = 0.0
        return (*states[: change.layer], state, *states[change.layer + 1 :])

    return RecurrentState(erased(start.h, "h"), erased(start.c, "c"))


def start_instead(start: RecurrentState, change: Change | None) -> RecurrentState:
    """The decoder's first state; without attention it is the context, and is disturbed as one.

    A batch of sources of one length lend each other theirs, each the next one's.
    """
    if isinstance(change, BorrowStart):
        return RecurrentState(tuple(h.roll(1, 0) for h in start.h), tuple(c.roll(1, 0) for c in start.c))
    if isinstance(change, DisturbStart):
        return RecurrentState(
            tuple(partly_disturbed(h, change, layer) for layer, h in enumerate(start.h)),
            tuple(partly_disturbed(c, change, 100 + layer) for layer, c in enumerate(start.c)),
        )
    if not isinstance(change, DisturbContext):
        return start
    noise, seed = change.noise, change.seed
    return RecurrentState(
        tuple(disturbed(h, noise, seed + layer) for layer, h in enumerate(start.h)),
        tuple(disturbed(c, noise, seed + 100 + layer) for layer, c in enumerate(start.c)),
    )


def partly_disturbed(value: Tensor, change: DisturbStart, place: int) -> Tensor:
    """The value (B, D) with some of its units disturbed; noise of 0 leaves them as they are."""
    if change.noise == 0:
        return value
    other = disturbed(value, change.noise or 0.0, change.seed + place)
    value = value.clone()
    value[:, change.first : change.last] = other[:, change.first : change.last]
    return value


def disturbed(value: Tensor, noise: float, seed: int) -> Tensor:
    """Zeros, or the value with normal noise of this standard deviation."""
    if not noise:
        return torch.zeros_like(value)
    generator = torch.Generator().manual_seed(seed)
    return value + noise * torch.randn(value.shape, generator=generator).to(value)
