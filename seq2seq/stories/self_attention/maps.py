"""Who looks at whom: the weights of the head in hand as a heat map and as arcs, and the same query in every head."""

from functools import cache
from typing import Any

from seq2seq.stories.network.marks import curve
from seq2seq.stories.self_attention.focus import Focus
from seq2seq.stories.self_attention.overview import WEIGHTS
from seq2seq.stories.signals import Signal, smooth, stepped
from seq2seq.stories.tokens import quoted, short_sign
from seq2seq.stories.vega import Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

MAP, ARCS, HEADS = 372, 300, 300  # heights
LEFT, RIGHT, TOP = 62, 48, 52


def _tracks() -> list[Signal]:
    """Which query is in hand, and how far its row and all the others are known."""
    return [*stepped("row"), *smooth("framed"), *smooth("own"), *smooth("all")]


def _pairs(source: str) -> dict[str, Any]:
    """Rows of weights, flattened: one row of data a pair, with its address and what its tip begins with."""
    tip = "datum.from + ' → ' + data('asked')[datum.j].long + ': '"
    return {
        "name": "pairs", "source": source,
        "transform": [
            {"type": "flatten", "fields": ["w"], "index": "j"},
            {"type": "formula", "expr": "datum.ask + ' ' + datum.j", "as": "ask"},
            {"type": "formula", "expr": tip, "as": "tip"},
        ],
    }  # fmt: skip


def _axis(words: str, x: str, y: str | float, **more: Any) -> Any:
    return mark(
        "text", silent=True, text=quoted_text(words), x=x, y=y, align={"value": "center"},
        baseline={"value": "middle"}, fill="muted", fontSize=12.5, **more,
    )  # fmt: skip


@cache
def heat_map(queries: str, keys: str) -> Spec:
    """Weights, one row a query; what is masked is empty and struck out, what is to come lies under curtains.

    Data:    weights {t, w: […], from, ask}; asking {t, token} and asked {j, token}: the axes. Signals: L, M, hatch;
             row_at, framed_at, own_at and all_at.
    """
    foot = MAP - TOP - 8
    signals = [
        value("L", 1), value("M", 1), value("hatch", ""), value("brightest", 1), *_tracks(),
        derived("cw", f"min(52, (width - {LEFT + RIGHT}) / M)"), derived("ch", f"min(48, {foot} / L)"),
        derived("sx", f"{LEFT} + max(0, (width - {LEFT + RIGHT} - M * cw) / 2)"),
        derived("dark", "luminance(ink) < luminance(paper) ? ink : paper"),
        derived("light", "luminance(ink) < luminance(paper) ? paper : ink"),
    ]  # fmt: skip
    x, y = "sx + datum.j * cw", f"{TOP} + datum.t * ch"
    edge = f"{TOP} + max(0, framed) * ch"

    def curtain(top: str, end: str, known: str) -> Any:  # once it is open, nothing of it takes the click
        far = f"{known} > 0.99 ? sx - 1 : sx + M * cw + {RIGHT}"
        return mark("rect", x="sx - 1", x2=far, y=top, y2=end, fill="panel",
                    fillOpacity=f"0.97 * (1 - {known})")  # fmt: skip

    marks = [
        rect(x, y, "cw - 1.5", "ch - 1.5", "seen", clickable=True, fill={"scale": "share", "field": "w"},
             tooltip="datum.tip + format(datum.w, '.4f')"),
        text("format(datum.w, '.2f')", f"{x} + cw / 2", f"{y} + ch / 2", "roomy", size=12,
             color="luminance(scale('share', datum.w)) > 0.3 ? dark : light"),
        rect(x, y, "cw - 1.5", "ch - 1.5", "hidden", clickable=True, fill="panel", tooltip="datum.tip + '0'"),
        mark("path", silent=True, path="hatch", x="sx", y=TOP, scaleX="cw", scaleY="ch", stroke="faint",
             strokeWidth=1.5),
        text("ch > 10 ? 'Σ = 1' : ''", "sx + M * cw + 8", f"{TOP} + (datum.t + 0.5) * ch", "asking", align="left",
             color="muted", size=11),
        curtain(str(TOP), edge, "all"), curtain(edge, f"{edge} + ch", "own"),
        curtain(f"{edge} + ch", f"{TOP} + L * ch", "all"),
        text("ch > 10 || datum.t == row ? datum.token : ''", "sx - 8", f"{TOP} + (datum.t + 0.5) * ch", "asking",
             align="right", size="clamp(ch * 0.7, 11, 16)", fontWeight="datum.t == row ? 700 : 400"),
        text("datum.token", "sx + (datum.j + 0.5) * cw", TOP - 12, "asked", size="clamp(cw * 0.5, 10.5, 16)"),
        _axis(keys, "sx + M * cw / 2", 12), _axis(queries, "sx - 50", f"{TOP} + L * ch / 2", angle=-90),
        rect("sx - 2", edge + " - 1", "M * cw + 2", "ch + 1", silent=True, stroke="attention", strokeWidth=2.6,
             cornerRadius=3, strokeOpacity="own"),
    ]  # fmt: skip
    data = [
        {"name": "weights"}, {"name": "asking"}, {"name": "asked"}, _pairs("weights"),
        filtered("seen", "pairs", "datum.w != null"), filtered("hidden", "pairs", "datum.w == null"),
        filtered("roomy", "seen", "cw > 33 && ch > 15"),  # for numbers
    ]  # fmt: skip
    return diagram(400, MAP, signals, data, marks, scales=[WEIGHTS])


