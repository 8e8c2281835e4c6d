"""How a cutting is drawn: the rows of the text, the bars of the pairs, the two curves, and the table."""

from functools import cache
from typing import Any

from seq2seq.stories.signals import stepped
from seq2seq.stories.vega import (
    Mark,
    Spec,
    derived,
    diagram,
    filtered,
    mark,
    quoted_text,
    rect,
    text,
    value,
)

NARROW, WIDE = (30, 52, 32), (36, 74, 40)  # heights in pixels: a caption, the boxes below it, their ids
HEIGHTS = [
    *(derived(name, f"width > 520 ? {wide} : {narrow}")
      for name, narrow, wide in zip(("caption", "box", "ids"), NARROW, WIDE, strict=True)),
    derived("row", "caption + box + ids"), derived("height", "3 * row"),
]  # fmt: skip


def _pieces(data: str, number: int, color: str, clickable: bool) -> list[Mark]:
    """Boxes over the columns of their characters, text in them, ids under them."""
    left, wide, top = "side + datum.x * pitch", "datum.n * pitch", f"{number} * row + caption"
    boxes = rect(
        f"{left} + 1", top, f"{wide} - 2", "box", data, clickable=clickable, cornerRadius=5,
        fill=f"datum.known ? (datum.m === fresh && datum.fresh ? decoder : {color}) : wrong",
        fillOpacity="datum.known ? clamp(0.1 + 0.09 * (datum.n - 1), 0.1, 0.46) : 0.16",
        stroke=f"datum.known ? (datum.m === fresh && datum.fresh ? decoder : {color}) : wrong",
        strokeWidth="datum.m === fresh && datum.fresh ? 3 : 1", strokeDash="datum.known ? [] : [4, 3]",
        tooltip="datum.text + '  ·  ' + datum.id", ask="datum.ask",
    )  # fmt: skip
    middle = f"{left} + {wide} / 2"
    return [
        boxes,
        text("datum.text", middle, f"{top} + box / 2", data, size="letter", limit=f"{wide} + 4"),
        text(
            "datum.known ? '' + datum.id : '⟨unk⟩ ' + datum.id", middle, f"{top} + box + 15", data,
            color="datum.known ? muted : wrong", size="clamp(pitch * 0.8, 8, small)",
            angle=f"{wide} < (datum.known ? 26 : 60) ? -90 : 0",
        ),
    ]  # fmt: skip


def _uncut(name: str, number: int, caption: str) -> list[Mark]:
    """What is still to come: a curtain that takes the click, and on it the text in one piece, as it was typed."""
    top, shown = f"{number} * row", f"{name} > 0"
    return [
        rect(0, top, f"{shown} ? 0 : width", "row", fill="panel", fillOpacity=1),
        rect(
            "side", f"{top} + caption", "N * pitch", "box", stroke="faint", strokeWidth=2, cornerRadius=5, silent=True,
            strokeOpacity=f"{shown} ? 0 : 1",
        ),
        text(
            "datum.text", "side + (datum.x + datum.n / 2) * pitch", f"{top} + caption + box / 2", f"{name}_uncut",
            size="letter", color="muted" if number else "ink",
        ),
        text(
            quoted_text(caption), "side", f"{top} + 15", align="left", color="muted", size="small", fontWeight=600,
            limit="width", fillOpacity=f"{shown} ? 0 : 1",
        ),
    ]  # fmt: skip


