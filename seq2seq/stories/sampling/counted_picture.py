"""Exact probabilities of whole outputs as bars, and on top how often each was drawn, in one, two or three columns."""

from functools import cache

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

TOP, NUMBER = 40, 62  # height of the heading, width of a count, in pixels


@cache
def counted_bars(titles: tuple[tuple[str, str], ...]) -> Spec:
    """The picture as a Vega template; `titles`: (key, words) for exact, drawn, band.

    Data:    outputs {i, text, right (1, 0, −1: neither), p, spread (√(p (1 − p))), tip, ask}; counts {k, i, share,
             before, told, tip, ask}: after k looks; before: the share at the look before.
    Signals: M (outputs), most (the longest bar),  L (characters of the longest output), wider (how
             wide they are, of their size); for each step k_at, band_at (2 / √n; 0 before anything is drawn).
    """
    say = dict(titles)
    signals = [
        value("M", 1), value("most", 1), value("L", 3), value("wider", 1), *stepped("k"),
        *smooth("band"), *smooth("look"),
        derived("columns", "M < 7 ? 1 : width > 980 ? min(3, ceil(M / 4)) : width > 620 ? 2 : 1"),
        derived("rows", "ceil(M / columns)"), derived("tall", "clamp(320 / rows, 25, 44)"),
        derived("pitch", "width / columns"),
        derived("letter", "clamp(190 / L, 11, 16)"), derived("left", "clamp(L * letter * wider + 34, 60, pitch * 0.5)"),
        derived("bar", f"pitch - left - {NUMBER + 18}"), derived("height", f"{TOP} + rows * tall + 8"),
        derived("size", "width > 640 ? 13 : 12"),
    ]  # fmt: skip
    data = [
        {"name": "outputs"}, {"name": "counts"}, filtered("now", "counts", "datum.k == k"),
        filtered("marked", "outputs", "datum.right >= 0"),
    ]  # fmt: skip
    x = "(floor(datum.i / rows) * pitch + left)"
    y = f"({TOP} + (datum.i % rows) * tall)"
    share = "lerp([datum.before, datum.share], clamp(look - datum.k + 1, 0, 1))"
    at = f"({x} + min({share}, most) / most * bar)"
    band = "(band * datum.spread / most * bar)"
    marks = [
        rect(1, 8, 22, 12, silent=True, fill="muted", fillOpacity=0.35, cornerRadius=2),
        text(quoted_text(say["exact"]), 30, 14, align="left", size="size", limit="width * 0.3"),
        mark("symbol", silent=True, x="width * 0.34 + 8", y=14, size=70, fill="decoder", stroke="panel"),
        text(quoted_text(say["drawn"]), "width * 0.34 + 20", 14, align="left", size="size", limit="width * 0.24"),
        rect("width * 0.62", 9, 26, 10, silent=True, stroke="ink", strokeOpacity=0.55, fill="ink", fillOpacity=0.12,
             cornerRadius=5),
        text(quoted_text(say["band"]), "width * 0.62 + 34", 14, align="left", size="size", limit="width * 0.38 - 36"),
        text("datum.text", f"{x} - 22", f"{y} + tall / 2", "outputs", align="right", size="letter", fontWeight=600,
             limit="left - 24"),
        text("datum.right ? '✓' : '✗'", f"{x} - 6", f"{y} + tall / 2", "marked", align="right", size=12,
             color="datum.right ? correct : wrong", fontWeight=700),
        rect(x, f"{y} + 5", "max(1, datum.p / most * bar)", "tall - 10", "outputs", clickable=True, fill="muted",
             fillOpacity=0.35, cornerRadius=2, tooltip="datum.tip"),
        rect(f"max({x}, {x} + datum.p / most * bar - {band})", f"{y} + 8",
             f"min(datum.p / most * bar, {band}) + min(bar * (1 - datum.p / most), {band})", "tall - 16", "outputs",
             silent=True, stroke="ink", strokeOpacity="band > 0 ? 0.55 : 0", fill="ink",
             fillOpacity="band > 0 ? 0.12 : 0", cornerRadius=4),
        mark("symbol", "now", clickable=True, x=at, y=f"{y} + tall / 2", size=64, fill="decoder", stroke="panel",
             strokeWidth=1.2, tooltip="datum.tip", opacity="k > 0 ? 1 : 0"),
        text("datum.told", f"{x} + bar + 12", f"{y} + tall / 2", "now", align="left", size="size",
             color="muted", silent=False, clickable=True),
    ]  # fmt: skip
    spec = diagram(900, 300, signals, data, marks)
    del spec["height"]  # a signal: it follows the width
    return spec
