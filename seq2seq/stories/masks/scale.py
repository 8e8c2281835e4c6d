"""The scale 1/√d_k: random keys at ever larger d_k, and models trained with it and without it."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from seq2seq.stories.explain.equation import Addressed, Explanation, dot, softmax
from seq2seq.stories.formulas import FormulaBook, Line, Number, percent, short, stacked
from seq2seq.stories.masks.leak_pictures import BELOW, EXACT, TALL, TOP, legend, plot, plot_signals
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.questions.options import MARGIN
from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Question, Step, Story, View
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, text, value
from seq2seq.traces.masks import ScaleRun, ScaleTrace
from seq2seq.words import Words

SCALES = Passage("models/multi_head.py", "MultiHead.__init__", ("self.scale =",))
DRAW = Passage("studies/scale.py", "random_keys", ("dots = ", "scaled = "))
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
    options = tuple(words.say(f"scale.question.{name}") for name in ("rises", "falls", "stays"))
    prompt, why = words.say("scale.question", **slots), words.say("scale.question.why", **slots)
    return Question("rises", "compare", prompt, options, 0, why)


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
    slots: dict[str, Any] = {"updates": trace.updates}
    for width in (FEW, MANY):
        for scaled in (True, False):
            shares = last_shares(trace, width, scaled)
            slots[f"{'scaled' if scaled else 'raw'}_{width}"] = _span(shares)
            slots[f"n_{width}"] = max(len(shares), slots.get(f"n_{width}", 0))
    return Step(words.say("scale.trained.title"), words.say("scale.trained.text", **slots), 0, None, SCALES)


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
        [f"{step.title}. {step.text}" for step in steps], {"bars": bars, "means": means}, "bars", signals, wide=True,
    )  # fmt: skip


@cache
def scale_bars(
    dots: str, raw: str, scaled: str, keys: str, means: str, x_title: str, names: tuple[str, str]
) -> Spec:  # fmt: skip
    """One draw: q·k of each key, its weight raw and scaled; beside it, the largest weight over many draws.

    Data: bars {w, j, dot, raw, scaled, asks}, means {w, kind (0 raw, 1 scaled), width, v, ask}. Signals: K, high (of
    all dots), widths, w_at (number of the d_k in hand).
    """
    row, gap, top = 82, 48, 34
    bottom = top + 3 * row + 2 * gap
    signals = [
        value("K", 10), value("high", 50), value("widths", [4, 256]), *stepped("w"), *smooth("glide"),
        derived("roomy", "width > 640"), derived("wide", "roomy ? width * 0.56 : width - 4"),
        derived("pitch", "min(56, (wide - 44) / K)"), derived("x0", "roomy ? wide + 74 : 44"),
        derived("y0", f"roomy ? {top} : {bottom + 74}"), derived("span", "roomy ? width - x0 - 20 : width - 60"),
        derived("tall", f"roomy ? {3 * row + 2 * gap} : 200"),
        derived("height", f"roomy ? {bottom + 56} : y0 + tall + 56"),
    ]  # fmt: skip
    scales = [
        {"name": "dot", "type": "linear", "domain": [{"signal": "-high"}, {"signal": "high"}], "range": [row, 0]},
        {"name": "weight", "type": "linear", "domain": [0, 1], "range": [row, 0]},
        {"name": "x", "type": "log", "base": 2, "domain": [4, 256]},
    ]  # fmt: skip
    data = [{"name": "bars"}, {"name": "means"}, filtered("now", "bars", "datum.w === w")]
    marks: list[Mark] = []
    for number, (kind, title, color) in enumerate(
        (("dot", dots, "muted"), ("raw", raw, "wrong"), ("scaled", scaled, "correct"))
    ):
        y0, scale = top + number * (row + gap), "dot" if kind == "dot" else "weight"
        marks += [
            text(quoted_text(title), 44, y0 - 16, align="left", color="ink" if kind == "dot" else color, size=14,
                 fontWeight=600, limit="wide - 44"),
            mark("rule", silent=True, x=40, x2="44 + K * pitch", y=f"{y0} + scale('{scale}', 0)",
                 y2=f"{y0} + scale('{scale}', 0)", stroke="faint"),
            mark("rect", "now", clickable=True, x="44 + (datum.j + 0.14) * pitch", width="pitch * 0.72",
                 y=f"{y0} + scale('{scale}', 0)", y2=f"{y0} + scale('{scale}', datum.{kind})", fill=color,
                 fillOpacity=0.8, ask=f"datum.asks[{number}]", tooltip=f"format(datum.{kind}, '.4f')"),
            text(f"format(datum.{kind}, '{'.1f' if kind == 'dot' else '.2f'}')", "44 + (datum.j + 0.5) * pitch",
                 f"{y0} + {row if kind != 'dot' else row} + 9", "now", color="muted",
                 size="pitch < 24 ? 0 : clamp(pitch * 0.26, 9, 12)"),
        ]  # fmt: skip
        for level in ("-high", "0", "high") if kind == "dot" else ("0", "1"):
            marks.append(text(f"format({level}, '.0f')", 36, f"{y0} + scale('{scale}', {level})", align="right",
                              color="muted", size=11))  # fmt: skip
    marks += [
        text(quoted_text(keys), "44 + K * pitch / 2", bottom + 30, color="muted", size=12, limit="wide - 44"),
        *_means(means, x_title, names),
    ]
    return diagram(760, 420, signals, data, marks, scales=scales)


def _means(title: str, x_title: str, names: tuple[str, str]) -> list[Mark]:
    """The largest weight against d_k, over many draws."""
    x, y = "(x0 + log(datum.width / 4) / log(64) * span)", "(y0 + tall * (1 - datum.v))"
    marks: list[Mark] = [
        text(quoted_text(title), "x0 - 30", "y0 - 16", align="left", size=14, fontWeight=600, limit="span + 50")
    ]
    for level in (0, 0.5, 1):
        at = f"y0 + tall * {1 - level}"
        marks += [mark("rule", silent=True, x="x0", x2="x0 + span", y=at, y2=at, stroke="faint"),
                  text(f"'{level:.0%}'", "x0 - 8", at, align="right", color="muted", size=11)]  # fmt: skip
    at = "(x0 + log(widths[w] / 4) / log(64) * span)"
    marks += [
        mark("rule", silent=True, x=at, x2=at, y="y0", y2="y0 + tall", stroke="ink", strokeOpacity=0.4, strokeWidth=2),
        *[
            text(f"'{width}'", f"x0 + log({width} / 4) / log(64) * span", "y0 + tall + 15", color="muted", size=12)
            for width in (4, 16, 64, 256)
        ],
        text(quoted_text(x_title), "x0 + span / 2", "y0 + tall + 38", color="muted", size=12),
    ]
    for kind, (name, color) in enumerate(zip(names, ("wrong", "correct"), strict=True)):
        rows = {"facet": {"name": f"kind_{kind}", "data": "means", "groupby": ["kind"]}}
        line = mark("line", f"kind_{kind}", silent=True, x=x, y=y, strokeWidth=2.5,
                    stroke=f"datum.kind === {kind} ? {color} : {color}",
                    strokeOpacity=f"datum.kind === {kind} ? 1 : 0")  # fmt: skip
        marks += [
            {"type": "group", "from": rows, "marks": [line], "interactive": False},
            text(quoted_text(name), "x0 + span", f"y0 + tall * {0.26 if kind == 0 else 0.8}", align="right",
                 color=color, size=13, fontWeight=700),
        ]  # fmt: skip
    marks.append(
        mark("symbol", "means", clickable=True, x=x, y=y, size="datum.w === w ? 150 : 50",
             fill="datum.kind ? correct : wrong", shape="datum.kind ? 'circle' : 'cross'", ask="datum.ask",
             tooltip="format(datum.v, '.3f')")
    )  # fmt: skip
    return marks


def _runs(trace: ScaleTrace, steps: Sequence[Step], words: Words) -> View:
    say, first = words.say, min(run.seed for run in trace.runs)
    rows = {width: [row for run in trace.runs if run.head_width == width for row in _rows(run, first, words)]
            for width in (FEW, MANY)}  # fmt: skip
    spec = scale_curves(
        tuple(say("scale.runs.plot", width=width, heads=heads) for width, heads in ((FEW, 4), (MANY, 1))),
        say("axis.step"), (say("scale.with"), say("scale.without")),
    )  # fmt: skip
    signals = {"last": trace.updates, "now_at": [trace.updates] * len(steps)}
    told = _trained(trace, words).text
    return View(
        "runs", say("scale.runs.title"), say("scale.runs.hint"), spec, "vega", [told] * len(steps),
        {"few": rows[FEW], "many": rows[MANY]}, "many", signals, wide=True,
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


@cache
def scale_curves(titles: tuple[str, str], x_title: str, names: tuple[str, str]) -> Spec:
    """Exact match over the updates, for a small d_k and a large one.

    Data: few and many {good (scaled), bold, line, step, exact, asks, tip}. Signals: last, now_at.
    """
    marks = [
        *plot("few", "exact", titles[0], "0", "0", x_title),
        *plot("many", "exact", titles[1], "across", "down", x_title),
        *legend(names),
    ]  # fmt: skip
    return diagram(760, TOP + TALL + BELOW, plot_signals(), [{"name": "few"}, {"name": "many"}], marks, scales=[EXACT])


class ScaleExplainer(Addressed):
    """Explains a draw and runs. Addresses: dot w j · raw w j · scaled w j · largest KIND w · exact D SIDE seed step."""

    def __init__(self, trace: ScaleTrace, words: Words) -> None:
        self.trace, self.keys, self.words = trace, trace.keys, words
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "dot": self.dot, "raw": self.raw, "scaled": self.scaled, "largest": self.largest, "exact": self.exact
        }  # fmt: skip

    def name(self, key: str, w: int, j: int = 0) -> str:
        """What a number is, in words."""
        return self.words.say(f"scale.explain.{key}", width=self.keys.widths[w], number=j + 1, draws=self.keys.draws)

    def dot(self, w: int, j: int) -> Explanation:
        """Query times key."""
        q, k = ([Number(float(x)) for x in row] for row in (self.keys.queries[w], self.keys.keys[w][j]))
        line, numbers = Line(), Line()
        line.latex = r"q \cdot k = \sum_i q_i k_i"
        numbers.latex = f"= {numbers.products(q, k)}"
        value = float(self.keys.dots[w, j])
        return Explanation(f"dot {w} {j}", self.name("dot", w, j), (line, numbers), value, dot(q, k), DRAW)

    def raw(self, w: int, j: int) -> Explanation:
        """The softmax of the dots."""
        scores = [Number(float(x), f"dot {w} {i}") for i, x in enumerate(self.keys.dots[w])]
        return self.softmax(f"raw {w} {j}", self.name("raw", w, j), scores, j, float(self.keys.raw[w, j]))

    def scaled(self, w: int, j: int) -> Explanation:
        """The softmax of the dots over √d_k."""
        root = math.sqrt(self.keys.widths[w])
        scores = [Number(float(x) / root) for x in self.keys.dots[w]]
        return self.softmax(f"scaled {w} {j}", self.name("scaled", w, j), scores, j, float(self.keys.scaled[w, j]))

    @staticmethod
    def softmax(address: str, name: str, scores: list[Number], j: int, value: float) -> Explanation:
        """One weight of a row."""
        line, numbers = Line(), Line()
        line.latex = r"\alpha_j = \frac{e^{s_j}}{\sum_i e^{s_i}}"
        numbers.latex = rf"= \frac{{e^{{{numbers.number(scores[j])}}}}}{{{numbers.powers(scores)}}}"
        passage = Passage("studies/scale.py", "softmax", ("powers", "return"))
        return Explanation(address, name, (line, numbers), value, softmax(scores[j].value, scores), passage)

    def largest(self, kind: str, w: int) -> Explanation:
        """The mean of the largest weight over many draws."""
        values = {"raw": self.keys.largest_raw, "scaled": self.keys.largest_scaled}[kind]
        line = Line()
        line.latex = rf"\frac{{1}}{{{line.text(self.keys.draws)}}} \sum \max_j \alpha_j"
        value = float(values[w])
        passage = Passage("studies/scale.py", "_over_many", (f"{kind}.append",))
        return Explanation(f"largest {kind} {w}", self.name(f"largest.{kind}", w), (line,), value, value, passage)

    def exact(self, width: int, side: str, seed: int, step: int) -> Explanation:
        """Exact match of a run."""
        run = next(run for run in self.trace.runs if run.name == f"{width} {side} {seed}")
        report = next(report for report in run.reports if report.step == step)
        right, line, numbers = round(report.exact * report.n), Line(), Line()
        line.latex = r"\frac{1}{n} \sum_x [\,\hat{y}(x) = y(x)\,]"
        numbers.latex = rf"= \frac{{{numbers.text(right)}}}{{{numbers.text(report.n)}}}"
        told = self.words.say("scale.with" if run.scaled else "scale.without")
        name = self.words.say("scale.explain.exact", side=told, width=width, seed=seed, step=step)
        passage = Passage("training/evaluate.py", "evaluate", ("exact += float",))
        return Explanation(
            f"exact {run.name} {step}", name, (line, numbers), report.exact, right / report.n, passage
        )  # fmt: skip
