"""Where everything lies in a cell's picture: the memory's track above, the gates in the middle, what is read below.

Places are (share of the panel's width, pixels from its top). The geometry is ours.
"""

from dataclasses import dataclass
from functools import cache

HEIGHT = 370  # of one panel
STRIP, WIDE = 80, 16  # a strip of units: how tall, and how wide at most
TRACK, MIDDLE, SQUASH, BUS, READ = 94, 196, 272, 306, 306  # pixels from the top
Point = tuple[float, float]


@dataclass(frozen=True)
class Strip:
    """A vector as a column of units, its middle at a point; `shown`: its letter, where it is old or new after that."""

    name: str
    at: Point
    shown: str


@dataclass(frozen=True)
class Node:
    """An operation: its sign, where it stands, and the stage that computes it."""

    stage: str
    at: Point
    sign: str


@dataclass(frozen=True)
class Edge:
    """What flows where, as a line through points; lit in its stage."""

    stage: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Plan:
    """The picture of one kind of cell."""

    strips: tuple[Strip, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


IN, OUT, X = 0.08, 0.92, 0.175
TOP, FOOT = MIDDLE - STRIP / 2, MIDDLE + STRIP / 2  # of the strips in the middle


def _read_edges(*gates: tuple[str, float]) -> tuple[Edge, ...]:
    """From what is read, along the bus, up to each gate's squashing node, and on into its strip."""
    return tuple(Edge(gate, ((X, BUS), (x, BUS), (x, SQUASH), (x, FOOT))) for gate, x in gates)


@cache
def plan(cell: str) -> Plan:
    """The picture of a cell."""
    return {"rnn": _rnn, "gru": _gru, "lstm": _lstm}[cell]()


def _rnn() -> Plan:
    x = 0.55
    return Plan(
        (Strip("h before", (IN, READ), "old h"), Strip("x", (X, READ), "x"), Strip("h", (OUT, MIDDLE), "new h")),
        (Node("h", (x, MIDDLE), "tanh"),),
        (
            Edge("in", ((IN, BUS), (X, BUS))),
            Edge("h", ((X, BUS), (x, BUS), (x, MIDDLE), (OUT, MIDDLE))),
        ),
    )


def _gru() -> Plan:
    z, r, n, low = 0.3, 0.52, 0.78, 126
    return Plan(
        (
            Strip("h before", (IN, TRACK), "old h"), Strip("x", (X, READ), "x"), Strip("z", (z, MIDDLE), "z"),
            Strip("r", (r, MIDDLE), "r"), Strip("n", (n, MIDDLE), "n"), Strip("h", (OUT, TRACK), "new h"),
        ),
        (
            Node("z", (z, SQUASH), "σ"), Node("r", (r, SQUASH), "σ"), Node("n", (n, SQUASH), "tanh"),
            Node("n", ((r + n) / 2, BUS), "⊙"), Node("h", (z, TRACK), "⊙"), Node("h", (n, low), "⊙"),
            Node("h", ((z + n) / 2, low), "1−"), Node("h", (n, TRACK), "+"),
        ),
        (
            Edge("in", ((IN, TRACK + STRIP / 2), (IN, BUS), (X, BUS))),
            *_read_edges(("r", r), ("z", z), ("n", n)),
            Edge("n", ((r, MIDDLE), ((r + n) / 2, MIDDLE), ((r + n) / 2, BUS))),
            Edge("h", ((IN, TRACK), (OUT, TRACK))), Edge("h", ((z, TOP), (z, TRACK))),
            Edge("h", ((z, low), (n, low))), Edge("h", ((n, TOP), (n, TRACK))),
        ),
    )  # fmt: skip


def _lstm() -> Plan:
    f, i, g, o, out, low = 0.27, 0.40, 0.53, 0.67, 0.81, 130
    both = (i + g) / 2
    return Plan(
        (
            Strip("c before", (IN, TRACK), "old c"), Strip("h before", (IN, READ), "old h"), Strip("x", (X, READ), "x"),
            Strip("i", (i, MIDDLE), "i"), Strip("f", (f, MIDDLE), "f"), Strip("g", (g, MIDDLE), "g"),
            Strip("o", (o, MIDDLE), "o"), Strip("c", (OUT, TRACK), "new c"), Strip("h", (OUT, READ), "new h"),
        ),
        (
            Node("f", (f, SQUASH), "σ"), Node("i", (i, SQUASH), "σ"), Node("g", (g, SQUASH), "tanh"),
            Node("o", (o, SQUASH), "σ"), Node("c", (f, TRACK), "⊙"), Node("c", (both, low), "⊙"),
            Node("c", (both, TRACK), "+"), Node("h", (out, low), "tanh"), Node("h", (out, MIDDLE), "⊙"),
        ),
        (
            Edge("in", ((IN, BUS), (X, BUS))),
            *_read_edges(("i", i), ("f", f), ("g", g), ("o", o)),
            Edge("c", ((IN, TRACK), (OUT, TRACK))), Edge("c", ((f, TOP), (f, TRACK))),
            Edge("c", ((i, TOP), (i, low), (g, low), (g, TOP))), Edge("c", ((both, low), (both, TRACK))),
            Edge("h", ((out, TRACK), (out, READ), (OUT, READ))), Edge("h", ((o, MIDDLE), (out, MIDDLE))),
        ),
    )  # fmt: skip
