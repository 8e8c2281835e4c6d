"""What every question needs: a margin, wrong answers without doubles, and an order that gives nothing away."""

import random
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")
MARGIN = 0.2  # between the right answer and the next: anything closer is a matter of luck
CLEAR = 0.6  # a weight that dominates its row
WRONG = 3  # wrong answers beside the right one, at most


def wrong_answers(right: T, candidates: Iterable[T], most: int = WRONG) -> list[T]:
    """The first candidates that are neither right nor double."""
    return [candidate for candidate in dict.fromkeys(candidates) if candidate != right][:most]


def shuffled(options: Sequence[T], seed: str) -> list[T]:
    """The options in an order of their own, the same for the same seed."""
    return random.Random(seed).sample(list(options), len(options))


def spread(items: Sequence[T], most: int) -> list[T]:
    """At most so many of the items, from early to late."""
    if len(items) <= most:
        return list(items)
    return [items[round(k * (len(items) - 1) / max(1, most - 1))] for k in range(most)]
