"""The tree of an exact search as a Vega template: it grows down, until it meets the bar that rises."""

from functools import cache
from typing import Any

from seq2seq.stories.exact.plan import UNIT
from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, mark, quoted_text, rect, text, value

LEFT, TOP, FOOT = 46, 50, 34  # pixels


@cache
def search_tree(titles: tuple[tuple[str, str], ...]) -> Spec:
    """The picture as a Vega template; `titles`: (key, words) for y, outputs, looked, open, below.

    Data:    paths {from, made, looked, dots}; nodes {x, y, span, born, order, ended, token, tip, ask, right}: those
             with a place of their own; lane {y, at, label, short, right, from, note, early, ask, tip}: outputs;
             ticks {y, label}; best {path}: the way to the best output.
    Signals: whole, floor; shown_at, bar_at, upper_at, cx_at, cy_at, bar_text_at, upper_text_at,
             upper_short_at, here_at, here_short_at, held_at, won_at.
    """
    say = dict(titles)
    signals = [
        value("whole", 1), *stepped("shown"), *smooth("bar"), *smooth("upper"), *smooth("cx"), *smooth("cy"),
        *stepped("bar_text"), *stepped("upper_text"), *stepped("upper_short"), *stepped("here"),
        *stepped("here_short"), *smooth("held"), *smooth("won"),
        derived("roomy", "width > 640"), derived("lane", "roomy ? clamp(width * 0.23, 170, 300) : 104"),
        derived("wide", f"width - {LEFT} - lane - 12"), derived("tall", "roomy ? clamp(width * 0.42, 340, 470) : 380"),
        derived("height", f"tall + {TOP + FOOT}"), derived("size", "roomy ? 13 : 11"),
    ]  # fmt: skip
    data = [{"name": name} for name in ("paths", "nodes", "lane", "ticks", "best")]
    return diagram(900, 430, signals, data, [*_frame(say), *_tree(), *_bars(say), *_here(), *_lane(say)])


def _x(at: str) -> str:
    return f"({LEFT} + ({at}) * wide)"


def _y(at: str) -> str:
    return f"({TOP} + ({at}) * tall)"


def _frame(say: dict[str, str]) -> list[Mark]:
    """Axis, what colours mean, and the ground below the bar, on which nothing can win."""
    end = f"{LEFT} + wide"
    return [
        rect(LEFT, _y("bar"), "wide", "max(0, (1 - bar) * tall)", silent=True, fill="faint", fillOpacity=0.28),
        mark("rule", "ticks", silent=True, x=LEFT, x2=end, y=_y("datum.y"), y2=_y("datum.y"), stroke="faint",
             strokeOpacity=0.5),
        text("datum.label", LEFT - 7, _y("datum.y"), "ticks", align="right", color="muted", size=12),
        text(quoted_text(say["y"]), 0, 9, align="left", size="size", fontWeight=600, limit="roomy ? wide : width"),
        text(quoted_text(f"● {say['looked']}"), LEFT, TOP - 18, align="left", color="decoder", size="size"),
        text(quoted_text(f"○ {say['open']}"), f"{LEFT} + (roomy ? 150 : 92)", TOP - 18, align="left", color="muted",
             size="size", limit="roomy ? wide - 150 : wide - 92"),
    ]  # fmt: skip


def _paths(field: str, shown: str, **more: Any) -> Mark:
    return mark("path", "paths", silent=True, path=f"datum.{field}", x=LEFT, y=TOP, scaleX=f"wide / {UNIT}",
                scaleY=f"tall / {UNIT}", opacity=shown, **more)  # fmt: skip


def _tree() -> list[Mark]:
    """Edges as one path for each moment; nodes of their own where there is room for them."""
    there, looked = "shown > datum.born", "shown > datum.order"
    room, tight = "datum.span * wide > 13", "datum.span * wide < 34"
    return [
        _paths("made", "shown >= datum.from ? (whole ? 0.55 : 0.3) : 0", stroke="muted", strokeWidth=1),
        _paths("looked", "shown >= datum.from ? 0.85 : 0", stroke="decoder", strokeWidth="whole ? 2 : 1"),
        _paths("dots", "shown >= datum.from && !whole ? 1 : 0", stroke="decoder", strokeWidth=5,
               strokeCap={"value": "round"}),
        mark("path", "best", silent=True, path="datum.path", x=LEFT, y=TOP, scaleX=f"wide / {UNIT}",
             scaleY=f"tall / {UNIT}", stroke="ink", strokeWidth=3, opacity="won"),
        mark("symbol", "nodes", clickable=True, x=_x("datum.x"), y=_y("datum.y"), opacity=f"{there} ? 1 : 0",
             shape="datum.ended ? 'square' : 'circle'", size=f"{looked} ? ({room} ? 70 : 34) : {room} ? 46 : 20",
             fill=f"datum.ended ? ink : {looked} ? decoder : panel",
             stroke=f"datum.ended ? ink : {looked} ? decoder : muted", strokeWidth=1.4, tooltip="datum.tip",
             ask="datum.ask"),
        mark("text", "nodes", silent=True, text="datum.token", x=f"{_x('datum.x')} + ({tight} ? 0 : 10)",
             y=f"{_y('datum.y')} + ({tight} ? 15 : 0)", align=f"{tight} ? 'center' : 'left'", baseline="'middle'",
             opacity=f"{there} ? 1 : 0", fill=f"{looked} ? ink : muted", fontWeight=500,
             fontSize=f"{room} ? (datum.span * wide > 40 ? 15 : 12) : 0"),
    ]  # fmt: skip


