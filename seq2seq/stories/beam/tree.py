"""The overview: the tree of a beam search, and what may follow the hypothesis in hand.

Nodes, edges and greedy's path are drawn once; what is still to come lies under one curtain that moves a column a step.
Where the tree is wider than the picture, all of it moves to the left as it grows.
"""

from functools import cache
from typing import Any

from seq2seq.stories.beam.layout import HEAD, LABEL
from seq2seq.stories.beam.panel import panel_marks, panel_signals
from seq2seq.stories.signals import smooth
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

LEFT, COLUMN, WIDEST, PANEL = 56, 91, 170, 370  # pixels: the root, a column, the panel beside
ROOMY = 125  # pixels of a column from which on there is room for larger letters
NODES = ("kept_node", "shelf_node", "dropped_node")  # what can be picked
TALL = 430  # a tree that leaves no room for the panel below it
BEND, SHORT_BEND = 20, 7  # pixels in which an edge gets from its parent's row into its own


@cache
def beam_tree(titles: tuple[tuple[str, str], ...]) -> Spec:
    """The picture as a Vega template; `titles`: (key, words) for the lanes and the panel.

    Data:    nodes {n, s, y, lane, t, lp, total, score, ps, py, e, tip, ask, ask_edge}; steps {s, name}; greedy {s, y,
             ps, py, t, total, alone, ask}; tops {e, d, tok: […], lp: […], n: […], fate: […]}; looks {e, w: […]}.
    Signals: cols, tree (height), shelf_y, kept_y, dropped_y, lane_y, root_y, alone (columns shown once greedy's path
             has left the beam, 0: never), texts (of the expanded), source, attends, picked and picked_e (−2: none); for
             each step seen_at (columns shown), col_at (in hand), hand_at, hand_e_at, halo_at (whether those expanded
             are framed), halo_tall_at, won_at (whether the best is marked).
    """
    say = dict(titles)
    signals = [
        *(value(name, 1) for name in ("cols", "tree", "shelf_y", "kept_y", "dropped_y", "lane_y", "root_y", "alone")),
        value("texts", []), value("source", []), value("attends", 0), value("right", 0),
        _clicked("picked", "datum.n", "-1"), _clicked("picked_e", "datum.e", "0"),
        *(signal for name in ("seen", "col", "halo", "halo_tall", "won") for signal in smooth(name)),
        {"name": "hand_at", "value": [-1]}, {"name": "hand_e_at", "value": [0]},
        derived("hand", "hand_at[round(step)]"), derived("shown", "picked > -2 ? picked : hand"),
        derived("sel", "picked > -2 ? picked_e : hand_e_at[round(step)]"),
        derived("beside", f"tree > {TALL} && width >= cols * {COLUMN} + {LEFT + PANEL + 24}"),
        derived("room", f"beside ? width - {PANEL + 24} : width"),
        derived("pitch", f"clamp((room - {LEFT + 2}) / cols, {COLUMN}, {WIDEST})"),
        derived("box", f"pitch > {ROOMY} ? 52 : 42"), derived("letter", f"pitch > {ROOMY} ? 14.5 : 12"),
        derived("all", f"{LEFT} + cols * pitch + 2"),
        derived("shift", f"clamp({LEFT} + (seen + 0.4) * pitch - room, 0, max(0, all - room))"),
        *panel_signals(PANEL),
    ]  # fmt: skip
    flat = [{"type": "flatten", "fields": ["tok", "lp", "n", "fate"], "index": "k"}]
    data: list[dict[str, Any]] = [
        *({"name": name} for name in ("nodes", "steps", "greedy", "tops", "looks")),
        filtered("kept", "nodes", "datum.lane == 1"), filtered("shelf", "nodes", "datum.lane == 0"),
        filtered("dropped", "nodes", "datum.lane == 2"), filtered("lone", "greedy", "datum.alone"),
        {"name": "ringed", "source": "nodes", "transform": [
            {"type": "filter", "expr": "datum.n == shown"}, {"type": "formula", "as": "one", "expr": "1"}]},
        filtered("winner", "nodes", "datum.won"),
        {"name": "top", "source": "tops", "transform": [{"type": "filter", "expr": "datum.e == sel"}, *flat]},
        {"name": "look", "source": "looks", "transform": [
            {"type": "filter", "expr": "datum.e == sel"}, {"type": "flatten", "fields": ["w"], "index": "i"}]},
    ]  # fmt: skip
    inner = [
        *_frame(), *_headings(), *_edges(), _winning(), *_greedy(), *_labels(), *_nodes(), *_curtain(), *_lit(),
    ]  # fmt: skip
    moving: Mark = {"type": "group", "marks": inner, "encode": {"update": {"x": {"signal": "-shift"}}}}
    window: Mark = {
        "type": "group", "clip": True, "marks": [moving, *_lanes(say)],
        "encode": {"update": {"width": {"signal": "room"}, "height": {"signal": "tree"}}},
    }  # fmt: skip
    spec = diagram(900, 420, signals, data, [window, *panel_marks(say)])
    del spec["height"]  # a signal: it follows the width
    return spec


