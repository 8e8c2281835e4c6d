"""Small curves over the width of the beam: one panel a figure, all with the same horizontal axis.

Everything is static; what is still to come lies under a curtain, and a rule stands at the width in hand.
"""

from functools import cache

from seq2seq.stories.signals import Signal, smooth
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

HEIGHT, TOP, FOOT = 470, 46, 36
LEFT = 46  # for the numbers of the vertical axis


def panel_signals(panels: int) -> list[Signal]:
    """Where panels stand: three beside each other where there is room, else two, else one below the other."""
    return [
        derived("across", "width > 760 ? 3 : width > 330 ? 2 : 1"),
        derived("down", f"ceil({panels} / across)"),
        derived("wide", f"(width - across * {LEFT} - (across - 1) * 14 - 12) / across"),
        derived("tall", f"({HEIGHT} - down * ({TOP} + {FOOT})) / down"),
    ]  # fmt: skip


def place(panel: str) -> tuple[str, str]:
    """Expressions for the left and upper edge of a panel's plot."""
    x = f"{LEFT} + (({panel}) % across) * (wide + {LEFT} + 14)"
    y = f"{TOP} + floor(({panel}) / across) * (tall + {TOP} + {FOOT})"
    return x, y


def at(panel: str, width: str, share: str) -> tuple[str, str]:
    """Expressions for a point: its width of beam, and where it lies between the axis's ends (0 … 1)."""
    x, y = place(panel)
    return f"{x} + (({width}) - 1) / (widest - 1) * wide", f"{y} + (1 - ({share})) * tall"


@cache
def small_curves(panels: int, axis: str, best: str) -> Spec:
    """The panels as a Vega template; axis: what the horizontal axis is called; best: what the dashed line is.

    Data:    points {m panel, k step, w width, h height 0 … 1, v text, ask}; titles {m, name, low, high}; limits
             {m, h, v, ask}: what the best output of all reaches, where that is known; ticks {m, w}.
    Signals: widest, shown_at (the widest beam drawn), now_at, best_at (whether the best outputs are shown).
    """
    data = [
        {"name": "points"}, {"name": "titles"}, {"name": "limits"}, {"name": "ticks"},
        filtered("current", "points", "datum.k == round(min(step, last))"),
        {
            "name": "segments", "source": "points", "transform": [
                {"type": "window", "groupby": ["m"], "sort": {"field": "w"}, "ops": ["lead", "lead"],
                 "fields": ["w", "h"], "as": ["w2", "h2"]},
                {"type": "filter", "expr": "datum.w2 != null"},
            ],
        },
    ]  # fmt: skip
    signals = [
        value("widest", 10), value("last", 6), value("count", panels), *smooth("shown"), *smooth("now"),
        *smooth("best"), *panel_signals(panels), derived("roomy", "width > 560"),
    ]  # fmt: skip
    marks = [*_frames(axis), *_lines(best), *_curtains(panels), *_now(panels)]
    return diagram(760, HEIGHT, signals, data, marks)


def _frames(axis: str) -> list[Mark]:
    x, y = place("datum.m")
    tick, _ = at("datum.m", "datum.w", "0")
    return [
        text("datum.name", f"{x} - {LEFT - 6}", f"{y} - 32", "titles", align="left", size="roomy ? 15 : 13",
             fontWeight=600, limit=f"wide + {LEFT - 8}"),
        text("datum.high", f"{x} - 6", f"{y} + 5", "titles", align="right", color="muted", size=12),
        text("datum.low", f"{x} - 6", f"{y} + tall - 4", "titles", align="right", color="muted", size=12),
        text("datum.w", tick, f"{y} + tall + 12", "ticks", color="muted", size=12),
        text(f"floor(datum.m / across) == down - 1 || datum.m + across >= count ? {quoted_text(axis)} : ''",
             f"{x} + wide / 2", f"{y} + tall + 24", "titles", color="muted", size=11.5),
    ]  # fmt: skip


def _lines(best: str) -> list[Mark]:
    x, y = at("datum.m", "datum.w", "datum.h")
    x2, y2 = at("datum.m", "datum.w2", "datum.h2")
    left, _ = place("datum.m")
    _, limit = at("datum.m", "1", "datum.h")
    return [
        mark("rule", "limits", x=left, x2=f"{left} + wide", y=limit, y2=limit, stroke="attention", strokeWidth=2,
             strokeDash={"value": [5, 4]}, strokeOpacity="best", clickable=True, ask="datum.ask"),
        text(quoted_text(best), f"{left} + wide - 4", f"{limit} + (datum.h > 0.85 ? 11 : -9)", "limits", align="right",
             color="attention", size=12, fillOpacity="best"),
        mark("rule", "segments", silent=True, x=x, y=y, x2=x2, y2=y2, stroke="encoder", strokeWidth=2.5,
             strokeCap={"value": "round"}),
        mark("symbol", "points", clickable=True, x=x, y=y, size=60, fill="encoder", tooltip="datum.v"),
    ]  # fmt: skip


def _curtains(panels: int) -> list[Mark]:
    """Over widths still to come, a panel each."""
    marks = []
    for panel in range(panels):
        x, y = place(str(panel))
        edge, _ = at(str(panel), "min(shown, widest)", "0")
        marks.append(
            rect(f"{edge} + 6", f"{y} - 6", f"max(0, {x} + wide + 6 - ({edge}) - 6)", "tall + 12", silent=True,
                 fill="panel", fillOpacity="shown < widest ? 1 : 0")
        )  # fmt: skip
    x, y = place("datum.m")  # the frames over them, so that a panel is whole from the start
    return [*marks, rect(x, y, "wide", "tall", "titles", silent=True, stroke="faint", strokeWidth=1)]


def _now(panels: int) -> list[Mark]:
    """The width in hand, and the figure it has in each panel."""
    x, y = place("datum.m")
    marks = [
        text("datum.v", f"{x} - {LEFT - 6}", f"{y} - 14", "current", align="left", color="encoder",
             size="roomy ? 15 : 13", fontWeight=700)
    ]  # fmt: skip
    for panel in range(panels):
        edge, _ = at(str(panel), "now", "0")
        _, top = place(str(panel))
        marks.append(
            mark("rule", silent=True, x=edge, x2=edge, y=top, y2=f"{top} + tall", stroke="ink", strokeWidth=1.5,
                 strokeOpacity=0.45)
        )  # fmt: skip
    return marks
