"""The norms by position of several runs, report by report: lines that stay and bend as the clock goes."""

from functools import cache
from typing import Any

from seq2seq.stories.gradients.frame import axis_title
from seq2seq.stories.gradients.over import COLOR, TALL, TOP
from seq2seq.stories.vega import Spec, derived, diagram, mark, text, value

WIDE_GAP = 0.062  # between two names, as a share of the height
ROWS = {"ops": ["values"], "as": ["rows"]}  # of an aggregate: all its rows, in order
FIELDS = ("v", "n", "ask", "at", "beside")  # lists with one value a report


def _between(field: str) -> str:
    """A list with one number a report, read at the clock."""
    last = f"length(datum.{field}) - 1"
    pair = f"datum.{field}[min(floor(step), {last})], datum.{field}[min(ceil(step), {last})]"
    return f"lerp([{pair}], step - floor(step))"


@cache
def reach_now(norm: str, position: str) -> Spec:
    """The norms by position at the report in hand, a line a run; nothing is made or removed as the clock goes.

    Data: reach {run, k, tone, dash, v: [powers], n: [norms], ask}; names {k, tone, name, at, beside}, from 0 (foot) to
    1: where its line ends, and where there is room for it; ticks {e, label}; k counts the steps.
    Signals: S, low, high.
    """
    left, right = "width < 560 ? 96 : 158", "width < 560 ? 50 : 70"
    signals = [
        value("S", 1), value("low", -1), value("high", 0), derived("k", "round(step)"), derived("left", left),
        derived("right", right), derived("pitch", "(width - left - right) / S"),
    ]  # fmt: skip
    x, y = "left + (datum.t + 0.5) * pitch", f"scale('power', {_between('v')})"
    here = "min(k, length(datum.n) - 1)"
    read = {name: {"type": "formula", "as": name, "expr": f"pluck(datum.rows, '{name}')"} for name in FIELDS}
    data: list[dict[str, Any]] = [
        {"name": "reach"}, {"name": "names"}, {"name": "ticks"},
        {
            "name": "points", "source": "reach",
            "transform": [
                {"type": "flatten", "fields": ["v", "n"], "index": "t"},
                {"type": "aggregate", "groupby": ["run", "t", "tone", "dash"], "fields": ["k"], **ROWS},
                read["v"], read["n"], read["ask"],
            ],
        },
        {
            "name": "names_now", "source": "names",
            "transform": [
                {"type": "aggregate", "groupby": ["name", "tone"], "fields": ["k"], **ROWS},
                read["at"], read["beside"],
            ],
        },
    ]  # fmt: skip
    line = mark(
        "line", "of_run", silent=True, x=x, y=y, stroke=COLOR, strokeWidth=3, strokeDash={"field": "dash"},
    )  # fmt: skip
    facet = {"facet": {"name": "of_run", "data": "points", "groupby": "run"}}
    tick, end, beside = "scale('power', datum.e)", *(f"{TALL} - {_between(f)} * {TALL - TOP}" for f in ("at", "beside"))
    marks = [
        axis_title(norm, "width - 8", 12, "right"),
        mark("rule", "ticks", silent=True, x="left", x2="width - right", y=tick, stroke="faint", strokeOpacity=0.6),
        text("datum.label", "width - right + 8", tick, "ticks", align="left", color="muted"),
        {"type": "group", "from": facet, "interactive": False, "marks": [line]},
        mark(
            "symbol", "points", clickable=True, x=x, y=f"scale('power', datum.v[{here}])", size=90, fill="ink",
            fillOpacity=0.001, tooltip=f"datum.run + ', ' + (datum.t + 1) + ': ' + format(datum.n[{here}], '.3e')",
            ask=f"datum.ask[{here}] + ' ' + datum.t",
        ),
        mark(
            "rule", "names_now", silent=True, x="left - 10", y=beside, x2="left + pitch / 2 - 3", y2=end, stroke=COLOR,
            strokeWidth=1, strokeOpacity=0.55,
        ),
        text(
            "datum.name", "left - 13", beside, "names_now", align="right", fill=COLOR,
            size="width < 560 ? 11 : 14", fontWeight=600, limit="left - 14",
        ),
        text("'1'", "left + pitch / 2", TALL + 18, color="muted"),
        text("'' + S", "left + (S - 0.5) * pitch", TALL + 18, color="muted"),
        axis_title(position, "left", TALL + 40),
    ]  # fmt: skip
    scale = {"name": "power", "type": "linear", "domain": [{"signal": "low"}, {"signal": "high"}], "range": [TALL, TOP],
             "clamp": True}  # fmt: skip
    return diagram(900, TALL + 56, signals, data, marks, scales=[scale])
