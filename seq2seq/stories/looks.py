"""Where the outputs look: one map of weights over the source, and where each of its numbers explains itself."""

from dataclasses import dataclass

import numpy as np

from seq2seq.traces import DecodingTrace, TransformerTrace

Attending = DecodingTrace | TransformerTrace


@dataclass(frozen=True)
class Look:
    """One map of a decoding; of a Transformer that of a layer and one of its heads, or the mean of its heads (None)."""

    weights: np.ndarray  # (T, S) rows summing to 1
    address: str
    layer: int = 0
    head: int | None = None

    def ask(self, t: int, i: int) -> str:
        """The address of a weight."""
        return f"{self.address} {t} {i}"


def look_of(trace: Attending, layer: int | None = None, head: int | None = None) -> Look | None:
    """Where a decoding's outputs look; None where the model has no attention.

    layer and head: of a Transformer, counted from 0; one that it has not is its last. layer None: the top one;
    head None: the mean of all.
    """
    if isinstance(trace, DecodingTrace):
        return None if trace.weights is None else Look(trace.weights, "weight")
    return cross_look(trace, layer, head)


def cross_look(trace: TransformerTrace, layer: int | None = None, head: int | None = None) -> Look:
    """The same of a Transformer, which always has one."""
    layer = trace.layers - 1 if layer is None else min(layer, trace.layers - 1)
    weights = trace.decoder[layer]["cross.weights"]
    if head is None:
        return Look(weights.mean(0), f"mean decoder {layer} cross", layer)
    head = min(head, trace.heads - 1)
    return Look(weights[head], f"decoder {layer} cross.weights {head}", layer, head)
