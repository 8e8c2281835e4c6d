"""One cell that a story looks into, and in which order its units are shown."""

from dataclasses import dataclass

import numpy as np

from seq2seq.stories.explain import Explanation
from seq2seq.stories.explain.cells import ReadingEquations
from seq2seq.stories.explain.vectors import Vectors
from seq2seq.stories.formulas import Line, Number, exact, stacked
from seq2seq.traces import DecodingTrace, Gates

MOST_CELLS = 3  # side by side
MOST_UNITS = 64  # shown of each cell
SORTS = ("change", "mean", "number")

# What a cell computes, in PyTorch's order of gates; and in which phase of a step, where cells stand side by side.
STAGES: dict[str, tuple[str, ...]] = {
    "rnn": ("in", "h"),
    "gru": ("in", "r", "z", "n", "h"),
    "lstm": ("in", "i", "f", "g", "o", "c", "h"),
}
PHASES: dict[str, dict[str, tuple[str, ...]]] = {
    "rnn": {"in": ("in",), "out": ("h",)},
    "gru": {"in": ("in",), "gates": ("r", "z"), "candidate": ("n",), "out": ("h",)},
    "lstm": {"in": ("in",), "gates": ("i", "f", "o"), "candidate": ("g",), "cell": ("c",), "out": ("h",)},
}
PHASE_ORDER = ("in", "gates", "candidate", "cell", "out")
GATES = ("i", "f", "o", "r", "z")  # between 0 and 1; the rest lies between −1 and 1, or, a cell state, anywhere
KEEPS = {"lstm": "f", "gru": "z", "rnn": "h"}  # how much of the state stays


@dataclass(frozen=True)
class Subject:
    """A layer and direction of the encoder of one trace; `key` begins the addresses of its numbers."""

    key: str
    reference: str
    trace: DecodingTrace
    layer: int = 0
    way: str = "forward"

    @property
    def cell(self) -> str:
        """Rnn, gru or lstm."""
        return self.trace.cell

    @property
    def gates(self) -> Gates:
        """Every gate and state by name, (S, H), in the order in which they are computed."""
        found = self.trace.encoder[self.layer][self.way]
        return {name: found[name] for name in STAGES[self.cell][1:]}

    @property
    def names(self) -> tuple[str, ...]:
        """Gates and states in the order in which they are computed."""
        return STAGES[self.cell][1:]

    @property
    def memory(self) -> str:
        """The state that is the cell's memory: c where it has one."""
        return "c" if self.cell == "lstm" else "h"

    @property
    def carried(self) -> tuple[str, ...]:
        """The states that go on from step to step."""
        return ("h", "c") if self.cell == "lstm" else ("h",)

    @property
    def units(self) -> int:
        """H of this direction."""
        return int(self.gates["h"].shape[1])

    def address(self, name: str, position: int) -> str:
        """Where the units of a gate or state at a position explain themselves: the unit's number is to follow."""
        return f"{self.key} encoder {self.layer} {self.way} {name} {position}"

    def number(self, name: str, position: int, unit: int) -> Number:
        """One number, with its address."""
        return Number(float(self.gates[name][position, unit]), f"{self.address(name, position)} {unit}")

    def before(self, state: str, position: int) -> np.ndarray:
        """The state (H,) that the step at a position reads."""
        numbers = Vectors(self.trace).encoder_before(self.layer, self.way, state, position)
        return np.array([number.value for number in numbers])

    def order(self, sort: str) -> np.ndarray:
        """Numbers of the units: those that change most first, or those that keep most, or as they are counted."""
        if sort == "number":
            return np.arange(self.units)[:MOST_UNITS]
        values = self.gates[self.memory].std(0) if sort == "change" else self.gates[KEEPS[self.cell]].mean(0)
        return np.argsort(-values, kind="stable")[:MOST_UNITS]

    def busiest(self) -> int:
        """The unit whose memory changes most over the source."""
        return int(self.order("change")[0])

    def equation(self, name: str, position: int, unit: int) -> Line:
        """A number's equation in symbols, in a few of its numbers, and what it comes to."""
        number, equations = self.number(name, position, unit), ReadingEquations(Vectors(self.trace), brief=True)
        lines, value, computed = equations.encoder(self.layer, self.way, name, position, unit)
        told, result = Explanation("", "", tuple(lines), value, computed).under(self.key), Line()
        result.latex = rf"= {result.text(exact(number.value), number.address)}"
        return stacked([*told.lines, result])

    def watched(self, unit: int | None) -> int:
        """The unit that was picked, or else the busiest."""
        return self.busiest() if unit is None or unit >= self.units else unit
