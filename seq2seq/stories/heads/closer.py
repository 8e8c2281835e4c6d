"""The head in hand, large: its map with every weight, and how much of its weight goes where."""

from functools import cache

from seq2seq.stories.signals import stepped
from seq2seq.stories.vega import SHARES, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

LEFT, RIGHT, TOP, BAR, ENTROPY = 44, 62, 62, 30, 70  # pixels


@cache
def large_map(queries: tuple[str, str], keys: tuple[str, str], entropy: str) -> Spec:
    """One head's weights as a Vega template; `queries` and `keys`: what source and output are called as such.

    Data:    rows {k, q, w: […], key: […], ask, entropy, ask_entropy}: one row a query, what it sees; patterns {k, q,
             key}: cells of its best pattern, which are framed.
    Signals: source, read (tokens by one sign); k_at (which head), b_at (its block).
    """
    signals = [
        value("source", []), value("read", []), *stepped("k"), *stepped("b"),
        derived("most", "max(length(source), length(read))"),
        derived("pitch", f"min(54, (width - {LEFT + RIGHT}) / most)"), derived("tall", "clamp(pitch * 0.7, 7, 34)"),
        derived("queries", "b == 0 ? source : read"), derived("keys", "b == 1 ? read : source"),
        derived("height", f"{TOP} + most * tall + 6"), derived("letter", "clamp(pitch * 0.45, 7, 16)"),
        derived("sx", f"{LEFT} + max(0, (width - {LEFT + RIGHT} - length(keys) * pitch) / 2)"),
        derived("dark", "luminance(ink) < luminance(paper) ? ink : paper"),  # whatever the theme
        derived("light", "luminance(ink) < luminance(paper) ? paper : ink"),
    ]  # fmt: skip
    flat = {"type": "flatten", "fields": ["w", "key"]}
    data = [
        {"name": "rows"}, {"name": "patterns"}, filtered("rows_now", "rows", "datum.k == k", key="q"),
        filtered("patterns_now", "patterns", "datum.k == k", key="q key"),
        {
            "name": "cells", "source": "rows_now", "key": "q key",
            "transform": [flat, {"type": "formula", "expr": "datum.ask + ' ' + datum.key", "as": "ask"}],
        },
        {"name": "top", "key": "i", "transform": [
            {"type": "sequence", "start": 0, "stop": {"signal": "length(keys)"}, "as": "i"}]},
    ]  # fmt: skip
    x, y = "sx + datum.key * pitch", f"{TOP} + datum.q * tall"
    asks = f"b == 0 ? {quoted_text(queries[0])} : {quoted_text(queries[1])}"
    asked = f"b == 1 ? {quoted_text(keys[1])} : {quoted_text(keys[0])}"
    ink = "luminance(scale('share', datum.w)) > 0.3 ? dark : light"
    marks = [
        rect(x, y, "pitch - 1.5", "tall - 1.5", "cells", clickable=True, fill={"scale": "share", "field": "w"},
             cornerRadius=2, tooltip="queries[datum.q] + ' → ' + keys[datum.key] + ': ' + format(datum.w, '.4f')"),
        text("pitch > 34 ? (datum.w < 0.005 ? '0' : format(datum.w, '.2f')) : ''", f"{x} + pitch / 2 - 1",
             f"{y} + tall / 2 - 0.5", "cells", size="clamp(pitch * 0.28, 10, 13)", color=ink),
        rect(f"{x} - 0.5", f"{y} - 0.5", "pitch - 0.5", "tall - 0.5", "patterns_now", silent=True, stroke="ink",
             strokeWidth=1.6, cornerRadius=3, strokeDash={"value": [3, 2]}),
        text("keys[datum.i]", "sx + (datum.i + 0.5) * pitch", TOP - 12, "top", size="letter"),
        text("queries[datum.q]", "sx - 12", f"{y} + tall / 2", "rows_now", size="letter"),
        text("tall > 11 ? datum.entropy : ''", "sx + length(keys) * pitch + 12", f"{y} + tall / 2", "rows_now",
             align="left", color="muted", size="min(13, tall * 0.8)", silent=False, clickable=True,
             ask="datum.ask_entropy"),
        text(quoted_text(entropy), "sx + length(keys) * pitch + 12", TOP - 12, align="left", color="muted", size=12),
        text(asked, "sx", TOP - 34, align="left", size=13, fontWeight=600, limit=f"width - {LEFT}"),
        text(asks, "sx - 30", TOP - 52, align="left", size=13, fontWeight=600, limit="width"),
    ]  # fmt: skip
    spec = diagram(420, 300, signals, data, marks, scales=[SHARES])
    del spec["height"]  # a signal: it follows the width
    return spec


@cache
def share_bars(entropy: str, shares: str, named: str) -> Spec:
    """How spread a head's rows are and how much of its weight each pattern gets, as a Vega template.

    `entropy`, `shares` and `named`: headings, and what the dashed line says.
    Data:    bars {k, r, name, v, text, best, ask}: r 0 is the entropy, as a share of the most it could be.
    Signals: rows (the most patterns a head has), line (where a pattern gives its name), k_at.
    """
    signals = [
        value("rows", 7), value("line", 0.5), *stepped("k"), derived("height", f"{ENTROPY} + rows * {BAR} + 34"),
        derived("left", "min(190, width * 0.42)"), derived("size", "width > 400 ? 13 : 11.5"),
        derived("long", "width - left - 60"),
    ]  # fmt: skip
    y = f"(datum.r == 0 ? 24 : {ENTROPY - BAR + 24} + datum.r * {BAR})"
    fill = [
        {"test": "datum.r == 0", "signal": "muted"}, {"test": "datum.best", "signal": "attention"}, {"signal": "muted"}
    ]  # fmt: skip
    place, top = "left + line * long", ENTROPY + 20
    marks = [
        text(quoted_text(entropy), 0, 10, align="left", fontWeight=600, size="size", limit="width"),
        text(quoted_text(shares), 0, ENTROPY + 8, align="left", fontWeight=600, size="size", limit="width"),
        rect("left", f"{y} + 3", "long", BAR - 8, "now", silent=True, fill="faint", fillOpacity=0.25, cornerRadius=3),
        rect("left", f"{y} + 3", "max(1, datum.v * long)", BAR - 8, "now", clickable=True, fill=fill, cornerRadius=3,
             tooltip="datum.name + ': ' + format(datum.v, '.4f')"),
        text("datum.name", "left - 8", f"{y} + {BAR / 2}", "now", align="right", size="size", limit="left - 8",
             fontWeight="datum.best ? 700 : 400"),
        text("datum.text", "left + max(1, datum.v * long) + 6", f"{y} + {BAR / 2}", "now", align="left", size="size",
             color="muted"),
        mark("rule", silent=True, x=place, x2=place, y=top, y2=f"{top} + rows * {BAR}", stroke="ink", strokeWidth=1.5,
             strokeDash={"value": [4, 3]}),
        text(quoted_text(named), place, f"{top} + rows * {BAR} + 9", color="muted", size=11.5),
    ]  # fmt: skip
    data = [{"name": "bars"}, filtered("now", "bars", "datum.k == k", key="r")]
    spec = diagram(420, 300, signals, data, marks)
    del spec["height"]
    return spec