@cache
def arcs(queries: str, keys: str) -> Spec:
    """Keys above, queries below, and from the query in hand an arc to each key, as thick as its weight.

    Data:    links {t, w: […], from, ask}; asking {t, token}; asked {j, token}. Signals: L, M, row_at, framed_at, own_at
             and all_at.
    """
    above, below = 58, ARCS - 50
    signals = [
        value("L", 1), value("M", 1), *_tracks(), derived("pitch", "min(64, (width - 8) / max(L, M))"),
        derived("kx", "(width - M * pitch) / 2"), derived("qx", "(width - L * pitch) / 2"),
        derived("letter", "clamp(pitch * 0.5, 11, 18)"),
    ]  # fmt: skip
    path = curve("kx + (datum.j + 0.5) * pitch", str(above + 16), "qx + (datum.t + 0.5) * pitch", str(below - 16))
    marks = [
        mark("path", "strong", silent=True, path=path, stroke="attention", strokeWidth="0.6 + 9 * datum.w",
             strokeOpacity="0.16 * all"),
        mark("path", "now", clickable=True, path=path, stroke="attention", strokeWidth="0.8 + 17 * datum.w * own",
             strokeOpacity="own * (0.25 + 0.65 * datum.w)", strokeCap={"value": "round"},
             tooltip="datum.tip + format(datum.w, '.4f')"),
        text("format(datum.w, '.2f')", "kx + (datum.j + 0.5) * pitch", above - 22, "large", color="attention", size=12,
             fontWeight=600, fillOpacity="own"),
        rect("qx + (max(0, framed) + 0.06) * pitch", below - 15, "pitch * 0.88", 30, silent=True, stroke="attention",
             strokeWidth=2.4, cornerRadius=6),
        text("datum.token", "kx + (datum.j + 0.5) * pitch", above, "asked", size="letter"),
        text("datum.token", "qx + (datum.t + 0.5) * pitch", below, "asking", size="letter",
             fontWeight="datum.t == row ? 700 : 400", limit="pitch"),
        _axis(keys, "width / 2", 12), _axis(queries, "width / 2", ARCS - 14),
    ]  # fmt: skip
    data = [
        {"name": "links"}, {"name": "asking"}, {"name": "asked"}, _pairs("links"),
        filtered("now", "pairs", "datum.t == row && datum.w != null", key="j"),
        filtered("large", "now", "datum.w >= (pitch < 34 ? 0.35 : 0.08)", key="j"),
        filtered("strong", "pairs", "datum.w > 0.15"),
    ]  # fmt: skip
    return diagram(400, ARCS, signals, data, marks)


