"""Rows of a table as points in three dimensions, to be turned with the mouse (Plotly, in the player's colours)."""

import plotly.graph_objects as go
import streamlit as st

from seq2seq.player.palette import palette
from seq2seq.stories.embeddings import Geometry
from seq2seq.stories.formulas import percent
from seq2seq.stories.tokens import quoted
from seq2seq.ui.controls import segments
from seq2seq.ui.markdown import PageWords
from seq2seq.words import Words

FONT = '"Source Sans", "Source Sans Pro", sans-serif'  # Streamlit's own
HEIGHT = 560


def show_space(geometry: Geometry, place: int, words: PageWords) -> None:
    """The first three components of the trained table; before and after training on the same axes."""
    say = words.say
    if geometry.table.shape[2] < 3:
        return
    with st.container(border=True, key="space"):
        st.subheader(say("tokens.space"), anchor=False)
        k = geometry.snapshots - 1
        if k:
            when = segments(
                "when", say("tokens.when"), ("before", "after"), "after", lambda id: say(f"tokens.when.{id}")
            )
            k = 0 if when == "before" else k
        st.caption(say("tokens.space.help", share=percent(float(geometry.shares.sum()))))
        figure = draw_space(geometry, place, k, st.context.theme.type == "dark", words.plain)
        st.plotly_chart(figure, theme=None, width="stretch", config={"displaylogo": False, "displayModeBar": False})


def draw_space(geometry: Geometry, place: int, k: int, dark: bool, words: Words) -> go.Figure:
    """One snapshot."""
    colours = palette(dark)
    order = {v: i for i, v in enumerate(geometry.ordered)}
    drawn = list(range(len(geometry.tokens)))
    own = [v == place for v in drawn]
    points = geometry.points[k]
    names = [words.say("embeddings.axis", number=c + 1, share=percent(float(geometry.shares[c]))) for c in range(3)]
    cloud = go.Scatter3d(
        x=points[:, 0], y=points[:, 1], z=points[:, 2], mode="markers+text",
        text=[quoted(geometry.tokens[v]) for v in drawn], textposition="top center",
        textfont={"size": [30 if mine else 19 for mine in own],
                  "color": [colours["decoder"] if mine else colours["ink"] for mine in own], "family": FONT},
        marker={
            "size": [12 if mine else 7 for mine in own], "colorscale": "Viridis", "cmin": 0,
            "cmax": max(1, len(order) - 1),
            "color": [order.get(v, 0) for v in drawn], "line": {"width": 0},
        },
        hovertemplate="%{text}<br>%{x:.3f}, %{y:.3f}, %{z:.3f}<extra></extra>", showlegend=False,
    )  # fmt: skip
    stems = go.Scatter3d(  # down to the floor, so that depth can be read
        x=_stems(points[:, 0], points[:, 0]), y=_stems(points[:, 1], points[:, 1]),
        z=_stems(points[:, 2], [-1.05 * abs(geometry.points[..., 2]).max()] * len(drawn)), mode="lines",
        line={"color": colours["faint"], "width": 1.5}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    reach = [1.05 * float(abs(geometry.points[..., c]).max()) for c in range(3)]
    axes = {
        f"{letter}axis": {
            "title": {"text": name, "font": {"size": 14, "color": colours["muted"]}}, "range": [-far, far],
            "gridcolor": colours["faint"], "zerolinecolor": colours["faint"], "showbackground": False,
            "tickfont": {"size": 11, "color": colours["muted"]}, "nticks": 4, "showspikes": False,
        }
        for letter, name, far in zip("xyz", names, reach, strict=True)
    }  # fmt: skip
    camera = {"eye": {"x": 1.05, "y": -1.5, "z": 0.6}, "center": {"x": 0, "y": 0, "z": -0.18}}
    return go.Figure([stems, cloud]).update_layout(
        scene={**axes, "camera": camera, "aspectmode": "cube"}, font={"family": FONT, "color": colours["ink"]},
        height=HEIGHT,
        paper_bgcolor="rgba(0,0,0,0)", margin={"l": 0, "r": 0, "t": 0, "b": 0}, uirevision="kept",
    )  # fmt: skip


def _stems(start: list[float], end: list[float]) -> list[float | None]:
    """Line pieces, one a point, with gaps between."""
    return [value for a, b in zip(start, end, strict=True) for value in (float(a), float(b), None)]
