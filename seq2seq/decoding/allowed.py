"""Which tokens may be written at a step, and whether what is asked of a search can be done."""

from collections.abc import Iterable

import numpy as np

from seq2seq.decoding.writer import Writer
from seq2seq.tasks import InputError
from seq2seq.traces.scoring import ALPHA_HIGHEST, ALPHA_LOWEST, PENALTIES
from seq2seq.traces.search import MOST_STEPS, STOPS, WIDEST, BeamSettings, LengthPenalty, Limits


class Allowed:
    """The limits of a search, applied to a writer's probabilities.

    Raises: InputError if a token is not in the vocabulary, or no output can keep to the limits.
    """

    def __init__(self, limits: Limits, writer: Writer) -> None:
        check_number("longest", limits.longest, 1, MOST_STEPS)
        check_number("shortest", limits.shortest, 1, limits.longest)
        self.limits, self.end = limits, writer.end
        self.prefix = numbers_of(limits.prefix, writer)
        if len(self.prefix) >= limits.longest or self.end in self.prefix:
            raise InputError("input.prefix_too_long", length=len(self.prefix), longest=limits.longest)
        self.barred = sorted({*writer.never, *numbers_of(limits.forbidden, writer)})
        letters = set(range(len(writer.vocabulary))) - {*self.barred, self.end}
        if not letters and (limits.shortest > 1 or self.end in self.barred):
            raise InputError("input.all_forbidden")

    def log_probs(self, log_probs: np.ndarray, number: int) -> np.ndarray:
        """Of the tokens (R, V) at a step; -inf where a token may not be written. Not normalised again."""
        if number < len(self.prefix):
            kept = np.full_like(log_probs, -np.inf)
            kept[:, self.prefix[number]] = log_probs[:, self.prefix[number]]
            return kept
        kept = log_probs.copy()
        kept[:, self.barred] = -np.inf
        if number < self.limits.shortest - 1:
            kept[:, self.end] = -np.inf
        return kept


def numbers_of(tokens: Iterable[str], writer: Writer) -> list[int]:
    """Vocabulary numbers of tokens by name.

    Raises: InputError if one is not in the vocabulary, or is never written.
    """
    known = {token: number for number, token in enumerate(writer.vocabulary) if number not in writer.never}
    for token in tokens:
        if token not in known:
            raise InputError("input.unknown_token", token=token, known=" ".join(known))
    return [known[token] for token in tokens]


def check_number(name: str, value: float, low: float, high: float) -> None:
    """Raise InputError if a setting lies outside its bounds."""
    if not low <= value <= high:
        raise InputError("input.out_of_range", name=name, value=value, low=low, high=high)


def check_penalty(penalty: LengthPenalty) -> None:
    """Raise InputError if there is no such penalty."""
    check_number("alpha", penalty.alpha, ALPHA_LOWEST, ALPHA_HIGHEST)
    if penalty.kind not in PENALTIES:
        raise InputError("input.no_such", what="penalty", value=penalty.kind, choices=", ".join(PENALTIES))


def check_beam(asked: BeamSettings) -> None:
    """Raise InputError if a beam search cannot be asked for so."""
    check_number("width", asked.width, 1, WIDEST)
    check_penalty(asked.penalty)
    if asked.stop not in STOPS:
        raise InputError("input.no_such", what="stop", value=asked.stop, choices=", ".join(STOPS))
