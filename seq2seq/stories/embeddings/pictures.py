"""How an embedding table is drawn: the look-up, the strip of places, and the points that move."""

from functools import cache

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

ORDER = {"name": "order", "type": "linear", "domain": [0, 1], "range": {"scheme": "viridis", "extent": [0.18, 0.92]}}
NUMBERS = {
    "name": "number", "type": "linear", "domain": [{"signal": "-widest"}, 0, {"signal": "widest"}], "clamp": True,
    "interpolate": "lab", "range": [{"signal": "negative"}, {"signal": "neutral"}, {"signal": "positive"}],
}  # fmt: skip


def between(field: str) -> str:
    """The value of a datum's track (one a snapshot) where the clock stands between two snapshots."""
    return f"lerp([datum.{field}[floor(k)], datum.{field}[ceil(k)]], k - floor(k))"


@cache
def lookup(onehot: str, table: str, row: str, unit: str) -> Spec:
    """One-hot, table, row: the row of the token is copied out of the table.

    Data: rows {late, r, id, token, hot, unit: […], v: […], ask}. Signals: rows_drawn, units (numbers of a row), own
    (the token's row), widest (of all numbers), number (its id), shown (the token), late_at (whether the last snapshot
    is shown), picked_at, times, last.
    """
    tall, top = 17, 34
    signals = [
        value("rows_drawn", 1), value("units", 1), value("own", 0), value("widest", 1), value("number", 0),
        value("shown", ""),
        value("times", [""]), value("last", 0), *stepped("late"), *smooth("picked"),
        derived("side", "width > 700 ? 150 : 78"), derived("pitch", "(width - side - 8) / units"),
        derived("low", f"{top} + rows_drawn * {tall} + 44"), derived("height", "low + 66"),
    ]  # fmt: skip
    flat = [{"type": "flatten", "fields": ["v", "unit"], "as": ["v", "unit"]}]
    data = [
        {"name": "rows"}, filtered("now", "rows", "datum.late === late"),
        {"name": "cells", "source": "now", "transform": flat}, filtered("own_cells", "cells", "datum.r === own"),
        filtered("own_row", "now", "datum.r === own"),
    ]  # fmt: skip
    y, x = f"{top} + datum.r * {tall}", "side + datum.unit * pitch"
    tip = "datum.token + ' [' + (datum.unit + 1) + '] = ' + format(datum.v, '.4f')"
    fill = {"scale": "number", "field": "v"}
    marks = [
        text(quoted_text(onehot), 2, 12, align="left", color="muted", size=13, limit="side - 6"),
        text(
            f"{quoted_text(table)} + ' · ' + times[late ? last : 0]", "side", 12, align="left", color="muted", size=13,
            limit="width - side",
        ),
        rect(
            x, y, "pitch - 0.6", tall - 1, "cells", clickable=True, fill=fill, tooltip=tip,
            ask="datum.ask + ' ' + datum.unit",
        ),
        text(
            "datum.token", "side - 42", f"{y} + {tall / 2}", "now", align="right",
            size="datum.hot && picked > 0.5 ? 17 : 13",
            fontWeight="datum.hot && picked > 0.5 ? 700 : 400", color="datum.hot && picked > 0.5 ? decoder : muted",
        ),
        rect("side - 32", y, 22, tall - 1, "now", stroke="faint", strokeWidth=1, fill="panel", silent=True),
        rect("side - 32", y, 22, tall - 1, "own_row", fill="decoder", fillOpacity="picked", silent=True),
        text("'1'", "side - 21", f"{y} + {tall / 2}", "own_row", size=11, color="panel", fillOpacity="picked"),
        rect(  # everything that is multiplied by 0
            "side - 1", top - 1, "units * pitch + 2", f"own * {tall}", fill="panel", fillOpacity="0.72 * picked",
            silent=True,
        ),
        rect(
            "side - 1", f"{top} + (own + 1) * {tall}", "units * pitch + 2", f"(rows_drawn - own - 1) * {tall} + 1",
            fill="panel",
            fillOpacity="0.72 * picked", silent=True,
        ),
        rect(
            "side - 2", f"{top} + own * {tall} - 2", "units * pitch + 4", tall + 3, stroke="decoder", strokeWidth=2.5,
            strokeOpacity="picked", cornerRadius=3, silent=True,
        ),
        mark(
            "path", silent=True, stroke="decoder", strokeWidth=2, strokeOpacity="0.7 * picked", strokeDash="[4, 4]",
            path=f"'M' + (side + 10) + ',' + ({top} + (own + 1) * {tall} + 4) + 'L' + (side + 10) + ',' + (low - 4)",
        ),
        rect(
            x, "low", "pitch - 0.6", 34, "own_cells", clickable=True, fill=fill, fillOpacity="picked", tooltip=tip,
            ask="datum.ask + ' ' + datum.unit",
        ),
        text(
            "pitch > 30 ? format(datum.v, '.2f') : ''", f"{x} + pitch / 2", "low + 17", "own_cells", size=12,
            fillOpacity="picked",
        ),
        text(f"{quoted_text(row)} + ' ' + number", "side - 12", "low + 17", align="right", size=13,
        fillOpacity="picked",
             limit="side - 14"),
        text(quoted_text(unit), "side", "low + 50", align="left", color="muted", size=13, limit="width - side"),
    ]  # fmt: skip
    return diagram(400, 416, signals, data, marks, scales=[NUMBERS])


