"""Explains a shuffled source: `far WAY row i`, `shift WAY t`, and the numbers of all four decodings.

A number of one decoding has the decoding's name before its own address: `without.typed encoder 0 h 3 17`.
"""

from collections.abc import Mapping

import numpy as np

from seq2seq.stories.explain.equation import Explanation, Unknown
from seq2seq.stories.explain.several import SeveralExplainer
from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.positions.shuffled import Shuffled
from seq2seq.stories.tokens import quoted
from seq2seq.stories.transformer import TransformerExplainer
from seq2seq.words import Words


class ShuffleExplainer(SeveralExplainer):
    """Explains by how much a state or a prediction differs, and the numbers of both sides."""

    def __init__(self, pairs: Mapping[str, Shuffled], words: Words) -> None:
        super().__init__(
            {
                f"{way}.{side}": TransformerExplainer(trace, words)
                for way, pair in pairs.items()
                for side, trace in (("typed", pair.typed), ("shuffled", pair.shuffled))
            }
        )
        self.pairs, self.words = pairs, words

    def explain(self, address: str) -> Explanation:
        """How the number at this address came about.

        Raises: Unknown if there is no such number.
        """
        kind, *rest = address.split() or [""]
        if kind not in ("far", "shift"):
            return super().explain(address)
        try:
            way, *index = rest
            if not all(part.isdecimal() for part in index):
                raise Unknown(address)
            found = self._far if kind == "far" else self._shift
            return found(way, *map(int, index))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise Unknown(address) from error

    def _far(self, way: str, row: int, i: int) -> Explanation:
        pair = self.pairs[way]
        one, other = (states[i] for states in pair.states(row))
        u = int(np.abs(other - one).argmax())
        own = f"encoder {row - 1} h" if row else "source"
        addresses = f"{way}.shuffled {own} {pair.place[i]} {u}", f"{way}.typed {own} {i} {u}"
        symbols = r"\max_u |h_{\pi(i),u}^{\prime} - h_{i,u}|" if row else r"\max_u |x_{\pi(i),u}^{\prime} - x_{i,u}|"
        key = "shuffle.explain.layer" if row else "shuffle.explain.embedding"
        token = quoted(pair.typed.source[i])
        name = self.words.say(key, layer=row, token=token, position=i + 1, place=pair.place[i] + 1, unit=u + 1)
        return self._between(f"far {way} {row} {i}", name, symbols, (other[u], one[u]), addresses)

    def _shift(self, way: str, t: int) -> Explanation:
        pair = self.pairs[way]
        if t >= pair.both:
            raise IndexError(t)
        one, other = (np.exp(trace.log_probs[t]) for trace in (pair.typed, pair.shuffled))
        v = int(np.abs(other - one).argmax())
        addresses = f"{way}.shuffled probability {t} {v}", f"{way}.typed probability {t} {v}"
        name = self.words.say("shuffle.explain.shift", number=t + 1, token=quoted(pair.typed.vocabulary[v]))
        return self._between(f"shift {way} {t}", name, r"\max_w |P'(w) - P(w)|", (other[v], one[v]), addresses)

    def _between(
        self, address: str, name: str, symbols: str, values: tuple[float, float], addresses: tuple[str, str]
    ) -> Explanation:
        """The difference of two numbers, each with its own address."""
        line, told = Line(), Line()
        line.latex = symbols
        after, before = (Number(float(value), at) for value, at in zip(values, addresses, strict=True))
        told.latex = rf"= |{told.number(after)} - {told.factor(before)}|"
        value = float(np.abs(np.float32(values[0]) - np.float32(values[1])))
        return Explanation(address, name, (line, told), value, abs(after.value - before.value))