@cache
def level_rows(captions: tuple[tuple[str, str], ...]) -> Spec:
    """The text three times: as words, as characters, as the pieces of the merge in hand; uncut until its turn comes.

    Data: words {x, n, text, id, known}; pieces {m, x, n, text, id, known, fresh, ask}. Signals: N (characters),
    words_at, characters_at, pieces_at (0 or 1), m_at (which cut), fresh_at (the cut whose new piece is lit),
    length_at and table_at (of the pieces).
    """
    named, levels = dict(captions), ("words", "characters", "pieces")
    signals = [
        value("N", 1), *HEIGHTS, *stepped("words"), *stepped("characters"), *stepped("pieces"), *stepped("m"),
        *stepped("fresh"), *stepped("length"), *stepped("table"),
        derived("pitch", "min(54, (width - 4) / N)"), derived("side", "2 + (width - 4 - N * pitch) / 2"),
        derived("small", "width > 1100 ? 15 : 13"), derived("letter", "clamp(pitch * 0.72, 8, 24)"),
    ]  # fmt: skip
    data = [
        {"name": "words"}, {"name": "pieces"}, filtered("characters_row", "pieces", "datum.m === 0"),
        filtered("now", "pieces", "datum.m === m"),
        *(filtered(f"{name}_uncut", "pieces", f"datum.m === 0 && {name} < 1") for name in levels),
    ]  # fmt: skip

    def caption(words: str, number: int, color: str) -> Mark:
        return text(
            words, "side", f"{number} * row + 15", align="left", color=color, size="small", fontWeight=600,
            limit="width",
        )  # fmt: skip

    counted = f"{quoted_text(named['pieces'])} + length + {quoted_text(named['of'])} + table"
    marks = [
        caption(quoted_text(named["words"]), 0, "muted"), *_pieces("words", 0, "ink", False),
        caption(quoted_text(named["characters"]), 1, "muted"), *_pieces("characters_row", 1, "encoder", True),
        caption(counted, 2, "ink"), *_pieces("now", 2, "encoder", True),
        *(one for number, name in enumerate(levels) for one in _uncut(name, number, named[f"{name}.uncut"])),
    ]  # fmt: skip
    return diagram(400, 3 * sum(NARROW), signals, data, marks)


@cache
def pair_bars(nothing: str) -> Spec:
    """The most frequent pairs of neighbours before the merge in hand, the winner marked.

    Data: candidates {k, rank, left, right, count, share, won, ask}. Signals: k_at (the merge; 0: nothing counted).
    """
    tall, name = 33, 112
    row = f"8 + datum.rank * {tall}"
    signals = [*stepped("k"), derived("room", f"width - {name} - 76")]
    data = [
        {"name": "candidates"}, filtered("now", "candidates", "datum.k === k"),
        filtered("uncounted", "candidates", "datum.k === 1 && k < 1"),
    ]  # fmt: skip
    color = "datum.won ? decoder : encoder"
    marks = [
        rect(
            name, f"{row} + 4", "room", tall - 8, "uncounted", cornerRadius=3, stroke="faint", strokeDash="[4, 4]",
            silent=True,
        ),
        text("'?  +  ?'", name - 10, f"{row} + {tall / 2}", "uncounted", align="right", color="muted", size=17),
        text(
            quoted_text(nothing), f"{name} + room / 2", f"8 + {tall / 2}", color="muted", size=15,
            fillOpacity="k > 0 ? 0 : 1", limit="room",
        ),
        rect(
            name, f"{row} + 4", "max(3, datum.share * room)", tall - 8, "now", clickable=True, cornerRadius=3,
            fill=color,
            fillOpacity="datum.won ? 0.95 : 0.4", ask="datum.ask",
            tooltip="datum.left + ' + ' + datum.right + ': ' + datum.count",
        ),
        text(
            "datum.left + '  +  ' + datum.right", name - 10, f"{row} + {tall / 2}", "now", align="right", size=17,
            fontWeight="datum.won ? 700 : 400", limit=name - 10,
        ),
        text(
            "format(datum.count, ',') + (datum.won ? '  ✓' : '')", f"{name} + 8 + max(3, datum.share * room)",
            f"{row} + {tall / 2}", "now", align="left", size=15, color="datum.won ? decoder : muted",
            fontWeight="datum.won ? 700 : 400",
        ),
    ]  # fmt: skip
    return diagram(400, 16 + 8 * tall, signals, data, marks)


