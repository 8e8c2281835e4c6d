"""The life of one unit: each of its gates and states as a line over the positions, and, in a what-if, two lines."""

from functools import cache

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

ROW, GAP, FOOT, SIDE, END = 54, 14, 24, 42, 62  # pixels: a track, between tracks, the tokens, room left and right


@cache
def unit_tracks(names: tuple[str, ...], sides: tuple[str, ...] = (), backward: bool = False) -> Spec:
    """Tracks of these gates and states, one below the other.

    sides: what the two lines of a comparison are called.
    Data:    points {g, i, v, y, side, ask} with y the share of the track's height; bands {g, low, high, zero};
             source {i, short}.
    Signals: S; and for each step at_at (the position in hand, −1 for none), now_at (the same), done_NAME_at
             (positions known).
    """
    signals = [
        value("S", 1), *smooth("at"), *stepped("now"), *(one for name in names for one in smooth(f"done_{name}")),
        derived("pitch", f"(width - {SIDE + END}) / S"),
    ]  # fmt: skip
    head = 20 if sides else 4
    data = [{"name": "points"}, {"name": "bands"}, {"name": "source"}]
    marks = [one for number, name in enumerate(names) for one in _track(number, name, len(sides) or 1, head, backward)]
    height = head + len(names) * (ROW + GAP) + FOOT
    marks += [
        rect(f"{SIDE} + clamp(at, 0, S - 1) * pitch + 1", head - 2, "pitch - 2", height - FOOT - head + 2, silent=True,
             stroke="encoder", strokeWidth=2, cornerRadius=5, opacity="clamp(at + 1, 0, 1)"),
        text("datum.short", f"{SIDE} + (datum.i + 0.5) * pitch", height - 13, "source",
             size="clamp(pitch * 0.6, 10, 16)"),
    ]  # fmt: skip
    for number, side in enumerate(sides):
        colour, x = ("muted", "encoder")[number], f"{SIDE} + {130 * number}"
        marks += [
            rect(f"{x}", 8, 22, 3, silent=True, fill=colour),
            text(quoted_text(side), f"{x} + 28", 10, align="left", color=colour, size=13, fontWeight=600),
        ]
    return diagram(600, height, signals, data, marks)


def _track(number: int, name: str, sides: int, head: int, backward: bool) -> list[Mark]:
    """One track: its name at the left, its range, its lines, and at the right the number in hand."""
    top, done = head + number * (ROW + GAP), f"done_{name}"
    x, y = f"{SIDE} + (datum.i + 0.5) * pitch", f"{top} + (1 - datum.y) * {ROW}"
    covered = ("0", f"(S - {done}) * pitch") if backward else (f"{done} * pitch", "S * pitch")
    rows = [filtered(f"band_{number}", "bands", f"datum.g == '{name}'")]
    rows += [
        filtered(f"line_{number}_{k}", "points", f"datum.g == '{name}' && datum.side == {k}") for k in range(sides)
    ]
    rows.append(filtered(f"now_{number}", f"line_{number}_{sides - 1}", "datum.i == now"))
    marks = [
        rect(SIDE, top, "S * pitch", ROW, silent=True, fill="faint", fillOpacity=0.16, cornerRadius=4),
        mark("rule", f"band_{number}", silent=True, x=SIDE, x2=f"{SIDE} + S * pitch", stroke="muted", strokeWidth=1,
             y=f"{top} + (1 - datum.zero) * {ROW}", strokeDash={"value": [3, 3]}, opacity=0.6),
        text(quoted_text(name), 14, top + ROW / 2, size=17, fontWeight=650),
        text("datum.high", SIDE - 4, top + 6, f"band_{number}", align="right", color="muted", size=10),
        text("datum.low", SIDE - 4, top + ROW - 5, f"band_{number}", align="right", color="muted", size=10),
    ]  # fmt: skip
    for k in range(sides):
        last = k == sides - 1
        colour, dashes = ("encoder", []) if last else ("muted", [5, 4])
        line = f"line_{number}_{k}"
        marks += [
            mark("line", line, silent=True, x=x, y=y, stroke=colour, strokeWidth=2.5, strokeDash={"value": dashes}),
            mark("symbol", line, clickable=True, x=x, y=y, size=46 if last else 26, fill=colour,
                 tooltip=f"'{name}: ' + format(datum.v, '.4f')"),
        ]  # fmt: skip
    start, end = covered
    marks += [
        rect(f"{SIDE} + {start}", top - 3, f"({end}) - ({start}) + 1", ROW + 6, fill="panel", fillOpacity=0.94),
        text("format(datum.v, '.3f')", f"width - {END - 6}", top + ROW / 2, f"now_{number}", align="left", size=14,
             fontWeight=600, silent=False, clickable=True, opacity=_known(done, backward)),
    ]  # fmt: skip
    return [{"type": "group", "data": rows, "marks": marks}]


def _known(done: str, backward: bool) -> str:
    return f"{done} + 0.01 >= {'S - now' if backward else 'now + 1'} ? 1 : 0"
