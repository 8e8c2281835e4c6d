"""One step of writing as a picture has it: which tokens have a row, what flows between them, where they fall."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from seq2seq.traces.sampling import STAGES, SampleTrace, falling

ROWS = 8  # tokens that have a row of their own
FAINT = 0.004  # a flow below this is not drawn


@dataclass(frozen=True)
class Group:
    """A row: one token, or all that have none of their own."""

    tokens: tuple[int, ...]
    own: bool  # one token, with its name


@dataclass(frozen=True)
class Flow:
    """Probability that a row loses in a stage, and another gains."""

    stage: int
    origin: int
    goal: int
    mass: float


@dataclass(frozen=True)
class Segment:
    """A piece of the line from 0 to 1: the tokens that lie there; token: the one, if it has a row of its own."""

    begin: float
    end: float
    tokens: tuple[int, ...]
    token: int | None


def groups(trace: SampleTrace, step: int) -> list[Group]:
    """The rows of a step: the most probable tokens, the one that was drawn among them, then all others."""
    probs = trace.stages["model"][step]
    order = [n for n in falling(probs).tolist() if probs[n] > 0]
    if len(order) <= ROWS + 1:
        return [Group((n,), True) for n in order]
    shown, chosen = order[:ROWS], int(trace.chosen[step])
    if chosen not in shown:
        shown[-1] = chosen
    others = tuple(n for n in order if n not in shown)
    return [*(Group((n,), True) for n in shown), Group(others, False)]


def mass(trace: SampleTrace, step: int, stage: str, group: Group) -> float:
    """The probability of a row after a stage."""
    return float(trace.stages[stage][step][list(group.tokens)].sum())


def flows(trace: SampleTrace, step: int, rows: Sequence[Group]) -> Iterator[Flow]:
    """What each stage moves: from every row that loses, to those that gain, in proportion."""
    for number in range(1, len(STAGES)):
        before, after = (
            np.array([mass(trace, step, stage, group) for group in rows]) for stage in STAGES[number - 1 : number + 1]
        )
        lost, gained = np.maximum(before - after, 0), np.maximum(after - before, 0)
        if gained.sum() <= 0:
            continue
        for origin in np.flatnonzero(lost):
            for goal in np.flatnonzero(gained):
                moved = float(lost[origin] * gained[goal] / gained.sum())
                if moved >= FAINT:
                    yield Flow(number, int(origin), int(goal), moved)


def segments(trace: SampleTrace, step: int, rows: Sequence[Group]) -> list[Segment]:
    """The tokens that are left, laid end to end from 0 to 1; neighbours without a row are one piece."""
    probs, own = trace.stages["top_p"][step], {group.tokens[0] for group in rows if group.own}
    found: list[Segment] = []
    reach = 0.0
    for number in falling(probs).tolist():
        if probs[number] <= 0:
            break
        begin, reach = reach, reach + float(probs[number])
        if number not in own and found and found[-1].token is None:
            last = found.pop()
            found.append(Segment(last.begin, reach, (*last.tokens, number), None))
        else:
            found.append(Segment(begin, reach, (number,), number if number in own else None))
    return found
