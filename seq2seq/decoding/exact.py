"""Exact search: the output that scores best of all, proved, or an honest word that it is not.

@stahlberg2019: what is written next can only lower a log-probability, so a beginning that is
already worse than a finished output need not be looked at again, and nothing that begins so. They go depth first; we
expand the most promising beginning first, which needs the fewest expansions. The first output to beat is a beam's.
"""

import heapq

import numpy as np

from seq2seq.decoding.allowed import Allowed, check_number
from seq2seq.decoding.beam import beam_search
from seq2seq.decoding.writer import Writer
from seq2seq.models.model import State
from seq2seq.traces.exact import DROPPED, ENDED, EXPANDED, MOST_EXPANSIONS, OPEN, ExactSettings, ExactTrace
from seq2seq.traces.search import ROOT, BeamSettings, Output, path_to


def exact_search(writer: Writer, asked: ExactSettings) -> ExactTrace:
    """Search until no beginning is left that could still lead to a better output, or the budget is spent.

    Raises: InputError if it cannot be asked for so.
    """
    check_number("budget", asked.budget, 1, MOST_EXPANSIONS)
    search = Search(writer, asked)
    while search.promises() > search.best.score and len(search.expanded) < asked.budget:
        search.expand()
    return search.trace()


class Search:
    """The beginnings so far, those still open in a heap, the most promising on top."""

    def __init__(self, writer: Writer, asked: ExactSettings) -> None:
        self.writer, self.asked = writer, asked
        self.beam = beam_search(writer, BeamSettings(asked.width, asked.penalty, asked.limits))
        self.best = self.beam.best_output
        self.allowed = Allowed(asked.limits, writer)
        self.parent: list[int] = []
        self.token: list[int] = []
        self.log_prob: list[float] = []
        self.total: list[float] = []
        self.bound: list[float] = []
        self.fate: list[int] = []
        self.expanded: list[int] = []
        self.gaps: list[tuple[float, float]] = []
        last, start = writer.begin()
        self.state: dict[int, State] = {ROOT: start}  # of each open beginning: as its parent left it, one row
        self.first = int(last[0])
        self.open: list[tuple[float, int]] = [(-float("inf"), ROOT)]

    def promises(self) -> float:
        """The most that any open beginning can still score."""
        return -self.open[0][0] if self.open else -float("inf")

    def expand(self) -> None:
        """Look one token behind the most promising beginning."""
        _, node = heapq.heappop(self.open)
        state = self.state.pop(node)
        length, total, token = 0, 0.0, self.first
        if node != ROOT:
            self.fate[node] = EXPANDED
            length, total, token = len(path_to(node, self.parent)), self.total[node], self.token[node]
        ahead = self.writer.ahead([token], state)
        log_probs = self.allowed.log_probs(ahead.log_probs, length)[0]
        for number in np.argsort(-log_probs, kind="stable").tolist():
            if np.isfinite(log_probs[number]):
                self.add(node, number, float(log_probs[number]), total, length + 1, ahead.state)
        self.expanded.append(node)
        self.gaps.append((self.best.score, max(self.promises(), self.best.score)))

    def add(self, parent: int, token: int, log_prob: float, total: float, length: int, state: State) -> None:
        """A beginning of so many tokens: an output, or open, or not worth opening."""
        penalty, longest, node = self.asked.penalty, self.asked.limits.longest, len(self.parent)
        total += log_prob
        whole = token == self.writer.end or length == longest
        bound = penalty.score(total, length) if whole else penalty.bound(total, length, longest)
        self.parent.append(parent)
        self.token.append(token)
        self.log_prob.append(log_prob)
        self.total.append(total)
        self.bound.append(bound)
        self.fate.append(ENDED if whole else OPEN)
        if whole:
            if bound > self.best.score:
                self.best = Output(tuple(self.token[n] for n in path_to(node, self.parent)), total, bound)
        elif bound > self.best.score:
            self.state[node] = state
            heapq.heappush(self.open, (-bound, node))
        else:
            self.fate[node] = DROPPED

    def trace(self) -> ExactTrace:
        """What was looked at, and whether that settles it."""
        proved = self.promises() <= self.best.score
        for promise, node in self.open:
            if node != ROOT and -promise <= self.best.score:
                self.fate[node] = DROPPED
        lower, upper = np.array(self.gaps).T
        return ExactTrace(
            source=self.writer.source, vocabulary=self.writer.vocabulary, asked=self.asked, beam=self.beam,
            parent=np.array(self.parent), token=np.array(self.token), log_prob=np.array(self.log_prob),
            total=np.array(self.total), bound=np.array(self.bound), fate=np.array(self.fate),
            expanded=np.array(self.expanded), lower=lower, upper=upper, best=self.best, proved=proved,
        )  # fmt: skip
