"""The steps through one layer: what is told of the query followed, with which numbers, and where tracks stand."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from seq2seq.stories.formulas import FormulaBook, Line, Number, short
from seq2seq.stories.self_attention.focus import Focus
from seq2seq.stories.self_attention.layout import SLOT, SLOTS
from seq2seq.stories.self_attention.matrices import matrices_of, read_by
from seq2seq.stories.self_attention.scenes import Scene, Scenes
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step
from seq2seq.stories.tokens import quoted
from seq2seq.words import Words

KNOWN = ("masked", "own", "all", "dots", "scores", "hides", "weights")  # tracks that say how much is known
NEVER = 10_000  # the step at which an empty slot is known


@dataclass(frozen=True)
class Moment:
    """Where every track stands at one step; see the views for what they mean."""

    stage: str
    slot: int = 0
    lit: int = 0
    flow: str = "none"
    origin: int = 0
    goal: int = 0
    glow: int = 0
    masked: int = 0
    dim: int = 0
    scene: int = 0
    row: int = 0
    own: int = 0
    all: int = 0
    dots: int = 0
    scores: int = 0
    hides: int = 0
    weights: int = 0


def _known(shown: int) -> dict[str, Any]:
    """Tracks that say how much is known, all at once."""
    return dict.fromkeys(KNOWN, shown)


@dataclass(frozen=True)
class Told:
    """All steps of a story, with their tracks, scenes and formulas; when and whole: see `overview`."""

    steps: list[Step]
    moments: list[Moment]
    chapters: list[str]
    formulas: list[str]
    scenes: Scenes
    when: list[int]
    whole: list[int]

    def track(self, name: str) -> list[Any]:
        """One track's value at each step."""
        return [getattr(moment, name) for moment in self.moments]


class Telling:
    """What telling needs: sentences, numbers, and the steps so far."""

    def __init__(self, focus: Focus, words: Words) -> None:
        self.focus, self.words, self.book = focus, words, FormulaBook()
        self.scenes = Scenes(focus, words)
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.chapters: list[str] = []
        used = {matrix.slot for matrix in matrices_of(focus)} | {"dots", "scores", "weights"}
        self.when = [0 if slot in used else NEVER for slot in SLOTS]
        self.whole = list(self.when)
        # at first all is seen, then it is taken apart
        self.moment = Moment("intro", row=focus.query, **_known(1))
        self.asks, self.tells = read_by(focus)

    def say(self, key: str, **slots: object) -> str:
        return self.words.say(key, **slots)

    def chapter(self, key: str) -> None:
        self.chapters.append(self.say(f"selfatt.chapter.{key}"))

    def add(self, key: str, line: Line | None, passage: Passage, scene: Scene | None = None, **more: Any) -> None:
        """One step; its sentences are `key.title` and `key.text`; tracks named move, the others stay.

        more: tracks, and `slots` for the sentences, `shows` (slots whose rows are known from here on) and `begins`
        (slots of which the followed row is).
        """
        slots = self.spot | more.pop("slots", {})
        for slot in more.pop("shows", ()):
            self.whole[SLOT[slot]] = len(self.steps)
            self.when[SLOT[slot]] = min(self.when[SLOT[slot]] or NEVER, len(self.steps))
        for slot in more.pop("begins", ()):
            self.when[SLOT[slot]] = len(self.steps)
        if scene is not None:
            more["scene"] = self.scenes.add(scene)
        if len(self.steps) == 1:
            self.moment = replace(self.moment, **_known(0))
        self.moment = replace(self.moment, **more)
        title, text = (self.say(f"selfatt.{key}.{part}", **slots) for part in ("title", "text"))
        formula = line.into(self.book) if line else None
        self.steps.append(Step(title, text, len(self.chapters) - 1, formula, passage))
        self.moments.append(self.moment)

    # ---- where, and which numbers

    @property
    def spot(self) -> dict[str, object]:
        """The query in hand and its attention, as slots of a sentence."""
        focus, trace = self.focus, self.focus.trace
        return {
            "query": focus.name(self.words, False, focus.query), "head": focus.head + 1, "heads": trace.heads,
            "width": trace.head_width, "features": trace.width, "layer": focus.layer + 1, "layers": trace.layers,
            "keys": len(focus.keys), "queries": len(focus.queries),
            "first": focus.own[0] + 1, "last": focus.own[-1] + 1,
            "seen": len(focus.seen), "inner": int(focus.gates["feed.inner"].shape[1]),
        }  # fmt: skip

    def values(self, name: str, at: int | None = None) -> list[Number]:
        """A layer's vector at a position: "self.q", "feed.inner", "h", …; no position: the query's."""
        focus = self.focus
        return focus.vectors.gate(focus.side, focus.layer, name, focus.query if at is None else at)

    def own(self, name: str, at: int | None = None) -> list[Number]:
        """The same of the attention in hand."""
        return self.values(f"{self.focus.block}.{name}", at)

    def loud(self, vector: list[Number]) -> int:
        """The feature of the head that is largest: a number worth looking at."""
        return max(self.focus.shown, key=lambda u: abs(vector[u].value))

    def units(self, symbol: str, vector: list[Number]) -> Line:
        """A symbol and the head's first features of a vector."""
        line = Line()
        line.latex = rf"{symbol} \\ = {line.units([vector[u] for u in self.focus.shown])}"
        return line

    def at(self, line: Line) -> str:
        """The query's number, in a formula."""
        return line.text(self.focus.query + 1)

    def token(self, key: bool, at: int) -> str:
        """A token as sentences show it."""
        return quoted((self.focus.keys if key else self.focus.queries)[at])

    def weight(self, name: str, j: int) -> Number:
        """A number of the query against a key: dots, scores, weights."""
        focus = self.focus
        return focus.vectors.attention(
            focus.side, focus.layer, f"{focus.block}.{name}", focus.head, focus.query
        )[j]  # fmt: skip

    def told(self) -> Told:
        when = [step if step else 0 for step in self.when]
        return Told(self.steps, self.moments, self.chapters, self.book.templates, self.scenes, when, self.whole)

    def spread(self, row: np.ndarray) -> dict[str, object]:
        """Where most of a row's weight lies, as slots of a sentence."""
        best, second = (int(j) for j in np.argsort(-row, kind="stable")[:2]) if len(row) > 1 else (0, 0)
        return {
            "best": self.focus.name(self.words, True, best), "weight": short(float(row[best])),
            "second": self.focus.name(self.words, True, second), "other": short(float(row[second])),
        }  # fmt: skip