def _clicked(name: str, update: str, root: str) -> dict[str, Any]:
    """A signal set by a click on a node; another step sets it back."""
    nodes = ", ".join(f"@{name}:click" for name in NODES)
    return {
        "name": name, "value": -2,
        "on": [{"events": nodes, "update": update}, {"events": "@root:click", "update": root},
               {"events": {"signal": "step"}, "update": "-2"}],
    }  # fmt: skip


# ---- places

RIGHT = f"({LEFT} + (datum.s + 1) * pitch)"  # of a node
START = f"({LEFT} + (datum.ps + 1) * pitch)"  # of its edge


def _path(end: str, bend: int = BEND) -> str:
    """From the parent into the row of the child, and along it."""
    return (
        f"'M' + {START} + ',' + datum.py + 'C' + ({START} + {bend * 0.7:g}) + ',' + datum.py + ' ' + "
        f"({START} + {bend * 0.3:g}) + ',' + datum.y + ' ' + ({START} + {bend}) + ',' + datum.y + 'H' + ({end})"
    )


def _headings() -> list[Mark]:
    """The numbers of the steps, and the root."""
    return [
        text("datum.name", f"{RIGHT} - box / 2", HEAD / 2, "steps", color="muted", size=12.5),
        text("'⟨bos⟩'", LEFT / 2 - 2, "root_y", size=13, fontWeight=600),
        {"name": "root"} | rect(1, "root_y - 13", LEFT - 7, 26, fill="ink", fillOpacity=0.08, cornerRadius=8,
                                clickable=True),
    ]  # fmt: skip


def _lanes(say: dict[str, str]) -> list[Mark]:
    """What the lanes are; they stay where the tree moves."""
    made = []
    greedy_left = "alone > 0 && seen > alone - 0.5"
    for key, top in (("shelf", "shelf_y"), ("kept", "kept_y"), ("dropped", "dropped_y"), ("alone", "lane_y")):
        shown = greedy_left if key == "alone" else "true"
        name, y, seen = quoted_text(say[key]), f"{top} + {LABEL / 2}", f"{shown} ? 1 : 0"
        made += [
            text(name, 2, y, align="left", size=12, fillOpacity=0, stroke="panel", strokeWidth=4, strokeOpacity=seen),
            text(name, 2, y, align="left", color="muted", size=12, fillOpacity=seen),
        ]  # fmt: skip
    return made


def _frame() -> list[Mark]:
    """Behind the step in hand."""
    return [
        rect(f"{LEFT + 2} + col * pitch", 2, "pitch", "tree - 4", silent=True, fill="ink", fillOpacity=0.045,
             cornerRadius=8),
    ]  # fmt: skip


def _edges() -> list[Mark]:
    """Lines to every node that is drawn."""
    left = f"{RIGHT} - box"
    line: dict[str, Any] = {"fill": {"value": None}, "stroke": "ink", "silent": True}
    return [
        mark("path", "dropped", path=_path(f"{START} + {SHORT_BEND}", SHORT_BEND), strokeWidth=1, strokeOpacity=0.2,
             **line),
        mark("path", "shelf", path=_path(left), strokeWidth=1.4, strokeOpacity=0.4, **line),
        mark("path", "kept", path=_path(left), strokeWidth=1.8, strokeOpacity=0.5, **line),
    ]  # fmt: skip


