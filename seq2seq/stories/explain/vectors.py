"""The vectors of a reading and of a decoding: rows of numbers, each with the address where it explains itself."""

import math

import numpy as np

from seq2seq.stories.formulas import Number
from seq2seq.traces import DecodingTrace, ReadingTrace


def numbers(values: np.ndarray, address: str = "") -> list[Number]:
    """A vector's numbers; number d is found at "address d"."""
    return [Number(value, f"{address} {d}" if address else "") for d, value in enumerate(values.tolist())]


def present(values: np.ndarray | None) -> np.ndarray:
    """An array, where the trace has it; that it has none is a KeyError, as of an address that is none."""
    if values is None:
        raise KeyError("the trace has no such array")
    return values


def row(values: np.ndarray, index: int) -> np.ndarray:
    """Row `index`, counted from 0; a negative one is no address."""
    if index < 0:
        raise IndexError(index)
    return values[index]


class ReadingVectors:
    """Every vector that an equation of the encoder reads."""

    def __init__(self, trace: ReadingTrace) -> None:
        self.trace = trace

    def parameter(self, name: str) -> list[Number]:
        """A vector of weights: given, so without addresses."""
        return numbers(self.trace.parameters[name])

    def row(self, name: str, index: int) -> list[Number]:
        """A row of a matrix of weights."""
        return numbers(row(self.trace.parameters[name], index))

    def embedded(self, i: int) -> list[Number]:
        return numbers(row(self.trace.embedded, i), f"source {i}")

    def states(self, i: int) -> list[Number]:
        """The encoder's top layer at a position, directions joined."""
        return self.encoder(len(self.trace.encoder) - 1, i)

    def encoder(self, layer: int, i: int) -> list[Number]:
        """A layer's states at a position, directions joined."""
        found: list[Number] = []
        for way, gates in self.trace.encoder[layer].items():
            found += numbers(row(gates["h"], i), f"encoder {layer} {way} h {i}")
        return found

    def encoder_input(self, layer: int, i: int) -> list[Number]:
        """What a layer reads at a position."""
        return self.encoder(layer - 1, i) if layer else self.embedded(i)

    def encoder_before(self, layer: int, way: str, gate: str, i: int) -> list[Number]:
        """A layer's state before it reads a position; zeros where its reading begins, or where it was erased."""
        values, before = self.trace.encoder[layer][way][gate], self.trace.before(way, i)
        if before is None or self.trace.erased(layer, way, gate, before):
            return numbers(np.zeros_like(values[0]))
        return numbers(values[before], f"encoder {layer} {way} {gate} {before}")


class Vectors(ReadingVectors):
    """Every vector that an equation of a decoding reads."""

    trace: DecodingTrace

    def __init__(self, trace: DecodingTrace) -> None:
        super().__init__(trace)

    def fed(self, t: int) -> list[Number]:
        return numbers(row(self.trace.fed, t), f"fed {t}")

    def decoder(self, layer: int, gate: str, t: int) -> list[Number]:
        """A layer's gate or state after a step; −1: the first state."""
        values = self.trace.start[layer][gate] if t == -1 else row(self.trace.decoder[layer][gate], t)
        return numbers(values, f"decoder {layer} {gate} {t}")

    def decoder_input(self, layer: int, t: int) -> list[Number]:
        """What a layer reads at a step."""
        if layer:
            return self.decoder(layer - 1, "h", t)
        return [*self.fed(t), *(self.context(t) if self.trace.asks_before else [])]

    def top(self, t: int) -> list[Number]:
        return self.decoder(len(self.trace.decoder) - 1, "h", t)

    def query(self, t: int) -> list[Number]:
        """The state that asks at a step."""
        return self.top(t - 1 if self.trace.asks_before else t)

    def keys(self, i: int) -> list[Number]:
        """What the query is compared with; a product only where attention has a matrix for it."""
        if self.trace.attention in ("dot", "scaled_dot"):
            return self.states(i)
        return numbers(row(present(self.trace.keys), i), f"key {i}")

    def asking(self, t: int) -> list[Number]:
        return numbers(row(present(self.trace.asking), t), f"asking {t}")

    def hidden(self, t: int, i: int) -> list[Number]:
        return numbers(row(row(present(self.trace.hidden), t), i), f"hidden {t} {i}")

    def scores(self, t: int) -> list[Number]:
        return numbers(row(present(self.trace.scores), t), f"score {t}")

    def weights(self, t: int) -> list[Number]:
        return numbers(row(present(self.trace.weights), t), f"weight {t}")

    def context(self, t: int) -> list[Number]:
        return numbers(row(present(self.trace.context), t), f"context {t}")

    def readout(self, t: int) -> list[Number]:
        return numbers(row(self.trace.readout, t), f"readout {t}")

    def logits(self, t: int) -> list[Number]:
        return numbers(row(self.trace.logits, t), f"logit {t}")

    def probability(self, t: int, v: int) -> Number:
        return Number(math.exp(float(row(self.trace.log_probs, t)[v])), f"probability {t} {v}")
