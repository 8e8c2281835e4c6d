"""The pictures of a training run: curves with the present report marked, the probe's attention, sample outputs."""

from functools import cache
from typing import Any

import altair as alt

from seq2seq.stories.charts import Spec, finish, overlay
from seq2seq.stories.signals import CLOCK, palette_signals, stepped


@cache
def loss_curve(x_title: str, y_title: str, train: str, held_out: str) -> Spec:
    """Loss on training batches and on held-out pairs. Data: curve {step, train, loss}. Signals: now_at."""
    base = alt.Chart(alt.NamedData(name="curve"))
    x = alt.X("step:Q", axis=alt.Axis(title=x_title, grid=False, tickCount=6), scale=alt.Scale(nice=False))

    def line(field: str, color: str, title: str, **options: Any) -> alt.Chart:
        y = alt.Y(f"{field}:Q", axis=alt.Axis(title=y_title, tickCount=4), scale=alt.Scale(domainMin=0))
        tip = [alt.Tooltip("step:Q", title=x_title), alt.Tooltip(f"{field}:Q", title=title, format=".4f")]
        mark = base.mark_line(strokeWidth=2.5, color=alt.expr(color), clip=True, point=False, **options)
        return alt.layer(mark.encode(x=x, y=y), _points(field, tip).encode(x=x, y=y))

    lines = [line("train", "muted", train, strokeDash=[3, 3]), line("loss", "encoder", held_out)]
    return finish(alt.layer(*lines, *_now("loss")), 200, stepped("now"))


@cache
def accuracy_curves(x_title: str, y_title: str, token: str, exact: str) -> Spec:
    """Token accuracy and exact match. Data: curve {step, token_accuracy, exact_match}. Signals: now_at."""
    base = alt.Chart(alt.NamedData(name="curve"))
    x = alt.X("step:Q", axis=alt.Axis(title=x_title, grid=False, tickCount=6), scale=alt.Scale(nice=False))

    def line(field: str, color: str, title: str, **options: Any) -> alt.Chart:
        axis = alt.Axis(title=y_title, format=".0%", tickCount=4)
        tip = [alt.Tooltip("step:Q", title=x_title), alt.Tooltip(f"{field}:Q", title=title, format=".1%")]
        y = alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(domain=[0, 1]))
        mark = base.mark_line(strokeWidth=2.5, color=alt.expr(color), **options)
        return alt.layer(mark.encode(x=x, y=y), _points(field, tip).encode(x=x, y=y))

    lines = [line("token_accuracy", "muted", token, strokeDash=[6, 3]), line("exact_match", "correct", exact)]
    return finish(alt.layer(*lines, *_now("exact_match")), 200, stepped("now"))


def _points(field: str, tip: list[alt.Tooltip]) -> alt.Chart:
    """Something to point at and to click, a report each; the line itself is drawn."""
    rows = alt.Chart(alt.NamedData(name="curve")).transform_filter(f"isValid(datum.{field})")
    asking = rows.transform_calculate(ask=f"'{field} ' + datum.step")
    return asking.mark_point(filled=True, size=140, opacity=0, cursor="pointer").encode(tooltip=tip)


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
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": 400,
        "height": 260,
        "padding": 0,
        "autosize": "none",
        "signals": [
            CLOCK,
            {"name": "source_tokens", "value": []},
            {"name": "S", "value": 1},
            {"name": "rows", "value": 1},
            {"name": "k", "update": "round(step)"},
            {"name": "pitch", "update": "min(46, (width - 52) / S)"},
            {"name": "tall", "update": "min(26, (height - 46) / rows)"},
            {"name": "sx", "update": "46 + max(0, (width - 52 - S * pitch) / 2)"},
            {"name": "letter", "update": "clamp(pitch * 0.6, 11, 16)"},
            *palette_signals(),
        ],
        "data": [
            {"name": "probe"},
            {"name": "now", "source": "probe", "transform": [{"type": "filter", "expr": "datum.k == k"}]},
            {
                "name": "cells",
                "source": "now",
                "transform": [{"type": "flatten", "fields": ["w"], "index": "i", "as": ["w"]}],
            },
            {"name": "columns", "transform": [{"type": "sequence", "start": 0, "stop": {"signal": "S"}, "as": "i"}]},
        ],
        "scales": [
            {"name": "weight", "type": "linear", "domain": [0, 1], "clamp": True, "range": {"scheme": "viridis"}}
        ],
        "marks": [
            {
                "type": "rect",
                "from": {"data": "cells"},
                "encode": {
                    "update": {
                        "x": {"signal": "sx + datum.i * pitch"},
                        "width": {"signal": "pitch - 1"},
                        "y": {"signal": "42 + datum.t * tall"},
                        "height": {"signal": "tall - 1"},
                        "fill": {"scale": "weight", "field": "w"},
                        "tooltip": {
                            "signal": "source_tokens[datum.i] + ' → ' + datum.token + ': ' + format(datum.w, '.3f')"
                        },
                        "ask": {"signal": "datum.ask + ' ' + datum.i"},
                        "cursor": {"value": "pointer"},
                    }
                },
            },
            _label("columns", "source_tokens[datum.i]", "sx + (datum.i + 0.5) * pitch", "30", "center"),
            _label("now", "datum.token", "sx - 8", "42 + (datum.t + 0.5) * tall", "right"),
            _word(source, "sx", 11, "left"),
            _word(output, "sx - 8", 11, "right"),
        ],
    }  # fmt: skip


