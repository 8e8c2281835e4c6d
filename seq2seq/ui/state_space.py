"""The cloud in three dimensions, as Plotly draws it: dots, ways that grow frame by frame, and a slider to wind them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from seq2seq.player.palette import palette
from seq2seq.stories.formulas import percent
from seq2seq.stories.states.colourings import AMOUNT, CLASS_COLOURS, CYCLIC, SIGNED, Colouring, colourings, index_of
from seq2seq.stories.states.measured import Measured
from seq2seq.stories.states.story import NUMBERS, TOLD
from seq2seq.stories.tokens import quoted
from seq2seq.words import Words

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT, WAIT = 620, 700  # pixels; milliseconds a frame is shown
SHAPES = (
    "circle",
    "square",
    "diamond-open",
    "diamond",
    "cross",
    "circle-open",
)  # Plotly has no triangles
Trace = dict[str, Any]
Way = tuple[np.ndarray, list[str]]  # places (steps, 3) and what was read or written there


def space_figure(measured: Measured, words: Words, colour: str, dark: bool) -> "Figure":
    """Dots of the trained cloud, and the ways of the chosen sentences: the encoder's, then the decoder's."""
    from plotly.graph_objects import Figure

    return Figure(space_plan(measured, words, colour, dark))


def space_plan(measured: Measured, words: Words, colour: str, dark: bool) -> dict[str, Any]:
    """The figure as plain values; every way in the axes of the one cloud that is drawn."""
    trace, c, paint = measured.trace, measured.trace.trained, palette(dark)
    found = colourings(measured, words)
    chosen = found[index_of(found, colour if colour != TOLD else ("both" if trace.task == "dates" else "last"))]
    project = measured.projections[c].project
    ways: list[Way] = [(project(path.encoder), ["", *path.source]) for path in trace.paths]
    written: list[Way] = [(project(path.decoder), ["s₀", *path.output]) for path in trace.paths]
    dots = _dots(measured, chosen, paint)
    frames: list[dict[str, Any]] = []
    read, said = (max(len(places) for places, _ in group) for group in (ways, written))
    for step in range(read + said - 1):
        drawn: list[Trace] = []
        both: tuple[tuple[list[Way], str, int], ...] = (
            (ways, "encoder", step + 1),
            (written, "decoder", step + 2 - read),
        )
        for group, kind, shown in both:
            drawn += [
                _way(places[: max(0, shown)], tokens[: max(0, shown)], j, kind, paint)
                for j, (places, tokens) in enumerate(group)
            ]
        frames.append({"name": str(step + 1), "data": drawn, "traces": list(range(len(dots), len(dots) + len(drawn)))})
    return {
        "data": [*dots, *frames[0]["data"]],
        "frames": frames,
        "layout": _layout(measured, words, paint, [str(step + 1) for step in range(len(frames))]),
    }


def _rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), 4) for value in values]


def _dots(measured: Measured, chosen: Colouring, paint: dict[str, str]) -> list[Trace]:
    """The cloud: one group of dots for each line of the legend, or one for all, with a scale beside it."""
    trace, places = measured.trace, measured.places[measured.trace.trained]
    told = np.array([
        f"{_plain(trace.sentences[point.sentence])}<br>{chosen.name}: {_plain(name)}"
        for point, name in zip(trace.points, chosen.names, strict=True)
    ])  # fmt: skip
    u, shapes = np.array(chosen.u), np.array(chosen.shapes)
    if chosen.kind in (AMOUNT, SIGNED):
        signed = chosen.kind == SIGNED
        scale: Any = [[0, paint["negative"]], [0.5, paint["neutral"]], [1, paint["positive"]]] if signed else "Viridis"
        bar = {"orientation": "h", "y": 1, "yanchor": "bottom", "thickness": 10, "len": 0.6,
               "tickvals": [entry.u for entry in chosen.legend], "ticktext": [entry.label for entry in chosen.legend],
               "tickfont": {"color": paint["ink"]}}  # fmt: skip
        marker = {"color": list(chosen.u), "colorscale": scale, "cmin": -1 if signed else 0, "cmax": 1, "colorbar": bar}
        return [_group(places, told, chosen.name, marker) | {"showlegend": False}]
    groups = []
    for entry in chosen.legend:
        own = (np.abs(u - entry.u) < 1e-9) & (shapes == entry.shape)
        if chosen.kind == CYCLIC:
            color = f"hsl({round(360 * entry.u)}, 75%, 50%)"
        else:
            color = CLASS_COLOURS[int(entry.u)] if entry.u >= 0 else paint["muted"]
        groups.append(_group(places[own], told[own], entry.label, {"color": color, "symbol": SHAPES[entry.shape]}))
    return groups


def _group(places: np.ndarray, told: np.ndarray, name: str, marker: Trace) -> Trace:
    return {
        "type": "scatter3d", "mode": "markers", "name": _plain(name), "marker": {"size": 4, "opacity": 0.8} | marker,
        "x": _rounded(places[:, 0]), "y": _rounded(places[:, 1]), "z": _rounded(places[:, 2]),
        "text": told.tolist(), "hoverinfo": "text",
    }  # fmt: skip


def _plain(text: str) -> str:
    """A text in which Plotly finds no markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _way(places: np.ndarray, tokens: list[str], j: int, kind: str, paint: dict[str, str]) -> Trace:
    """A way as far as it has come; the last token stands at its head."""
    names = [""] * len(tokens)
    if len(tokens) > 1:  # where they all start, names would lie on one another
        names[-1] = f"{NUMBERS[j]} {_plain(quoted(tokens[-1]))}"
    return {
        "type": "scatter3d", "mode": "lines+markers+text", "showlegend": False,
        "x": _rounded(places[:, 0]), "y": _rounded(places[:, 1]), "z": _rounded(places[:, 2]), "text": names,
        "hovertext": [f"{NUMBERS[j]} {n}: {_plain(token)}" for n, token in enumerate(tokens)], "hoverinfo": "text",
        "textfont": {"size": 15, "color": paint["ink"]}, "line": {"color": paint[kind], "width": 5},
        "marker": {"size": 3.5, "color": paint[kind]},
    }  # fmt: skip


