"""What the heads of a Transformer were measured to do, and what becomes of the model without some of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from seq2seq.traces.transformer import TransformerTrace

SIDES = {"e": ("encoder", "self"), "d": ("decoder", "self"), "x": ("decoder", "cross")}
WAYS = ("zero", "mean")  # what stands where a head's output was: nothing, or its own mean
# Patterns: which keys j a query t may look at. A pattern that a block has no use for is not measured there.
PATTERNS = {
    "e": ("previous", "self", "next", "mirror", "first", "last", "twin"),
    "d": ("previous", "self", "bos", "twin"),
    "x": ("mirror", "diagonal", "first", "last", "writes", "reads"),
}
NAMED = 0.5  # share of its weight that a head must give to a pattern to be named after it
AS_GOOD = 0.05  # patterns so close together are as good: the first of them, one of places, gives the name


class HeadPlace(NamedTuple):
    """Where a head is: block "e" (encoder), "d" (decoder, on itself) or "x" (cross); layer and head count from 0."""

    block: str
    layer: int
    head: int

    @property
    def id(self) -> str:
        """Its short name, in pictures and in links: "e1.2" is the encoder's first layer, second head."""
        return f"{self.block}{self.layer + 1}.{self.head + 1}"

    @property
    def address(self) -> tuple[str, int, str]:
        """Side, layer and block, as a `TransformerTrace` and a hand on the model name them."""
        side, block = SIDES[self.block]
        return side, self.layer, block

    @classmethod
    def read(cls, id: str) -> "HeadPlace":
        """The place of a short name.

        Raises: ValueError if it is none.
        """
        layer, dot, head = id[1:].partition(".")
        if id[:1] not in SIDES or not dot or not (layer.isdecimal() and head.isdecimal()) or "0" in (layer, head):
            raise ValueError(id)
        return cls(id[0], int(layer) - 1, int(head) - 1)


def head_places(layers: int, heads: int) -> list[HeadPlace]:
    """Every head of a model: the encoder's, then the decoder's on itself, then those on the source."""
    return [HeadPlace(block, layer, head) for block in SIDES for layer in range(layers) for head in range(heads)]


@dataclass(frozen=True)
class HeadScore:
    """Of n held-out outputs, free-running greedy, `right` are right as a whole; loss: per token, along the answers."""

    right: int
    n: int
    loss: float

    @property
    def exact(self) -> float:
        """Exact match."""
        return self.right / self.n


@dataclass(frozen=True)
class Mean:
    """A mean over rows of attention, with what it was taken of."""

    total: float
    rows: int

    @property
    def value(self) -> float:
        """The mean; 0 of no rows at all."""
        return self.total / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class MeasuredHead:
    """One head over a sample: how spread its rows are, which keys get its weight, and the model without it alone.

    Only rows that see at least two keys count: a row with one has no choice. entropy: in nats; most: ln of the keys
    each row sees, what its entropy would be if it looked everywhere alike; shares: weight given to each pattern, over
    the rows where it exists; off: by way ("zero" or "mean").
    """

    place: HeadPlace
    entropy: Mean
    most: Mean
    shares: Mapping[str, Mean]
    off: Mapping[str, HeadScore]

    @property
    def best(self) -> str:
        """The pattern that gets the most of its weight, or the first that gets nearly as much."""
        most = max(share.value for share in self.shares.values())
        return next(name for name, share in self.shares.items() if share.value >= most - AS_GOOD)

    @property
    def pattern(self) -> str:
        """What it seems to do: its best pattern if that gets at least NAMED of its weight, else "none"."""
        return self.best if self.shares[self.best].value >= NAMED else "none"


@dataclass(frozen=True)
class Pruning:
    """Heads taken away one after the other: scores[k] with `order[: k + 1]` off.

    greedy: each time the one without which the loss of the others is least; else in the order of their losses alone.
    pairs: on how many the order was decided.
    """

    order: tuple[HeadPlace, ...]
    scores: tuple[HeadScore, ...]
    greedy: bool
    pairs: int


@dataclass(frozen=True)
class MeasuredHeads:
    """All heads of one model, on n held-out pairs."""

    model: str
    n: int
    base: HeadScore  # with every head
    heads: tuple[MeasuredHead, ...]
    pruned: Mapping[str, Pruning]  # by way

    def head(self, place: HeadPlace) -> MeasuredHead:
        """One of them.

        Raises: KeyError if there is none.
        """
        return {head.place: head for head in self.heads}[place]

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "model": self.model, "n": self.n, "base": asdict(self.base),
            "heads": [
                {
                    "id": head.place.id, "entropy": asdict(head.entropy), "most": asdict(head.most),
                    "shares": {name: asdict(share) for name, share in head.shares.items()},
                    "off": {way: asdict(score) for way, score in head.off.items()},
                }
                for head in self.heads
            ],
            "pruned": {
                way: {
                    "order": [place.id for place in pruning.order], "greedy": pruning.greedy, "pairs": pruning.pairs,
                    "scores": [asdict(score) for score in pruning.scores],
                }
                for way, pruning in self.pruned.items()
            },
        }  # fmt: skip

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "MeasuredHeads":
        """What `to_dict` gave."""
        heads = tuple(
            MeasuredHead(
                HeadPlace.read(head["id"]), Mean(**head["entropy"]), Mean(**head["most"]),
                {name: Mean(**share) for name, share in head["shares"].items()},
                {way: HeadScore(**score) for way, score in head["off"].items()},
            )
            for head in values["heads"]
        )  # fmt: skip
        pruned = {
            way: Pruning(
                tuple(HeadPlace.read(id) for id in kept["order"]),
                tuple(HeadScore(**s) for s in kept["scores"]),
                kept["greedy"],
                kept["pairs"],
            )
            for way, kept in values["pruned"].items()
        }
        return cls(values["model"], values["n"], HeadScore(**values["base"]), heads, pruned)


@dataclass(frozen=True)
class HeadsTrace:
    """One sentence through a model, its heads as they were measured, and what it writes with fewer of them.

    written: by way, the outputs with `order[: k + 1]` off; answer: the right output, where one is known.
    """

    sentence: TransformerTrace
    measured: MeasuredHeads
    written: Mapping[str, Sequence[tuple[str, ...]]]
    answer: tuple[str, ...] | None


@dataclass(frozen=True)
class HeadsOff:
    """The same sentence with some heads off; before and after on the same held-out pairs."""

    places: tuple[HeadPlace, ...]
    way: str
    after: TransformerTrace
    score: HeadScore


def keys_of(pattern: str, t: int, queries: Sequence[str], keys: Sequence[str], next_token: str) -> list[int]:
    """Which keys a pattern means for query t; none where it does not exist.

    Args: queries: token at each query; keys: token at each key; next_token: what is written at t, for "writes".
    """
    last = len(keys) - 1
    single = {"previous": t - 1, "self": t, "next": t + 1, "mirror": last - t, "diagonal": t, "last": last}
    single |= {"first": 0, "bos": 0}
    if pattern in single:
        return [single[pattern]] if 0 <= single[pattern] <= last else []
    wanted = next_token if pattern == "writes" else queries[t]
    return [j for j, token in enumerate(keys) if token == wanted and not (pattern == "twin" and j == t)]


def row_entropy(weights: Sequence[float]) -> float:
    """−Σ α ln α, in nats; a weight of 0 adds nothing."""
    return math.fsum(-w * math.log(w) for w in weights if w > 0)
