"""Masks switched off at once on a trained model: which outputs move, and by how much."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seq2seq.stories.formulas import FormulaBook, Line, exact, percent
from seq2seq.stories.masks.switches_pictures import SETTINGS, STILL, curves_picture, outputs_picture
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.questions.options import ask, named, offered, rising
from seq2seq.stories.sentences import clauses, listed, pair, titled
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Question, Step, Story, View
from seq2seq.stories.tokens import quoted, short_sign
from seq2seq.traces.masks import Switched, SwitchesTrace
from seq2seq.words import Words

MODEL = "models/transformer.py"
UNDER = Passage(MODEL, "Transformer.under", ("config = replace", "other.config"))
PASSAGES = {
    "alone": Passage("recording/masks.py", "_alone", ("padded([row]", "model(source")),
    "padded": Passage(MODEL, "Transformer.source_visible", ("return",)),
    "changed": Passage("recording/masks.py", "replaced", ("changed[:, at + 1] =",)),
}


def switches_story(trace: SwitchesTrace, curves: Sequence[Mapping[str, Any]], words: Words, name: str) -> Story:
    """Tell one setting after the other; curves: measured, exact match against pads, one row a setting and length."""
    teller = _Teller(trace, words, bool(curves))
    steps = teller.tell()
    told = " ".join("".join(source) for source in trace.sources)
    identity = "|".join(["switches", name, told, str(trace.pads), str(trace.at)])
    views = [_outputs(trace, steps, words)]
    if curves:
        views.append(_curves(trace, curves, steps, words))
    return Story(
        identity, words.say("switches.title"), steps, views, teller.chapters, player_labels(words),
        teller.book.templates, linked=False,
    )  # fmt: skip


def settings_of(trace: SwitchesTrace) -> tuple[Switched, ...]:
    """One setting a step."""
    return (trace.base, *trace.settings)


def largest(trace: SwitchesTrace, setting: Switched) -> float:
    """The largest of all moves."""
    return float(trace.moved(setting).max())


def movers(trace: SwitchesTrace, setting: Switched) -> int:
    """How many outputs move at all."""
    return int((trace.moved(setting) > STILL).sum())


class _Teller:
    """Builds the steps in order."""

    def __init__(self, trace: SwitchesTrace, words: Words, measured: bool) -> None:
        self.trace, self.words, self.book, self.measured = trace, words, FormulaBook(), measured
        self.chapters = [words.say("switches.chapter.pads"), words.say("switches.chapter.future")]

    def tell(self) -> list[Step]:
        return [self.step(setting) for setting in settings_of(self.trace)]

    def step(self, setting: Switched) -> Step:
        trace, say = self.trace, self.words.say
        changes = setting.name in ("changed", "open", "causal")
        slots = {
            "pads": setting.pads, "largest": shown(largest(trace, setting)), "movers": movers(trace, setting),
            "outputs": int(trace.real.sum()), "number": trace.at + 1, "after": trace.at + 2, "other": trace.other,
            "before": int(before(trace, setting)), "count": len(trace.sources),
            "written": listed((f"“{text}”" for text in setting.written), self.words), "right": right(trace, setting),
            "wide": max(map(len, trace.sources)) + setting.pads,
        }  # fmt: skip
        passage = PASSAGES.get(setting.name, UNDER)
        title, told = (say(f"switches.{setting.name}.{part}", **slots) for part in ("title", "text"))
        line = None if setting is trace.base else self.line(setting)
        question = switches_question(trace, setting, self.words)
        return Step(title, told, int(changes), line.into(self.book) if line else None, passage, question)

    def line(self, setting: Switched) -> Line:
        """The move that is the largest."""
        moved, line = self.trace.moved(setting), Line()
        b, t = np.unravel_index(int(moved.argmax()), moved.shape)
        number = line.text(shown(float(moved[b, t])), f"moved {setting.name} {b} {t}")
        line.latex = rf"\max_w |\ln P'(y_{{{line.text(t + 1)}}} = w) - \ln P(y_{{{line.text(t + 1)}}} = w)|"
        line.latex += rf" \\ = {number}"
        return line


def shown(moved: float) -> str:
    """A move in nats; what is only rounding is still shown as it is."""
    return "0" if moved == 0 else exact(moved) if moved < STILL else f"{moved:.2f}"


def before(trace: SwitchesTrace, setting: Switched) -> int:
    """Outputs that move although they come before what was replaced, or write it."""
    return int((trace.moved(setting)[:, : trace.at + 1] > STILL).sum())


def right(trace: SwitchesTrace, setting: Switched) -> int:
    """Sentences that come out exactly right."""
    wanted = ["".join(target[:-1]) for target in trace.targets]
    return sum(written == answer for written, answer in zip(setting.written, wanted, strict=False))


def switches_question(trace: SwitchesTrace, setting: Switched, words: Words) -> Question | None:
    """Before the pads: what moves? Before the token: which outputs move? Each only where the model is clear."""
    say, moved = words.say, trace.moved(setting)
    slots = {
        "pads": setting.pads, "number": trace.at + 1, "after": trace.at + 2, "largest": shown(float(moved.max())),
        "outputs": int(trace.real.sum()),
    }  # fmt: skip
    if setting.name == "padded" and setting.pads and moved.max() < STILL:
        answers = named(words, "switches.question.padded", ("none", "last", "short", "all"), "none", **slots)
        prompt, why = say("switches.question.padded", **slots), say("switches.question.padded.why", **slots)
        return ask("padded", "compare", prompt, why, answers)
    later = moved[:, trace.at + 1 :]
    if setting.name == "changed" and before(trace, setting) == 0 and later.max() > 0.2:
        answers = named(words, "switches.question.changed", ("after", "from", "all", "none"), "after", **slots)
        prompt, why = say("switches.question.changed", **slots), say("switches.question.changed.why", **slots)
        return ask("changed", "position", prompt, why, answers)
    if setting.name == "cross" and setting.pads and setting.written:
        count = len(trace.sources)
        found = right(trace, setting)
        guesses = ((count, "all"), (0, "none"), (1, "one"))
        numbers = rising(offered(found, [(n, say(f"switches.question.cross.{key}")) for n, key in guesses]))
        if len(numbers) < 3:
            return None
        slots |= {"right": found, "count": count}
        prompt, why = say("switches.question.cross", **slots), say("switches.question.cross.why", **slots)
        return ask("cross", "compare", prompt, why, numbers)
    return None


def _outputs(trace: SwitchesTrace, steps: Sequence[Step], words: Words) -> View:
    say = words.say
    rows, lines = [], []
    for k, setting in enumerate(settings_of(trace)):
        moved, best = trace.moved(setting), trace.best(setting)
        for b, target in enumerate(trace.targets):
            for t, token in enumerate(target):
                move, now = float(moved[b, t]), trace.vocabulary[best[b, t]]
                slots = {"number": t + 1, "right": quoted(token), "now": quoted(now), "move": shown(move)}
                rows.append({
                    "k": k, "b": b, "t": t, "token": short_sign(now), "right": now == token, "move": move,
                    "tip": say("switches.tip", **slots), "ask": f"moved {setting.name} {b} {t}",
                })  # fmt: skip
            written = setting.written[b] if setting.written else ""
            good = written == "".join(target[:-1])
            lines.append({"k": k, "b": b, "source": "".join(trace.sources[b]), "written": written, "right": good})
    spec = outputs_picture(
        say("switches.outputs.moves"), say("switches.outputs.alone"), say("switches.outputs.replaced")
    )
    signals = {
        "T": int(trace.target_ids.shape[1]), "B": len(trace.targets), "k_at": list(range(len(steps))), "at": trace.at,
        "changed_at": [int(setting.changed) for setting in settings_of(trace)],
    }  # fmt: skip
    return View(
        "outputs", say("switches.outputs.title"), say("switches.outputs.hint"), spec, "vega",
        [titled(step, words) for step in steps], {"outputs": rows, "lines": lines}, "outputs", signals,
        wide=True,
    )  # fmt: skip


SHOWN_LENGTH = {"alone": "masked", "padded": "masked", "encoder": "encoder", "cross": "cross", "both": "both"}


def _curves(
    trace: SwitchesTrace, curves: Sequence[Mapping[str, Any]], steps: Sequence[Step], words: Words
) -> View:  # fmt: skip
    say = words.say
    rows = [
        {
            "under": curve["under"], "length": curve["length"], "pads": row["pads"], "share": row["right"] / row["n"],
            "ask": f"padded {curve['under']} {curve['length']} {row['pads']}",
            "tip": say("switches.curves.tip", length=curve["length"], pads=row["pads"], right=row["right"], n=row["n"]),
        }
        for curve in curves
        for row in curve["rows"]
    ]  # fmt: skip
    lengths = sorted({row["length"] for row in rows})
    names = {under: say(f"switches.under.{under}") for under in SETTINGS}
    n = curves[0]["rows"][0]["n"]
    spec = curves_picture(
        tuple((under, names[under]) for under in SETTINGS), say("switches.curves.x"), say("switches.curves.y"),
        tuple(lengths), say("switches.curves.length"),
    )  # fmt: skip
    lit = [SETTINGS.index(SHOWN_LENGTH.get(setting.name, "masked")) for setting in settings_of(trace)]

    def describe(k: int) -> str:
        under = SETTINGS[lit[k]]
        found = [
            say("switches.curves.alt", length=length, pads=row["pads"], share=percent(row["share"]))
            for length in lengths
            for row in rows
            if row["under"] == under and row["length"] == length and row["pads"] in (2, 8)
        ]
        return pair(names[under], clauses(found, words), words)

    signals = {"lit_at": lit, "last": max(row["pads"] for row in rows)}
    return View(
        "curves", say("switches.curves.title"), say("switches.curves.hint", n=n), spec, "vega",
        [describe(k) for k in range(len(steps))], {"curves": rows}, "curves", signals, wide=True,
    )  # fmt: skip
