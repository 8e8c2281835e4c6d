"""The finished outputs under a length penalty that the learner sets: the handle moves α, the ranking follows at once.

Nothing here asks the page: the scores, their arithmetic and the order are Vega's own, from log-probability and length.
"""

import math
from functools import cache
from typing import Any

from seq2seq.stories.signals import smooth
from seq2seq.stories.vega import Mark, Spec, derived, diagram, mark, quoted_text, rect, text, value
from seq2seq.traces.scoring import LengthPenalty

MOST = 10  # outputs that are ranked
HIGHEST = 2.0  # α at the end of the track
TINY, BEYOND = 1e-12, 9.0  # a log-probability of nearly 0; an α that nobody reaches
TOP, ROW = 110, 54  # pixels
GLIDE = 0.08  # of α, in which two outputs glide past each other


def overtaken(one: tuple[float, int], other: tuple[float, int], kind: str, first: bool) -> tuple[float, int]:
    """Where an output, (total, length), falls behind another as α rises.

    Args: first: whether it stands before the other where both are as good.
    Returns: α at which their scores are equal, and 1 if it is behind above it, −1 if below; of the same length, whether
    it is behind (0 or 1) at every α, and 0.
    """
    (total, length), (rival, far) = one, other
    if length == far:
        return float(rival > total or (rival == total and not first)), 0
    ratio = math.log(max(-total, TINY) / max(-rival, TINY))
    unit = LengthPenalty(1.0, kind)
    at = ratio / math.log(unit.divisor(length) / unit.divisor(far))
    return max(-BEYOND, min(BEYOND, at)), 1 if far > length else -1


@cache
def ranked_outputs(titles: tuple[tuple[str, str], ...]) -> Spec:
    """The picture as a Vega template; `titles`: (key, words) for alpha, power, wu, best, nothing, favours.

    Data:    outputs {i, n, s, text, total, length, right, ask}: right 1, −1, or 0 where nobody knows; pairs {i,
             power: [at, way], wu: [at, way]}: every output beside every other, see `overtaken`.
    Signals: rows, alpha and wu (0 or 1) as the search was asked, returned (how many outputs it gives back), first (the
             step of the first output); for each
             step seen_at (columns shown).
    """
    say = dict(titles)
    drag = "clamp(round((x() - track) / (width - track - 16) * 200) / 100, 0, 2)"
    signals = [
        value("rows", 1), value("returned", 1),
        value("asked_alpha", 0), value("asked_wu", 0), value("first", 0),
        *smooth("seen"), derived("track", "min(150, width * 0.32)"),
        {"name": "alpha", "value": 0, "on": [
            {"events": "@track:pointerdown, [@track:pointerdown, window:pointerup] > window:pointermove",
             "update": drag}]},
        {"name": "wu", "value": 0, "on": [
            {"events": "@power:click", "update": "0"}, {"events": "@wu_name:click", "update": "1"}]},
        derived("knob", f"track + alpha / {HIGHEST} * (width - track - 16)"),
        derived("height", f"{TOP} + rows * {ROW} + 8"), derived("size", "width > 480 ? 13 : 11.5"),
        derived("score_width", "width > 480 ? 90 : 70"),
    ]  # fmt: skip

    pair = "(wu > 0 ? datum.wu : datum.power)"
    behind = f"{pair}[1] == 0 ? {pair}[0] : clamp(0.5 + (alpha - {pair}[0]) * {pair}[1] / {GLIDE}, 0, 1)"
    data: list[dict[str, Any]] = [
        {"name": "outputs"}, {"name": "pairs"},
        {"name": "compared", "source": "pairs", "transform": [
            {"type": "formula", "as": "behind", "expr": behind},
            {"type": "aggregate", "groupby": ["i"], "ops": ["sum"], "fields": ["behind"], "as": ["place"]}]},
        {"name": "ranked", "source": "outputs", "transform": [
            {"type": "lookup", "from": "compared", "key": "i", "fields": ["i"], "values": ["place"],
             "default": 0},
            {"type": "formula", "as": "power", "expr": "pow(datum.length, alpha)"},
            {"type": "formula", "as": "wu", "expr": "pow((5 + datum.length) / 6, alpha)"},
            {"type": "formula", "as": "score", "expr": "datum.total / (wu > 0 ? datum.wu : datum.power)"}]},
    ]  # fmt: skip
    marks = [*_slider(say), *_rows(say)]
    spec = diagram(420, 300, signals, data, marks)
    del spec["height"]  # a signal: it follows how many outputs there are
    return spec


