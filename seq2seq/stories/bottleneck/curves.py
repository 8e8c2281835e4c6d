"""Exact match against length, in letters and in bits; and the share of right letters at each place of the output."""

from functools import cache
from typing import Any

import altair as alt

from seq2seq.stories.charts import Spec, finish, overlay
from seq2seq.stories.signals import smooth, stepped

COLOR = {"none": "encoder", "general": "attention"}
LEGEND = "width < 320 ? 12 : 14"
PADDING = {"left": 5, "right": 12, "top": 26, "bottom": 5}
ROOMIER = PADDING | {"top": 46}  # with a line more above the plot


def _x(title: str) -> alt.X:
    """Lengths, and under each its bits."""
    labels = "[datum.label, format(datum.value * bits, '.0f')]"
    axis = alt.Axis(title=title, labelExpr=labels, values=[2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30],
                    grid=False, labelOverlap="greedy", labelSeparation=5)  # fmt: skip
    return alt.X("length:Q", axis=axis, scale=alt.Scale(domain=alt.ExprRef("[0.5, most + 0.5]"), nice=False))


def _y(title: str) -> alt.Y:
    axis = alt.Axis(title=title, format=".0%", tickCount=4)
    return alt.Y("share:Q", axis=axis, scale=alt.Scale(domain=[0, 1]))


def _beyond(words: str) -> list[Any]:
    """Lengths that were not in training lie under a shade."""
    place = "scale('x', longest + 0.5)"
    bounds = {"x": alt.expr(place), "x2": alt.expr("width"), "y": 0, "y2": alt.expr("height")}
    shade = overlay("beyond", bounds | {"color": alt.expr("faint"), "opacity": 0.35, "tooltip": None})
    name = (
        alt.Chart(alt.InlineData(values=[{}], name="beyond_name"))
        .mark_text(
            align="right", baseline="bottom", fontSize=12, angle=270, color=alt.expr("muted"), tooltip=None, text=words
        )
        .encode(x=alt.value(alt.expr("width - 4")), y=alt.value(6))
    )
    return [shade, name]


def _line(data: str, side: str, x: alt.X, y: alt.Y, **options: Any) -> Any:
    """One side's curve."""
    rows = alt.Chart(alt.NamedData(name=data)).transform_filter(f"datum.side == '{side}'")
    mark = {"color": alt.expr(COLOR[side]), "strokeWidth": 3.5, "tooltip": None} | options
    return rows.mark_line(**mark).encode(x=x, y=y)


def _points(data: str, side: str, x: alt.X, y: alt.Y, titles: tuple[str, str], **options: Any) -> Any:
    """Something to point at and to click."""
    rows = alt.Chart(alt.NamedData(name=data)).transform_filter(f"datum.side == '{side}'")
    tip = [alt.Tooltip("length:Q", title=titles[0]), alt.Tooltip("share:Q", title=titles[1], format=".1%"),
           alt.Tooltip("n:Q", title="n")]  # fmt: skip
    mark = {"filled": True, "size": 60, "opacity": 1, "color": alt.expr(COLOR[side]), "cursor": "pointer"} | options
    return rows.mark_point(**mark).encode(x=x, y=y, tooltip=tip)


def legend(names: tuple[str, ...], colors: tuple[str, ...]) -> list[Any]:
    """What the lines are, above the plot, in their colours."""
    made = []
    for row, (name, color) in enumerate(zip(names, colors, strict=True)):
        made.append(
            alt.Chart(alt.InlineData(values=[{}], name=f"name_{row}"))
            .mark_text(
                align="left",
                fontSize=alt.expr(LEGEND),
                fontWeight=600,
                color=alt.expr(color),
                tooltip=None,
                text=f"— {name}",
            )
            .encode(x=alt.value(alt.expr(f"{row} * width / 2")), y=alt.value(-14))
        )
    return made


@cache
def length_curves(
    titles: tuple[str, str], names: tuple[str, str], beyond: str, borrow: str = "", zero: str = "",
    twin: str = "",
) -> Spec:  # fmt: skip
    """The two curves, drawn up to the length in hand; `borrow`, `zero` and `twin` name dashed ones, shown at times.

    Data: curve {side, length, share, n, right, ask}; seeds {run, side, length, share}; dashed {kind: borrow or zero},
    and other, as curve; chance {length, share}. Signals: bits (of one letter), most, longest, shown_at (the last length
    drawn), now_at, and borrow_at, zero_at, twin_at (0 or 1: whether those are shown).
    """
    x, y = _x(titles[0]), _y(titles[1])
    thin = []
    for side in COLOR:
        rows = alt.Chart(alt.NamedData(name="seeds")).transform_filter(f"datum.side == '{side}'")
        line = rows.mark_line(strokeWidth=1.2, opacity=0.55, color=alt.expr(COLOR[side]), tooltip=None)
        thin.append(line.encode(x=x, y=y, detail="run:N"))
    guess = alt.Chart(alt.NamedData(name="chance")).mark_line(
        strokeWidth=1.5, strokeDash=[2, 3], color=alt.expr("muted"), tooltip=None
    )
    lines = [_line("curve", side, x, y) for side in COLOR]
    lines += [_points("curve", side, x, y, titles) for side in COLOR]
    for kind, named in (("borrow", borrow), ("zero", zero)):
        if named:
            only, shown = f"datum.kind == '{kind}' && datum.side == ", alt.expr(kind)
            for side, color in COLOR.items():
                rows = alt.Chart(alt.NamedData(name="dashed")).transform_filter(f"{only}'{side}'")
                dashed = rows.mark_line(
                    strokeDash=[7, 4], strokeWidth=2.5, color=alt.expr(color), opacity=shown, tooltip=None
                )
                lines.append(dashed.encode(x=x, y=y))
    other = alt.Chart(alt.NamedData(name="other")).mark_line(
        strokeDash=[7, 4], strokeWidth=2.5, color=alt.expr("decoder"), opacity=alt.expr("twin"), tooltip=None
    )
    notes = [_note(borrow, "borrow", "ink"), _note(zero, "zero", "ink"), _note(twin, "twin", "decoder")]
    layers = [guess.encode(x=x, y=y), *thin, *lines, other.encode(x=x, y=y)]
    layers += [_curtain(), *_beyond(beyond), _rule()]
    signals = [
        {"name": "bits", "value": 4.7}, {"name": "most", "value": 25}, {"name": "longest", "value": 20},
        *smooth("shown"), *smooth("now"), *smooth("borrow"), *smooth("zero"), *smooth("twin"),
    ]  # fmt: skip
    chart = alt.layer(*layers, *legend(names, ("encoder", "attention")), *notes)
    return finish(chart.properties(padding=ROOMIER), 300, signals)


