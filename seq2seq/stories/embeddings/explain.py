"""The equations of an embedding table, with its numbers.

Addresses (k snapshot; v, w ids; e a number of the row; c a component, from 0):

    unit k v e · cosine k v w · point k v c · rho k · adjacent k
"""

import math
from collections.abc import Callable

import numpy as np

from seq2seq.stories.embeddings.measures import Geometry
from seq2seq.stories.explain.equation import Addressed, Explanation, dot
from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.sources import Passage
from seq2seq.stories.tokens import quoted
from seq2seq.traces.embeddings import SPECIAL
from seq2seq.words import Words

MEASURES = "stories/embeddings/measures.py"


class EmbeddingExplainer(Addressed):
    """Explains the numbers of one table."""

    def __init__(self, geometry: Geometry, words: Words) -> None:
        self.geometry, self.words = geometry, words
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "unit": self.unit, "cosine": self.cosine, "point": self.point, "rho": self.rho, "adjacent": self.adjacent,
        }  # fmt: skip

    def name(self, key: str, k: int, **slots: object) -> str:
        return self.words.say(f"embeddings.explain.{key}", step=self.geometry.trace.steps[k], **slots)

    def token(self, number: int) -> str:
        """A token of the table by its id."""
        return quoted(self.geometry.trace.tokens[self.geometry.kind][number])

    def row(self, k: int, v: int) -> list[Number]:
        """A token's row; its numbers lead to themselves."""
        return [Number(float(value), f"unit {k} {v} {e}") for e, value in enumerate(self.geometry.table[k, v])]

    def unit(self, k: int, v: int, e: int) -> Explanation:
        """A column of the table times a one-hot."""
        geometry, line, numbers = self.geometry, Line(), Line()
        column = geometry.table[k, :, e]
        onehot = np.eye(len(column))[v]
        line.latex = rf"(\mathrm{{onehot}}^\top E)_{{{line.text(e + 1)}}}"
        line.latex += rf" = \sum_v \mathrm{{onehot}}_v\, E_{{v,{line.text(e + 1)}}}"
        zeros = [Number(0.0)] * len(column)
        zeros[v] = Number(1.0)
        near = [place for place in (v - 1, v, v + 1) if 0 <= place < len(column)]
        left, right = [zeros[place] for place in near], [Number(float(column[place])) for place in near]
        numbers.latex = rf"= \cdots + {numbers.products(left, right)} + \cdots"
        value, computed = float(column[v]), float(onehot @ column)
        name = self.name("unit", k, token=self.token(v), number=e + 1)
        passage = Passage("models/recurrent.py", "Recurrent.encode", ("source_embedding(",))
        return Explanation(f"unit {k} {v} {e}", name, (line, numbers), value, computed, passage)

    def cosine(self, k: int, v: int, w: int) -> Explanation:
        """Two rows' product over their lengths."""
        geometry, line, numbers = self.geometry, Line(), Line()
        left, right = self.row(k, v), self.row(k, w)
        a, b = math.sqrt(dot(left, left)), math.sqrt(dot(right, right))
        u, x = rf"E_{{{line.text(self.token(v))}}}", rf"E_{{{line.text(self.token(w))}}}"
        line.latex = rf"\cos({u},\ {x}) = \frac{{{u} \cdot {x}}}{{\|{u}\|\,\|{x}\|}}"
        product = numbers.products(left, right)
        numbers.latex = rf"= \frac{{{product}}}{{{numbers.number(Number(a))} \cdot {numbers.number(Number(b))}}}"
        rows = geometry.table[k]
        lengths = np.linalg.norm(rows[v]) * np.linalg.norm(rows[w])
        value = float(rows[v] @ rows[w] / lengths) if lengths else 0.0
        computed = dot(left, right) / (a * b) if a * b else 0.0
        name = self.name("cosine", k, token=self.token(v), other=self.token(w))
        passage = Passage(MEASURES, "cosines", ("products = ", "np.divide"))
        return Explanation(f"cosine {k} {v} {w}", name, (line, numbers), value, computed, passage)

    def point(self, k: int, v: int, c: int) -> Explanation:
        """A row, less the mean row, along a component."""
        geometry, line, numbers = self.geometry, Line(), Line()
        value = float(geometry.points[k, v - SPECIAL, c])
        if v < SPECIAL:
            raise IndexError(v)
        away = [Number(float(x)) for x in geometry.table[k, v] - geometry.centre]
        axis = [Number(float(x)) for x in geometry.axes[c]]
        own = rf"E_{{{line.text(self.token(v))}}}"
        line.latex = rf"({own} - \bar{{E}}) \cdot w_{{{line.text(c + 1)}}}"
        numbers.latex = rf"= {numbers.products(away, axis)}"
        name = self.name("point", k, token=self.token(v), number=c + 1)
        passage = Passage(MEASURES, "Geometry.__init__", ("np.linalg.svd", "self.points = "))
        return Explanation(f"point {k} {v} {c}", name, (line, numbers), value, dot(away, axis), passage)

    def rho(self, k: int) -> Explanation:
        """Places against the order."""
        geometry, line, numbers = self.geometry, Line(), Line()
        places, n = geometry.places(k).tolist(), len(geometry.ordered)
        squares = [(place - own) ** 2 for own, place in enumerate(places)]
        line.latex = r"|\rho| = \left| 1 - \frac{6 \sum_i d_i^2}{n (n^2 - 1)} \right|"
        terms = numbers.elided(squares, lambda square: numbers.text(square))
        numbers.latex = (
            rf"= \left| 1 - \frac{{6\, ({terms})}}{{{numbers.text(n)} \cdot {numbers.text(n * n - 1)}}} \right|"
        )
        computed = abs(1 - 6 * sum(squares) / (n * (n * n - 1)))
        name, passage = self.name("rho", k), Passage(MEASURES, "rank_correlation", ("apart = ", "return"))
        return Explanation(f"rho {k}", name, (line, numbers), geometry.order_seen(k), computed, passage)

    def adjacent(self, k: int) -> Explanation:
        """How many have their neighbour of the order nearest."""
        geometry, line, numbers = self.geometry, Line(), Line()
        nearest, n = geometry.nearest(k).tolist(), len(geometry.ordered)
        hits = [float(abs(other - own) == 1) for own, other in enumerate(nearest)]
        line.latex = r"\frac{1}{n} \sum_i [\,|\mathrm{nearest}(i) - i| = 1\,]"
        count = numbers.text(int(sum(hits)))
        numbers.latex = rf"= \frac{{{count}}}{{{numbers.text(n)}}}"
        name, passage = self.name("adjacent", k), Passage(MEASURES, "Geometry.next_door", ("return",))
        value = geometry.next_door(k) / n
        return Explanation(f"adjacent {k}", name, (line, numbers), value, sum(hits) / n, passage)
