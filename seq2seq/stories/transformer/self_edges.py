"""Self-attention as lines between two rows of states: of one head, or the mean of all."""

from typing import Any

import numpy as np

from seq2seq.stories.tokens import quoted
from seq2seq.traces import TransformerTrace
from seq2seq.traces.transformer import Side

FAINT = 0.1  # weights below this are not drawn as lines


def self_weights(trace: TransformerTrace, side: Side, layer: int, head: int | None) -> np.ndarray:
    """(L, L): a row a query; rows sum to 1."""
    weights = trace.gates(side, layer)["self.weights"]
    return weights.mean(0) if head is None else weights[min(head, trace.heads - 1)]


def self_address(side: Side, layer: int, head: int | None) -> str:
    """The address of such a weight, without its place."""
    return f"mean {side} {layer} self" if head is None else f"{side} {layer} self.weights {head}"


def self_edges(trace: TransformerTrace, head: int | None) -> list[dict[str, Any]]:
    """One row a line that is drawn, of every layer and both sides: {side, l, to, from, w, tip, ask}."""
    rows = []
    sides: tuple[tuple[int, Side], ...] = ((0, "encoder"), (1, "decoder"))
    for number, side in sides:
        queries, keys = trace.tokens(side, "self")
        for layer in range(trace.layers):
            weights, address = self_weights(trace, side, layer, head), self_address(side, layer, head)
            for to, at in zip(*np.nonzero(weights >= FAINT), strict=True):
                tip = f"{quoted(queries[to])} ← {quoted(keys[at])}: {weights[to, at]:.4f}"
                row = {"side": number, "l": layer, "to": to, "from": at, "w": weights[to, at], "tip": tip}
                rows.append(row | {"ask": f"{address} {to} {at}"})
    return rows