def _layout(measured: Measured, words: Words, paint: dict[str, str], names: list[str]) -> dict[str, Any]:
    c = measured.trace.trained
    shares = measured.projections[c].shares

    def axis(a: int) -> dict[str, Any]:
        title = words.say("states.space.axis", number=a + 1, share=percent(float(shares[a])))
        return {
            "title": {"text": title, "font": {"size": 13, "color": paint["ink"]}}, "gridcolor": paint["faint"],
            "zerolinecolor": paint["muted"], "showbackground": False, "tickfont": {"size": 11, "color": paint["muted"]},
            "nticks": 5,
        }  # fmt: skip

    move = {"mode": "immediate", "frame": {"duration": WAIT, "redraw": True}, "transition": {"duration": 0}}
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    buttons = [
        {
            "label": f"▶ {words.say('states.space.play')}",
            "method": "animate",
            "args": [None, move | {"fromcurrent": True}],
        },
        {"label": words.say("states.space.pause"), "method": "animate", "args": [[None], still]},
    ]
    steps = [{"label": name, "method": "animate", "args": [[name], still]} for name in names]
    font = {"size": 13, "color": paint["ink"]}
    return {
        "height": HEIGHT, "margin": {"l": 0, "r": 0, "t": 8, "b": 8}, "font": font,
        "paper_bgcolor": "rgba(0,0,0,0)", "showlegend": True, "uirevision": "space",
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "font": font | {"size": 12}},
        "scene": {"xaxis": axis(0), "yaxis": axis(1), "zaxis": axis(2), "aspectmode": "cube",
                  "domain": {"y": [0.02, 1]}, "camera": {"eye": {"x": 1.6, "y": 1.6, "z": 0.8}}},
        "updatemenus": [{
            "type": "buttons", "direction": "left", "x": 0, "y": 0, "xanchor": "left", "yanchor": "top",
            "pad": {"t": 6, "r": 10}, "buttons": buttons, "showactive": False, "bgcolor": paint["panel"],
            "bordercolor": paint["faint"], "font": font,
        }],
        "sliders": [{
            "active": 0, "x": 0, "len": 1, "y": 0, "yanchor": "top", "pad": {"t": 50, "b": 6, "l": 8, "r": 8},
            "steps": steps, "currentvalue": {"prefix": words.say("states.space.step"), "font": font},
            "font": {"size": 10, "color": "rgba(0,0,0,0)"}, "bordercolor": paint["faint"], "bgcolor": paint["faint"],
            "ticklen": 3, "tickcolor": paint["faint"],
        }],
    }  # fmt: skip
