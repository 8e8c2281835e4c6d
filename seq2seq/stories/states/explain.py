"""Where the numbers of the cloud come from.

Addresses (c a cloud, i and j points, a a component, counted from 0; p a chosen sentence, k a state on its way):

    state c i · coordinate c i a · distance c i j · silhouette c LABEL · point c LABEL i · way p k a · written p k a
"""

import math
from collections.abc import Callable

import numpy as np

from seq2seq.stories.explain.equation import Addressed, Explanation, dot
from seq2seq.stories.explain.vectors import numbers
from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.sources import Passage
from seq2seq.stories.states.measured import Measured
from seq2seq.traces import StatesTrace
from seq2seq.words import Words

GEOMETRY = "stories/states/geometry.py"
PROJECT = Passage(GEOMETRY, "Projection.project", ("return",))
DISTANCE = Passage(GEOMETRY, "distances", ("between = ", "return"))
INSIDE = Passage(GEOMETRY, "silhouette", ("inside = ", "outside = ", "values = "))
NEAREST_OTHERS = Passage(GEOMETRY, "nearest", ("fill_diagonal", "return"))


class StatesExplainer(Addressed):
    """Explains the numbers of a trace of states."""

    def __init__(self, trace: StatesTrace, words: Words) -> None:
        self.trace, self.words, self.measured = trace, words, Measured(trace)
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "state": self.state, "coordinate": self.coordinate, "distance": self.distance,
            "silhouette": self.silhouette, "point": self.point, "way": self.way, "written": self.written,
        }  # fmt: skip

    def word(self, key: str, **slots: object) -> str:
        return self.words.say(f"states.explain.{key}", **slots)

    def cloud(self, c: int) -> str:
        return cloud_name(self.trace, self.words, c)

    # ---- where a state falls

    def state(self, c: int, i: int) -> Explanation:
        """The nearest states of a point, and its first coordinate."""
        rows = []
        between = self.measured.between[c]
        for rank, j in enumerate(self.measured.nearest[c][i].tolist()):
            line = Line()
            number, text = line.text(f"{rank + 1}."), line.text(f"{self.measured.read(j)}   ")
            line.latex = rf"{number}\ {text} \quad {line.number(Number(float(between[i, j]), f'distance {c} {i} {j}'))}"
            rows.append(line)
        first = self.coordinate(c, i, 0)
        name = self.word("state", text=self.measured.read(i), cloud=self.cloud(c), count=len(rows), size=self.size)
        return Explanation(
            f"state {c} {i}", name, (*rows, *first.lines), first.value, first.computed, NEAREST_OTHERS
        )  # fmt: skip

    @property
    def size(self) -> int:
        return self.trace.clouds[0].states.shape[1]

    def coordinate(self, c: int, i: int, a: int) -> Explanation:
        """A coordinate: the centred state times the component."""
        name = self.word("coordinate", text=self.measured.read(i), cloud=self.cloud(c), number=a + 1)
        return self.product(
            f"coordinate {c} {i} {a}", name, self.trace.clouds[c].states[i], c, a, float(self.measured.places[c, i, a])
        )

    def way(self, p: int, k: int, a: int) -> Explanation:
        """The same for a state on the encoder's way."""
        path = self.trace.paths[p]
        name = self.word("way", text=path.text, number=k, axis=a + 1)
        value = float(self.measured.ways[p][k, a])
        return self.product(f"way {p} {k} {a}", name, path.encoder[k], self.trace.trained, a, value)

    def written(self, p: int, k: int, a: int) -> Explanation:
        """The same for a state on the decoder's way."""
        path, c = self.trace.paths[p], self.measured.writing
        name = self.word("written", text=path.text, number=k, axis=a + 1)
        value = float(self.measured.written[p][k, a])
        return self.product(f"written {p} {k} {a}", name, path.decoder[k], c, a, value)

    def product(self, address: str, name: str, state: np.ndarray, c: int, a: int, value: float) -> Explanation:
        """(h − m)·w."""
        projection = self.measured.projections[c]
        left = numbers(state.astype(np.float64) - projection.mean)
        right = numbers(projection.components[a])
        line, figures = Line(), Line()
        line.latex = rf"\mathrm{{PC}}_{{{line.text(a + 1)}}} = (h - \bar{{h}})^\top w_{{{line.text(a + 1)}}}"
        figures.latex = rf"= {figures.products(left, right)}"
        return Explanation(address, name, (line, figures), value, dot(left, right), PROJECT)

    # ---- how far states lie apart

    def distance(self, c: int, i: int, j: int) -> Explanation:
        """A Euclidean distance."""
        states = self.trace.clouds[c].states
        one, other = states[i].astype(np.float64), states[j].astype(np.float64)
        line, figures = Line(), Line()
        line.latex = r"d(h, h') = \sqrt{\sum_u (h_u - h'_u)^2}"
        pairs = list(zip(numbers(one), numbers(other), strict=True))
        terms = figures.elided(pairs, lambda pair: rf"({figures.number(pair[0])} - {figures.factor(pair[1])})^2")
        figures.latex = rf"= \sqrt{{{terms}}}"
        name = self.word(
            "distance", text=self.measured.read(i), other=self.measured.read(j), cloud=self.cloud(c), size=self.size
        )
        computed = math.sqrt(math.fsum((a.value - b.value) ** 2 for a, b in pairs))
        value = float(self.measured.between[c][i, j])
        return Explanation(f"distance {c} {i} {j}", name, (line, figures), value, computed, DISTANCE)

    # ---- how labels divide them

    def silhouette(self, c: int, label: str) -> Explanation:
        """A mean silhouette."""
        found = self.measured.silhouette(c, label)
        if found is None:
            raise KeyError(label)
        line, figures = Line(), Line()
        values = [Number(value, f"point {c} {label} {i}") for i, value in enumerate(found.values.tolist())]
        line.latex = r"\overline{\mathrm{sil}} = \frac{1}{N} \sum_i \mathrm{sil}_i"
        total = figures.elided(values, figures.factor)
        figures.latex = rf"= \frac{{{total}}}{{{figures.text(len(values))}}}"
        name = self.word("silhouette", label=group_name(self.trace, self.words, label), cloud=self.cloud(c))
        computed = math.fsum(value.value for value in values) / len(values)
        return Explanation(f"silhouette {c} {label}", name, (line, figures), found.mean, computed, INSIDE)

    def point(self, c: int, label: str, i: int) -> Explanation:
        """The silhouette of one point."""
        found = self.measured.silhouette(c, label)
        if found is None:
            raise KeyError(label)
        a, b, value = float(found.inside[i]), float(found.outside[i]), float(found.values[i])
        name = self.word("point", text=self.measured.read(i), label=group_name(self.trace, self.words, label))
        own = self.trace.label(label)
        line, figures = Line(), Line()
        if (own == own[i]).sum() == 1:
            line.latex = line.text(self.word("alone"))
            return Explanation(f"point {c} {label} {i}", name, (line,), value, 0.0, INSIDE)
        line.latex = r"\mathrm{sil}_i = \frac{b_i - a_i}{\max(a_i, b_i)}"
        numbers = [Number(b), Number(a), Number(a), Number(b)]
        shown = [figures.number(number) for number in numbers]
        figures.latex = rf"= \frac{{{shown[0]} - {shown[1]}}}{{\max({shown[2]}, {shown[3]})}}"
        return Explanation(
            f"point {c} {label} {i}", name, (line, figures), value, (b - a) / max(a, b, 1e-300), INSIDE
        )  # fmt: skip


def cloud_name(trace: StatesTrace, words: Words, c: int) -> str:
    """What a cloud is called."""
    name = trace.clouds[c].name
    if name == "writing":
        return words.say("states.cloud.writing", at=trace.at)
    return words.say(f"states.cloud.{name}.{trace.which}", at=trace.at)


def group_name(trace: StatesTrace, words: Words, label: str) -> str:
    """What a label is called as groups."""
    return words.say(f"states.group.{label}")
