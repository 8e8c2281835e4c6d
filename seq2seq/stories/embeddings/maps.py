"""How likeness is drawn: the nearest of one token, the cosines of all, and what is measured against chance."""

from functools import cache
from typing import Any

from seq2seq.stories.signals import stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value


@cache
def neighbour_bars(nothing: str, door: str) -> Spec:
    """The nearest tokens by cosine in the snapshot in hand; the one next in the order is marked.

    Data: near {k, rank, token, v, door, ask}. Signals: k_at, on_at (whether anything is compared yet), times.
    """
    tall, name = 34, 56
    row, zero = f"30 + datum.rank * {tall}", f"{name} + (width - {name} - 64) * 0.25"
    signals = [value("times", [""]), *stepped("k"), *stepped("on"), derived("unit", f"(width - {name} - 64) * 0.75")]
    data = [{"name": "near"}, filtered("now", "near", "datum.k === k && on > 0")]
    end = f"{zero} + datum.v * unit"
    color = "datum.door ? correct : encoder"
    marks = [
        text("times[k]", "width - 4", 10, align="right", size=14, fontWeight=600),
        text(quoted_text(nothing), "width / 2", 150, color="muted", size=15, fillOpacity="on > 0 ? 0 : 1"),
        rect(
            f"min({zero}, {end})", f"{row} + 5", "max(2, abs(datum.v * unit))", tall - 10, "now", clickable=True,
            fill=color, fillOpacity=0.85, cornerRadius=3, ask="datum.ask",
            tooltip="datum.token + ': ' + format(datum.v, '.4f')",
        ),
        mark("rule", silent=True, x=zero, x2=zero, y=26, y2=f"{30 + 8 * tall}", stroke="faint"),
        text("datum.token", name - 16, f"{row} + {tall / 2}", "now", align="right", size=18),
        text(
            f"format(datum.v, '.2f') + (datum.door ? '  ' + {quoted_text(door)} : '')",
            f"max({zero}, {end}) + 7", f"{row} + {tall / 2}", "now", align="left", size=14,
            color="datum.door ? correct : muted",
        ),
    ]  # fmt: skip
    return diagram(400, 36 + 8 * tall, signals, data, marks)


@cache
def cosine_maps() -> Spec:
    """Cosines of every two tokens in their order, before training and after; the second lies under a curtain.

    Data: rows {c (which map), i, own, v: [one a column], asks}. Signals: n, names, maps, titles, over_at.
    """
    signals = [
        value("n", 1), value("names", []), value("maps", 1), value("titles", [""]), *stepped("over"),
        derived("part", "(width - (maps - 1) * 30) / maps"), derived("cell", "(min(part, 330) - 18) / n"),
        derived("height", "cell * n + 60"), derived("letter", "clamp(cell, 7, 13)"),
    ]  # fmt: skip
    scales = [
        {"name": "cosine", "type": "linear", "domain": [-0.6, 0, 0.6], "clamp": True, "interpolate": "lab",
         "range": [{"signal": "negative"}, {"signal": "neutral"}, {"signal": "positive"}]},
    ]  # fmt: skip
    left = "18 + datum.c * (part + 30)"
    data: list[dict[str, Any]] = [
        {"name": "rows"},
        {"name": "cells", "source": "rows", "transform": [
            {"type": "flatten", "fields": ["v", "asks"], "index": "j", "as": ["v", "ask"]},
            {"type": "filter", "expr": "isValid(datum.v)"}]},
        {"name": "columns", "source": "rows"},
    ]  # fmt: skip
    marks: list[Mark] = [
        rect(
            f"{left} + datum.j * cell", "42 + datum.i * cell", "cell - 0.4", "cell - 0.4", "cells", clickable=True,
            fill={"scale": "cosine", "field": "v"}, ask="datum.ask",
            tooltip="datum.own + ', ' + names[datum.j] + ': ' + format(datum.v, '.3f')",
        ),
        text("datum.own", f"{left} - 9", "42 + (datum.i + 0.5) * cell", "rows", size="letter"),
        text("datum.own", f"{left} + (datum.i + 0.5) * cell", 34, "columns", size="letter"),
        rect(
            "maps > 1 ? part + 30 : width", 20, "maps > 1 && over < 1 ? part : 0", "height", fill="panel",
        ),
        text("titles[0]", 18, 12, align="left", size=14, fontWeight=600, limit="part"),
        text("maps > 1 ? titles[1] : ''", "18 + part + 30", 12, align="left", size=14, fontWeight=600,
        limit="part - 18"),
        text(
            "maps > 1 && !over ? '?' : ''", "part + 30 + part / 2", "42 + n * cell / 2", size=40, color="muted",
        ),
    ]  # fmt: skip
    return diagram(400, 200, signals, data, marks, scales=scales)