def _bars(say: dict[str, str]) -> list[Mark]:
    """The bar that every beginning must promise to beat, and what the most promising one promises."""
    end = f"{LEFT} + wide"
    marks = [
        mark(
            "rule",
            silent=True,
            x=LEFT,
            x2=end,
            y=_y("upper"),
            y2=_y("upper"),
            stroke="decoder",
            strokeWidth=1.5,
            strokeDash={"value": [6, 4]},
        ),
        mark("rule", silent=True, x=LEFT, x2=f"{end} + 8", y=_y("bar"), y2=_y("bar"), stroke="ink", strokeWidth=2.5),
    ]
    for halo in (True, False):
        more: dict[str, Any] = {"stroke": "panel", "strokeWidth": 5, "strokeOpacity": 0.9} if halo else {}
        marks += [
            text("bar_text", LEFT + 6, f"min({_y('bar')} + 32, {TOP} + tall - 9)", align="left", size="size",
                 fontWeight=600, color="panel" if halo else "ink", limit="wide - 8", **more),
        ]  # fmt: skip
    marks.append(
        text("roomy ? upper_text : '≤ ' + upper_short", f"{end} + 22", _y("upper"), align="left", size="size",
             fontWeight=600, color="decoder",
             limit="lane - 12", opacity="(1 - won) * ((bar - upper) * tall > 26 ? 1 : 0)")
    )  # fmt: skip
    marks.append(
        text(quoted_text(say["below"]), f"{LEFT} + wide / 2", f"{TOP} + tall + 15", color="muted", size="size",
             limit="wide")
    )  # fmt: skip
    return marks


def _here() -> list[Mark]:
    """The beginning that was just looked behind."""
    marks = [
        mark("symbol", silent=True, x=_x("cx"), y=_y("cy"), size=230, stroke="ink", strokeWidth=2.5, opacity="held")
    ]
    for halo in (True, False):
        more: dict[str, Any] = {"stroke": "panel", "strokeWidth": 5, "strokeOpacity": 0.9} if halo else {}
        marks.append(
            text("roomy ? here : here_short", f"clamp({_x('cx')}, {LEFT} + 80, {LEFT} + wide - 80)",
                 f"{_y('cy')} + (cy < 0.06 ? 24 : -21)", size="roomy ? 15 : 13", fontWeight=700, opacity="held",
                 color="panel" if halo else "ink", **more)
        )  # fmt: skip
    return marks


def _lane(say: dict[str, str]) -> list[Mark]:
    """At the right, the outputs by their scores, and whether they are right."""
    start, shown = f"{LEFT} + wide", "shown >= datum.from ? 1 : 0"
    color = "datum.right === 1 ? correct : datum.right === 0 ? wrong : ink"
    note = "roomy ? (won > 0.5 ? datum.note : datum.early) : datum.score"
    sign = "(datum.right === 1 ? '✓ ' : datum.right === 0 ? '✗ ' : '')"
    return [
        text(quoted_text(say["outputs"]), f"{start} + 22", TOP - 18, align="left", size="size", fontWeight=600,
             limit="lane - 14"),
        mark("path", "lane", silent=True, x=start, y=TOP, stroke=color, strokeWidth=1.5, opacity=shown,
             path="'M2,' + datum.y * tall + 'h6L18,' + datum.at * tall + 'h3'"),
        text(f"{sign} + (roomy ? datum.label : datum.short)", f"{start} + 24", f"{TOP} + datum.at * tall - 1", "lane",
             align="left", color=color, size="roomy ? 14 : 11.5", fontWeight=600, opacity=shown, limit="lane - 12",
             silent=False, clickable=True, tooltip="datum.tip", ask="datum.ask"),
        text(note, f"{start} + 24", f"{TOP} + datum.at * tall + 16", "lane", align="left", color="muted",
             size="roomy ? 12.5 : 10.5", opacity=shown, limit="lane - 12"),
    ]  # fmt: skip
