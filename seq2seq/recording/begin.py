"""How every recording begins: what is read, and who chooses what is written."""

from collections.abc import Sequence

import torch

from seq2seq.decoding.walk import Chooser, forced_by, most_probable
from seq2seq.tasks import EOS, Vocabulary
from seq2seq.traces import Change, ReadInstead


def source_as_read(source: Sequence[str], change: Change | None = None) -> list[str]:
    """The source tokens, one of them another where a change says so.

    Raises: ValueError if there are none.
    """
    if not source:
        raise ValueError("there is nothing to read: the source has no token")
    read = list(source)
    if isinstance(change, ReadInstead):
        read[change.position] = change.token
    return read


def chooser_along(
    target: Sequence[str] | None, vocabulary: Vocabulary, longest: int, device: torch.device
) -> tuple[Chooser, int]:
    """Who chooses, and for how many steps at most: a given target and its end (teacher forcing), else the model."""
    if target is None:
        return most_probable, longest
    forced = [*vocabulary.encode(target), EOS]
    return forced_by(torch.tensor([forced], device=device)), len(forced)
