"""The equations inside a recurrent cell: gates, candidates and states, in PyTorch's order of gates."""

import math
from collections.abc import Callable
from typing import NamedTuple

from seq2seq.stories.explain.equation import dot, sigmoid
from seq2seq.stories.explain.vectors import ReadingVectors, Vectors
from seq2seq.stories.formulas import Line, Number

Equation = tuple[list[Line], float, float]  # lines, the trace's value, what the numbers come to


class Gate(NamedTuple):
    """Which block of the cell's matrices a gate has, and its squashing function."""

    block: int
    squash: str  # "sigma" or "tanh"


GATES: dict[str, dict[str, Gate]] = {
    "rnn": {"h": Gate(0, "tanh")},
    "gru": {"r": Gate(0, "sigma"), "z": Gate(1, "sigma"), "n": Gate(2, "tanh")},
    "lstm": {"i": Gate(0, "sigma"), "f": Gate(1, "sigma"), "g": Gate(2, "tanh"), "o": Gate(3, "sigma")},
}
SQUASH: dict[str, tuple[str, Callable[[float], float]]] = {"sigma": (r"\sigma", sigmoid), "tanh": (r"\tanh", math.tanh)}


class Place(NamedTuple):
    """One cell at one position: what it reads, its vectors by name after and before, and where its weights are."""

    x: list[Number]
    after: Callable[[str], list[Number]]
    before: Callable[[str], list[Number]]
    weights: str  # "encoder" or "decoder"
    suffix: str  # "l0", "l0_reverse", …
    symbol: str  # "h" or "s", what its state is called
    place: int  # number of the position, counted from 1
    previous: int


