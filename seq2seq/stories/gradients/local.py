"""One entry of a local factor, ∂state_t[j]/∂state_{t−1}[u], by the rules of differentiation, with the cell's numbers.

Autograd computed the entry; what is written here must come to the same, and a test holds it to that.
"""

from typing import NamedTuple

import numpy as np

from seq2seq.stories.formulas import Line, Number
from seq2seq.traces.gradients import GradientTrace

BLOCKS = {"rnn": ("h",), "gru": ("r", "z", "n"), "lstm": ("i", "f", "g", "o")}


class Entry(NamedTuple):
    """The rule in symbols and with numbers, and what the numbers come to."""

    lines: tuple[Line, ...]
    computed: float


class Place:
    """One position: gates at unit j, and the recurrent weights from unit u to it."""

    def __init__(self, trace: GradientTrace, key: str, t: int, j: int, u: int) -> None:
        self.trace, self.key, self.t, self.j, self.u = trace, key, t, j, u

    def gate(self, name: str) -> Number:
        return Number(float(self.trace.gates[name][self.t][self.j]))

    def before(self, name: str) -> Number:
        value = self.trace.gates[name][self.t - 1][self.j] if self.t else 0.0
        return Number(float(value))

    def weight(self, gate: str) -> Number:
        """U of a gate, from unit u to unit j."""
        H = self.trace.h.shape[1]
        row = BLOCKS[self.trace.cell].index(gate) * H + self.j
        return Number(float(self.trace.u[row, self.u]), f"weight {self.key} {row} {self.u}")

    @property
    def own(self) -> float:
        """1 where a unit is asked how it depends on itself."""
        return float(self.j == self.u)


def entry(trace: GradientTrace, key: str, t: int, j: int, u: int) -> Entry:
    """The entry [t, j, u] of the local factors."""
    H = trace.h.shape[1]
    place = Place(trace, key, t, j % H, u % H)
    if trace.cell == "rnn":
        return _rnn(place)
    if trace.cell == "gru":
        return _gru(place)
    return _lstm(place, "hc"[j // H], "hc"[u // H])


def _lines(line: Line, symbols: str, numbers: str) -> tuple[Line, ...]:
    head = Line()
    head.latex = symbols
    line.latex = rf"= {numbers}"
    return head, line


def _rnn(place: Place) -> Entry:
    h, weight = place.gate("h"), place.weight("h")
    line = Line()
    numbers = rf"(1 - {line.factor(h)}^2) \cdot {line.factor(weight)}"
    return Entry(_lines(line, r"(1 - h_j^2)\, U_{ju}", numbers), (1 - h.value**2) * weight.value)


def _gru(place: Place) -> Entry:
    r, z, n = (place.gate(name) for name in "rzn")
    u_r, u_z, u_n = (place.weight(name) for name in "rzn")
    before, H = place.before("h"), place.trace.h.shape[1]
    earlier = place.trace.gates["h"][place.t - 1] if place.t else np.zeros(H)
    row = 2 * H + place.j
    inner = Number(float(place.trace.u[row] @ earlier + place.trace.b_u[row]))
    keep = (before.value - n.value) * z.value * (1 - z.value) * u_z.value
    new = r.value * u_n.value + r.value * (1 - r.value) * u_r.value * inner.value
    computed = keep + (1 - z.value) * (1 - n.value**2) * new + place.own * z.value
    line = Line()
    numbers = (
        rf"({line.number(before)} - {line.factor(n)}) \cdot {line.number(z)} \cdot (1 - {line.number(z)}) \cdot "
        rf"{line.factor(u_z)} \\ + (1 - {line.number(z)})(1 - {line.factor(n)}^2)({line.number(r)} \cdot "
        rf"{line.factor(u_n)} + {line.number(r)} \cdot (1 - {line.number(r)}) \cdot {line.factor(u_r)} \cdot "
        rf"{line.factor(inner)}) \\ + {line.text(f'{place.own:.0f}')} \cdot {line.number(z)}"
    )
    symbols = (
        r"(h_j^{\mathrm{old}} - n_j)\, z_j (1 - z_j)\, U^z_{ju} \\ "
        r"+ (1 - z_j)(1 - n_j^2)\,(r_j U^n_{ju} + r_j (1 - r_j)\, "
        r"U^r_{ju}\, (U^n h + b)_j) \\ + \delta_{ju}\, z_j"
    )
    return Entry(_lines(line, symbols, numbers), computed)


def _lstm(place: Place, to: str, source: str) -> Entry:
    """How h or c of unit j depends on h or c of unit u, one step before."""
    i, f, g, o, c = (place.gate(name) for name in "ifgoc")
    before, line = place.before("c"), Line()
    squashed = Number(float(np.tanh(c.value)))
    if source == "c":  # only a unit's own cell, through the forget gate
        cell, symbols = place.own * f.value, r"\delta_{ju}\, f_j"
        numbers = rf"{line.text(f'{place.own:.0f}')} \cdot {line.number(f)}"
    else:
        u_i, u_f, u_g = (place.weight(name) for name in "ifg")
        cell = before.value * f.value * (1 - f.value) * u_f.value
        cell += g.value * i.value * (1 - i.value) * u_i.value + i.value * (1 - g.value**2) * u_g.value
        symbols = (
            r"c_j^{\mathrm{old}} f_j (1 - f_j)\, U^f_{ju} + g_j i_j (1 - i_j)\, U^i_{ju} + i_j (1 - g_j^2)\, U^g_{ju}"
        )
        numbers = (
            rf"{line.factor(before)} \cdot {line.number(f)} \cdot (1 - {line.number(f)}) \cdot {line.factor(u_f)} \\ + "
            rf"{line.factor(g)} \cdot {line.number(i)} \cdot (1 - {line.number(i)}) \cdot {line.factor(u_i)} \\ + "
            rf"{line.number(i)} \cdot (1 - {line.factor(g)}^2) \cdot {line.factor(u_g)}"
        )
    if to == "c":
        return Entry(_lines(line, symbols, numbers), cell)
    computed = o.value * (1 - squashed.value**2) * cell
    outer = rf"{line.number(o)} \cdot (1 - {line.factor(squashed)}^2) \cdot \left({numbers}\right)".replace(r"\\", "")
    symbols = rf"o_j (1 - \tanh^2 c_j)\left({symbols}\right)"
    if source == "h":
        u_o = place.weight("o")
        computed += squashed.value * o.value * (1 - o.value) * u_o.value
        symbols += r" \\ + \tanh(c_j)\, o_j (1 - o_j)\, U^o_{ju}"
        gate = rf"{line.number(o)} \cdot (1 - {line.number(o)})"
        outer += rf" \\ + {line.factor(squashed)} \cdot {gate} \cdot {line.factor(u_o)}"
    return Entry(_lines(line, symbols, outer), computed)