def _slider(say: dict[str, str]) -> list[Mark]:
    """The track of α and its handle; which penalty; and what a larger α does."""
    line = rect("track", 14, "width - track - 16", 6, fill="faint", cornerRadius=3, silent=True)
    done = rect("track", 14, "knob - track", 6, fill="ink", cornerRadius=3, silent=True)
    grip = rect("track - 12", 0, "width - track + 8", 40, fill="panel", fillOpacity=0.01, cursor="'ew-resize'")
    knob = mark("symbol", silent=True, x="knob", y=17, size=240, fill="ink", stroke="panel", strokeWidth=2)
    ticks = [
        text(f"'{tick:g}'", f"track + {tick / HIGHEST} * (width - track - 16)", 36, color="muted", size=12)
        for tick in (0, 0.5, 1, 1.5, HIGHEST)
    ]  # fmt: skip
    chosen = [("power", "1 - wu", 62), ("wu_name", "wu", 84)]
    names = [
        {"name": name} | text(f"({on} > 0 ? '◉ ' : '○ ') + {quoted_text(say[key])}", 0, y, align="left", size="size",
                              silent=False, clickable=True, fontWeight=f"{on} > 0 ? 700 : 400", limit="width")
        for (name, on, y), key in zip(chosen, ("power", "wu"), strict=True)
    ]  # fmt: skip
    return [
        text(f"{quoted_text(say['alpha'])} + ' = ' + format(alpha, '.2f')", 0, 17, align="left", size=15,
             fontWeight=700),
        line, done, *ticks, knob, {"name": "track"} | grip, *names,
    ]  # fmt: skip


def _rows(say: dict[str, str]) -> list[Mark]:
    """One row an output: its text and score; below, what is divided by what, for both penalties."""
    y = f"({TOP} + datum.place * {ROW})"
    shown = "clamp(seen - datum.s, 0, 1)"

    def number(value: str, digits: int = 2) -> str:
        return f"replace(format({value}, '.{digits}f'), '-', '−')"

    def divided(penalty: str) -> str:
        total, quotient = number("datum.total"), number(f"datum.total / datum.{penalty}")
        return f"{total} + ' / ' + format(datum.{penalty}, '.2f') + ' = ' + {quotient}"

    first = f"'|Y| = ' + datum.length + (width > 340 ? ' · |Y|^α: ' : ': ') + {divided('power')}"
    second = f"'Wu: ' + {divided('wu')}"
    mark_right = "(datum.right > 0 ? '✓ ' : datum.right < 0 ? '✗ ' : '')"
    ask = "'rated ' + datum.n + ' ' + (wu > 0 ? 'wu' : 'power') + ' ' + format(alpha, '.2f')"
    ask = f"alpha == asked_alpha && wu == asked_wu ? datum.ask : {ask}"
    number_of = "round(datum.place) + 1 + '. '"
    return [
        rect(0, f"{y} + 2", "width", ROW - 6, "ranked", clickable=True, cornerRadius=8, ask=ask,
             fill="datum.place < 0.5 ? decoder : ink", fillOpacity=f"{shown} * (datum.place < 0.5 ? 0.14 : 0.045)"),
        text(f"{number_of} + {mark_right} + datum.text", 10, f"{y} + 17", "ranked", align="left", size="size + 2",
             fontWeight=600, limit="width - score_width - 90", fillOpacity=shown,
             color="datum.right > 0 ? correct : datum.right < 0 ? wrong : ink"),
        text("'P = ' + format(exp(datum.total), '.3~g')", "width - score_width", f"{y} + 17", "ranked", align="right",
             size="size", color="muted", fillOpacity=shown),
        text(number("datum.score"), "width - 10", f"{y} + 17", "ranked", align="right", size="size + 3",
             fontWeight=700, fillOpacity=shown),
        text(first, 10, f"{y} + 37", "ranked", align="left", size="size - 0.5", color="muted", fillOpacity=shown,
             fontWeight="wu > 0 ? 400 : 600"),
        text(second, "width - 10", f"{y} + 37", "ranked", align="right", size="size - 0.5", color="muted",
             fillOpacity=shown, fontWeight="wu > 0 ? 600 : 400"),
        mark("rule", silent=True, x=0, x2="width", y=f"{TOP} + returned * {ROW} - 1",
             y2=f"{TOP} + returned * {ROW} - 1", stroke="decoder", strokeDash={"value": [5, 4]}, strokeWidth=1.5,
             opacity="returned < rows && seen > first + 0.5 ? 1 : 0"),
        text(f"seen < first + 0.5 ? {quoted_text(say['nothing'])} : ''", "width / 2", f"{TOP} + 20", color="muted",
             size=14),
    ]  # fmt: skip
