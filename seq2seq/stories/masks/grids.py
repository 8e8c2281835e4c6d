"""How masks are drawn: one grid of queries and keys under each attention, hung where it sits in the network."""

from functools import cache

import numpy as np

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

COLORS = ("encoder", "decoder", "attention")  # of the three grids, by number
TOP, HEAD, FOOT, GAP = 92, 74, 34, 20  # pixels: the network above, a grid's titles, what stands below, between grids
COLOR = "(datum.p === 0 ? encoder : datum.p === 1 ? decoder : attention)"


def hatch(size: str) -> str:
    """Two strokes across a cell of this size, as a path."""
    near, far = "3", f"({size} - 4)"
    half = f"({size} / 2)"
    return (
        f"'M' + {near} + ' ' + {half} + 'L' + {half} + ' ' + {near}"
        f" + 'M' + {near} + ' ' + {far} + 'L' + {far} + ' ' + {near}"
        f" + 'M' + {half} + ' ' + {far} + 'L' + {far} + ' ' + {half}"
    )


def hatched(visible: np.ndarray) -> str:
    """Three strokes across every cell that is not visible, as one path: a unit is a cell."""
    strokes = ((0.12, 0.5, 0.5, 0.12), (0.12, 0.86, 0.86, 0.12), (0.5, 0.86, 0.86, 0.5))
    return "".join(
        f"M{j + x:g},{i + y:g}L{j + x2:g},{i + y2:g}"
        for i, j in np.argwhere(~visible) for x, y, x2, y2 in strokes
    )  # fmt: skip


@cache
def mask_grids(names: tuple[str, str, str], masks: tuple[str, str, str], sides: tuple[str, str], axes: str) -> Spec:
    """The three grids of the sentence in hand; side by side, or one below the other where it is narrow.

    names: of the attentions; masks: what lies over each; sides: encoder, decoder; axes: what rows and columns are.
    Data: cells {p, b, i, j, v, w, tip, ask}, tokens {p, b, key (0 or 1), n, token, pad}, hatches {p, b, path}: the
    hidden cells' strokes, by `hatched`. Signals: rows, columns (of
    each grid), b_at (sentence), p_at (grid in hand, −1 for none), i_at (its row), shown_at (grids shown so far),
    open_at (rows of the causal grid that are not under the curtain).
    """
    signals = [
        value("rows", [1, 1, 1]), value("columns", [1, 1, 1]), *stepped("b"), *stepped("p"), *smooth("i"),
        *smooth("shown"), *smooth("open"), derived("roomy", "width > 640"),
        derived("wide", f"roomy ? (width - {2 * GAP}) / 3 : width"),
        derived("side", "wide < 220 ? 22 : 30"),
        derived("pitch", "min(32, (wide - side - 6) / max(columns[0], columns[1], columns[2]))"),
        derived("tall", f"{HEAD} + max(rows[0], rows[1], rows[2]) * pitch + {FOOT}"),
        derived("height", f"roomy ? {TOP} + tall : 8 + 3 * tall"), derived("letter", "clamp(pitch * 0.58, 8, 15)"),
        derived("veil", "roomy ? 46 : 54"),  # where a grid begins that is still to come, below what its mask is called
    ]  # fmt: skip
    data = [
        {"name": "cells"}, {"name": "tokens"}, {"name": "hatches"},
        filtered("now", "cells", "datum.b === b", key="p i j"),
        filtered("names", "tokens", "datum.b === b", key="p key n"),
        filtered("strokes", "hatches", "datum.b === b", key="p"),
    ]  # fmt: skip
    cell_x, cell_y = f"{left('datum.p')} + datum.j * pitch", f"{top('datum.p')} + datum.i * pitch"
    size = "pitch - 2"
    marks = [
        *_network(names, masks, sides),
        rect(
            f"{cell_x} + 1", f"{cell_y} + 1", size, size, "now", clickable=True, cornerRadius=2,
            fill=f"datum.v ? {COLOR} : faint", fillOpacity="datum.v ? 0.13 + 0.82 * datum.w : 0.12", stroke="faint",
            strokeWidth="datum.v ? 0 : 1", tooltip="datum.tip", ask="datum.ask",
        ),
        mark("path", "strokes", silent=True, x=left("datum.p"), y=top("datum.p"), scaleX="pitch", scaleY="pitch",
             path="datum.path", stroke="muted", strokeOpacity=0.55),
        text(
            "datum.token", f"{left('datum.p')} + (datum.key ? (datum.n + 0.5) * pitch : -10)",
            f"{top('datum.p')} + (datum.key ? -10 : (datum.n + 0.5) * pitch)", "names", size="letter",
            color="datum.pad ? muted : ink",
        ),
        rect(  # rows still to come
            f"{left('1')} - 1", f"{top('1')} + open * pitch", "columns[1] * pitch + 2",
            "max(0, rows[1] - open) * pitch + 2", fill="panel", fillOpacity=0.94,
        ),
        text(quoted_text(axes), f"roomy ? {left('0')} : 2",
             f"{top('0')} + max(rows[0], rows[1], rows[2]) * pitch + 16", align="left", color="muted", size=12,
             limit="width"),
        *[
            rect(
                f"{panel_left(str(p))} - 3", f"{panel_top(str(p))} + veil", "wide + 6", f"tall - veil - {FOOT - 6}",
                fill="panel", fillOpacity=f"0.66 * clamp({p} + 1 - shown, 0, 1)", silent=True,
            )
            for p in range(3)
        ],
        rect(  # the row in hand
            f"{left('max(0, p)')} - 2", f"{top('max(0, p)')} + i * pitch - 1", "columns[max(0, p)] * pitch + 4",
            "pitch + 2", silent=True, stroke="ink", strokeWidth=2.5, strokeOpacity="p < 0 ? 0 : 1", cornerRadius=4,
        ),
    ]  # fmt: skip
    return diagram(760, 386, signals, data, marks)


