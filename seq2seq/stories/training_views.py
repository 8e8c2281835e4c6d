"""The pictures of a training run: curves with the present report marked, the probe's attention, sample outputs."""

from functools import cache
from typing import Any

import altair as alt

from seq2seq.stories.charts import Spec, finish, overlay
from seq2seq.stories.signals import stepped
from seq2seq.stories.vega import SHARES, Mark, derived, diagram, filtered, mark, quoted_text, rect, text, value


@cache
def loss_curve(x_title: str, y_title: str, train: str, held_out: str) -> Spec:
    """Loss on training batches and on held-out pairs.

    Data: curve {step, train, loss}, guess {v, told} (the loss of guessing). Signals: now_at.
    """
    base = alt.Chart(alt.NamedData(name="curve"))
    x = alt.X("step:Q", axis=alt.Axis(title=x_title, grid=False, tickCount=6), scale=alt.Scale(nice=False))

    def line(field: str, color: str, title: str, **options: Any) -> alt.Chart:
        y = alt.Y(f"{field}:Q", axis=alt.Axis(title=y_title, tickCount=4), scale=alt.Scale(domainMin=0))
        tip = [alt.Tooltip("step:Q", title=x_title), alt.Tooltip(f"{field}:Q", title=title, format=".4f")]
        mark = base.mark_line(strokeWidth=2.5, color=alt.expr(color), clip=True, point=False, **options)
        return alt.layer(mark.encode(x=x, y=y), _points(field, tip).encode(x=x, y=y))

    lines = [line("train", "muted", train, strokeDash=[3, 3]), line("loss", "encoder", held_out)]
    return finish(alt.layer(*_guess("v"), *lines, *_now("loss"), _guess_told("v")), 200, stepped("now"))


@cache
def accuracy_curves(x_title: str, y_title: str, token: str, exact: str) -> Spec:
    """Token accuracy and exact match.

    Data: curve {step, token_accuracy, exact_match}, guess {v, told} (right tokens by guessing). Signals: now_at.
    """
    base = alt.Chart(alt.NamedData(name="curve"))
    x = alt.X("step:Q", axis=alt.Axis(title=x_title, grid=False, tickCount=6), scale=alt.Scale(nice=False))

    def line(field: str, color: str, title: str, **options: Any) -> alt.Chart:
        axis = alt.Axis(title=y_title, format=".0%", tickCount=4)
        tip = [alt.Tooltip("step:Q", title=x_title), alt.Tooltip(f"{field}:Q", title=title, format=".1%")]
        y = alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(domain=[0, 1]))
        mark = base.mark_line(strokeWidth=2.5, color=alt.expr(color), **options)
        return alt.layer(mark.encode(x=x, y=y), _points(field, tip).encode(x=x, y=y))

    lines = [line("token_accuracy", "muted", token, strokeDash=[6, 3]), line("exact_match", "correct", exact)]
    return finish(alt.layer(*_guess("v"), *lines, *_now("exact_match"), _guess_told("v")), 200, stepped("now"))


def _points(field: str, tip: list[alt.Tooltip]) -> alt.Chart:
    """Something to point at and to click, a report each; the line itself is drawn."""
    rows = alt.Chart(alt.NamedData(name="curve")).transform_filter(f"isValid(datum.{field})")
    asking = rows.transform_calculate(ask=f"'{field} ' + datum.step")
    return asking.mark_point(filled=True, size=140, opacity=0, cursor="pointer").encode(tooltip=tip)


def _guess(field: str) -> list[alt.Chart]:
    """A line where guessing would be."""
    rows = alt.Chart(alt.NamedData(name="guess"))
    return [rows.mark_rule(strokeDash=[2, 4], color=alt.expr("muted"), tooltip=None).encode(y=f"{field}:Q")]


def _guess_told(field: str) -> alt.Chart:
    """What that line is called, at its right end, over the curtain."""
    rows = alt.Chart(alt.NamedData(name="guess"))
    told = rows.mark_text(
        align="right", baseline="bottom", dy=-3, x=alt.expr("width - 2"), color=alt.expr("muted"), fontSize=12
    )
    return told.encode(y=f"{field}:Q", text="told:N")


def _now(field: str) -> list[Any]:
    """A rule at the report in hand, a dot on the curve there, and over what came later a curtain."""
    place = "scale('x', now)"
    curtain = overlay(
        "curtain",
        {
            "x": alt.expr(place), "x2": alt.expr("width + 4"), "y": -4, "y2": alt.expr("height"),
            "color": alt.expr("panel"), "opacity": 0.94, "tooltip": None,
        },
    )  # fmt: skip
    rule = overlay(
        "rule",
        {
            "x": alt.expr(f"{place} - 0.75"), "x2": alt.expr(f"{place} + 0.75"), "y": 0, "y2": alt.expr("height"),
            "color": alt.expr("decoder"), "opacity": 0.7, "tooltip": None,
        },
    )  # fmt: skip
    dot = alt.Chart(alt.NamedData(name="curve")).transform_filter("datum.step == now")
    return [
        curtain,
        rule,
        dot.mark_point(filled=True, size=90, color=alt.expr("decoder"), opacity=1).encode(x="step:Q", y=f"{field}:Q"),
    ]