def _curtain() -> Any:
    """Over lengths still to come."""
    place = "scale('x', min(shown, most) + 0.3)"
    return overlay(
        "curtain",
        {
            "x": alt.expr(place), "x2": alt.expr(f"max({place}, width + 6)"), "y": -6, "y2": alt.expr("height + 5"),
            "color": alt.expr("panel"), "opacity": alt.expr("shown < most ? 1 : 0"), "tooltip": None,
        },
    )  # fmt: skip


def _rule() -> Any:
    """At the length in hand."""
    return overlay(
        "rule",
        {
            "x": alt.expr("scale('x', now) - 1"), "x2": alt.expr("scale('x', now) + 1"), "y": 0,
            "y2": alt.expr("height"), "color": alt.expr("ink"), "opacity": alt.expr("now < 0.5 ? 0 : 0.5"),
            "tooltip": None,
        },
    )  # fmt: skip


def _note(words: str, shown: str, color: str) -> Any:
    """A dashed line's name, above the plot, while it is shown."""
    mark = {"align": "left", "fontSize": 13, "color": alt.expr(color), "opacity": alt.expr(shown), "tooltip": None}
    noted = alt.Chart(alt.InlineData(values=[{}], name=f"note_{shown}")).mark_text(text=words, **mark)
    return noted.encode(x=alt.value(0), y=alt.value(-35))


@cache
def run_curves(titles: tuple[str, str], names: tuple[str, str], beyond: str) -> Spec:
    """The two curves as they stand at the update in hand.

    Data: curve {k, side, length, share, n, right, ask}. Signals: bits, most, longest, k_at.
    """
    x, y = _x(titles[0]), _y(titles[1])
    lines = []
    for side in COLOR:
        for part in (_line("curve", side, x, y), _points("curve", side, x, y, titles)):
            lines.append(part.transform_filter("datum.k == k"))
    signals = [
        {"name": "bits", "value": 4.7}, {"name": "most", "value": 25}, {"name": "longest", "value": 20}, *stepped("k"),
    ]  # fmt: skip
    chart = alt.layer(*_beyond(beyond), *lines, *legend(names, ("encoder", "attention")))
    return finish(chart.properties(padding=PADDING), 280, signals)


@cache
def places_bars(x_title: str, y_title: str, names: tuple[str, str], nothing: str) -> Spec:
    """Where errors begin: the share of right letters at each place of the output, at the length in hand.

    Data: places {length, side, place: […], share: […], asks: […]}. Signals: now_at (the length), most.
    `nothing` is said where no length is scored.
    """
    rows = alt.Chart(alt.NamedData(name="places")).transform_filter("datum.length == now")
    rows = rows.transform_flatten(["place", "share", "asks"], ["place", "share", "ask"])
    x = alt.X("place:Q", axis=alt.Axis(title=x_title, grid=False, tickMinStep=1, tickCount=8),
              scale=alt.Scale(domain=alt.ExprRef("[0.4, max(now, 6) + 0.6]"), nice=False))  # fmt: skip
    y = _y(y_title)
    tip = [alt.Tooltip("place:Q", title=x_title), alt.Tooltip("share:Q", title=y_title, format=".1%")]
    wide = alt.expr("width / (max(now, 6) + 0.2) * 0.66")
    bars = rows.transform_filter("datum.side == 'none'").mark_bar(
        color=alt.expr("encoder"), opacity=0.75, cornerRadiusEnd=3, cursor="pointer", width=wide
    )
    dots = rows.transform_filter("datum.side == 'general'").mark_tick(
        color=alt.expr("attention"), thickness=4, cursor="pointer", width=wide, orient="horizontal"
    )
    layers = [part.encode(x=x, y=y, tooltip=tip) for part in (bars, dots)]
    waiting = (
        alt.Chart(alt.InlineData(values=[{}], name="waiting"))
        .mark_text(
            fontSize=14, color=alt.expr("muted"), opacity=alt.expr("now < 2 ? 1 : 0"), tooltip=None, text=nothing
        )
        .encode(x=alt.value(alt.expr("width / 2")), y=alt.value(120))
    )
    chart = alt.layer(*layers, waiting, *legend(names, ("encoder", "attention")))
    return finish(chart.properties(padding=PADDING), 300, [*stepped("now"), {"name": "most", "value": 25}])
