"""Pictures of the switchboard: a model with its two switches, and what every setting of them comes to."""

from functools import cache
from typing import Any

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

LEARNT = 0.95  # exact match from which a setting works
BOX, HIGH = 96, 64  # of an encoder or decoder: width, height
ROW, HEAD = 96, 46  # of the board: height of a row, of the names above
Names = tuple[str, ...]


@cache
def switches_picture(encoder: str, decoder: str, source: str, output: str, answer: str, kinds: Names) -> Spec:
    """A model of each setting: what it read, its two switches, and what it wrote.

    Data: models {w, source, output, answer, right}. Signals: way_at (which of them), enc_at and dec_at (each side's
    positions, as a number: 0 sinusoidal, 1 learned, 2 none).
    """
    signals = [
        *stepped("way"), *stepped("enc"), *stepped("dec"), derived("roomy", "width > 620"),
        derived("box", f"roomy ? {BOX + 44} : 76"), derived("gap", "roomy ? 54 : 14"),
        derived("ex", "width / 2 - gap / 2 - box"), derived("dx", "width / 2 + gap / 2"),
        derived("size", "roomy ? 18 : 12"), derived("edge", "roomy ? 26 : 8"), derived("kinds", str(list(kinds))),
    ]  # fmt: skip
    top = 26
    mid = top + HIGH / 2
    marks: list[Mark] = []
    for x, name, color, kind in (("ex", encoder, "encoder", "enc"), ("dx", decoder, "decoder", "dec")):
        marks += [
            rect(x, top, "box", HIGH, silent=True, cornerRadius=10, fill=color, fillOpacity=0.14, stroke=color,
                 strokeWidth=2),
            text(quoted_text(name), f"{x} + box / 2", mid - 4, color=color, size="roomy ? 16 : 12", fontWeight=600),
            *_switch(x, top + HIGH + 20, color, kind),
            text(f"kinds[{kind}]", f"{x} + box / 2", top + HIGH + 54, color=color, size="roomy ? 14 : 12",
                 fontWeight=600),
        ]  # fmt: skip
    marks += [
        *(_arrow(x, x2, mid) for x, x2 in (("ex - edge", "ex - 3"), ("ex + box + 3", "dx - 3"),
                                           ("dx + box + 3", "dx + box + edge"))),
        text("datum.source", "ex - edge - 6", mid, "model", align="right", color="encoder", size="size",
             fontWeight=600),
        text(quoted_text(source), "ex - edge - 6", mid - 26, align="right", color="muted", size=12),
        text("datum.output + (datum.right ? ' ✓' : ' ✗')", "dx + box + edge + 6", mid, "model", align="left",
             size="size", fontWeight=600,
             fill=[{"test": "datum.right", "signal": "correct"}, {"signal": "wrong"}]),
        text(quoted_text(output), "dx + box + edge + 6", mid - 26, align="left", color="muted", size=12),
        mark("text", "model", silent=True, text=f"datum.right ? '' : {quoted_text(answer)} + ' ' + datum.answer",
             x="roomy ? dx + box + edge + 6 : width - 1", y=mid + 26, align="roomy ? 'left' : 'right'",
             baseline="'middle'", fill="muted", fontSize="roomy ? 12 : 11"),
    ]  # fmt: skip
    data = [{"name": "models"}, filtered("model", "models", "datum.w == way")]
    return diagram(760, top + HIGH + 66, signals, data, marks)


def _switch(x: str, y: float, color: str, kind: str) -> list[Mark]:
    """What is plugged in below a box: a wave, a row of table cells, or nothing."""
    points = " + ".join(
        f"' {'M' if k == 0 else 'L'}' + ({x} + box / 2 + {k * 3 - 30}) + ',' + ({y} - {8} * sin({k} * 0.63))"
        for k in range(21)
    )
    cells = [
        rect(f"{x} + box / 2 + {k * 11 - 33}", y - 5, 9, 10, silent=True, fill=color,
             fillOpacity=0.25 + 0.12 * (k * 5 % 6), opacity=f"{kind} == 1 ? 1 : 0")
        for k in range(6)
    ]  # fmt: skip
    return [
        mark("rule", silent=True, x=f"{x} + box / 2", y=y - 19, y2=y - 9, stroke=color, strokeWidth=2,
             opacity=f"{kind} == 2 ? 0 : 1"),
        mark("path", silent=True, path=points, stroke=color, strokeWidth=2.5, opacity=f"{kind} == 0 ? 1 : 0"),
        *cells,
        rect(f"{x} + box / 2 - 33", y - 8, 66, 16, silent=True, cornerRadius=8, stroke=color, strokeWidth=1.5,
             strokeDash={"value": [3, 4]}, opacity=f"{kind} == 2 ? 0.7 : 0"),
    ]  # fmt: skip


