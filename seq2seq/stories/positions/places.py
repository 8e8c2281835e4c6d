"""The story of a table of positions: its rows, its clocks, and what a row times a row says."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from seq2seq.stories.explain.vectors import numbers
from seq2seq.stories.formulas import Formula, FormulaBook, Line, Number, exact, short
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.positions.places_pictures import clocks_picture, dots_picture, table_picture, waves_picture
from seq2seq.stories.questions.options import ask, named
from seq2seq.stories.sentences import listed, titled
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Question, Step, Story, View
from seq2seq.traces.places import PlacesTrace
from seq2seq.words import Words

WAVES = Passage("models/positions.py", "sinusoids", ("rates = ", "angles = ", "return torch.stack"))
LEARNED = Passage("models/positions.py", "Positions.__init__", ("self.table = ", "nn.init.normal_"))
ADDED = Passage("models/transformer.py", "Transformer.embed_source")
BASE = 10000.0
APART = 3  # the distance at which dot products are compared
MIDDLE, LAST = 8, 31  # pairs of features that are looked at, after the first
SPREAD = 0.2  # dot products that differ by less, relative to their size, are not asked about


def rate(trace: PlacesTrace, pair: int) -> float:
    """By which angle a pair's hand turns from one position to the next."""
    return float(BASE ** (-2 * pair / trace.width))


@dataclass
class Told:
    """The steps of a story while they are written, and the tracks beside them."""

    trace: PlacesTrace
    words: Words
    book: FormulaBook = field(default_factory=FormulaBook)
    steps: list[Step] = field(default_factory=list)
    tracks: dict[str, list[Any]] = field(
        default_factory=lambda: {name: [] for name in ("p", "pair", "lit", "dots", "told")}
    )
    now: dict[str, Any] = field(default_factory=lambda: {"p": 0, "pair": -1, "lit": 0, "dots": 0, "told": 0})

    def add(
        self, key: str, slots: dict[str, object], passage: Passage, line: Line | None = None, chapter: int = 0,
        question: Question | None = None, **tracks: Any,
    ) -> None:  # fmt: skip
        """One step; tracks that are not named stay as they are."""
        self.now |= tracks
        for name, held in self.tracks.items():
            held.append(self.now[name])
        say = self.words.say
        title, told = say(f"places.{key}.title", **slots), say(f"places.{key}.text", **slots)
        formula: Formula | None = line.into(self.book) if line else None
        self.steps.append(Step(title, told, chapter, formula, passage, question))

    @property
    def positions(self) -> list[int]:
        """Whose dot products were told, in order."""
        return [p for p, told in zip(self.tracks["p"], self.tracks["dots"], strict=True) if told]


def places_story(trace: PlacesTrace, words: Words, name: str) -> Story:
    """Tell of a table; name says whose it is (part of the story's identity)."""
    told = Told(trace, words)
    if trace.kind == "sinusoidal":
        _waves(told)
    else:
        _learned(told)
    say, kind = words.say, trace.kind
    chapters = ("table", "clocks", "distance") if kind == "sinusoidal" else ("table", "distance")
    return Story(
        f"places|{name}|{trace.side}", say(f"places.title.{kind}"), told.steps, _views(told),
        [say(f"places.chapter.{chapter}") for chapter in chapters], player_labels(words), told.book.templates,
        linked=False,
    )  # fmt: skip


# ---- steps: the waves


