"""What the page looks at: one attention of one layer, one of its heads, and the query that is followed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from seq2seq.stories.tokens import quoted, short_sign
from seq2seq.stories.transformer.vectors import TransformerVectors
from seq2seq.traces import Gates, TransformerTrace
from seq2seq.traces.transformer import Block, Side
from seq2seq.words import Words

WIDEST = 16  # features of a vector that are shown with their numbers


@dataclass(frozen=True)
class Focus:
    """An attention: whose it is (side, block, layer), the head in hand, and the query followed; counted from 0."""

    trace: TransformerTrace
    side: Side
    block: Block
    layer: int
    head: int
    query: int

    @cached_property
    def vectors(self) -> TransformerVectors:
        """The trace's vectors, each number with its address."""
        return TransformerVectors(self.trace)

    @property
    def gates(self) -> Gates:
        """What the layer computed, by name."""
        return self.trace.gates(self.side, self.layer)

    def of(self, name: str) -> np.ndarray:
        """A value of this attention: q, k, v, dots, scores, weights, heads, out, …"""
        return self.gates[f"{self.block}.{name}"]

    def pairs(self, name: str) -> np.ndarray:
        """(L, M): dots, scores or weights of the head in hand."""
        return self.of(name)[self.head]

    @property
    def row(self) -> np.ndarray:
        """(M,): the weights of the query that is followed."""
        return self.pairs("weights")[self.query]

    @property
    def address(self) -> str:
        """Where this attention's numbers are found: "encoder 0 self"."""
        return f"{self.side} {self.layer} {self.block}"

    @property
    def key_side(self) -> str:
        """Whose positions the keys are."""
        return "encoder" if self.block == "cross" else self.side

    @cached_property
    def visible(self) -> np.ndarray:
        """(L, M) bool: which keys each query sees."""
        return self.trace.visible(self.side, self.block)

    @property
    def masked(self) -> bool:
        """Whether a mask hides anything from any query."""
        return not bool(self.visible.all())

    @property
    def seen(self) -> list[int]:
        """The keys that the query sees."""
        return [int(j) for j in np.flatnonzero(self.visible[self.query])]

    @cached_property
    def queries(self) -> tuple[str, ...]:
        """Who asks."""
        return self.trace.tokens(self.side, self.block)[0]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Who is asked."""
        return self.trace.tokens(self.side, self.block)[1]

    def ranked(self) -> list[int]:
        """The keys, the largest weight first."""
        return [int(j) for j in np.argsort(-self.row, kind="stable")]

    # ---- features

    @property
    def own(self) -> range:
        """The features that the head reads."""
        width = self.trace.head_width
        return range(self.head * width, (self.head + 1) * width)

    @cached_property
    def shown(self) -> list[int]:
        """The features of a vector that are shown with their numbers: the head's, as many as there is room for."""
        return list(self.own)[:WIDEST]

    # ---- words

    def name(self, words: Words, key: bool, at: int) -> str:
        """A token with its position, as a sentence shows it."""
        token = (self.keys if key else self.queries)[at]
        return words.say("selfatt.token", token=quoted(token), position=at + 1)

    def query_sign(self, at: int) -> str:
        """A query by a sign or two: in the decoder what it reads and, in cross-attention, what it then writes."""
        if self.block == "cross":
            return f"{short_sign(self.queries[at])}→{short_sign(self.trace.output[at])}"
        return short_sign(self.queries[at])


def focus_of(
    trace: TransformerTrace, side: Side, block: Block, layer: int = 0, head: int = 0, query: int | None = None
) -> Focus:
    """A focus that exists in this trace: what lies beyond its ends is moved to its ends; no query: the middle one."""
    count = len(trace.tokens(side, block)[0])
    at = count // 2 if query is None else query
    return Focus(
        trace, side, block, max(0, min(layer, trace.layers - 1)), max(0, min(head, trace.heads - 1)),
        max(0, min(at, count - 1)),
    )  # fmt: skip
