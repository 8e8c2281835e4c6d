"""Which moments of an exact search are told: each expansion of a short one, of a long one a few."""

from dataclasses import dataclass

import numpy as np

from seq2seq.traces.exact import SAME, ExactTrace

ONE_BY_ONE = 24  # expansions that are told one by one
FIRST = 10  # of a longer search: those told one by one at its beginning
TOLD = 24  # and so many moments in all


@dataclass(frozen=True)
class Moment:
    """What one step shows: the search once so many beginnings were looked behind.

    kind: start, look (one expansion), rise (one that found a better output), group (several), end, and what follows.
    """

    kind: str
    shown: int
    first: int = 0  # of a group: its first expansion, counted from 1

    @property
    def e(self) -> int:
        """The last expansion made, counted from 0; -1: none."""
        return self.shown - 1


def rises(trace: ExactTrace) -> list[int]:
    """The expansions that found a better output than the best so far."""
    before = np.concatenate([[trace.beam_output.score], trace.lower[:-1]])
    return np.flatnonzero(trace.lower > before + SAME).tolist()


def told_expansions(trace: ExactTrace) -> list[int]:
    """The expansions after which there is a step, counted from 0."""
    count = trace.expansions
    if count <= ONE_BY_ONE:
        return list(range(count))
    found = set(range(FIRST)) | {count - 1} | set(rises(trace)[-10:])
    for e in np.geomspace(FIRST, count - 1, TOLD - FIRST):
        if len(found) < TOLD:
            found.add(round(float(e)))
    return sorted(found)


def search_moments(trace: ExactTrace) -> list[Moment]:
    """From the bar that is to beat to the proof, or to the end of the budget."""
    better, found, last = set(rises(trace)), [Moment("start", 0)], -1
    for e in told_expansions(trace):
        kind = "rise" if e in better else "look" if e == last + 1 else "group"
        found.append(Moment(kind, e + 1, last + 2))
        last = e
    return [*found, Moment("end", trace.expansions)]