def panel_left(p: str) -> str:
    """Where a grid's panel begins."""
    return f"((roomy ? {p} : 0) * (wide + {GAP}))"


def panel_top(p: str) -> str:
    """Where a grid's panel begins, from above."""
    return f"(roomy ? {TOP} : 4 + {p} * tall)"


def left(p: str) -> str:
    """Where the cells of a grid begin: it lies in the middle of its panel."""
    return f"({panel_left(p)} + side + max(0, (wide - side - columns[{p}] * pitch) / 2))"


def top(p: str) -> str:
    """Where the cells of a grid begin, from above."""
    return f"({panel_top(p)} + {HEAD})"


def _network(names: tuple[str, str, str], masks: tuple[str, str, str], sides: tuple[str, str]) -> list[Mark]:
    """Encoder and decoder, the attentions in them, and what hangs from each."""
    marks: list[Mark] = []
    for color, name, x, width in (
        ("encoder", sides[0], "0", "wide"), ("decoder", sides[1], f"wide + {GAP}", f"2 * wide + {GAP}"),
    ):  # fmt: skip
        marks += [
            rect(x, 22, width, TOP - 30, silent=True, cornerRadius=10, stroke=color, strokeWidth=1.5, fill=color,
                 fillOpacity="roomy ? 0.06 : 0", strokeOpacity="roomy ? 0.6 : 0"),
            text(quoted_text(name), f"{x} + 4", 11, align="left", color=color, size="roomy ? 14 : 0",
                 fontWeight=700),
        ]  # fmt: skip
    marks += [  # what the encoder leaves goes to the cross-attention, above the decoder's own
        mark(
            "path", silent=True, stroke="encoder", strokeWidth=2, strokeOpacity="roomy ? 0.75 : 0",
            path=f"'M' + wide + ' 30H' + (2 * wide + {2 * GAP} + wide / 2) + 'V38'",
        ),
        mark("symbol", silent=True, x=f"2 * wide + {2 * GAP} + wide / 2", y=38, shape={"value": "triangle-down"},
             size=70, fill="encoder", fillOpacity="roomy ? 0.9 : 0"),
    ]  # fmt: skip
    for p, (name, hidden, color) in enumerate(zip(names, masks, COLORS, strict=True)):
        x, y = panel_left(str(p)), panel_top(str(p))
        inner = f"{x} + (roomy ? 14 : 0)"
        marks += [
            rect(inner, f"roomy ? 42 : {y} + 2", "wide - (roomy ? 28 : 0)", 32, silent=True, cornerRadius=7, fill=color,
                 fillOpacity=0.16, stroke=color, strokeWidth=f"p === {p} ? 2.5 : 1"),
            text(quoted_text(name), f"{x} + wide / 2", f"roomy ? 58 : {y} + 18", color=color, fontWeight=700,
                 size="clamp(wide * 0.045, 11, 15)", limit="wide - 30"),
            mark("rule", silent=True, x=f"{x} + wide / 2", x2=f"{x} + wide / 2", y=74, y2=f"{y} + 8", stroke=color,
                 strokeOpacity="roomy ? 0.6 : 0", strokeWidth=2),
            text(quoted_text(hidden), f"{x} + wide / 2", f"{y} + (roomy ? 20 : 45)", color="muted", size=13,
                 limit="wide"),
        ]  # fmt: skip
    return marks
