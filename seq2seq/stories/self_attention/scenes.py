"""What the loupe shows at each step: rows of numbers from the trace, with the addresses that explain them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from seq2seq.stories.formulas import Number, short
from seq2seq.stories.self_attention.focus import WIDEST, Focus
from seq2seq.stories.self_attention.loupe import MOST_ROWS
from seq2seq.stories.tokens import quoted, short_sign
from seq2seq.words import Words

MOST_KEYS = 6  # keys that are shown one by one


@dataclass(frozen=True)
class Line:
    """One row: its label, long and short, its values, where they are found, and what it comes to."""

    label: str
    sign: str
    values: Sequence[float | None]
    units: Sequence[int]
    ask: str = ""  # cell u is found at "ask unit"
    lead: str = ""  # where it is not: what a click leads to
    kind: str = "feature"
    total: str = ""
    whole: str = ""


@dataclass(frozen=True)
class Scene:
    """Rows under a title; head: what stands above the columns."""

    title: str
    head: Sequence[object]
    lines: Sequence[Line]
    note: str = ""


@dataclass
class Scenes:
    """Makes the scenes of a focus."""

    focus: Focus
    words: Words
    made: list[Scene] = field(default_factory=list)

    def say(self, key: str, **slots: object) -> str:
        return self.words.say(key, **slots)

    def add(self, scene: Scene) -> int:
        """Keep a scene; returns its number."""
        self.made.append(scene)
        return len(self.made) - 1

    def data(self) -> dict[str, list[dict[str, Any]]]:
        """As the loupe's datasets."""
        rows = [
            {"scene": number, "r": r, "kind": line.kind, "label": line.label, "short": line.sign, "v": line.values,
             "unit": line.units, "ask": line.ask, "lead": line.lead, "total": line.total, "whole": line.whole}
            for number, scene in enumerate(self.made) for r, line in enumerate(scene.lines)
        ]  # fmt: skip
        heads = [{"scene": number, "v": list(scene.head)} for number, scene in enumerate(self.made)]
        titles = [{"scene": n, "title": scene.title, "note": scene.note} for n, scene in enumerate(self.made)]
        return {"rows": rows, "heads": heads, "titles": titles}

    # ---- vectors of the query

    def vector(self, label: str, sign: str, numbers: Sequence[Number], total: str = "") -> Line:
        """The features of a vector that are shown, each with its address."""
        units = self.focus.shown
        ask = numbers[0].address.rsplit(" ", 1)[0] if numbers[0].address else ""
        return Line(label, sign, [numbers[u].value for u in units], units, ask, total=total)

    def stack(self, title: str, lines: Sequence[Line], note: str = "") -> Scene:
        """Vectors one below the other."""
        shown = [u + 1 for u in self.focus.shown]
        some = self.say("selfatt.loupe.some", shown=len(shown), width=self.focus.trace.width)
        return Scene(title, shown, lines, note or some)

    def normed(self, title: str, before: Sequence[Number], after: Sequence[Number]) -> Scene:
        """A LayerNorm, before and after."""
        lines = []
        for key, sign, numbers in (("before", "r", before), ("after", "LN", after)):
            held = np.array([number.value for number in numbers])
            mean, spread = (f"{value:.2f}".replace("-", "−") for value in (float(held.mean()), float(held.std())))
            lines.append(self.vector(self.say(f"selfatt.loupe.{key}", mean=mean, spread=spread), sign, numbers))
        return self.stack(title, lines)

    def product(
        self, title: str, read: Sequence[Number], weights: np.ndarray, own: Number, letter: str, matrix: str
    ) -> Scene:
        """One number of W x + b: the terms that weigh most, and what all of them come to."""
        terms = np.array([number.value for number in read]) * weights
        units = sorted(int(u) for u in np.argsort(-np.abs(terms), kind="stable")[:WIDEST])
        ask = read[0].address.rsplit(" ", 1)[0]
        row = int(own.address.rsplit(" ", 1)[1]) + 1
        lines = [
            Line(self.say("selfatt.loupe.read"), letter, [read[u].value for u in units], units, ask),
            Line(self.say("selfatt.loupe.row", matrix=matrix, row=row), f"× {matrix}",
                 [float(weights[u]) for u in units], units, lead=own.address, kind="term"),
            Line(self.say("selfatt.loupe.terms"), "=", [float(terms[u]) for u in units], units, lead=own.address,
                 kind="term", total=f"Σ+b {short(own.value)}", whole=own.address),
        ]  # fmt: skip
        note = self.say("selfatt.loupe.largest", shown=len(units), count=len(terms)) if len(units) < len(terms) else ""
        return Scene(title, [u + 1 for u in units], lines, note)

    def heads(self, title: str, numbers: Sequence[Number], sign: str) -> Scene:
        """A vector cut into heads: one row a head."""
        width, lines = self.focus.trace.head_width, []
        count = min(width, WIDEST)
        address = numbers[0].address.rsplit(" ", 1)[0]
        first = max(0, min(self.focus.head - MOST_ROWS // 2, self.focus.trace.heads - MOST_ROWS))
        for n in range(first, min(self.focus.trace.heads, first + MOST_ROWS)):
            units = list(range(n * width, n * width + count))
            label = self.say("selfatt.loupe.head", head=n + 1, first=n * width + 1, last=(n + 1) * width)
            mark = " ●" if n == self.focus.head else ""
            lines.append(Line(label + mark, f"{n + 1}{mark}", [numbers[u].value for u in units], units, address))
        return Scene(title, [f"+{u}" if u else "0" for u in range(count)], lines)

    # ---- pairs

    def pair(self, title: str, j: int) -> Scene:
        """One query times one key, feature by feature."""
        focus = self.focus
        query = focus.vectors.gate(focus.side, focus.layer, f"{focus.block}.q", focus.query)
        key = focus.vectors.gate(focus.side, focus.layer, f"{focus.block}.k", j)
        whole = f"{focus.address}.dots {focus.head} {focus.query} {j}"
        terms = [query[u].value * key[u].value for u in focus.shown]
        lines = [
            self.vector(self.say("selfatt.loupe.query", token=quoted(focus.queries[focus.query])), "q", query),
            self.vector(self.say("selfatt.loupe.times.key", token=quoted(focus.keys[j])), "× k", key),
            Line(self.say("selfatt.loupe.terms"), "=", terms, focus.shown, lead=whole, kind="term",
                 total=f"Σ {short(float(focus.pairs('dots')[focus.query, j]))}", whole=whole),
        ]  # fmt: skip
        return self.stack(title, lines)

    def some_keys(self) -> list[int]:
        """The keys that are shown one by one: those seen that weigh most, in their order."""
        return sorted([j for j in self.focus.ranked() if self.focus.visible[self.focus.query, j]][:MOST_KEYS])

    def products(self, title: str) -> Scene:
        """The query, and every key with what the two come to."""
        focus = self.focus
        query = focus.vectors.gate(focus.side, focus.layer, f"{focus.block}.q", focus.query)
        lines = [self.vector(self.say("selfatt.loupe.query", token=quoted(focus.queries[focus.query])), "q", query)]
        for j in self.some_keys():
            key = focus.vectors.gate(focus.side, focus.layer, f"{focus.block}.k", j)
            line = self.vector(
                self.say("selfatt.loupe.key", token=quoted(focus.keys[j])), f"k {short_sign(focus.keys[j])}", key
            )
            whole = f"{focus.address}.dots {focus.head} {focus.query} {j}"
            total = f"q·k {short(float(focus.pairs('dots')[focus.query, j]))}"
            lines.append(Line(line.label, line.sign, line.values, line.units, line.ask, total=total, whole=whole))
        return self.stack(title, lines)

    def mixed(self, title: str) -> Scene:
        """Each value times its weight, and their sum over all keys."""
        focus, lines = self.focus, []
        result = focus.vectors.gate(focus.side, focus.layer, f"{focus.block}.heads", focus.query)
        for j in self.some_keys():
            values = focus.of("v")[j]
            weight, own = float(focus.row[j]), f"{focus.address}.weights {focus.head} {focus.query} {j}"
            label = self.say("selfatt.loupe.share", weight=short(weight)[:4], token=quoted(focus.keys[j]))
            lines.append(
                Line(label, f"{short(weight)[:4]} {short_sign(focus.keys[j])}",
                     [weight * float(values[u]) for u in focus.shown], focus.shown, lead=own,
                     kind="term")
            )  # fmt: skip
        more = len(focus.seen) - len(lines)
        label = self.say("selfatt.loupe.sum.more", more=more) if more else self.say("selfatt.loupe.sum")
        return self.stack(title, [*lines, self.vector(label, "a", result)])

    # ---- rows over the keys

    def over_keys(self, title: str, names: Sequence[str], query: int | None = None, masked: bool = True) -> Scene:
        """Rows of dots, scores or weights of one query over all keys."""
        focus = self.focus
        at = focus.query if query is None else query
        return Scene(title, self.signs(), [self.line_over_keys(name, at, masked) for name in names])

    def signs(self) -> list[str]:
        """The keys, each by one sign."""
        return [short_sign(key) for key in self.focus.keys]

    def line_over_keys(self, name: str, query: int, masked: bool = True, label: str = "") -> Line:
        """One row of pairs; name: dots, scores or weights, or "hidden": the scores under the mask."""
        focus, held = self.focus, "scores" if name == "hidden" else name
        hide = name == "hidden" or (name == "weights" and masked)
        values = [
            None if hide and not seen else float(value)
            for value, seen in zip(focus.pairs(held)[query], focus.visible[query], strict=True)
        ]
        kind = "share" if name == "weights" else "product"
        total = "Σ 1.00" if name == "weights" else ""
        sign = {"dots": "q·k", "scores": "e", "hidden": "e", "weights": "α"}[name]
        key = "scores.raw" if name == "scores" and not focus.trace.scaled else name
        return Line(
            label or self.say(f"selfatt.loupe.{key}"), label[:8] or sign, values, range(len(values)),
            f"{focus.address}.{held} {focus.head} {query}", kind=kind, total=total,
        )  # fmt: skip

    def everyone(self, title: str) -> Scene:
        """The weights of several queries, one row each."""
        focus, count = self.focus, len(self.focus.queries)
        first = max(0, min(focus.query - MOST_ROWS // 2, count - MOST_ROWS))
        lines = [
            self.line_over_keys("weights", at, label=f"{focus.query_sign(at)}")
            for at in range(first, min(count, first + MOST_ROWS))
        ]
        return Scene(title, self.signs(), lines)