def _waves(told: Told) -> None:
    trace = told.trace
    size: dict[str, object] = {"width": trace.width, "pairs": trace.width // 2, "count": trace.count}
    told.add("intro", size, WAVES, _row(trace, 0))
    for pair, key in ((0, "fast"), (MIDDLE, "middle"), (LAST, "slow")):
        turn = rate(trace, pair)
        slots = size | {
            "sine": 2 * pair + 1, "cosine": 2 * pair + 2, "exponent": 2 * pair,
            "turn": _turns(turn), "degrees": f"{np.degrees(turn):.3g}",
            "last": trace.count - 1, "far": f"{np.degrees(turn * (trace.count - 1)):.2g}",
        }  # fmt: skip
        question = _question_turn(trace, told.words) if key == "middle" else None
        told.add(key, slots, WAVES, _angle(trace, 1, pair), 1, question, p=1, pair=pair, lit=pair + 1)
    for p, key in ((2, "two"), (3, "three"), (14, "many")):
        told.add(key, size | {"p": p}, WAVES, _row(trace, p), 1, p=p, pair=-1)
    for number, p in enumerate((5, 12, 20)):
        slots = _pair_slots(trace, p) | {"first": 5, "first_other": 5 + APART}
        question = _question_distance(trace, told.words, 5, p) if number == 1 else None
        line = _product(trace, p, p + APART) if number < 2 else _why(trace)
        key = ("dot", "same", "why")[number]
        told.add(key, slots, WAVES, line, 2, question, p=p, pair=-1, dots=1, told=number)
    told.add("added", size, ADDED, _added(), 2)


def _turns(turn: float) -> str:
    """After how many positions a hand has gone round once."""
    period = 2 * np.pi / turn
    return f"{period:.2f}" if period < 10 else f"{period:.1f}" if period < 100 else f"{round(period, -3):,.0f}"


def _row(trace: PlacesTrace, p: int) -> Line:
    line = Line()
    vector = numbers(trace.table[p], f"place {p}")
    line.latex = rf"\mathrm{{PE}}_{{{line.text(p)}}} = {line.units(vector)}"
    return line


def _angle(trace: PlacesTrace, p: int, pair: int) -> Line:
    line = Line()
    for part, (name, f) in enumerate((("sin", 2 * pair), ("cos", 2 * pair + 1))):
        line.latex += r" \\ " if part else ""
        line.latex += rf"\mathrm{{PE}}_{{{line.text(p)},{line.text(f + 1)}}} = \{name} ({line.text(p)} / "
        line.latex += rf"10000^{{{line.text(2 * pair)}/{line.text(trace.width)}}})"
        line.latex += rf" = {line.number(Number(float(trace.table[p, f]), f'place {p} {f}'))}"
    return line


def _product(trace: PlacesTrace, p: int, q: int) -> Line:
    line = Line()
    value = Number(float(trace.dots[p, q]), f"dot {p} {q}")
    line.latex = rf"\mathrm{{PE}}_{{{line.text(p)}}} \cdot \mathrm{{PE}}_{{{line.text(q)}}}"
    line.latex += rf" = {line.number(value)} \\ = "
    one, other = (numbers(trace.table[at], f"place {at}")[0] for at in (p, q))
    line.latex += rf"{line.factor(one)} \cdot {line.factor(other)} + \cdots"
    return line


def _why(trace: PlacesTrace) -> Line:
    line = Line()
    line.latex = (
        r"\sin a \sin b + \cos a \cos b = \cos(a - b)"
        r" \\ \mathrm{PE}_p \cdot \mathrm{PE}_{p'} = "
        rf"\sum_{{i}} \cos\left(\frac{{p - p'}}{{10000^{{2i/{line.text(trace.width)}}}}}\right)"
    )
    return line


def _added() -> Line:
    line = Line()
    line.latex = r"x_j = \sqrt{d}\, E[w_j] + \mathrm{PE}_j"
    return line


def _pair_slots(trace: PlacesTrace, p: int) -> dict[str, object]:
    """Rows p and p + APART, their product, and how far equal distances lie apart."""
    rows = trace.count if trace.kind == "sinusoidal" else trace.read
    near = trace.by_distance(APART, rows)
    return {
        "p": p, "other": p + APART, "apart": APART, "value": short(float(trace.dots[p, p + APART])),
        "own": short(float(trace.dots[p, p])), "low": short(float(near.min())), "high": short(float(near.max())),
        "difference": exact(float(near.max() - near.min())), "pairs": len(near), "half": trace.width // 2,
    }  # fmt: skip


# ---- steps: a learned table


def _learned(told: Told) -> None:
    trace = told.trace
    size: dict[str, object] = {"width": trace.width, "read": trace.read, "last": trace.read - 1, "count": trace.count}
    norms = np.sqrt(np.diagonal(trace.dots))
    size |= {"known": short(float(norms[: trace.read].mean())), "unknown": short(float(norms[trace.read :].mean()))}
    side = told.words.say(f"places.side.{trace.side}")
    told.add("learned", size | {"side": side}, LEARNED, _row(trace, 0))
    told.add("learned.read", size, LEARNED, _row(trace, 3), p=3)
    told.add("learned.unread", size, LEARNED, _row(trace, 20), p=20)
    pairs = sorted(range(trace.read - APART), key=lambda p: float(trace.dots[p, p + APART]))
    for number, p in enumerate((pairs[-1], pairs[0])):
        slots = _pair_slots(trace, p) | {"first": pairs[-1], "first_other": pairs[-1] + APART}
        question = _question_distance(trace, told.words, pairs[-1], p) if number else None
        key = "learned.dot" if number == 0 else "learned.differs"
        told.add(key, slots, LEARNED, _product(trace, p, p + APART), 1, question, p=p, dots=1, told=number)
    told.add("added", size, ADDED, _added(), 1)


# ---- questions


def _question_turn(trace: PlacesTrace, words: Words) -> Question:
    """The next pair of features: does its hand turn faster or slower?"""
    first, second = _turns(rate(trace, 0)), _turns(rate(trace, MIDDLE))
    slots = {"first": first, "second": second, "sine": 2 * MIDDLE + 1, "cosine": 2 * MIDDLE + 2}
    answers = named(words, "question.places.turn", ("faster", "same", "slower"), "slower")
    prompt, why = words.say("question.places.turn", **slots), words.say("question.places.turn.why", **slots)
    return ask("turn", "compare", prompt, why, answers)


def _question_distance(trace: PlacesTrace, words: Words, known: int, p: int) -> Question | None:
    """Two rows as far apart as two that were told: is their product the same?"""
    first, second = (float(trace.dots[at, at + APART]) for at in (known, p))
    apart = abs(first - second) / max(abs(first), abs(second))
    same = apart < 1e-4
    if not same and apart < SPREAD:
        return None
    right = "same" if same else "larger" if second > first else "smaller"
    answers = named(words, "question.places.distance", ("larger", "same", "smaller"), right)
    slots: dict[str, object] = {
        "first": known, "first_other": known + APART, "p": p, "other": p + APART, "apart": APART,
        "value": short(first), "found": short(second),
    }  # fmt: skip
    why = words.say(f"question.places.distance.why.{'same' if same else 'differs'}", **slots)
    prompt = words.say("question.places.distance", **slots)
    return ask(f"distance {p}", "compare", prompt, why, answers)


# ---- views


def _views(told: Told) -> list[View]:
    trace, words = told.trace, told.words
    say, kind, tracks = words.say, trace.kind, told.tracks
    alternatives = [titled(step, words) for step in told.steps]

    def at(*names: str) -> dict[str, Any]:
        return {f"{name}_at": tracks[name] for name in names}

    picture = table_picture(trace.count, say("places.axis.feature"), say("places.axis.position"), say("places.unread"))
    size = {"d": trace.width, "read": trace.read}
    views = [
        View(
            "table", say("places.table.title"), say(f"places.table.hint.{kind}"), picture, "vega", alternatives,
            {"rows": _rows(trace, words)}, "rows", size | at("p", "pair"), wide=True,
        )
    ]  # fmt: skip
    if kind == "sinusoidal":
        views += [
            View(
                "clocks", say("places.clocks.title"), say("places.clocks.hint"),
                clocks_picture(trace.width // 2, say("places.clocks.foot")), "vega", alternatives,
                {"clocks": _clocks(trace, words)}, "clocks", at("p", "pair", "lit"),
            ),
            View(
                "waves", say("places.waves.title"), say("places.waves.hint"),
                waves_picture(trace.count, say("places.axis.position"), say("places.sine"), say("places.cosine")),
                "vega", alternatives, {"waves": _along(trace)}, "waves", at("p", "pair"),
            ),
        ]  # fmt: skip
    low, high = float(min(0.0, trace.dots.min())), float(trace.dots.max())
    reach = trace.count if kind == "sinusoidal" else trace.read
    view = dots_picture(
        reach, float(np.floor(low / 4) * 4), float(np.ceil(high / 4) * 4), say("places.axis.distance"),
        say("places.axis.dot"), say("places.dots.waiting"),
    )  # fmt: skip
    views.append(
        View(
            "dots", say("places.dots.title"), say(f"places.dots.hint.{kind}"), view, "vega", alternatives,
            {"dots": _dots(told), "curve": _curve(trace)}, "dots", {"order": told.positions} | at("p", "dots", "told"),
        )
    )  # fmt: skip
    return views


def _rows(trace: PlacesTrace, words: Words) -> list[dict[str, Any]]:
    units = list(range(trace.width))
    return [
        {"p": p, "v": row.tolist(), "unit": units, "ask": f"place {p}", "tip": words.say("places.tip", position=p)}
        for p, row in enumerate(trace.table)
    ]


def _clocks(trace: PlacesTrace, words: Words) -> list[dict[str, Any]]:
    return [
        {
            "i": i, "rate": rate(trace, i), "name": listed([2 * i + 1, 2 * i + 2], words),
            "tip": words.say("places.clock.tip", sine=2 * i + 1, cosine=2 * i + 2, turn=_turns(rate(trace, i))),
        }
        for i in range(trace.width // 2)
    ]  # fmt: skip


def _along(trace: PlacesTrace) -> list[dict[str, Any]]:
    """The waves of the pairs that the story names, between the positions too."""
    rows = []
    for i in (0, MIDDLE, LAST):
        for p in np.arange(0, trace.count - 0.99, 0.25 if i == 0 else 1.0).tolist():
            angle = p * rate(trace, i)
            rows.append({"i": i, "p": p, "sin": float(np.sin(angle)), "cos": float(np.cos(angle))})
    return rows


def _dots(told: Told) -> list[dict[str, Any]]:
    """Every product of a row that the story tells with the others; of a learned table those that were read."""
    trace = told.trace
    upto = trace.count if trace.kind == "sinusoidal" else trace.read
    return [
        {
            "p": p, "q": q, "v": float(trace.dots[p, q]), "ask": f"dot {p} {q}",
            "tip": told.words.say("places.dot.tip", p=p, q=q),
        }
        for p in dict.fromkeys(told.positions)
        for q in range(upto)
    ]  # fmt: skip


def _curve(trace: PlacesTrace) -> list[dict[str, Any]]:
    """The sum of cosines, which only the distance moves; a learned table has no such curve."""
    if trace.kind != "sinusoidal":
        return []
    rates = np.array([rate(trace, i) for i in range(trace.width // 2)])
    distances = np.arange(1 - trace.count, trace.count - 0.5, 0.5)
    return [{"d": d, "v": float(np.cos(rates * d).sum())} for d in distances.tolist()]