@cache
def curves(length: str, size: str, merges: str) -> Spec:
    """Pieces in a sentence, and pieces in the table, against merges made; what comes later lies under a curtain.

    Data: curve {m, length, size, asks}. Signals: M, m_at, highest and largest (tops of the two axes).
    """
    top, tall, between = 24, 96, 44
    low = top + tall + between
    signals = [value("M", 1), value("highest", 1), value("largest", 1), *stepped("m")]
    scales = [
        {"name": "x", "type": "linear", "domain": [0, {"signal": "M"}], "range": [52, {"signal": "width - 14"}]},
        {"name": "length", "type": "linear", "domain": [0, {"signal": "highest"}], "range": [top + tall, top]},
        {"name": "size", "type": "linear", "domain": [0, {"signal": "largest"}], "range": [low + tall, low]},
    ]  # fmt: skip
    axes = [
        {"orient": "left", "scale": "length", "tickCount": 3, "offset": -46, "domain": False, "ticks": False},
        {"orient": "left", "scale": "size", "tickCount": 3, "offset": -46, "domain": False, "ticks": False},
        {"orient": "bottom", "scale": "x", "tickCount": 6, "offset": -52, "title": merges, "grid": False},
    ]  # fmt: skip
    data = [{"name": "curve"}, filtered("now", "curve", "datum.m === m")]
    marks: list[Mark] = []
    for k, (name, title, color) in enumerate((("length", length, "encoder"), ("size", size, "attention"))):
        place: dict[str, Any] = {"x": {"scale": "x", "field": "m"}, "y": {"scale": name, "field": name}}
        marks += [
            text(quoted_text(title), 52, (0, low - top)[k] + 10, align="left", color=color, size=14, fontWeight=600),
            mark("line", "curve", **place, stroke=color, strokeWidth=3),
            mark(
                "symbol",
                "curve",
                clickable=True,
                **place,
                size=140,
                fill=color,
                fillOpacity=0,
                ask=f"datum.asks[{k}]",
                tooltip=f"'{merges}: ' + datum.m + ' · ' + format(datum.{name}, ',.5~r')",
            ),
        ]
    edge = "scale('x', m)"
    marks += [
        rect(f"{edge} + 1", 16, f"max(0, width - {edge})", low + tall - 15, fill="panel", fillOpacity=0.95),
        text(quoted_text(length), 52, 10, align="left", color="encoder", size=14, fontWeight=600),
        text(quoted_text(size), 52, low - top + 10, align="left", color="attention", size=14, fontWeight=600),
        *(
            mark("symbol", "now", clickable=True, x=edge, y={"scale": name, "field": name}, size=110, fill=color,
                 ask=f"datum.asks[{k}]")
            for k, (name, color) in enumerate((("length", "encoder"), ("size", "attention")))
        ),
        *(
            text(
                f"format(datum.{name}, ',.4~r')", f"clamp({edge}, 84, width - 40)",
                f"scale('{name}', datum.{name}) - 15",
                "now", size=15, fontWeight=700, color=color,
            )
            for name, color in (("length", "encoder"), ("size", "attention"))
        ),
    ]  # fmt: skip
    return diagram(400, low + tall + 66, signals, data, marks, scales=scales, axes=axes)


@cache
def piece_table() -> Spec:
    """The table: id, piece, and how often it occurs in the sentences now; a piece appears in its place with its merge.

    Data: rows {place (−1: not drawn), id, text, born, kind, count: one a merge, ask}. Signals: cells, m_at, more
    (what is left out, in words).
    """
    wide, tall = 74, 50
    signals = [
        value("cells", 1), value("more", ""), *stepped("m"),
        derived("columns", f"max(1, floor(width / {wide}))"), derived("cell", "width / columns"),
        derived("height", f"24 + ceil(cells / columns) * {tall}"),
    ]  # fmt: skip
    data = [
        {"name": "rows"}, filtered("here", "rows", "datum.place >= 0 && datum.born <= m"),
        filtered("to_come", "rows", "datum.place >= 0 && datum.born > m"),
    ]  # fmt: skip
    left, top = "(datum.place % columns) * cell", f"24 + floor(datum.place / columns) * {tall}"
    color = "datum.kind === 'special' ? muted : datum.born > 0 && datum.born === m ? decoder : encoder"
    marks = [
        text("more", 2, 9, align="left", color="muted", size=13, limit="width"),
        rect(
            f"{left} + 2", f"{top} + 2", "cell - 4", tall - 4, "to_come", cornerRadius=4, stroke="faint",
            strokeDash="[4, 4]", silent=True,
        ),
        rect(
            f"{left} + 2", f"{top} + 2", "cell - 4", tall - 4, "here", clickable=True, cornerRadius=4, stroke=color,
            strokeWidth="datum.born > 0 && datum.born === m ? 3 : 1", strokeOpacity=0.8, fill=color,
            fillOpacity="datum.kind === 'special' ? 0.05 : datum.born > 0 ? 0.2 : 0.08",
            tooltip="datum.text + '  ·  ' + datum.id + '  ·  ' + format(datum.count[m], ',') + '×'",
            ask="datum.ask + ' ' + m",
        ),
        text("datum.text", f"{left} + cell / 2", f"{top} + 18", "here", size=17, limit="cell - 8"),
        text("'' + datum.id", f"{left} + 7", f"{top} + {tall - 12}", "here", align="left", color="muted", size=12),
        text(
            "format(datum.count[m], ',') + '×'", f"{left} + cell - 7", f"{top} + {tall - 12}", "here", align="right",
            color="muted", size=12,
        ),
    ]  # fmt: skip
    return diagram(400, 24 + 3 * tall, signals, data, marks)
