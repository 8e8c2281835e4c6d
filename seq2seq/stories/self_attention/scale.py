"""The scale 1/√d_k: random keys at ever larger d_k, and models trained with it and without it."""

import math
from collections.abc import Sequence
from typing import Any

from seq2seq.stories.formulas import FormulaBook, Line, percent, short, stacked
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.questions.options import MARGIN, ask, named
from seq2seq.stories.self_attention.scale_explain import DRAW
from seq2seq.stories.self_attention.scale_pictures import scale_bars, scale_curves
from seq2seq.stories.sentences import in_a_row, titled
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Question, Step, Story, View
from seq2seq.traces.scale import ScaleRun, ScaleTrace
from seq2seq.words import Words

SCALES = Passage("models/multi_head.py", "MultiHead.__init__", ("self.scale =",))
FEW, MANY = 16, 128  # d_k of the models that were trained


def scale_story(trace: ScaleTrace, words: Words, name: str) -> Story:
    """Tell one d_k after the other, then what training makes of it; name: whose runs they are."""
    book, keys = FormulaBook(), trace.keys
    steps = [_step(trace, w, words, book) for w in range(len(keys.widths))]
    if trace.runs:
        steps.append(_trained(trace, words))
    views = [_bars(trace, steps, words)]
    if trace.runs:
        views.append(_runs(trace, steps, words))
    return Story(
        f"scale|{name}|{keys.seed}", words.say("scale.title"), steps, views, [words.say("scale.heading")],
        player_labels(words), book.templates, linked=False,
    )  # fmt: skip


def _step(trace: ScaleTrace, w: int, words: Words, book: FormulaBook) -> Step:
    keys = trace.keys
    width, root = keys.widths[w], math.sqrt(keys.widths[w])
    best = int(keys.dots[w].argmax())
    slots = {
        "width": width, "root": short(root), "raw": percent(float(keys.raw[w].max())),
        "scaled": percent(float(keys.scaled[w].max())), "spread": short(float(keys.spread[w])),
        "raw_mean": percent(float(keys.largest_raw[w])), "scaled_mean": percent(float(keys.largest_scaled[w])),
        "draws": f"{keys.draws:,}", "dot": short(float(keys.dots[w, best])),
    }  # fmt: skip
    first, second = Line(), Line()
    first.latex = (
        rf"q \cdot k = {first.text(slots['dot'], f'dot {w} {best}')}"
        rf" \qquad \alpha = {first.text(short(float(keys.raw[w, best])), f'raw {w} {best}')}"
    )
    second.latex = (
        rf"\frac{{q \cdot k}}{{\sqrt{{{second.text(width)}}}}} = {second.text(short(float(keys.dots[w, best]) / root))}"
        rf" \qquad \alpha = {second.text(short(float(keys.scaled[w, best])), f'scaled {w} {best}')}"
    )
    formula = stacked([first, second]).into(book)
    key = "first" if w == 0 else "last" if w == len(keys.widths) - 1 else "step"
    title, told = (words.say(f"scale.{key}.{part}", **slots) for part in ("title", "text"))
    return Step(title, told, 0, formula, DRAW, _question(trace, w, words))


def _question(trace: ScaleTrace, w: int, words: Words) -> Question | None:
    """Does the largest weight rise or fall with d_k, if nothing is scaled? Asked once."""
    keys = trace.keys
    if w != 2 or keys.largest_raw[-1] - keys.largest_raw[0] < MARGIN:
        return None
    slots = {
        "first": percent(float(keys.largest_raw[0])), "last": percent(float(keys.largest_raw[-1])),
        "low": keys.widths[0], "high": keys.widths[-1], "scaled": percent(float(keys.largest_scaled[-1])),
    }  # fmt: skip
    answers = named(words, "scale.question", ("rises", "falls", "stays"), "rises")
    prompt, why = words.say("scale.question", **slots), words.say("scale.question.why", **slots)
    return ask("rises", "compare", prompt, why, answers)


def last_shares(trace: ScaleTrace, head_width: int, scaled: bool) -> list[float]:
    """Exact match at the end of the runs of a kind."""
    return [
        run.reports[-1].exact
        for run in trace.runs
        if (run.head_width, run.scaled) == (head_width, scaled) and run.reports
    ]


