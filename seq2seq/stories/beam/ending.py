"""Why a search stopped where it did, read off its record; and who wins under another penalty."""

from dataclasses import dataclass, replace

import numpy as np

from seq2seq.traces.search import FINISHED, FULL, GUESS, KEPT, ROOT, SearchTrace


@dataclass(frozen=True)
class Ending:
    """reason: longest, none, greedy, full, guess or bound; open_node: the best hypothesis that could have gone on,
    most: the most it can score (as the rule has it), worst: the score of the last output kept, worst_node: that one.
    """

    reason: str
    finished: int
    open_node: int = ROOT
    most: float = 0.0
    worst: float = 0.0
    worst_node: int = ROOT

    @property
    def passage(self) -> str:
        """Which line of the search says so."""
        return {"longest": "closed", "none": "closed", "greedy": "full"}.get(self.reason, self.reason)


def ending_of(trace: SearchTrace) -> Ending:
    """The rule that ended the search."""
    asked, last, found = trace.asked, trace.steps - 1, len(trace.finished)
    still = np.flatnonzero((trace.step == last) & (trace.status == KEPT))
    if not len(still):
        return Ending("longest" if trace.steps == asked.limits.longest else "none", found)
    if asked.width == 1:
        return Ending("greedy", found)
    if asked.stop == FULL:
        return Ending("full", found)
    best, total, length = int(still[0]), float(trace.total[still[0]]), trace.steps
    if asked.stop == GUESS:
        most = asked.penalty.score(total, length)
    else:
        most = asked.penalty.bound(total, length, asked.limits.longest)
    node = int(trace.hypotheses[-1])
    return Ending(asked.stop, found, best, most, float(trace.score[node]), node)


def winner(trace: SearchTrace, alpha: float) -> int:
    """The finished candidate with the best score under another α."""
    scores = trace.rescored(replace(trace.asked.penalty, alpha=alpha))
    nodes = np.flatnonzero(trace.status == FINISHED)
    return int(nodes[np.argmax(scores[nodes])])
