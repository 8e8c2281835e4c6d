"""Every candidate of a search: one tick each, a column a step, as high as its total."""

from functools import cache
from typing import Any

from seq2seq.stories.signals import smooth
from seq2seq.stories.vega import Spec, derived, diagram, mark, quoted_text, rect, text, value

LEFT, TOP, TALL, FOOT = 50, 24, 300, 46  # pixels


@cache
def all_candidates(y_title: str, x_title: str, greedy: str) -> Spec:
    """The picture as a Vega template; the words: what the axes are called, and the dashed line.

    Data:    steps {s, n: […], token: […], total: […], status: […], parent: […]}: its candidates, the best last;
             greedy {s, total, before}: its totals. Signals: cols, low (the lowest total shown), tokens (names), texts
             (of the expanded), seen_at (columns shown), col_at (in hand).
    """
    signals = [
        value("cols", 1), value("low", -1), value("tokens", []), value("texts", []), *smooth("seen"), *smooth("col"),
        derived("pitch", f"(width - {LEFT + 4}) / cols"),
    ]  # fmt: skip
    scales = [{"name": "total", "type": "linear", "domain": [{"signal": "low"}, 0], "nice": True,
               "range": [TOP + TALL, TOP], "clamp": True}]  # fmt: skip
    axes = [{"orient": "left", "scale": "total", "tickCount": 6, "offset": -LEFT + 6, "grid": True,
             "gridOpacity": 0.3, "domain": False, "gridWidth": 0.5}]  # fmt: skip
    fields = ["n", "token", "total", "status", "parent"]
    data: list[dict[str, Any]] = [
        {"name": "steps"}, {"name": "greedy"},
        {"name": "ticks", "source": "steps", "transform": [{"type": "flatten", "fields": fields}]},
    ]  # fmt: skip
    x, y = f"{LEFT} + datum.s * pitch", "scale('total', datum.total)"
    lives = "datum.status == 0 || datum.status == 2"
    tip = "texts[datum.parent] + ' + ' + tokens[datum.token] + ':  ' + format(datum.total, '.3f')"
    marks = [
        rect(f"{LEFT} + col * pitch", TOP - 6, "pitch", TALL + 12, silent=True, fill="ink", fillOpacity=0.05,
             cornerRadius=6),
        rect(f"{x} + pitch * ({lives} ? 0.1 : 0.2)", f"{y} - ({lives} ? 1.6 : 0.7)",
             f"pitch * ({lives} ? 0.8 : 0.6)", f"{lives} ? 3.2 : 1.4", "ticks", clickable=True, tooltip=tip,
             fill=f"datum.status == 2 ? ink : {lives} ? decoder : muted", fillOpacity=f"{lives} ? 1 : 0.45",
             ask="'total ' + datum.n"),
        mark("rule", "greedy", silent=True, x=f"{x} - pitch / 2", x2=f"{x} + pitch / 2",
             y="scale('total', datum.before)", y2=y, stroke="decoder", strokeWidth=2, strokeDash={"value": [6, 4]},
             opacity="datum.s < 0.5 ? 0 : 1"),
        rect(f"{LEFT} + seen * pitch", 0, f"max(0, width - seen * pitch - {LEFT} + 2)", TOP + TALL + 10, silent=True,
             fill="panel"),
        text("datum.s + 1", f"{x} + pitch / 2", TOP + TALL + 14, "steps", color="muted", size=12),
        text(quoted_text(x_title), f"(width + {LEFT}) / 2", TOP + TALL + 34, color="muted", size=12.5),
        text(quoted_text(y_title), 0, 9, align="left", color="muted", size=12.5, limit="width * 0.6"),
        text(quoted_text(f"┄ {greedy}"), "width - 2", 9, align="right", color="decoder", size=12.5),
    ]  # fmt: skip
    return diagram(420, TOP + TALL + FOOT, signals, data, marks, scales=scales, axes=axes)