def _span(shares: Sequence[float]) -> str:
    if not shares:
        return "–"
    low, high = percent(min(shares)), percent(max(shares))
    return low if low == high else f"{low} – {high}"


def _trained(trace: ScaleTrace, words: Words) -> Step:
    """What was measured of a large head, and of small ones where they were trained; what it says, if it is clear."""
    say, told = words.say, []
    for width, key in ((MANY, "large"), (FEW, "small")):
        with_scale, without = (last_shares(trace, width, scaled) for scaled in (True, False))
        if not (with_scale or without):
            continue
        slots = {"updates": trace.updates, "width": width, "scaled": _span(with_scale), "raw": _span(without)}
        told.append(say(f"scale.trained.{key}", **slots))
        if with_scale and without and width == MANY:
            clear = min(with_scale) - max(without) > MARGIN
            told.append(say("scale.trained.gap" if clear else "scale.trained.even"))
    return Step(say("scale.trained.title"), in_a_row(told), 0, None, SCALES)


def _bars(trace: ScaleTrace, steps: Sequence[Step], words: Words) -> View:
    say, keys = words.say, trace.keys
    bars = [
        {
            "w": w, "j": j, "dot": float(keys.dots[w, j]), "raw": float(keys.raw[w, j]),
            "scaled": float(keys.scaled[w, j]), "asks": [f"{kind} {w} {j}" for kind in ("dot", "raw", "scaled")],
        }
        for w in range(len(keys.widths))
        for j in range(keys.dots.shape[1])
    ]  # fmt: skip
    means = [
        {
            "w": w, "kind": kind, "width": width, "v": float((keys.largest_raw, keys.largest_scaled)[kind][w]),
            "ask": f"largest {('raw', 'scaled')[kind]} {w}",
        }
        for kind in (0, 1)
        for w, width in enumerate(keys.widths)
    ]  # fmt: skip
    last = len(keys.widths) - 1
    signals = {
        "K": keys.dots.shape[1], "high": float(abs(keys.dots).max()), "widths": list(keys.widths),
        "w_at": [min(k, last) for k in range(len(steps))],
    }  # fmt: skip
    spec = scale_bars(
        say("scale.bars.dots"), say("scale.bars.raw"), say("scale.bars.scaled"), say("scale.bars.keys"),
        say("scale.means.title"), say("scale.means.x"), (say("scale.without"), say("scale.with")),
    )  # fmt: skip
    return View(
        "bars", say("scale.bars.title"), say("scale.bars.hint", draws=f"{keys.draws:,}"), spec, "vega",
        [titled(step, words) for step in steps], {"bars": bars, "means": means}, "bars", signals, wide=True,
    )  # fmt: skip


def _runs(trace: ScaleTrace, steps: Sequence[Step], words: Words) -> View:
    say, first = words.say, min(run.seed for run in trace.runs)
    rows = {width: [row for run in trace.runs if run.head_width == width for row in _rows(run, first, words)]
            for width in (MANY, FEW)}  # fmt: skip
    titles = [say("scale.runs.plot", width=width, heads=heads) for width, heads in ((MANY, 1), (FEW, 4)) if rows[width]]
    spec = scale_curves(tuple(titles), say("axis.step"), (say("scale.with"), say("scale.without")))
    signals = {"last": trace.updates, "now_at": [trace.updates] * len(steps)}
    told = _trained(trace, words).text
    data = dict(zip(("first", "second"), filter(None, rows.values()), strict=False))
    return View(
        "runs", say("scale.runs.title"), say("scale.runs.hint"), spec, "vega", [told] * len(steps), data, "first",
        signals, wide=True,
    )  # fmt: skip


def _rows(run: ScaleRun, first: int, words: Words) -> list[dict[str, Any]]:
    side = words.say("scale.with" if run.scaled else "scale.without")
    return [
        {
            "good": run.scaled, "bold": run.seed == first, "line": run.name, "step": report.step,
            "exact": report.exact, "asks": ["", f"exact {run.name} {report.step}"],
            "tip": words.say("leak.tip", side=side, seed=run.seed, step=report.step),
        }
        for report in run.reports
    ]  # fmt: skip
