"""How the scale is drawn: one draw as bars, the largest weight against d_k; exact match of trained models."""

from functools import cache
from typing import Any

from seq2seq.stories.run_curves import BELOW, EXACT, TALL, TOP, legend, plot, plot_signals
from seq2seq.stories.signals import stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, text, value


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
        value("K", 10), value("high", 50), value("widths", [4, 256]), *stepped("w"),
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
    data = [{"name": "bars"}, {"name": "means"}, filtered("now", "bars", "datum.w === w", key="j")]
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


@cache
def scale_curves(titles: tuple[str, ...], x_title: str, names: tuple[str, str]) -> Spec:
    """Exact match over the updates, one plot or two.

    Data: first and, with two titles, second {good (scaled), bold, line, step, exact, asks, tip}. Signals: last, now_at.
    """
    places = (("first", "0", "0"), ("second", "across", "down"))
    data: list[dict[str, Any]] = []
    marks: list[Mark] = []
    for (name, x, y), title in zip(places, titles, strict=False):
        data.append({"name": name})
        marks += plot(name, "exact", title, x, y, x_title)
    return diagram(760, TOP + TALL + BELOW, plot_signals(len(titles)), data, [*marks, *legend(names)], scales=[EXACT])
