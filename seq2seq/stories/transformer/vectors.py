"""The vectors of a Transformer's trace as rows of numbers, each with the address under which it explains itself."""

import math
from typing import cast

import numpy as np

from seq2seq.stories.explain.vectors import numbers, row
from seq2seq.stories.formulas import Number
from seq2seq.traces import TransformerTrace
from seq2seq.traces.transformer import Block, Side

EPSILON = 1e-5  # what LayerNorm adds to a variance, as PyTorch does


class TransformerVectors:
    """Every vector that an equation of this trace reads. side: "encoder" or "decoder"; block: self, cross or feed."""

    def __init__(self, trace: TransformerTrace) -> None:
        self.trace = trace

    def parameter(self, name: str) -> np.ndarray:
        return self.trace.parameters[name]

    def blocks(self, side: str) -> tuple[str, ...]:
        """The blocks of a layer, in the order they are computed."""
        return ("self", "feed") if side == "encoder" else ("self", "cross", "feed")

    def count(self, side: str) -> int:
        """How many positions a side has."""
        return len(self.trace.source if side == "encoder" else self.trace.output)

    # ---- states

    def gate(self, side: str, layer: int, name: str, at: int) -> list[Number]:
        """A layer's value of this name at a position: "self.q", "feed.inner", "h", …"""
        layers = self.trace.encoder if side == "encoder" else self.trace.decoder
        if layer < 0:
            raise IndexError(layer)
        return numbers(row(layers[layer][name], at), f"{side} {layer} {name} {at}")

    def embedded(self, side: str, at: int) -> list[Number]:
        """A token and its place, together."""
        if side == "encoder":
            return numbers(row(self.trace.embedded, at), f"source {at}")
        return numbers(row(self.trace.fed, at), f"fed {at}")

    def state(self, side: str, layer: int, block: str, at: int) -> list[Number]:
        """The layer's state as it comes to a block: what the residual goes on with."""
        before = self.blocks(side).index(block) - 1
        if before >= 0:
            name = "norm" if self.trace.norm == "post" else "residual"
            return self.gate(side, layer, f"{self.blocks(side)[before]}.{name}", at)
        return self.gate(side, layer - 1, "h", at) if layer else self.embedded(side, at)

    def read(self, side: str, layer: int, block: str, at: int) -> list[Number]:
        """What a block reads: post-norm the state that comes to it, pre-norm its LayerNorm."""
        if self.trace.norm == "post":
            return self.state(side, layer, block, at)
        return self.gate(side, layer, f"{block}.norm", at)

    def normed(self, side: str, layer: int, block: str, at: int) -> list[Number]:
        """What a block's LayerNorm reads."""
        if self.trace.norm == "post":
            return self.gate(side, layer, f"{block}.residual", at)
        return self.state(side, layer, block, at)

    def memory(self, i: int) -> list[Number]:
        """What the encoder leaves at a position."""
        if self.trace.norm == "pre":
            return numbers(row(self.trace.states, i), f"states {i}")
        return self.gate("encoder", self.trace.layers - 1, "h", i)

    def readout(self, t: int) -> list[Number]:
        """What the output layer reads."""
        if self.trace.norm == "pre":
            return numbers(row(self.trace.readout, t), f"readout {t}")
        return self.gate("decoder", self.trace.layers - 1, "h", t)

    # ---- attention

    def attention(self, side: str, layer: int, name: str, head: int, at: int) -> list[Number]:
        """A row of "self.dots", "cross.weights", …: one query of one head, against every key."""
        if min(layer, head) < 0:
            raise IndexError(name)
        values = self.trace.gates(cast(Side, side), layer)[name]
        return numbers(row(values[head], at), f"{side} {layer} {name} {head} {at}")

    def visible(self, side: str, block: str, at: int) -> np.ndarray:
        """(M,) bool: which keys a query sees."""
        return self.trace.visible(cast(Side, side), cast(Block, block))[at]

    def of_head(self, vector: list[Number], head: int) -> list[Number]:
        """A head's own features of a vector."""
        width = self.trace.head_width
        return vector[head * width : (head + 1) * width]

    def key_side(self, side: str, block: str) -> str:
        """Whose positions the keys are."""
        return "encoder" if block == "cross" else side

    def asked(self, side: str, layer: int, block: str, at: int) -> list[Number]:
        """What K and V of a position are computed from."""
        return self.memory(at) if block == "cross" else self.read(side, layer, "self", at)

    def layer_parameter(self, side: str, layer: int, block: str, name: str) -> np.ndarray:
        """A weight of an attention: "project.weight", "output.bias", …"""
        return self.parameter(f"{side}.{layer}.{'attention' if block == 'self' else 'cross'}.{name}")

    # ---- output

    def logits(self, t: int) -> list[Number]:
        return numbers(row(self.trace.logits, t), f"logit {t}")

    def probability(self, t: int, v: int) -> Number:
        return Number(math.exp(float(row(self.trace.log_probs, t)[v])), f"probability {t} {v}")