@cache
def order_curve(rho: str, near: str, updates: str, chance: str) -> Spec:
    """How far the order shows, snapshot by snapshot, each with its chance level; what comes later under a curtain.

    Data: curve {k, step, rho, near, asks}. Signals: K, k_at, steps, rho_chance, near_chance.
    """
    low = 250
    signals = [value("K", 2), value("steps", [0]), value("rho_chance", 0), value("near_chance", 0), *stepped("k")]
    scales = [
        {"name": "x", "type": "linear", "domain": [0, {"signal": "K - 1"}], "range": [46, {"signal": "width - 18"}]},
        {"name": "y", "type": "linear", "domain": [0, 1], "range": [low, 58]},
    ]  # fmt: skip
    axes = [
        {
            "orient": "left",
            "scale": "y",
            "tickCount": 4,
            "offset": -40,
            "domain": False,
            "ticks": False,
            "format": ".1f",
        },
    ]
    data = [{"name": "curve"}, filtered("now", "curve", "datum.k === k")]
    parts = (("rho", rho, "attention", 12), ("near", near, "correct", 34))
    marks: list[Mark] = []
    for number, (name, title, color, y) in enumerate(parts):
        place: dict[str, Any] = {"x": {"scale": "x", "field": "k"}, "y": {"scale": "y", "field": name}}
        marks += [
            mark("line", "curve", **place, stroke=color, strokeWidth=3),
            mark(
                "symbol",
                "curve",
                clickable=True,
                **place,
                size=100,
                fill=color,
                ask=f"datum.asks[{number}]",
                tooltip=f"format(datum.{name}, '.3f')",
            ),
            text(quoted_text(title), 46, y, align="left", color=color, size=14, fontWeight=600, limit="width - 50"),
        ]
    edge = "scale('x', k)"
    marks += [
        rect(f"{edge} + 7", 48, f"max(0, width - {edge})", low - 46, fill="panel", fillOpacity=0.95),
        text(
            "'' + datum.step", "scale('x', datum.k)", low + 14, "curve", color="muted",
            size="datum.k % (width > 520 ? 2 : 4) ? 0 : 12",
        ),
        text(quoted_text(updates), "width - 18", low + 34, align="right", color="muted", size=13),
        *(
            mark(
                "rule", silent=True, x=46, x2="width - 18", y=f"scale('y', {name}_chance)",
                y2=f"scale('y', {name}_chance)", stroke=color, strokeDash="[3, 4]", strokeWidth=1.5,
            )
            for name, _, color, _ in parts
        ),
        text(
            quoted_text(chance), "width - 18", "scale('y', rho_chance) + 8", align="right", color="muted", size=12,
        ),
        *(
            text(
                f"format(datum.{name}, '.2f')", f"clamp({edge}, 66, width - 34)", f"scale('y', datum.{name}) - 15",
                "now",
                color=color, size=15, fontWeight=700,
            )
            for name, _, color, _ in parts
        ),
    ]  # fmt: skip
    return diagram(400, low + 46, signals, data, marks, scales=scales, axes=axes)
