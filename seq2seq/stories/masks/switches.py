"""Masks switched off at once on a trained model: which outputs move, and by how much."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from seq2seq.stories.explain.equation import Addressed, Explanation
from seq2seq.stories.formulas import FormulaBook, Line, Number, exact, percent
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.questions.options import wrong_answers
from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Question, Step, Story, View
from seq2seq.stories.tokens import quoted, short_sign
from seq2seq.stories.vega import Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value
from seq2seq.traces.masks import Switched, SwitchesTrace
from seq2seq.words import Words

MODEL = "models/transformer.py"
UNDER = Passage(MODEL, "Transformer.under", ("config = replace", "other.config"))
PASSAGES = {
    "alone": Passage("recording/masks.py", "_alone", ("padded([row]", "model(source")),
    "padded": Passage(MODEL, "Transformer.source_visible", ("return",)),
    "changed": Passage("recording/masks.py", "replaced", ("changed[:, at + 1] =",)),
}
STILL = 1e-3  # below this a log-probability has not moved: rounding of float32
MOST = 12.0  # nats at which a bar is full


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
            "written": ", ".join(f"“{text}”" for text in setting.written), "right": right(trace, setting),
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
        line.latex = rf"\max_y |\log p'_{{{line.text(t + 1)}}}(y) - \log p_{{{line.text(t + 1)}}}(y)| \\ = {number}"
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
        options = tuple(say(f"switches.question.padded.{name}", **slots) for name in ("none", "last", "short", "all"))
        prompt, why = say("switches.question.padded", **slots), say("switches.question.padded.why", **slots)
        return Question("padded", "compare", prompt, options, 0, why)
    later = moved[:, trace.at + 1 :]
    if setting.name == "changed" and before(trace, setting) == 0 and later.max() > 0.2:
        options = tuple(say(f"switches.question.changed.{name}", **slots) for name in ("after", "from", "all", "none"))
        prompt, why = say("switches.question.changed", **slots), say("switches.question.changed.why", **slots)
        return Question("changed", "position", prompt, options, 0, why)
    if setting.name == "cross" and setting.pads and setting.written:
        count = len(trace.sources)
        found = right(trace, setting)
        wrong = wrong_answers(found, [count, 0, 1])
        if len(wrong) < 2:
            return None
        options = tuple(map(str, sorted([found, *wrong])))
        slots |= {"right": found, "count": count}
        prompt, why = say("switches.question.cross", **slots), say("switches.question.cross.why", **slots)
        return Question("cross", "compare", prompt, options, options.index(str(found)), why)
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
        [f"{step.title}. {step.text}" for step in steps], {"outputs": rows, "lines": lines}, "outputs", signals,
        wide=True,
    )  # fmt: skip


@cache
def outputs_picture(moves: str, alone: str, replaced: str) -> Spec:
    """Every output of the batch: a bar as high as it moved, and below it the token that it now thinks most probable.

    Data: outputs {k, b, t, token, right, move, tip, ask}, lines {k, b, source, written, right}. Signals: T, B, k_at
    (setting in hand), at (position replaced), changed_at (0 or 1).
    """
    bars, row, top = 46, 92, 34
    signals = [
        value("T", 1), value("B", 1), value("at", 0), *stepped("k"), *smooth("changed"),
        derived("roomy", "width > 640"), derived("side", "roomy ? 118 : 8"), derived("room", "roomy ? 190 : 8"),
        derived("tall", f"roomy ? {row} : {row + 40}"),
        derived("pitch", "min(54, (width - side - room) / T)"), derived("height", f"{top} + B * tall + 8"),
        derived("letter", "clamp(pitch * 0.5, 9, 18)"),
    ]  # fmt: skip
    data = [
        {"name": "outputs"}, {"name": "lines"}, filtered("now", "outputs", "datum.k === k"),
        filtered("told", "lines", "datum.k === k"),
    ]  # fmt: skip
    x, y = "side + datum.t * pitch", f"{top} + datum.b * tall + (roomy ? 0 : 40)"
    high = f"min(1, datum.move / {MOST}) * {bars}"
    marks = [
        text(quoted_text(moves), "side", 12, align="left", color="muted", size=13, limit="width - side"),
        rect(  # the token replaced, in every row
            "side + (at + 1) * pitch", top - 8, "pitch", "height - 38", silent=True, fill="attention",
            fillOpacity="0.12 * changed", cornerRadius=6,
        ),
        text(quoted_text(replaced), "side + (at + 1.5) * pitch", top - 14, color="attention", size="roomy ? 12 : 10",
             fillOpacity="changed", fontWeight=600),
        rect(f"{x} + 2", f"{y} + {bars} + 4", "pitch - 4", 28, "now", clickable=True, cornerRadius=5,
             fill="datum.right ? correct : wrong", fillOpacity="datum.right ? 0.16 : 0.26", tooltip="datum.tip",
             ask="datum.ask"),
        text("datum.token", f"{x} + pitch / 2", f"{y} + {bars} + 18", "now", size="letter",
             fontWeight="datum.right ? 400 : 700"),
        text("datum.right ? '' : '✗'", f"{x} + pitch - 9", f"{y} + {bars} + 9", "now", color="wrong",
             size="pitch < 30 ? 0 : 10"),
        rect(f"{x} + pitch * 0.22", f"{y} + {bars} - {high}", "pitch * 0.56", f"max(1.5, {high})", "now",
             clickable=True, fill="attention", fillOpacity=0.85, cornerRadius=2, tooltip="datum.tip", ask="datum.ask"),
        text(f"datum.move > {STILL} ? format(datum.move, '.1f') : '0'", f"{x} + pitch / 2",
             f"{y} + {bars} - 8 - {high}", "now", color="muted", size="pitch < 26 ? 0 : 11"),
        text("datum.source", "roomy ? side - 12 : side", f"{y} + (roomy ? {bars} + 18 : -12)", "told",
             align="right", color="encoder", size="roomy ? 15 : 0", fontWeight=600, limit="side - 14"),
        text("datum.source + (datum.written ? '  →  ' + datum.written + (datum.right ? '  ✓' : '  ✗') : '')", "side",
             f"{y} - 24", "told", align="left", size="roomy ? 0 : 13", limit="width - 16",
             color="!datum.written ? encoder : datum.right ? correct : wrong", fontWeight=600),
        text(f"datum.written ? {quoted_text(alone)} : ''", "side + T * pitch + 18", f"{y} + {bars} - 4", "told",
             align="left", color="muted", size="roomy ? 12 : 0"),
        text("datum.written + (datum.written ? (datum.right ? '  ✓' : '  ✗') : '')", "side + T * pitch + 18",
             f"{y} + {bars} + 18", "told", align="left", color="datum.right ? correct : wrong",
             size="roomy ? 17 : 0", fontWeight=700, limit="room - 20"),
    ]  # fmt: skip
    return diagram(760, 340, signals, data, marks)


SETTINGS = ("masked", "encoder", "cross", "both")
SETTING_COLORS = {"masked": "correct", "encoder": "encoder", "cross": "attention", "both": "wrong"}
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
        return f"{names[under]}: " + "; ".join(found)

    signals = {"lit_at": lit, "last": max(row["pads"] for row in rows)}
    return View(
        "curves", say("switches.curves.title"), say("switches.curves.hint", n=n), spec, "vega",
        [describe(k) for k in range(len(steps))], {"curves": rows}, "curves", signals, wide=True,
    )  # fmt: skip


@cache
def curves_picture(
    settings: tuple[tuple[str, str], ...], x_title: str, y_title: str, lengths: tuple[int, ...], length: str
) -> Spec:
    """Exact match against pads, one small chart a source length; the setting in hand stands out.

    Data: curves {under, length, pads, share, ask, tip}. Signals: lit_at (number of the setting in hand), last (pads).
    """
    tall, top = 150, 66
    count = len(lengths)
    signals = [
        value("last", 16), *stepped("lit"), derived("across", f"width > 640 ? {count} : {max(1, count // 2)}"),
        derived("wide", "(width - 44) / across"), derived("down", f"ceil({count} / across)"),
        derived("height", f"{top} + down * {tall + 62} + 16"),
    ]  # fmt: skip
    scales = [{"name": "y", "type": "linear", "domain": [0, 1], "range": [tall, 0]}]
    data: list[dict[str, Any]] = [{"name": "curves"}]
    marks: list[dict[str, Any]] = [
        text(quoted_text(y_title), 0, 10, align="left", color="muted", size=13, limit="width"),
    ]
    for number, (under, name) in enumerate(settings):
        marks.append(
            text(quoted_text(f"● {name}"), f"width > 640 ? {number} * (width / 4) : {number % 2} * (width / 2)",
                 f"width > 640 ? 36 : {30 + 18 * (number // 2)}", align="left", color=SETTING_COLORS[under],
                 size="width > 640 ? 14 : 12", fontWeight=f"lit === {number} ? 800 : 500", limit="width / 2 - 8")
        )  # fmt: skip
    for k, letters in enumerate(lengths):
        x0, y0 = f"(44 + ({k} % across) * wide)", f"({top} + floor({k} / across) * {tall + 62} + 10)"
        x, y = f"{x0} + 6 + datum.pads / last * (wide - 30)", f"{y0} + scale('y', datum.share)"
        for share in (0, 0.5, 1):
            marks.append(mark("rule", silent=True, x=x0, x2=f"{x0} + wide - 18", y=f"{y0} + {tall * (1 - share)}",
                              y2=f"{y0} + {tall * (1 - share)}", stroke="faint", strokeWidth=1))  # fmt: skip
            marks.append(text(f"{k} % across === 0 ? '{share:.0%}' : ''", f"{x0} - 6", f"{y0} + {tall * (1 - share)}",
                              align="right", color="muted", size=11))  # fmt: skip
        marks.append(text(quoted_text(length.replace("@", str(letters))), f"{x0} + (wide - 18) / 2",
                          f"{y0} + {tall + 36}", color="ink", size=13, fontWeight=600))  # fmt: skip
        for pads in (0, 4, 8, 12, 16):
            marks.append(text(f"'{pads}'", f"{x0} + 6 + {pads} / last * (wide - 30)", f"{y0} + {tall + 14}",
                              color="muted", size=11))  # fmt: skip
        for number, (under, _) in enumerate(settings):
            rows = f"rows_{k}_{under}"
            data.append(filtered(rows, "curves", f"datum.length === {letters} && datum.under === '{under}'"))
            bold = f"lit === {number}"
            marks += [
                mark("line", rows, silent=True, x=x, y=y, stroke=SETTING_COLORS[under],
                     strokeWidth=f"{bold} ? 3.5 : 1.5", strokeOpacity=f"{bold} ? 1 : 0.45"),
                mark("symbol", rows, clickable=True, x=x, y=y, size=f"{bold} ? 70 : 26", fill=SETTING_COLORS[under],
                     fillOpacity=f"{bold} ? 1 : 0.45", ask="datum.ask", tooltip="datum.tip"),
            ]  # fmt: skip
    marks.append(text(quoted_text(x_title), "width / 2", "height - 9", color="muted", size=12, limit="width"))
    return diagram(760, 280, signals, data, marks, scales=scales)


class SwitchesExplainer(Addressed):
    """Explains moves and measured shares. Addresses: moved SETTING b t · padded UNDER length pads · before/after …"""

    def __init__(self, trace: SwitchesTrace, curves: Sequence[Mapping[str, Any]], words: Words) -> None:
        self.trace, self.curves, self.words = trace, curves, words
        self.kinds: dict[str, Callable[..., Explanation]] = {"moved": self.moved, "padded": self.padded}

    def moved(self, name: str, b: int, t: int) -> Explanation:
        """By how much the output moved that moved most."""
        trace, line, numbers = self.trace, Line(), Line()
        setting = next(setting for setting in settings_of(trace) if setting.name == name)
        reference = trace.reference(setting)
        old, new = (table.log_probs[b, t].astype(np.float64) for table in (reference, setting))
        likely = np.maximum(old, new) > np.log(1e-6)
        token = int((np.abs(new - old) * likely).argmax())
        y = line.text(quoted(trace.vocabulary[token]))
        line.latex = rf"\max_y |\log p'(y) - \log p(y)|,\quad y = {y}"
        after, prior = numbers.factor(Number(float(new[token]))), numbers.factor(Number(float(old[token])))
        numbers.latex = rf"= |{after} - {prior}|"
        told = self.words.say(
            "switches.explain.moved", sentence=b + 1, number=t + 1, setting=self.words.say(f"switches.name.{name}"),
            before=percent(float(np.exp(old[token]))), after=percent(float(np.exp(new[token]))),
            token=quoted(trace.vocabulary[token]),
        )  # fmt: skip
        computed = abs(float(new[token]) - float(old[token]))
        passage = Passage("traces/masks.py", "SwitchesTrace.moved", ("apart = ", "found"))
        value = float(trace.moved(setting)[b, t])
        return Explanation(f"moved {name} {b} {t}", told, (line, numbers), value, computed, passage)

    def padded(self, under: str, length: int, pads: int) -> Explanation:
        """Exact match, measured."""
        curve = next(row for row in self.curves if (row["under"], row["length"]) == (under, length))
        row = next(row for row in curve["rows"] if row["pads"] == pads)
        line, numbers = Line(), Line()
        line.latex = r"\frac{1}{n} \sum_x [\,\hat{y}(x) = y(x)\,]"
        numbers.latex = rf"= \frac{{{numbers.text(row['right'])}}}{{{numbers.text(row['n'])}}}"
        told = self.words.say(
            "switches.explain.padded", setting=self.words.say(f"switches.under.{under}"), length=length, pads=pads,
            n=row["n"],
        )  # fmt: skip
        share = row["right"] / row["n"]
        passage = Passage("studies/measure_masks.py", "padded", ("right +=",))
        return Explanation(f"padded {under} {length} {pads}", told, (line, numbers), share, share, passage)