@cache
def every_head(heads: str, keys: str) -> Spec:
    """The weights of one query in every head: heads split the features, each of them sees every key that is visible.

    Data:    weights {t, n, w: […], from, ask}; names {n, name, own}; asked {j, token}. Signals: N, M;
             row_at, framed_at, own_at and all_at.
    """
    signals = [
        value("N", 1), value("M", 1), value("brightest", 1), *_tracks(), derived("left", "width > 420 ? 74 : 58"),
        derived("cw", f"min(52, (width - left - {RIGHT}) / M)"), derived("ch", f"min(38, {HEADS - TOP - 14} / N)"),
        derived("sx", f"left + max(0, (width - left - {RIGHT} - M * cw) / 2)"),
        derived("dark", "luminance(ink) < luminance(paper) ? ink : paper"),
        derived("light", "luminance(ink) < luminance(paper) ? paper : ink"),
    ]  # fmt: skip
    x, y = "sx + datum.j * cw", f"{TOP} + datum.n * ch"
    marks = [
        rect(x, y, "cw - 1.5", "ch - 1.5", "pairs", clickable=True, tooltip="datum.tip + format(datum.w, '.4f')",
             fill=[{"test": "datum.w == null", "signal": "faint"}, {"scale": "share", "field": "w"}],
             fillOpacity="datum.w == null ? 0.25 : 1"),
        text("format(datum.w, '.2f')", f"{x} + cw / 2", f"{y} + ch / 2", "roomy", size=12,
             color="luminance(scale('share', datum.w)) > 0.3 ? dark : light"),
        text("ch > 10 ? 'Σ = 1' : ''", "sx + M * cw + 8", f"{TOP} + (datum.n + 0.5) * ch", "names", align="left",
             color="muted", size=11),
        mark("rect", x="sx - 1", x2=f"all > 0.99 ? sx - 1 : sx + M * cw + {RIGHT}", y=TOP - 1,
             y2=f"{TOP} + N * ch", fill="panel", fillOpacity="0.97 * (1 - all)"),
        text("datum.name", "sx - 8", f"{TOP} + (datum.n + 0.5) * ch", "names", align="right",
             size="clamp(ch * 0.7, 11, 13)", fontWeight="datum.own ? 700 : 400",
             color="datum.own ? attention : ink"),
        text("datum.token", "sx + (datum.j + 0.5) * cw", TOP - 12, "asked", size="clamp(cw * 0.5, 10.5, 16)"),
        _axis(keys, "sx + M * cw / 2", 12),
    ]  # fmt: skip
    data = [
        {"name": "weights"}, {"name": "names"}, {"name": "asked"}, filtered("rows", "weights", "datum.t == row"),
        _pairs("rows") | {"key": "n j"},
        filtered("roomy", "pairs", "datum.w != null && cw > 33 && ch > 15", key="n j"),
    ]  # fmt: skip
    return diagram(400, HEADS, signals, data, marks, scales=[WEIGHTS])


# ---- data


def asking(focus: Focus) -> list[dict[str, Any]]:
    """The queries' axis."""
    return [{"t": t, "token": focus.query_sign(t)} for t in range(len(focus.queries))]


def asked(focus: Focus) -> list[dict[str, Any]]:
    """The keys' axis."""
    return [{"j": j, "token": short_sign(key), "long": quoted(key)} for j, key in enumerate(focus.keys)]


def weight_rows(focus: Focus, head: int | None = None) -> list[dict[str, Any]]:
    """A row of data for each row of weights of a head (None: the one in hand); what is masked is null."""
    n = focus.head if head is None else head
    return [
        {"t": t, "w": [float(w) if seen else None for w, seen in zip(row, focus.visible[t], strict=True)],
         "from": quoted(focus.queries[t]), "ask": f"{focus.address}.weights {n} {t}"}
        for t, row in enumerate(focus.of("weights")[n])
    ]  # fmt: skip


def head_rows(focus: Focus) -> list[dict[str, Any]]:
    """Every row of weights of every head."""
    return [row | {"n": n} for n in range(focus.trace.heads) for row in weight_rows(focus, n)]


def hatch(focus: Focus) -> tuple[str, str]:
    """SVG paths of the masked cells, one unit a cell: a stroke across each, and their area."""
    strokes, area = [], []
    for t, row in enumerate(focus.visible):
        for j, seen in enumerate(row):
            if not seen:
                strokes.append(f"M{j + 0.15},{t + 0.85}L{j + 0.85},{t + 0.15}")
                area.append(f"M{j},{t}h1v1h-1Z")
    return "".join(strokes), "".join(area)