def _labels() -> list[Mark]:
    """Above the lines: token and log-probability."""
    label, left = "datum.t + '  ' + datum.lp", f"{RIGHT} - box"
    return [
        text(label, f"{left} - 3", "datum.y - 8", "kept", align="right", size="letter", stroke="panel", strokeWidth=4,
             fontWeight=600),  # so that no line runs through the letters
        text(label, f"{left} - 3", "datum.y - 8", "kept", align="right", size="letter", silent=False, clickable=True,
             ask="datum.ask_edge", tooltip="datum.tip", fontWeight=600),
        text(label, f"{left} - 3", "datum.y - 8", "shelf", align="right", size="letter", stroke="panel", strokeWidth=4),
        text(label, f"{left} - 3", "datum.y - 8", "shelf", align="right", size="letter", silent=False, clickable=True,
             ask="datum.ask_edge", tooltip="datum.tip"),
        text(label, f"{left} - 2", "datum.y", "dropped", align="right", size="letter - 0.5", color="muted",
             silent=False, clickable=True, ask="datum.ask_edge", tooltip="datum.tip"),
    ]  # fmt: skip


def _greedy() -> list[Mark]:
    """Greedy's path: a dashed line of its own, and its tokens where the beam no longer goes with it."""
    left = f"{RIGHT} - box"
    return [
        mark("path", "greedy", path=_path(f"(datum.low ? {START} + {SHORT_BEND} : {left})", SHORT_BEND),
             fill={"value": None}, silent=True, stroke="decoder", strokeWidth=3, strokeDash={"value": [7, 4]}),
        text("datum.t + '  ' + datum.lp", f"{left} - 3", "datum.y - 8", "lone", align="right", size="letter",
             color="decoder"),
        rect(left, "datum.y - 11", "box", 22, "lone", clickable=True, cornerRadius=8, fill="panel", stroke="decoder",
             strokeWidth=1.5, strokeDash={"value": [4, 3]}, ask="datum.ask"),
        text("datum.total", f"{RIGHT} - box / 2", "datum.y", "lone", size="letter", color="decoder"),
    ]  # fmt: skip


def _winning() -> Mark:
    """The path of the best output, once it is known."""
    return mark(
        "path", "winner", path=_path(f"{RIGHT} - box"), fill={"value": None}, silent=True,
        stroke="right > 0 ? correct : right < 0 ? wrong : ink", strokeWidth=5, strokeOpacity="0.45 * won",
        strokeCap={"value": "round"},
    )  # fmt: skip


def _nodes() -> list[Mark]:
    """Totals: of those that go on in a pill, of outputs in a dark one, of those dropped as dimmed text."""
    left, middle = f"{RIGHT} - box", f"{RIGHT} - box / 2"
    click: dict[str, Any] = {"clickable": True, "ask": "datum.ask", "tooltip": "datum.tip"}
    made = [
        rect(left, "datum.y - 11.5", "box", 23, "kept", cornerRadius=8, fill="panel", stroke="ink", strokeWidth=1.2,
             **click),
        rect(left, "datum.y - 11.5", "box", 23, "shelf", cornerRadius=8, fill="ink", **click),
        rect(left, "datum.y - 9", "box", 18, "dropped", fill="panel", fillOpacity=0.01, **click),
    ]  # fmt: skip
    return [
        *({"name": name} | one for name, one in zip(NODES, made, strict=True)),
        text("datum.total", middle, "datum.y", "kept", size="letter"),
        text("datum.score", middle, "datum.y", "shelf", size="letter", color="panel", fontWeight=600),
        text("datum.total", middle, "datum.y", "dropped", size="letter - 0.5", color="muted"),
    ]


def _curtain() -> list[Mark]:
    """Over every column that is still to come."""
    return [rect(f"{LEFT + 0.7} + seen * pitch", 0, "max(0, all - seen * pitch)", "tree", silent=True, fill="panel")]


def _lit() -> list[Mark]:
    """Round those that are being expanded, and round the node in hand."""
    return [
        rect(f"{LEFT} + col * pitch - box - 2.5", f"kept_y + {LABEL} + 1", "box + 5", "halo_tall", silent=True,
             stroke="decoder", strokeWidth=2, cornerRadius=11, strokeOpacity="halo"),
        {"key": "one"} | rect(f"{RIGHT} - box - 3", "datum.y - 14.5", "box + 6", 29, "ringed", silent=True,
                              stroke="attention", strokeWidth=2.5, cornerRadius=10,
                              strokeOpacity="seen > datum.s + 0.5 ? 1 : 0"),
    ]  # fmt: skip
