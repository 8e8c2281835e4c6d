"""Exact match for each width and each length of the source: a heat map, its cells static, its row in hand framed."""

from functools import cache

from seq2seq.stories.signals import smooth
from seq2seq.stories.vega import SHARES, Mark, Spec, derived, diagram, mark, quoted_text, rect, text, value

TALL, TOP, FOOT, LEFT = 30, 34, 40, 54
MOST_WIDTHS = 8


@cache
def width_by_length(x_title: str, y_title: str, empty: str, crossing: str) -> Spec:
    """The map as a Vega template; empty: what the mark of mostly empty outputs means; crossing: the line's name.

    Data:    cells {r, c, v share right, none share empty, n, tip, ask}; rows {r, name}; columns {c, name}.
    Signals: R, C, cross (in columns, or -1), row_at, shown_at (rows drawn).
    """
    signals = [
        value("R", 7), value("C", 11), value("cross", -1), *smooth("row"), *smooth("shown"),
        derived("pitch", f"(width - {LEFT} - 8) / C"),
        derived("dark", "luminance(ink) < luminance(paper) ? ink : paper"),
        derived("light", "luminance(ink) < luminance(paper) ? paper : ink"),
    ]  # fmt: skip
    x, y = f"{LEFT} + datum.c * pitch", f"{TOP} + datum.r * {TALL}"
    lit = "luminance(scale('share', datum.v)) > 0.3 ? dark : light"
    height = TOP + MOST_WIDTHS * TALL + FOOT
    foot = f"{TOP} + R * {TALL}"
    marks: list[Mark] = [
        rect(x, y, "max(1, pitch - 2)", TALL - 2, "cells", clickable=True, fill={"scale": "share", "field": "v"},
             tooltip="datum.tip", cornerRadius=3),
        text("(datum.none > 0.5 ? '∅ ' : '') + (pitch > 34 ? format(datum.v, '.0%') : '')", f"{x} + pitch / 2 - 1",
             f"{y} + {TALL / 2 - 1}", "cells", size="clamp(pitch * 0.3, 10, 13)", color=lit),
        text("datum.name", LEFT - 8, f"{y} + {TALL / 2 - 1}", "rows", align="right", color="muted"),
        text("datum.name", f"{x} + pitch / 2 - 1", f"{foot} + 10", "columns", color="muted", size=12),
        text(quoted_text(x_title), f"{LEFT} + C * pitch / 2", f"{foot} + 27", color="muted", size=12),
        text(quoted_text(y_title), 0, TOP - 14, align="left", color="muted", size=12),
        rect(LEFT - 3, f"{TOP} + (shown + 1) * {TALL} - 2", "C * pitch + 6", f"max(0, (R - shown - 1) * {TALL} + 2)",
             silent=True, fill="panel"),
        rect(LEFT - 3, f"{TOP} + row * {TALL} - 3", "C * pitch + 4", TALL + 3, silent=True, stroke="ink",
             strokeWidth=2, cornerRadius=4, strokeOpacity="row < R ? 0.8 : 0"),
        mark("rule", silent=True, x=f"{LEFT} + cross * pitch - 1", x2=f"{LEFT} + cross * pitch - 1", y=TOP - 6,
             y2=foot, stroke="wrong", strokeWidth=2.5, strokeDash={"value": [6, 4]},
             strokeOpacity="cross >= 0 ? 1 : 0"),
        text(f"cross >= 0 ? {quoted_text(crossing)} : ''", f"{LEFT} + cross * pitch + 6", TOP - 14, align="left",
             color="wrong", size=12, limit=f"width - {LEFT} - cross * pitch - 6"),
        text(quoted_text(empty), f"{LEFT} + C * pitch", f"{foot} + 27", align="right", color="muted", size=12,
             fillOpacity="width > 560 ? 1 : 0"),
    ]  # fmt: skip
    data = [{"name": "cells"}, {"name": "rows"}, {"name": "columns"}]
    return diagram(700, height, signals, data, marks, scales=[SHARES])
