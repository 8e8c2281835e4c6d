"""The record of one source of growing length, sent through one vector, and beside it with attention."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from seq2seq.traces.decoding import DecodingTrace


@dataclass(frozen=True)
class LengthScore:
    """Of n pairs with sources of this length, free-running greedy: `right` whole outputs, `places` letters.

    places: (length,) how many of the n have the right letter at each place of the output.
    """

    length: int
    n: int
    right: int
    places: tuple[int, ...]

    @property
    def share(self) -> float:
        """Exact match: the share of whole outputs that are right."""
        return self.right / self.n

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self) | {"places": list(self.places)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "LengthScore":
        """What `to_dict` gave."""
        return cls(values["length"], values["n"], values["right"], tuple(values["places"]))


Scores = Mapping[int, LengthScore]  # by length; lengths that cannot be scored are not there


@dataclass(frozen=True)
class Disturbed:
    """A model that begins with another first state: one decoding, and scores on fewer of the pairs."""

    decoding: DecodingTrace
    scores: Scores


@dataclass(frozen=True)
class Side:
    """One of the two models: "none" has the vector only, "general" attention too.

    decodings: of the first 1, 2, 3, … tokens of the source, as the model is, or with the trace's change; scores: on
    pairs it never saw; disturbed: what becomes of it with another first state, by the name of what was done.
    """

    name: str
    decodings: Sequence[DecodingTrace]
    scores: Scores
    disturbed: Mapping[str, Disturbed]
    seeds: Mapping[int, Scores]  # other trainings of the same configuration, by seed

    @property
    def size(self) -> int:
        """D: how many numbers the first state has."""
        return len(self.decodings[0].start[-1]["h"])


@dataclass(frozen=True)
class BottleneckTrace:
    """One source of growing length through two models of the same size, trained on the same strings.

    answers: the right output for the first 1, 2, 3, … tokens; longest: the longest source trained on; letters: how
    many there are to choose from; other: the other task's name, and its scores without attention; lender: the source
    whose last state the models are given in "borrow", where all of this is disturbed by no change of its own.
    """

    task: str
    source: tuple[str, ...]
    answers: tuple[str, ...]
    longest: int
    letters: int
    sides: tuple[Side, Side]
    other: tuple[str, Scores]
    lender: tuple[str, ...] = ()

    def side(self, name: str) -> Side:
        """The model of this name.

        Raises: KeyError if there is none.
        """
        return {side.name: side for side in self.sides}[name]

    @property
    def lengths(self) -> range:
        """How many tokens have been read, at each step of the way."""
        return range(1, len(self.source) + 1)
