"""The vectors of a convolutional decoding as rows of numbers, each with the address under which it explains itself."""

import math

import numpy as np

from seq2seq.stories.explain.vectors import numbers, row
from seq2seq.stories.formulas import Number
from seq2seq.traces import ConvTrace


class ConvVectors:
    """Every vector that an equation of this trace reads. side: "encoder" or "decoder"."""

    def __init__(self, trace: ConvTrace) -> None:
        self.trace = trace

    def parameter(self, name: str) -> np.ndarray:
        return self.trace.parameters[name]

    def embedded(self, i: int) -> list[Number]:
        return numbers(row(self.trace.embedded, i), f"source {i}")

    def fed(self, t: int) -> list[Number]:
        return numbers(row(self.trace.fed, t), f"fed {t}")

    def gate(self, side: str, layer: int, name: str, at: int) -> list[Number]:
        """A layer's intermediate value at a position: a, b, gate, glu, h; in the decoder also query, context, …"""
        layers = self.trace.encoder if side == "encoder" else self.trace.decoder
        if layer < 0:
            raise IndexError(layer)
        return numbers(row(layers[layer][name], at), f"{side} {layer} {name} {at}")

    def below(self, side: str, layer: int, at: int) -> list[Number]:
        """What a layer reads at a position: the layer below it, or the embeddings; zeros beyond the ends."""
        count = len(self.trace.source if side == "encoder" else self.trace.output)
        if not 0 <= at < count:
            return numbers(np.zeros(self.trace.embedded.shape[1]))
        if layer:
            return self.gate(side, layer - 1, "h", at)
        return self.embedded(at) if side == "encoder" else self.fed(at)

    def window(self, side: str, at: int) -> range:
        """The positions of a window, some of them perhaps beyond the ends."""
        before = self.trace.before if side == "encoder" else self.trace.kernel - 1
        return range(at - before, at - before + self.trace.kernel)

    def channel(self, name: str, u: int) -> int:
        """Which of a convolution's 2C outputs is unit u of A or of B."""
        width = self.trace.embedded.shape[1]
        if not 0 <= u < width:
            raise IndexError(u)
        return u + (width if name == "b" else 0)

    def kernel(self, side: str, layer: int, name: str, u: int, tap: int) -> list[Number]:
        """The weights with which unit u of A or B reads one position of its window."""
        weights = self.parameter(f"{side}.{layer}.weight")  # (2C, C, k)
        return numbers(weights[self.channel(name, u), :, tap])

    def bias(self, side: str, layer: int, name: str, u: int) -> Number:
        return Number(float(self.parameter(f"{side}.{layer}.bias")[self.channel(name, u)]))

    def tap(self, side: str, layer: int, name: str, at: int, u: int, tap: int) -> Number:
        """What one position of the window gives to unit u of A or B."""
        if not 0 <= tap < self.trace.kernel:
            raise IndexError(tap)
        read = self.below(side, layer, self.window(side, at)[tap])
        weights = self.kernel(side, layer, name, u, tap)
        value = math.fsum(a.value * b.value for a, b in zip(weights, read, strict=True))
        return Number(value, f"tap {side} {layer} {name} {at} {u} {tap}")

    def keys(self, i: int) -> list[Number]:
        return self.gate("encoder", self.trace.layers - 1, "h", i)

    def values(self, i: int) -> list[Number]:
        return numbers(row(self.trace.values, i), f"value {i}")

    def scores(self, layer: int, t: int) -> list[Number]:
        return numbers(row(self.trace.decoder[layer]["scores"], t), f"score {layer} {t}")

    def weights(self, layer: int, t: int) -> list[Number]:
        return numbers(row(self.trace.decoder[layer]["weights"], t), f"weight {layer} {t}")

    def readout(self, t: int) -> list[Number]:
        """What the output layer reads: the top of the decoder, or of the encoder; zeros behind the source's end."""
        if self.trace.decoder:
            return self.gate("decoder", self.trace.layers - 1, "h", t)
        if t < len(self.trace.source):
            return self.keys(t)
        return numbers(row(self.trace.readout, t))

    def logits(self, t: int) -> list[Number]:
        return numbers(row(self.trace.logits, t), f"logit {t}")

    def probability(self, t: int, v: int) -> Number:
        return Number(math.exp(float(row(self.trace.log_probs, t)[v])), f"probability {t} {v}")