class ReadingEquations:
    """Explains any unit of any gate or state of the encoder's cells."""

    def __init__(self, vectors: ReadingVectors, brief: bool = False) -> None:
        self.vectors, self.trace, self.brief = vectors, vectors.trace, brief

    def encoder(self, layer: int, way: str, gate: str, i: int, u: int) -> Equation:
        """A unit of the encoder at a position."""
        gates = self.trace.encoder[layer][way]

        def after(name: str) -> list[Number]:
            address = f"encoder {layer} {way} {name} {i}"
            return [Number(value, f"{address} {d}") for d, value in enumerate(gates[name][i].tolist())]

        step = 1 if way == "forward" else -1
        place = Place(
            self.vectors.encoder_input(layer, i), after,
            lambda name: self.vectors.encoder_before(layer, way, name, i),
            "encoder", f"l{layer}" + ("_reverse" if way == "backward" else ""), "h", i + 1, i + 1 - step,
        )  # fmt: skip
        return self.unit(place, gate, u)

    def unit(self, place: Place, gate: str, u: int) -> Equation:
        cell, value = self.trace.cell, place.after(gate)[u].value
        if gate == "c":
            lines, computed = self.cell_state(place, u)
        elif gate == "h" and cell == "gru":
            lines, computed = self.gru_state(place, u)
        elif gate == "h" and cell == "lstm":
            lines, computed = self.lstm_state(place, u)
        else:
            lines, computed = self.gate(place, gate, u)
        return lines, value, computed

    def gate(self, place: Place, gate: str, u: int) -> tuple[list[Line], float]:
        """Squash(W x + U h + b): a row times the input, a row times the state before."""
        known = GATES[self.trace.cell][gate]
        before = place.before("h")
        if not 0 <= u < len(before):
            raise IndexError(u)
        row = known.block * len(before) + u
        w, recurrent, b, b_u = (
            self.trace.parameters[f"{place.weights}.{kind}_{place.suffix}"][row]
            for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        left, right = [Number(value) for value in w.tolist()], [Number(value) for value in recurrent.tolist()]
        sign, squash = SQUASH[known.squash]
        line, numbers = Line(), Line(head=1, tail=0) if self.brief else Line()
        symbol = place.symbol if gate == "h" else gate
        own = rf"({symbol}_{{{line.text(place.place)}}})_{{{line.text(u + 1)}}}"
        x, h = rf"x_{{{line.text(place.place)}}}", rf"{place.symbol}_{{{line.text(place.previous)}}}"
        if (self.trace.cell, gate) == ("gru", "n"):  # the reset gate stands between U h and the sum
            r, bias, inner = place.after("r")[u], Number(float(b)), Number(float(b_u))
            line.latex = rf"{own} = \tanh(W_n {x} + b + r \odot (U_n {h} + b'))_{{{line.text(u + 1)}}}"
            numbers.latex = (
                rf"= \tanh({numbers.products(left, place.x)} + {numbers.factor(bias)} \\ + {numbers.factor(r)} \cdot "
                rf"({numbers.products(right, before)} + {numbers.factor(inner)}))"
            )
            inside = dot(left, place.x) + bias.value + r.value * (dot(right, before) + inner.value)
        else:
            bias = Number(float(b) + float(b_u))
            mark = f"_{gate}" if gate != "h" else ""
            line.latex = rf"{own} = {sign}(W{mark} {x} + U{mark} {h} + b{mark})_{{{line.text(u + 1)}}}"
            numbers.latex = (
                rf"= {sign}({numbers.products(left, place.x)} \\ + {numbers.products(right, before)} + "
                rf"{numbers.factor(bias)})"
            )
            inside = dot(left, place.x) + dot(right, before) + bias.value
        return [line, numbers], squash(inside)

    def gru_state(self, place: Place, u: int) -> tuple[list[Line], float]:
        z, n, before = place.after("z")[u], place.after("n")[u], place.before("h")[u]
        line, numbers = Line(), Line()
        state = rf"{place.symbol}_{{{line.text(place.place)}}}"
        h = rf"{place.symbol}_{{{line.text(place.previous)}}}"
        line.latex = rf"({state})_{{{line.text(u + 1)}}} = ((1 - z) \odot n + z \odot {h})_{{{line.text(u + 1)}}}"
        new, old = rf"(1 - {numbers.number(z)}) \cdot {numbers.factor(n)}", rf"{numbers.number(z)} \cdot"
        numbers.latex = rf"= {new} + {old} {numbers.factor(before)}"
        return [line, numbers], (1 - z.value) * n.value + z.value * before.value

    def lstm_state(self, place: Place, u: int) -> tuple[list[Line], float]:
        o, c, line, numbers = place.after("o")[u], place.after("c")[u], Line(), Line()
        state = rf"{place.symbol}_{{{line.text(place.place)}}}"
        line.latex = rf"({state})_{{{line.text(u + 1)}}} = (o \odot \tanh(c_{{{line.text(place.place)}}}))"
        line.latex += rf"_{{{line.text(u + 1)}}}"
        numbers.latex = rf"= {numbers.factor(o)} \cdot \tanh({numbers.number(c)})"
        return [line, numbers], o.value * math.tanh(c.value)

    def cell_state(self, place: Place, u: int) -> tuple[list[Line], float]:
        f, before, i, g = place.after("f")[u], place.before("c")[u], place.after("i")[u], place.after("g")[u]
        line, numbers = Line(), Line()
        c, old = rf"c_{{{line.text(place.place)}}}", rf"c_{{{line.text(place.previous)}}}"
        line.latex = rf"({c})_{{{line.text(u + 1)}}} = (f \odot {old} + i \odot g)_{{{line.text(u + 1)}}}"
        numbers.latex = (
            rf"= {numbers.factor(f)} \cdot {numbers.factor(before)} + {numbers.factor(i)} \cdot {numbers.factor(g)}"
        )
        return [line, numbers], f.value * before.value + i.value * g.value


class CellEquations(ReadingEquations):
    """Explains any unit of any gate or state of a decoding's cells."""

    vectors: Vectors

    def __init__(self, vectors: Vectors) -> None:
        super().__init__(vectors)

    def decoder(self, layer: int, gate: str, t: int, u: int) -> Equation:
        """A unit of the decoder at a step; at −1 it is a copy of the encoder's last state."""
        if t == -1:
            return self.start(layer, gate, u)
        place = Place(
            self.vectors.decoder_input(layer, t),
            lambda name: self.vectors.decoder(layer, name, t),
            lambda name: self.vectors.decoder(layer, name, t - 1),
            "decoder", f"l{layer}", "s", t + 1, t,
        )  # fmt: skip
        return self.unit(place, gate, u)

    def start(self, layer: int, gate: str, u: int) -> Equation:
        """The decoder's first state: where the encoder's reading ended, directions side by side."""
        ends: list[Number] = []
        for way, gates in self.trace.encoder[layer].items():
            end = len(self.trace.source) - 1 if way == "forward" else 0
            address = f"encoder {layer} {way} {gate} {end}"
            ends += [Number(value, f"{address} {d}") for d, value in enumerate(gates[gate][end].tolist())]
        own, line, numbers = self.vectors.decoder(layer, gate, -1)[u], Line(), Line()
        symbol = "c" if gate == "c" else "s"
        source = "c" if gate == "c" else "h"
        line.latex = rf"({symbol}_0)_{{{line.text(u + 1)}}} = ({source}_{{\mathrm{{end}}}})_{{{line.text(u + 1)}}}"
        numbers.latex = rf"= {numbers.number(ends[u])}"
        return [line, numbers], own.value, ends[u].value
