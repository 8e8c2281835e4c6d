"""The record of a search for an output: what was asked, and every candidate that was looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from seq2seq.traces.scoring import LengthPenalty

KEPT, PRUNED, FINISHED, OUTSIDE = range(4)
STATUSES = ("kept", "pruned", "finished", "outside")
FULL, GUESS, BOUND = "full", "guess", "bound"
STOPS = (FULL, GUESS, BOUND)
WIDEST, MOST_STEPS = 100, 200  # of a beam: hypotheses, tokens; so that a search always ends in reasonable time
ROOT = -1


@dataclass(frozen=True)
class Limits:
    """Which outputs may be written: tokens by name, lengths with ⟨eos⟩.

    shortest: ⟨eos⟩ is not written before this position. longest: whoever has not ended by then is cut off there.
    prefix: what every output begins with. forbidden: what none may hold.
    """

    longest: int = 24
    shortest: int = 1
    prefix: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class BeamSettings:
    """What a beam search is asked for.

    width: hypotheses that go on at each step. stop: when to end before `longest`:
    full, as soon as `width` outputs have finished; guess, when the best unfinished one, scored at the length it has
    now, is below the worst of them (Hugging Face's default: not certain if α > 0); bound, when none can still beat it.
    """

    width: int = 4
    penalty: LengthPenalty = field(default_factory=LengthPenalty)
    limits: Limits = field(default_factory=Limits)
    stop: str = BOUND


def path_to(node: int, parent: Sequence[int] | np.ndarray) -> list[int]:
    """The nodes of a tree from the first token to this one; parent: of each node, ROOT behind nothing."""
    found: list[int] = []
    while node != ROOT:
        found.append(node)
        node = int(parent[node])
    return found[::-1]


@dataclass(frozen=True)
class Output:
    """One output: tokens by number, ⟨eos⟩ included unless it was cut off; natural log-probability; its score."""

    tokens: tuple[int, ...]
    log_prob: float
    score: float


@dataclass(frozen=True)
class GreedyPath:
    """What greedy decoding writes under the same limits: tokens by number, natural log-probabilities.

    node: which candidate of the beam each token is, -1 where the beam had dropped its beginning.
    """

    tokens: tuple[int, ...]
    log_probs: tuple[float, ...]
    node: tuple[int, ...]

    @property
    def log_prob(self) -> float:
        """Of the whole output."""
        return float(sum(self.log_probs))


@dataclass(frozen=True, kw_only=True)
class SearchTrace:
    """Every candidate of a beam search; C of them, in the order of steps, best first within a step. Natural logs.

    A candidate is one more token behind a hypothesis that was kept. Its status:
    kept, goes on; finished, wrote ⟨eos⟩ among the `width` best of all candidates, or was among them when the length ran
    out; outside, wrote ⟨eos⟩, but was not among them; pruned, any other.
    """

    source: tuple[str, ...]
    vocabulary: tuple[str, ...]  # target tokens
    asked: BeamSettings
    step: np.ndarray  # (C,) counted from 0
    parent: np.ndarray  # (C,) whose next token it is; ROOT at the first step
    token: np.ndarray  # (C,) vocabulary number
    log_prob: np.ndarray  # (C,) of the token alone
    total: np.ndarray  # (C,) of the whole hypothesis
    rank: np.ndarray  # (C,) among the candidates of its step, 0 best
    status: np.ndarray  # (C,) see STATUSES
    expanded: np.ndarray  # (E,) the candidates that were expanded, ROOT first
    weights: np.ndarray | None  # (E, S) where each looked to choose its next token; None without attention
    end: int  # ⟨eos⟩'s number
    greedy: GreedyPath = GreedyPath((), (), ())

    # ---- what is found

    @cached_property
    def score(self) -> np.ndarray:
        """(C,) normalised by length; NaN where not finished."""
        return self.rescored(self.asked.penalty)

    def rescored(self, penalty: LengthPenalty) -> np.ndarray:
        """(C,) the finished candidates' scores under another penalty."""
        scores = np.full(len(self.step), np.nan)
        for node in np.flatnonzero(self.status == FINISHED):
            scores[node] = penalty.score(float(self.total[node]), int(self.step[node]) + 1)
        return scores

    @cached_property
    def finished(self) -> np.ndarray:
        """The finished candidates, best score first; of equal ones, the earlier."""
        nodes = np.flatnonzero(self.status == FINISHED)
        return nodes[np.argsort(-self.score[nodes], kind="stable")]

    @property
    def hypotheses(self) -> np.ndarray:
        """The outputs found: the `width` best finished candidates, best first."""
        return self.finished[: self.asked.width]

    @property
    def best(self) -> int:
        """The output of the search."""
        return int(self.finished[0])

    @property
    def best_output(self) -> Output:
        """The same, with what it scores."""
        node = self.best
        return Output(tuple(self.numbers(node)), float(self.total[node]), float(self.score[node]))

    @property
    def steps(self) -> int:
        """How many steps the search took."""
        return int(self.step.max()) + 1

    # ---- one candidate

    def path(self, node: int) -> list[int]:
        """The candidates from the first token to this one."""
        return path_to(node, self.parent)

    def numbers(self, node: int) -> list[int]:
        """The hypothesis as vocabulary numbers, ⟨eos⟩ included."""
        return [int(self.token[n]) for n in self.path(node)]

    def tokens(self, node: int) -> list[str]:
        """The hypothesis as tokens, ⟨eos⟩ included."""
        return [self.vocabulary[number] for number in self.numbers(node)]

    def text(self, node: int) -> str:
        """The hypothesis as it is read, without ⟨eos⟩."""
        tokens = self.tokens(node)
        return "".join(tokens[:-1] if self.ended(node) else tokens)

    def ended(self, node: int) -> bool:
        """Whether it wrote ⟨eos⟩ itself; a finished one that did not was cut off."""
        return int(self.token[node]) == self.end

    def children(self, node: int) -> np.ndarray:
        """The candidates behind a hypothesis, most probable first; empty where it was not expanded."""
        behind = np.flatnonzero(self.parent == node)
        return behind[np.argsort(-self.log_prob[behind], kind="stable")]

    def weights_of(self, node: int) -> np.ndarray | None:
        """(S,) where the hypothesis looked to choose its next token; None where it was not expanded."""
        rows = np.flatnonzero(self.expanded == node)
        return self.weights[rows[0]] if self.weights is not None and len(rows) else None

    def follow(self, numbers: list[int]) -> list[int]:
        """The candidates along an output, as far as the beam looked at it."""
        node, found = ROOT, []
        for number in numbers:
            here = np.flatnonzero((self.parent == node) & (self.token == number))
            if not len(here):
                break
            node = int(here[0])
            found.append(node)
        return found