def _arrow(x: str, x2: str, y: float) -> Mark:
    head = f"' L' + ({x2} - 6) + ',' + ({y} - 4) + ' M' + ({x2}) + ',' + {y} + ' L' + ({x2} - 6) + ',' + ({y} + 4)"
    path = f"'M' + ({x}) + ',' + {y} + ' L' + ({x2}) + ',' + {y} + {head}"
    return mark("path", silent=True, path=path, stroke="muted", strokeWidth=2)


@cache
def board_picture(encoder: str, decoder: str, kinds: Names, chance: str, exact: str) -> Spec:
    """Every setting a cell: rows are the encoder's positions, columns the decoder's; a dot is a trained model.

    Data: cells {e, d, told}; dots {e, d, k, of, share, ask, tip}. Signals: level (the chance level), enc_at and dec_at
    (the cell in hand), known_at (whether a run of it is there).
    """
    count = len(kinds)
    signals = [
        value("level", 0.01), *smooth("enc"), *smooth("dec"), derived("roomy", "width > 620"),
        derived("sx", "roomy ? 190 : 78"), derived("cell", f"(width - sx - 4) / {count}"),
        derived("small", "roomy ? 13 : 11"), derived("tag", "roomy ? 70 : 44"),
    ]  # fmt: skip
    foot = HEAD + count * ROW
    left, top = "sx + datum.d * cell", f"{HEAD} + datum.e * {ROW}"
    inner = ROW - 34

    def y(share: str) -> str:
        return f"({top} + {ROW - 14} - {inner} * ({share}))"

    x = f"{left} + 12 + (cell - tag - 16) * (datum.k + 0.5) / datum.of"
    good, bad = f"datum.share >= {LEARNT}", f"datum.share <= {1 - LEARNT:.2f}"
    marks = [
        rect(f"{left} + 3", f"{top} + 3", "cell - 6", ROW - 6, "cells", silent=True, cornerRadius=8, fill="faint",
             fillOpacity=0.18),
        *_rules(left, y),
        mark("symbol", "dots", clickable=True, x=x, y=y("datum.share"), size="roomy ? 130 : 70",
             stroke="panel", shape=f"{good} ? 'circle' : {bad} ? 'cross' : 'diamond'",
             fill=f"{good} ? correct : {bad} ? wrong : attention",
             tooltip="datum.tip + ': ' + format(datum.share, '.1%')"),
        text("datum.told", f"{left} + cell - (roomy ? 12 : 7)", y("clamp(datum.mean, 0.04, 0.98)"), "cells",
             align="right", size="roomy ? 15 : 11", fontWeight=600),
        *_names(kinds, encoder, decoder, foot),
        # the setting in hand
        rect("sx + dec * cell + 1", f"{HEAD} + enc * {ROW} + 1", "cell - 2", ROW - 2, silent=True, cornerRadius=9,
             stroke="ink", strokeWidth=2.5),
        mark("rule", silent=True, x="sx + 8", x2="sx + 26", y=foot + 16, stroke="muted",
             strokeDash={"value": [5, 4]}),
        text(quoted_text(chance), "sx + 32", foot + 16, align="left", color="muted", size=12),
        text(f"roomy ? {quoted_text(exact)} : ''", "width - 6", foot + 16, align="right", color="muted", size=12),
    ]  # fmt: skip
    return diagram(760, foot + 28, signals, [{"name": "cells"}, {"name": "dots"}], marks)


def _rules(left: str, y: Any) -> list[Mark]:
    """In every cell: 0 %, 100 %, and the chance level."""
    rules = []
    for share, color, dash in (("0", "faint", None), ("1", "faint", None), ("level", "muted", [5, 4])):
        rules.append(
            mark("rule", "cells", silent=True, x=f"{left} + 10", x2=f"{left} + cell - tag", y=y(share), stroke=color,
                 strokeDash={"value": dash} if dash else None)
        )  # fmt: skip
    return rules


def _names(kinds: Names, encoder: str, decoder: str, foot: float) -> list[Mark]:
    """Who stands where: the decoder's kinds above the columns, the encoder's before the rows."""
    marks = [
        text(quoted_text(decoder), "sx + (width - sx) / 2", 10, color="decoder", size=13, fontWeight=600),
        text(f"roomy ? {quoted_text(encoder)} : ''", 4, HEAD - 14, align="left", color="encoder", size=13,
             fontWeight=600),
    ]  # fmt: skip
    for number, kind in enumerate(kinds):
        marks.append(text(quoted_text(kind), f"sx + ({number} + 0.5) * cell", HEAD - 14, color="decoder", size="small"))
        marks.append(
            text(quoted_text(kind), "sx - 10", HEAD + (number + 0.5) * ROW, align="right", color="encoder",
                 size="small")
        )  # fmt: skip
    return marks
