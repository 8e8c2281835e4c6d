"""The matrices of one layer, as rows of data: what the overview draws in which slot."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from seq2seq.stories.decoding import busiest
from seq2seq.stories.self_attention.focus import Focus
from seq2seq.stories.self_attention.layout import GRIDS, SLOT, SLOTS, SPLIT
from seq2seq.stories.tokens import short_sign
from seq2seq.words import Words

MOST = 720  # cells of a matrix: of a long input fewer features are drawn


@dataclass(frozen=True)
class Matrix:
    """A matrix in a slot: its values (rows, features), where its numbers are found, what it is called."""

    slot: str
    name: str  # of the sentence that names it: "selfatt.matrix.NAME"
    address: str
    values: np.ndarray


def matrices_of(focus: Focus) -> list[Matrix]:
    """What comes in, Q, K, V, the heads and the rest of the layer; the grids are apart."""
    found = incoming(focus)
    found += [Matrix(name, name, f"{focus.address}.{name}", focus.of(name)) for name in SPLIT]
    for number, (name, value) in enumerate(rest_of(focus)):
        found.append(Matrix(f"rest{number + 1}", name, f"{focus.side} {focus.layer} {value}", focus.gates[value]))
    return found


def incoming(focus: Focus) -> list[Matrix]:
    """What the block reads: token and place, or the state from below; pre-norm its LayerNorm; across, the memory."""
    trace, own = focus.trace, focus.side == "encoder"
    token, place, both = ("token", "place", "source") if own else ("read", "turn", "fed")
    arrays = (trace.source_tokens, trace.source_places, trace.embedded)
    tokens, places, embedded = arrays if own else (trace.target_tokens, trace.target_places, trace.fed)
    pre, below = trace.norm == "pre", focus.layer - 1
    if focus.block == "cross":
        read = "cross.norm" if pre else "self.norm"
        return [
            Matrix("in1", "x.decoder", f"decoder {focus.layer} {read}", focus.gates[read]),
            Matrix("in2", "memory", "states", trace.states),
        ]
    if focus.layer == 0 and not pre:
        return [
            Matrix("in1", "embedding", token, tokens),
            Matrix("in2", "place", place, places),
            Matrix("in3", "x", both, embedded),
        ]
    state = (both, embedded) if focus.layer == 0 else (f"{focus.side} {below} h", trace.gates(focus.side, below)["h"])
    found = [Matrix("in1", "x" if focus.layer == 0 else "below", *state)]
    return [*found, Matrix("in2", "normed", f"{focus.address}.norm", focus.of("norm"))] if pre else found


def read_by(focus: Focus) -> tuple[str, str]:
    """The slots that Q, and K and V, are computed from."""
    slots = [matrix.slot for matrix in incoming(focus)]
    return ("in1", "in2") if focus.block == "cross" else (slots[-1], slots[-1])


def rest_of(focus: Focus) -> list[tuple[str, str]]:
    """What the layer computes behind the heads: how it is called, and its name in the trace."""
    block, masked = focus.block, (focus.side, focus.block) == ("decoder", "self")
    found = [("out", f"{block}.out"), ("residual", f"{block}.residual")]
    if focus.trace.norm == "post":
        found += [("norm", f"{block}.norm"), *([("across", "cross.norm")] if masked else [])]
        return [*found, ("inner", "feed.inner"), ("outer", "feed.out"), ("residual2", "feed.residual"), ("h", "h")]
    found += [("across", "cross.residual")] if masked else []
    return [*found, ("norm", "feed.norm"), ("inner", "feed.inner"), ("outer", "feed.out"), ("h", "h")]


def slot_of(focus: Focus, name: str) -> str:
    """The slot of a value of the layer's rest, by what it is called."""
    return f"rest{[called for called, _ in rest_of(focus)].index(name) + 1}"


# ---- rows of data


