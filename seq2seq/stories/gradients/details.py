"""Two pictures beside the curves: the gradient unit by unit, and by how much each step of the cell changes it."""

from functools import cache
from typing import Any

from seq2seq.stories.gradients.frame import NARROW, axis_title, columns, curtain, frame, log_axis, middle, power_scale
from seq2seq.stories.vega import Spec, derived, diagram, mark, quoted_text, rect, text, value

TOP, ROWS = 36, 256
SIGNED = {  # the sign, and how many powers of ten above the faintest that is drawn
    "name": "signed", "type": "linear", "domain": [-1, 0, 1], "clamp": True, "interpolate": "lab",
    "range": [{"signal": "negative"}, {"signal": "neutral"}, {"signal": "positive"}],
}  # fmt: skip


@cache
def unit_strips(unit: str, faint: str) -> Spec:
    """∂L/∂h_t unit by unit, one column a position; the colour is the sign, its strength the power of ten.

    Data: units {t, state, first, v: […], unit: […], ask, tip}, first: the row it begins at; parts {name, row};
    tokens. Signals: S, count (rows), low, high (powers), low_text, high_text, now_at.
    """
    signals = [
        *columns(*NARROW), value("count", 32), value("low", -1), value("high", 0), value("low_text", ""),
        value("high_text", ""), derived("tall", f"{ROWS} / count"),
    ]  # fmt: skip
    strength = "clamp((log(abs(datum.v)) / LN10 - low) / (high - low), 0.02, 1)"
    cells: list[dict[str, Any]] = [
        {"type": "flatten", "fields": ["v", "unit"], "index": "r"},
        {"type": "formula", "as": "s", "expr": f"datum.v == 0 ? 0 : (datum.v < 0 ? -1 : 1) * {strength}"},
    ]
    bottom = TOP + ROWS
    marks = [
        rect(
            "left + datum.t * pitch", f"{TOP} + (datum.first + datum.r) * tall", "max(pitch - 0.6, 0.8)", "tall - 0.4",
            "cells", clickable=True, fill={"scale": "signed", "field": "s"}, ask="datum.ask + ' ' + datum.unit",
            tooltip="datum.tip + (datum.unit + 1) + ': ' + format(datum.v, '.3e')",
        ),
        curtain(TOP, bottom),
        frame(TOP - 3, bottom + 3),
        text("datum.name", "left - 8", f"{TOP} + datum.row * tall", "parts", align="right", size=15, color="ink"),
        axis_title(unit, "left", 14),
        text("datum.t == 0 || datum.t % every == 0 ? datum.token : ''", middle(), bottom + 16, "tokens", size="letter"),
        # what the colours say
        text(f"'± ' + low_text + ' ' + {quoted_text(faint)}", "width / 2", bottom + 40, color="muted", size=12),
        text("'− ' + high_text", "width / 2 - 128", bottom + 57, align="right", color="muted", size=12),
        text("'+ ' + high_text", "width / 2 + 128", bottom + 57, align="left", color="muted", size=12),
        *(
            rect(
                f"width / 2 + {(k - 5) * 22} - 11", bottom + 51, 22, 11, silent=True,
                fill=f"scale('signed', {k / 5 - 1})",
            )
            for k in range(11)
        ),
    ]  # fmt: skip
    data: list[dict[str, Any]] = [
        {"name": "units"}, {"name": "cells", "source": "units", "transform": cells}, {"name": "parts"},
        {"name": "tokens"},
    ]  # fmt: skip
    return diagram(440, bottom + 68, signals, data, marks, scales=[SIGNED])


@cache
def step_factors(title: str, carried: str, stretch: str) -> Spec:
    """By how much a step back changes the gradient, and by how much it could at most; above the line it grows.

    Data: factors {t, e, v, e_most, ask, ask_most, tip, tip_most}: the step from position t to the one before; tokens;
    ticks. Signals: S, low, high, now_at.
    """
    bottom, signals = TOP + ROWS, [*columns(*NARROW), value("low", -1), value("high", 0)]
    one = "scale('power', 0)"
    y, most = "scale('power', datum.e)", "scale('power', datum.e_most)"
    marks = [
        axis_title(title, "left", 14),
        *log_axis(TOP, bottom),
        rect(
            "left + (datum.t + 0.14) * pitch", f"min({y}, {one})", "pitch * 0.72", f"max(abs({y} - {one}), 2)",
            "factors", clickable=True, fill="encoder", fillOpacity=0.8, tooltip={"field": "tip"}, ask={"field": "ask"},
        ),
        mark(
            "rule", "factors", clickable=True, x="left + (datum.t + 0.08) * pitch",
            x2="left + (datum.t + 0.92) * pitch", y=most, stroke="decoder", strokeWidth=3,
            tooltip={"field": "tip_most"}, ask={"field": "ask_most"},
        ),
        curtain(TOP - 4, bottom + 4),
        mark("rule", silent=True, x="left", x2="width - right", y=one, stroke="ink", strokeWidth=1.5),
        text("datum.t == 0 || datum.t % every == 0 ? datum.token : ''", middle(), bottom + 16, "tokens", size="letter"),
        rect("left", bottom + 36, 16, 10, silent=True, fill="encoder", fillOpacity=0.8),
        text(quoted_text(carried), "left + 22", bottom + 41, align="left", size=12, color="muted", limit="width - 80"),
        mark("rule", silent=True, x="left", x2="left + 16", y=bottom + 58, stroke="decoder", strokeWidth=3),
        text(quoted_text(stretch), "left + 22", bottom + 58, align="left", size=12, color="muted", limit="width - 80"),
    ]  # fmt: skip
    data = [{"name": "factors"}, {"name": "tokens"}, {"name": "ticks"}]
    return diagram(440, bottom + 68, signals, data, marks, scales=[power_scale(TOP, bottom)])
