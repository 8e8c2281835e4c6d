"""The record of what several searches made of one input, beside what would have been right."""

from dataclasses import dataclass

from seq2seq.traces.exact import SAME, ExactTrace
from seq2seq.traces.search import FINISHED, OUTSIDE, PRUNED, ROOT, Output, SearchTrace

GREEDY, BEAM, WIDER, EXACT, RIGHT = "greedy", "beam", "wider", "exact", "right"


@dataclass(frozen=True)
class Found:
    """An output, who found it, and whether it is right; None where nothing is right or wrong.

    name: greedy, beam, wider (a wider beam), exact (the best found), or right: an answer that none of them found.
    log_probs: of each token, natural.
    """

    name: str
    output: Output
    log_probs: tuple[float, ...]
    text: str
    right: bool | None
    width: int = 0  # of a beam
    flaw: str | None = None  # what is wrong with the output whatever was read


@dataclass(frozen=True)
class LostTargets:
    """Of the task with synonyms: `ways` ^ `length` right outputs, and the share `empty` of targets that were lost.

    crossing: the length beyond which nothing at all is more probable than any one right output.
    """

    ways: int
    empty: float
    length: int
    crossing: float

    @property
    def outputs(self) -> int:
        """How many outputs are right."""
        return int(self.ways**self.length)


@dataclass(frozen=True, kw_only=True)
class ContestTrace:
    """Greedy, a beam, a wider beam and an exact search on one input."""

    exact: ExactTrace
    found: tuple[Found, ...]
    every_answer: bool  # whether the best of all right answers is among `found`
    lost: LostTargets | None

    def of(self, name: str) -> Found | None:
        """What one of them found."""
        return next((found for found in self.found if found.name == name), None)

    def who(self, name: str) -> Found:
        """What one of the searches found, which all found something.

        Raises: KeyError if it is none of them.
        """
        found = self.of(name)
        if found is None:
            raise KeyError(name)
        return found

    @property
    def search_error(self) -> bool | None:
        """Whether a better output exists than the beam's; None: not proved either way."""
        return self.exact.search_error

    @property
    def model_error(self) -> bool | None:
        """Whether the model's best output of all is wrong; None: not known, or nothing is right or wrong.

        Without a proof it is known where a wrong output scores better than every right one.
        """
        best = self.who(EXACT)
        if best.right is None:
            return None
        if self.exact.proved:
            return not best.right
        answer = self.of(RIGHT)
        beaten = answer is not None and answer.output.score < best.output.score - SAME
        return True if self.every_answer and beaten and not best.right else None

    @property
    def verdict(self) -> str:
        """In a word: none, search, harmless, model, both, lucky; of what is not known: see the last lines."""
        search, model, right = self.search_error, self.model_error, self.who(BEAM).right
        if search is not None and model is not None:
            if search and model:
                return "lucky" if right else "both"
            if search:
                return "harmless" if right else "search"
            return "model" if model else "none"
        if search is None:
            return "unproved.model" if model else "unproved"
        if self.exact.proved:  # nothing is right or wrong here
            return "search.only" if search else "search.none"
        return "unproved.search"


@dataclass(frozen=True)
class BeamFate:
    """What became of an output in a beam.

    kind: best, the beam's own output; finished, found, but another scores better; pruned, no place was left for its
    beginning; outside, it ended, but not among the best; stopped, the search was over before; barred, the limits do
    not allow it. t: at which token, counted from 0; node: the last candidate along it.
    """

    kind: str
    t: int
    node: int


def fate_in_beam(beam: SearchTrace, tokens: tuple[int, ...]) -> BeamFate:
    """Follow an output through a beam's record."""
    nodes = beam.follow(list(tokens))
    t, node = len(nodes) - 1, nodes[-1] if nodes else ROOT
    status = int(beam.status[node]) if nodes else -1
    if len(nodes) == len(tokens) and status == FINISHED:
        return BeamFate("best" if node == beam.best else "finished", t, node)
    if status in (PRUNED, OUTSIDE):
        return BeamFate("pruned" if status == PRUNED else "outside", t, node)
    return BeamFate("stopped" if len(nodes) >= beam.steps else "barred", min(t + 1, len(tokens) - 1), node)