def columns_of(focus: Focus, matrix: Matrix) -> list[int]:
    """Which features are drawn: all, or where that were too many cells, the head's own and the liveliest."""
    rows, width = matrix.values.shape
    room = max(12, MOST // rows)
    room = min(room, 64)
    if width <= room:
        return list(range(width))
    kept = list(focus.own)[:room] if matrix.slot in SPLIT else []
    others = [int(u) for u in busiest(matrix.values, room) if u not in set(kept)]
    return sorted([*kept, *others[: room - len(kept)]])


def cells(focus: Focus) -> list[dict[str, Any]]:
    """One row of data for each row of a matrix: {s slot, r, v, ask}."""
    found = []
    for matrix in matrices_of(focus):
        columns = columns_of(focus, matrix)
        found += [
            {"s": SLOT[matrix.slot], "r": r, "v": values[columns], "ask": f"{matrix.address} {r}"}
            for r, values in enumerate(matrix.values)
        ]
    return found


def columns(focus: Focus) -> list[dict[str, Any]]:
    """For each slot its columns: the features' numbers, and where each begins and how wide it is, as shares."""
    found: list[dict[str, Any]] = [{"unit": [], "at": [], "wide": []} for _ in SLOTS]
    for matrix in matrices_of(focus):
        units = columns_of(focus, matrix)
        at, wide = places(focus, units, matrix.slot in SPLIT)
        found[SLOT[matrix.slot]] = {"unit": units, "at": at, "wide": wide}
    return found


def places(focus: Focus, columns: list[int], split: bool) -> tuple[list[float], list[float]]:
    """Where each feature's cell begins and how wide it is: a head's features stand together, those in hand wider."""
    own, width = set(focus.own), focus.trace.head_width
    weights = [2.5 if split and focus.trace.heads > 1 and u in own else 1.0 for u in columns]
    gaps = [0.0] * len(columns)
    if split:
        gaps = [1.2 * (k > 0 and u // width != columns[k - 1] // width) for k, u in enumerate(columns)]
    total, at, begin = sum(weights) + sum(gaps), [], 0.0
    for weight, gap in zip(weights, gaps, strict=True):
        begin += gap
        at.append(begin / total)
        begin += weight
    return at, [weight / total for weight in weights]


def segment(focus: Focus) -> tuple[float, float]:
    """Where the head's features begin and end in a matrix that is split, as shares of its width."""
    matrix = next(matrix for matrix in matrices_of(focus) if matrix.slot == "q")
    columns = columns_of(focus, matrix)
    at, wide = places(focus, columns, True)
    held = [k for k, u in enumerate(columns) if u in set(focus.own)]
    return at[held[0]], at[held[-1]] + wide[held[-1]]


def grids(focus: Focus) -> list[dict[str, Any]]:
    """Rows of the three grids of the head in hand: {s, r, v, ask}; a masked weight is null."""
    found = []
    for name in GRIDS:
        for r, values in enumerate(focus.pairs(name)):
            shown = [
                None if name == "weights" and not seen else float(value)
                for value, seen in zip(values, focus.visible[r], strict=True)
            ]
            ask = f"{focus.address}.{name} {focus.head} {r}"
            found.append({"s": SLOT[name], "r": r, "v": shown, "ask": ask})
    return found


def labels(focus: Focus) -> list[dict[str, Any]]:
    """Tokens beside the rows of matrices and grids, and above the grids' columns: {s, k, short, top, own}."""
    found, (_, kv) = [], read_by(focus)
    for slot, tokens in (("q", focus.queries), ("k", focus.keys), ("v", focus.keys), ("heads", focus.queries),
                         ("dots", focus.queries), ("rest1", focus.queries)):  # fmt: skip
        found += _beside(focus, slot, tokens, slot in ("k", "v"))
    for matrix in incoming(focus):
        keys = focus.block == "cross" and matrix.slot == kv
        found += _beside(focus, matrix.slot, focus.keys if keys else focus.queries, keys)
    for slot in GRIDS:
        found += [
            {"s": SLOT[slot], "k": k, "short": short_sign(token), "top": 1, "own": 0}
            for k, token in enumerate(focus.keys)
        ]
    return found


def _beside(focus: Focus, slot: str, tokens: tuple[str, ...], keys: bool) -> list[dict[str, Any]]:
    return [
        {"s": SLOT[slot], "k": k, "short": short_sign(token), "top": 0,
         "own": int(not keys and k == focus.query)}
        for k, token in enumerate(tokens)
    ]  # fmt: skip


def captions(focus: Focus, words: Words) -> list[dict[str, Any]]:
    """What each slot's matrix is called, in words and by a sign, and its shape."""
    named = {matrix.slot: (matrix.name, matrix.values.shape) for matrix in matrices_of(focus)}
    named |= {slot: (slot, (len(focus.queries), len(focus.keys))) for slot in GRIDS}
    if not focus.trace.scaled:
        named["scores"] = ("scores.raw", named["scores"][1])
    found = []
    for slot, (name, shape) in named.items():
        texts = {key: words.say(f"selfatt.{key}.{name}") for key in ("matrix", "sign")}
        found.append(
            {"s": SLOT[slot], "name": texts["matrix"], "sign": texts["sign"], "shape": "{} × {}".format(*shape)}
        )
    return found