def _label(data: str, text: str, x: str, y: str, align: str) -> dict[str, Any]:
    return {
        "type": "text",
        "from": {"data": data},
        "encode": {
            "update": {
                "text": {"signal": text},
                "x": {"signal": x},
                "y": {"signal": y},
                "align": {"value": align},
                "baseline": {"value": "middle"},
                "fill": {"signal": "ink"},
                "fontSize": {"signal": "letter"},
            }
        },
    }


def _word(text: str, x: str, y: float, align: str) -> dict[str, Any]:
    return {
        "type": "text",
        "encode": {
            "update": {
                "text": {"value": text},
                "x": {"signal": x},
                "y": {"value": y},
                "align": {"value": align},
                "baseline": {"value": "middle"},
                "fill": {"signal": "muted"},
                "fontSize": {"value": 12},
            }
        },
    }


@cache
def sample_lines(wanted: str) -> Spec:
    """Sample predictions at the report in hand, letter by letter; errors in another colour and underlined.

    Data: samples {k, s, source, target, output, ask}. `wanted` names the right answer beside a wrong one.
    """
    output_y, tall = 26, 88
    letters = [
        {"type": "formula", "expr": "split(datum.output, '')", "as": "ch"},
        {"type": "flatten", "fields": ["ch"], "index": "i"},
        {"type": "formula", "expr": "substring(datum.target, datum.i, datum.i + 1) !== datum.ch", "as": "wrong"},
    ]

    def text(data: str, words: str, y: str, color: Any, size: str = "15", x: str = "0") -> dict[str, Any]:
        return {
            "type": "text",
            "from": {"data": data},
            "encode": {
                "update": {
                    "text": {"signal": words},
                    "x": {"signal": x},
                    "y": {"signal": y},
                    "fill": color,
                    "fontSize": {"signal": size},
                    "limit": {"signal": "width"},
                    "baseline": {"value": "middle"},
                }
            },
        }

    color = [{"test": "datum.wrong", "signal": "wrong"}, {"signal": "correct"}]
    place, row = "datum.i * pitch", f"datum.s * {tall} + 14"
    letter = text("letters", "datum.ch", f"{row} + {output_y}", color, "pitch * 1.5", place)
    letter["encode"]["update"] |= {
        "font": {"value": "ui-monospace, monospace"}, "fontWeight": {"value": 600}, "cursor": {"value": "pointer"},
        "ask": {"signal": "datum.ask + ' ' + datum.i"},
    }  # fmt: skip
    underline = {
        "type": "rule",
        "from": {"data": "letters"},
        "encode": {
            "update": {
                "x": {"signal": place},
                "x2": {"signal": f"{place} + pitch - 3"},
                "y": {"signal": f"{row} + {output_y + 12}"},
                "stroke": {"signal": "wrong"},
                "strokeWidth": {"signal": "datum.wrong ? 2.5 : 0"},
            }
        },
    }
    verdict = f"datum.output === datum.target ? '✓' : '✗  {wanted} ' + datum.target"
    verdict_color = [{"test": "datum.output === datum.target", "signal": "correct"}, {"signal": "wrong"}]
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": 400,
        "height": 260,
        "padding": 0,
        "autosize": "none",
        "signals": [
            CLOCK,
            {"name": "k", "update": "round(step)"},
            {"name": "pitch", "update": "clamp(width / 30, 9, 17)"},
            *palette_signals(),
        ],
        "data": [
            {"name": "samples"},
            {"name": "now", "source": "samples", "transform": [{"type": "filter", "expr": "datum.k == k"}]},
            {"name": "letters", "source": "now", "transform": letters},
        ],
        "marks": [
            text("now", "datum.source", row, {"signal": "muted"}, "clamp(width / 32, 13, 17)"),
            letter,
            underline,
            text("now", verdict, f"{row} + {output_y + 24}", verdict_color, "13"),
        ],
    }