@cache
def probe_map(source: str, output: str) -> Spec:
    """The attention map of the probe sentence at the report in hand.

    Data: probe {k, t, token, w: […], ask}. Signals: source_tokens, S, rows (most output rows of any report).
    """
    signals = [
        value("source_tokens", []), value("S", 1), value("rows", 1), derived("k", "round(step)"),
        derived("pitch", "min(46, (width - 52) / S)"), derived("tall", "min(26, (height - 46) / rows)"),
        derived("sx", "46 + max(0, (width - 52 - S * pitch) / 2)"), derived("letter", "clamp(pitch * 0.6, 11, 16)"),
    ]  # fmt: skip
    flat = [{"type": "flatten", "fields": ["w"], "index": "i", "as": ["w"]}]
    data = [
        {"name": "probe"},
        filtered("now", "probe", "datum.k == k"),
        {"name": "cells", "source": "now", "transform": flat},
        {"name": "columns", "transform": [{"type": "sequence", "start": 0, "stop": {"signal": "S"}, "as": "i"}]},
    ]
    tip = "source_tokens[datum.i] + ' → ' + datum.token + ': ' + format(datum.w, '.3f')"
    row = "42 + (datum.t + 0.5) * tall"
    marks = [
        rect(
            "sx + datum.i * pitch", "42 + datum.t * tall", "pitch - 1", "tall - 1", "cells", clickable=True,
            fill={"scale": "share", "field": "w"}, tooltip=tip, ask="datum.ask + ' ' + datum.i",
        ),
        text("source_tokens[datum.i]", "sx + (datum.i + 0.5) * pitch", 30, "columns", size="letter"),
        text("datum.token", "sx - 8", row, "now", align="right", size="letter"),
        text(quoted_text(source), "sx", 11, align="left", color="muted", size=12),
        text(quoted_text(output), "sx - 8", 11, align="right", color="muted", size=12),
    ]  # fmt: skip
    return diagram(400, 260, signals, data, marks, scales=[SHARES])


@cache
def sample_lines(wanted: str) -> Spec:
    """Sample predictions at the report in hand, letter by letter; errors in another colour and underlined.

    Data: samples {k, s, source, target, output, flaw, ask}; flaw: what is wrong with the output whatever the target is.
    `wanted` names the right answer beside a wrong one.
    """
    below, tall = 26, 88
    letters = [
        {"type": "formula", "expr": "split(datum.output, '')", "as": "ch"},
        {"type": "flatten", "fields": ["ch"], "index": "i"},
        {"type": "formula", "expr": "substring(datum.target, datum.i, datum.i + 1) !== datum.ch", "as": "wrong"},
    ]
    data = [
        {"name": "samples"},
        filtered("now", "samples", "datum.k == k"),
        {"name": "letters", "source": "now", "transform": letters},
    ]
    flaw = "(datum.flaw ? '   ' + datum.flaw : '')"
    place, row = "datum.i * pitch", f"datum.s * {tall} + 14"
    right = [{"test": "datum.output === datum.target", "signal": "correct"}, {"signal": "wrong"}]
    letter_color = [{"test": "datum.wrong", "signal": "wrong"}, {"signal": "correct"}]
    marks = [
        _line("now", "datum.source", row, "muted", "clamp(width / 32, 13, 17)"),
        _line(
            "letters", "datum.ch", f"{row} + {below}", letter_color, "pitch * 1.5", place, silent=False, clickable=True,
            font={"value": "ui-monospace, monospace"}, fontWeight=600, ask="datum.ask + ' ' + datum.i",
        ),
        mark(
            "rule", "letters", x=place, x2=f"{place} + pitch - 3", y=f"{row} + {below + 12}", stroke="wrong",
            strokeWidth="datum.wrong ? 2.5 : 0",
        ),
        _line(
            "now", f"datum.output === datum.target ? '✓' : '✗  {wanted} ' + datum.target + {flaw}",
            f"{row} + {below + 24}", right, 13,
        ),
    ]  # fmt: skip
    signals = [derived("k", "round(step)"), derived("pitch", "clamp(width / 30, 9, 17)")]
    return diagram(400, 260, signals, data, marks)


def _line(data: str, words: str, y: str, color: Any, size: str | float, x: str | float = 0, **more: Any) -> Mark:
    """Text from the left, cut at the picture's width."""
    return text(words, x, y, data, align="left", color=color, size=size, limit="width", **more)