@cache
def rank_strip(order: str, place: str) -> Spec:
    """Tokens in their own order above, by their place on the first component below, each joined with itself.

    Data: letters {i, token, at: [place in each snapshot], own, ask}. Signals: n, k_at, told (a sentence a snapshot).
    """
    top, low = 66, 214
    signals = [
        value("n", 1), value("told", [""]), value("last", 0), *smooth("k"),
        derived("pitch", "min(46, (width - 12) / n)"), derived("x0", "(width - n * pitch) / 2"),
        derived("letter", "clamp(pitch * 0.66, 11, 22)"),
    ]  # fmt: skip
    above, below = "x0 + (datum.i + 0.5) * pitch", f"x0 + ({between('at')} + 0.5) * pitch"
    shade = {"scale": "order", "signal": "datum.i / max(1, n - 1)"}
    bend = f"C' + ({above}) + ',{top + 70} ' + ({below}) + ',{low - 70} ' + ({below}) + ',{low - 14}'"
    points = f"'M' + ({above}) + ',{top + 14}{bend}"
    marks = [
        text("told[round(k)]", "width / 2", 12, size="width > 700 ? 17 : 13", fontWeight=600, limit="width"),
        text(quoted_text(order), "x0", top - 24, align="left", color="muted", size=13, limit="width"),
        mark(
            "path", "letters", silent=True, path=points, stroke=shade, strokeWidth="datum.own ? 5 : 2.5",
            strokeOpacity="datum.own ? 1 : 0.75", strokeCap={"value": "round"},
        ),
        text("datum.token", above, top, "letters", size="letter", fontWeight="datum.own ? 800 : 500"),
        rect(
            f"{below} - pitch / 2 + 1", low - 13, "pitch - 2", 28, "letters", clickable=True, fill="panel",
            fillOpacity=0.01,
            stroke="datum.own ? decoder : panel", strokeWidth=2, cornerRadius=4, ask="datum.ask",
        ),
        text("datum.token", below, low, "letters", size="letter", fontWeight="datum.own ? 800 : 500"),
        text(quoted_text(place), "x0", low + 30, align="left", color="muted", size=13, limit="width"),
    ]  # fmt: skip
    return diagram(400, low + 44, signals, [{"name": "letters"}], marks, scales=[ORDER])


@cache
def scatter() -> Spec:
    """Tokens on the first two components of the last snapshot, gliding from snapshot to snapshot.

    Data: points {token, x: […], y: […], own, order, id}. Signals: k_at, reach_x, reach_y, x_title, y_title, times.
    """
    tall = 330
    signals = [
        value("reach_x", 1), value("reach_y", 1), value("x_title", ""), value("y_title", ""), value("times", [""]),
        *smooth("k"),
    ]  # fmt: skip
    scales = [
        {"name": "x", "type": "linear", "domain": [{"signal": "-reach_x"}, {"signal": "reach_x"}],
         "range": [26, {"signal": "width - 10"}]},
        {"name": "y", "type": "linear", "domain": [{"signal": "-reach_y"}, {"signal": "reach_y"}],
        "range": [tall - 34, 26]},
        ORDER,
    ]  # fmt: skip
    x, y = f"scale('x', {between('x')})", f"scale('y', {between('y')})"
    marks = [
        mark("rule", silent=True, x=26, x2="width - 10", y="scale('y', 0)", y2="scale('y', 0)", stroke="faint"),
        mark("rule", silent=True, x="scale('x', 0)", x2="scale('x', 0)", y=26, y2=tall - 34, stroke="faint"),
        text("times[round(k)]", "width - 10", 10, align="right", color="ink", size=14, fontWeight=600),
        text("x_title", "width - 10", tall - 12, align="right", color="muted", size=13, limit="width"),
        text("y_title", 26, 10, align="left", color="muted", size=13, limit="width - 130"),
        mark(
            "symbol", "points", clickable=True, x=x, y=y, size="datum.own ? 620 : 440", shape={"value": "circle"},
            fill=[{"test": "!isValid(datum.order)", "signal": "faint"}, {"scale": "order", "field": "order"}],
            fillOpacity=0.22, stroke="datum.own ? decoder : panel", strokeWidth="datum.own ? 3 : 0",
            tooltip="datum.token", ask="'point ' + round(k) + ' ' + datum.id + ' 0'",
        ),
        text(
            "datum.token", x, y, "points", size="datum.own ? 20 : 16", fontWeight="datum.own ? 800 : 500",
            color="datum.own ? decoder : ink",
        ),
    ]  # fmt: skip
    return diagram(400, tall, signals, [{"name": "points"}], marks, scales=scales)
