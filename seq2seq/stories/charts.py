"""Charts that several stories use, as Altair makes them: heat maps with a curtain, and bars of one row.

What moves is an overlay: cells are drawn once, a curtain in the colour of the paper covers what is still to come.
"""

from functools import cache
from typing import Any

import altair as alt

from seq2seq.stories.signals import CLOCK, Signal, lite_parameters, palette_signals, smooth, stepped

alt.data_transformers.disable_max_rows()
Spec = dict[str, Any]


def finish(chart: alt.Chart | alt.LayerChart, height: int, signals: list[Signal]) -> Spec:
    """The chart as a template: no data in it, width set by the player, our signals declared."""
    spec = chart.properties(width=400, height=height, autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
    # validation costs 300 ms the first time; the tests do it
    made: Spec = spec.to_dict(validate=False)
    made.pop("config", None)  # Altair's own theme: ours is the player's
    made["params"] = lite_parameters([CLOCK, *palette_signals(), *signals]) + made.get("params", [])
    return made


def tokens_axis(tokens: str, title: str, known: str = "", **options: Any) -> alt.Axis:
    """An axis over positions that shows the tokens in the signal of this name; those not yet `known` stay hidden."""
    label = f"{tokens}[datum.value]"
    label = f"datum.value < {known} ? {label} : '·'" if known else label
    return alt.Axis(
        title=title, labelExpr=label, labelAngle=0, ticks=False, domain=False, grid=False,
        labelOverlap=False, **options,
    )  # fmt: skip


def overlay(name: str, chart: Any) -> Any:
    """A layer with one datum, moved by signals."""
    return alt.Chart(alt.InlineData(values=[{}], name=name)).mark_rect(**chart)


def row_frame() -> Any:
    """A frame round the row of a map that is in hand; signals framed and target."""
    pitch = "(height / length(target))"
    return overlay(
        "frame",
        {
            "x": 0, "x2": alt.expr("width"), "y": alt.expr(f"max(0, framed) * {pitch} + 1"),
            "y2": alt.expr(f"(max(0, framed) + 1) * {pitch} - 1"), "filled": False, "stroke": alt.expr("decoder"),
            "strokeWidth": 2.5, "cornerRadius": 3, "tooltip": None,
            "opacity": alt.expr("framed < 0 || framed >= length(target) ? 0 : 1"),
        },
    )  # fmt: skip


@cache
def weights_heat_map(row_title: str, column_title: str, value_title: str, known: str = "") -> Spec:
    """Attention weights, one row a target token; rows still to come lie under a curtain, the present one framed.

    Data: "weights" {t, i, w, target, source}. Signals: source, target (tokens), row_at (the last row shown),
    framed_at (the row in hand, −1 for none), wrote_at, height. known: how many columns have their token shown, an
    expression; without one all.
    """
    x = alt.X(
        "i:O", axis=tokens_axis("source", column_title, known, orient="top"), scale=alt.Scale(paddingInner=0.06)
    )  # fmt: skip
    y = alt.Y(
        "t:O",
        axis=tokens_axis("target", row_title, "wrote", labelPadding=9, minExtent=30, maxExtent=30),
        scale=alt.Scale(paddingInner=0.06),
    )
    color = alt.Color("w:Q", scale=alt.Scale(scheme="viridis", domain=[0, 1]), title=value_title)
    cells = (
        alt.Chart(alt.NamedData(name="weights"))
        .mark_rect(cursor="pointer")
        .encode(
            x=x,
            y=y,
            color=color.legend(orient="bottom", gradientLength=160, gradientThickness=8),
            tooltip=[
                alt.Tooltip("target:N", title=row_title),
                alt.Tooltip("source:N", title=column_title),
                alt.Tooltip("w:Q", title=value_title, format=".4f"),
            ],
        )
    )
    pitch = "(height / length(target))"
    curtain = overlay(
        "curtain",
        {
            "x": 0, "x2": alt.expr("width"), "y": alt.expr(f"min(height, (row + 1) * {pitch})"),
            "y2": alt.expr("height + 1"), "color": alt.expr("panel"), "opacity": 1, "tooltip": None,
        },
    )  # fmt: skip
    signals = [
        {"name": "source", "value": []}, {"name": "target", "value": []}, *smooth("row"), *smooth("framed"),
        *stepped("wrote"),
    ]  # fmt: skip
    return finish(alt.layer(cells, curtain, row_frame()), 260, signals)


@cache
def top_tokens(probability: str, token: str, nothing: str) -> Spec:
    """The most probable tokens of the present output step, the chosen one filled.

    Data: "top" {t, rank, token, p, chosen}. Signals: row_at, told_at (0 before the step reaches its
    prediction; then the words `nothing` stand there).
    """
    rows = alt.Chart(alt.NamedData(name="top")).transform_filter("datum.t == row && told > 0")
    y = alt.Y("rank:O", axis=None, scale=alt.Scale(domain=list(range(8)), paddingInner=0.25))
    x = alt.X("p:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title=probability, format=".0%", tickCount=5))
    bars = rows.mark_bar(cornerRadiusEnd=3, cursor="pointer").encode(
        x=x,
        y=y,
        color=alt.condition("datum.chosen", alt.value(alt.expr("decoder")), alt.value(alt.expr("faint"))),
        tooltip=[alt.Tooltip("token:N", title=token), alt.Tooltip("p:Q", title=probability, format=".5f")],
    )
    names = rows.mark_text(align="right", dx=-8, fontSize=15, color=alt.expr("ink")).encode(
        x=alt.value(0), y=y, text="token:N"
    )
    values = rows.mark_text(align="left", dx=6, fontSize=12, color=alt.expr("muted")).encode(
        x=x, y=y, text=alt.Text("p:Q", format=".3f")
    )
    waiting = (
        alt.Chart(alt.InlineData(values=[{}], name="waiting"))
        .mark_text(
            fontSize=15, color=alt.expr("muted"), opacity=alt.expr("told > 0 ? 0 : 1"), tooltip=None, text=nothing
        )
        .encode(x=alt.value(alt.expr("width / 2")), y=alt.value(100))
    )
    chart = alt.layer(bars, names, values, waiting).properties(padding={"left": 56, "right": 52, "top": 4, "bottom": 4})
    return finish(chart, 230, [*stepped("row"), *stepped("told")])


@cache
def units_over_time(unit: str, position: str, value: str, reach: float = 1) -> Spec:
    """Units of the encoder's and the decoder's states, one column a position; columns to come under curtains.

    reach: values from −reach to reach have colours of their own.

    Data: "units" {column, u, unit, v, place}. Signals: S, columns, enc_at, dec_at, wrote_at, names (of
    the columns), forward (share of the rows that hold units of the forward direction).
    """
    cells = (
        alt.Chart(alt.NamedData(name="units"))
        .mark_rect(cursor="pointer")
        .encode(
            x=alt.X("column:O", axis=tokens_axis("names", position, "S + wrote"), scale=alt.Scale(paddingInner=0.08)),
            y=alt.Y("u:O", axis=alt.Axis(title=unit, labels=False, ticks=False, domain=False)),
            color=alt.Color(
                "v:Q",
                scale=alt.Scale(
                    domain=[-reach, 0, reach],
                    range=[alt.expr("negative"), alt.expr("neutral"), alt.expr("positive")],
                    clamp=True,
                    interpolate="lab",
                ),
                title=value,
            ).legend(orient="bottom", gradientLength=160, gradientThickness=8),
            tooltip=[
                alt.Tooltip("place:N", title=position),
                alt.Tooltip("unit:O", title=unit),
                alt.Tooltip("v:Q", title=value, format=".4f"),
            ],
        )
    )
    pitch = "(width / columns)"

    def curtain(name: str, start: str, end: str, top: str = "0", bottom: str = "height") -> Any:
        bounds = {"x": alt.expr(start), "x2": alt.expr(end), "y": alt.expr(top), "y2": alt.expr(bottom)}
        return overlay(name, bounds | {"color": alt.expr("panel"), "opacity": 0.94, "tooltip": None})

    middle = "height * forward"  # forward units above, backward ones, which are read from the other end, below
    encoder = curtain("unread", f"min(S, enc + 1) * {pitch}", f"S * {pitch}", "0", middle)
    backward = curtain("unread_backward", "0", f"clamp(S - 1 - enc, 0, S) * {pitch}", middle)
    decoder = curtain("unwritten", f"(S + dec + 1) * {pitch}", "width")
    wall = overlay(
        "wall",
        {
            "x": alt.expr(f"S * {pitch} - 1"), "x2": alt.expr(f"S * {pitch} + 1"), "y": -4,
            "y2": alt.expr("height + 4"), "color": alt.expr("ink"), "opacity": 0.5, "tooltip": None,
        },
    )  # fmt: skip
    signals: list[Signal] = [
        {"name": "S", "value": 1}, {"name": "columns", "value": 1}, {"name": "names", "value": []},
        {"name": "forward", "value": 1},
        *smooth("enc"), *smooth("dec"), *stepped("wrote"),
    ]  # fmt: skip
    return finish(alt.layer(cells, encoder, backward, decoder, wall), 260, signals)
