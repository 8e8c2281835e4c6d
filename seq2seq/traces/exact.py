"""The record of an exact search: every beginning that was looked at, and how the proof closed."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from seq2seq.traces.scoring import LengthPenalty
from seq2seq.traces.search import ROOT, Limits, Output, SearchTrace, path_to

EXPANDED, ENDED, DROPPED, OPEN = range(4)
FATES = ("expanded", "ended", "dropped", "open")
MOST_EXPANSIONS = 100_000
SAME = 1e-5  # two scores nearer than that are equal: what float32 leaves open, other rows beside it or none


@dataclass(frozen=True)
class ExactSettings:
    """What an exact search is asked for; width: of the beam whose output is the first to beat."""

    penalty: LengthPenalty = field(default_factory=LengthPenalty)
    limits: Limits = field(default_factory=Limits)
    budget: int = 2000  # expansions
    width: int = 4


@dataclass(frozen=True, kw_only=True)
class ExactTrace:
    """N beginnings in the order in which they were made, E expansions.

    What became of a beginning: expanded; ended, an output; dropped, as nothing that begins so can beat the best output;
    open, the budget was spent before.
    """

    source: tuple[str, ...]
    vocabulary: tuple[str, ...]
    asked: ExactSettings
    beam: SearchTrace  # whose output was the first to beat
    parent: np.ndarray  # (N,) ROOT behind the empty beginning
    token: np.ndarray  # (N,)
    log_prob: np.ndarray  # (N,) of the token alone
    total: np.ndarray  # (N,) of the beginning
    bound: np.ndarray  # (N,) the most that anything which begins so can score
    fate: np.ndarray  # (N,) see FATES
    expanded: np.ndarray  # (E,) the beginnings in the order of their expansion, ROOT first
    lower: np.ndarray  # (E,) after each expansion: the best score of an output so far
    upper: np.ndarray  # (E,) the most that any beginning still open promises, at least `lower`
    best: Output
    proved: bool

    @property
    def expansions(self) -> int:
        """How many beginnings were looked at."""
        return len(self.expanded)

    @property
    def beam_output(self) -> Output:
        """What the beam found."""
        return self.beam.best_output

    @property
    def search_error(self) -> bool | None:
        """Whether a better output exists than the beam's; None: not proved either way."""
        if self.best.score > self.beam_output.score + SAME:
            return True
        return False if self.proved else None

    @cached_property
    def order(self) -> np.ndarray:
        """(N,) which expansion looked behind a beginning, E where none did."""
        found = np.full(len(self.parent), self.expansions)
        found[self.expanded[1:]] = np.arange(1, self.expansions)
        return found

    @cached_property
    def born(self) -> np.ndarray:
        """(N,) the expansion that made a beginning."""
        return np.where(self.parent == ROOT, 0, self.order[self.parent])

    @cached_property
    def length(self) -> np.ndarray:
        """(N,) tokens of a beginning."""
        found = np.ones(len(self.parent), dtype=int)
        for node in self.expanded[1:].tolist():  # a parent is expanded before its children
            found[self.behind(node)] = found[node] + 1
        return found

    @cached_property
    def _behind(self) -> dict[int, np.ndarray]:
        order = np.argsort(self.parent, kind="stable")
        parents, starts = np.unique(self.parent[order], return_index=True)
        return dict(zip(parents.tolist(), np.split(order, starts[1:]), strict=True))

    def behind(self, node: int) -> np.ndarray:
        """The beginnings with one more token, most probable first; none where it was not expanded."""
        return self._behind.get(node, np.zeros(0, dtype=int))

    def open_after(self, e: int) -> np.ndarray:
        """The beginnings that can still lead to a better output once expansion `e` is made, most promising first."""
        there = (self.born <= e) & (self.order > e) & (self.fate != ENDED) & (self.bound > self.lower[e])
        nodes = np.flatnonzero(there)
        return nodes[np.argsort(-self.bound[nodes], kind="stable")]

    def node_of(self, tokens: tuple[int, ...]) -> int | None:
        """The beginning with just these tokens; None where it was never made."""
        node = ROOT
        for token in tokens:
            here = [child for child in self.behind(node).tolist() if self.token[child] == token]
            if not here:
                return None
            node = here[0]
        return node

    def tokens(self, output: Output) -> list[str]:
        """An output as tokens."""
        return [self.vocabulary[number] for number in output.tokens]

    def text(self, output: Output) -> str:
        """An output as it is read, without ⟨eos⟩."""
        return "".join(self.vocabulary[number] for number in output.tokens if number != self.beam.end)

    def path(self, node: int) -> list[int]:
        """The beginnings from the first token to this one."""
        return path_to(node, self.parent)
