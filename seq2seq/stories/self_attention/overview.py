"""The overview: one layer as its matrices, left to right, every row a token; the followed token's row lit throughout.

Cells are static. What is still to come lies under curtains, a frame glides to the matrix in hand, and a few ribbons
show what flows: a row into its row, keys into the columns of the products, values into the sum, as thick as their
weights.
"""

from functools import cache
from typing import Any

from seq2seq.stories.self_attention.layout import (
    BELOW,
    CAPTION,
    GRIDS,
    HEIGHT,
    SLOT,
    SLOTS,
    SPLIT,
    layout_signals,
    row_y,
)  # fmt: skip
from seq2seq.stories.signals import Signal, smooth, stepped
from seq2seq.stories.vega import SHARES, Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

FEATURES = {  # wider than a state's: embeddings times √d and residual sums reach further
    "name": "feature", "type": "linear", "domain": [-2.5, 0, 2.5], "clamp": True, "interpolate": "lab",
    "range": [{"signal": "negative"}, {"signal": "neutral"}, {"signal": "positive"}],
}  # fmt: skip
WEIGHTS = {**SHARES, "domain": [0, {"signal": "brightest"}]}  # so that what is spread over many can be told apart
PRODUCTS = {
    "name": "product", "type": "linear", "domain": [{"signal": "-most"}, 0, {"signal": "most"}], "clamp": True,
    "interpolate": "lab", "range": [{"signal": "negative"}, {"signal": "neutral"}, {"signal": "positive"}],
}  # fmt: skip


@cache
def overview(pairs: str, features: str) -> Spec:
    """The diagram as a Vega template; pairs and features: what the axes of grids and strips are called.

    Data:    cells {s slot, r, v, ask} and grids {s, r, v, ask}, to be flattened; labels {s, k, short,
             top, own}; captions {s, name, sign, shape}; links {kind, a, b}; flows {j, w}.
    Signals: L, M (queries, keys), counts (rows of each slot), rest (slots of the lower row), p (query followed), from
             and to (of the head's features, shares of a strip's width), most (largest |product|), brightest (weight),
             hatch and shade (SVG paths of the masked cells), columns (of each slot: unit, at, wide), tone (0 encoder,
             1 decoder), asks (the last slot that comes in for queries), when and whole (the step at which each slot's
             row p, and all its rows, are known); at each step slot_at (in hand), lit_at (whether), flow_at (row, rows,
             cols, mix or none), origin_at and goal_at (slots), glow_at, masked_at and dim_at.
    """
    data: list[dict[str, Any]] = [{"name": name} for name in ("cells", "grids", "labels", "captions", "links", "flows")]
    flat = {"type": "flatten", "fields": ["v"], "index": "u"}
    flat_pairs = [{"type": "flatten", "fields": ["v"], "index": "j"}]
    data += [
        {"name": "features", "source": "cells", "transform": [flat, _address("columns[datum.s].unit[datum.u]")]},
        {"name": "pairs", "source": "grids", "transform": [*flat_pairs, _address("datum.j")]},
        filtered("products", "pairs", f"datum.s < {SLOT['weights']}"),
        filtered("shares", "pairs", f"datum.s == {SLOT['weights']} && datum.v != null"),
        filtered("joins", "links", "datum.kind == 'join'"),
        filtered("moving", "flows", "flow == 'rows' || flow == 'cols' || flow == 'mix'"),
    ]
    marks = [
        *_links(), *_cells(), *_masks(), *_heads(), *_curtains(), *_rows(), *_labels(),
        *_captions(pairs, features), *_flows(), *_frame(),
    ]  # fmt: skip
    return diagram(800, HEIGHT, _signals(), data, marks, scales=[FEATURES, PRODUCTS, WEIGHTS])


def _address(index: str) -> dict[str, str]:
    return {"type": "formula", "expr": f"datum.ask + ' ' + {index}", "as": "ask"}


def _signals() -> list[Signal]:
    tracks = [*smooth("lit"), *smooth("glow"), *smooth("masked"), *smooth("dim"), *stepped("flow")]
    tracks += [*stepped("origin"), *stepped("goal"), *stepped("slot")]
    glide = "lerp([{0}[slot_at[floor(step)]], {0}[slot_at[min(ceil(step), length(slot_at) - 1)]]], step - floor(step))"
    return [
        value("L", 1), value("M", 1), value("counts", [1] * len(SLOTS)), value("rest", 7), value("p", 0),
        value("from", 0), value("to", 1), value("most", 1), value("hatch", ""), value("shade", ""), value("tone", 0),
        value("asks", 2), value("columns", []), value("brightest", 1),
        value("when", [0] * len(SLOTS)), value("whole", [0] * len(SLOTS)), *tracks, *layout_signals(),
        derived("side", "tone ? decoder : encoder"),
        *(derived(f"f{name.lower()}", glide.format(name)) for name in "XYWH"),
    ]  # fmt: skip


def _cells() -> list[Mark]:
    tall = "H[datum.s] / counts[datum.s]"
    tip = "format(datum.v, '.4f')"
    x, y = "X[datum.s] + columns[datum.s].at[datum.u] * W[datum.s]", f"Y[datum.s] + datum.r * {tall}"
    strips = rect(
        x, y, "max(0.4, columns[datum.s].wide[datum.u] * W[datum.s])", f"{tall} - 1", "features", clickable=True,
        fill={"scale": "feature", "field": "v"}, tooltip=f"(columns[datum.s].unit[datum.u] + 1) + ': ' + {tip}",
    )  # fmt: skip
    across = "W[datum.s] / M"
    x = f"X[datum.s] + datum.j * {across}"
    grids = [
        rect(
            x, y, f"{across} - 1", f"{tall} - 1", name, clickable=True, fill={"scale": scale, "field": "v"},
            tooltip=tip,
        )
        for name, scale in (("products", "product"), ("shares", "share"))
    ]  # fmt: skip
    return [strips, *grids]


def _masks() -> list[Mark]:
    """Masked cells: a shade over the scores once they are masked, and strokes across; in the weights from the start."""
    marks = []
    for slot, shown in ((SLOT["scores"], "masked"), (SLOT["weights"], "1")):
        place: dict[str, Any] = {
            "x": f"X[{slot}]", "y": f"Y[{slot}]", "scaleX": f"W[{slot}] / M", "scaleY": f"H[{slot}] / L",
        }  # fmt: skip
        marks += [
            mark("path", silent=True, path="shade", fill="panel", fillOpacity=f"0.88 * {shown}", **place),
            mark("path", silent=True, path="hatch", stroke="faint", strokeWidth=1.4, strokeOpacity=shown, **place),
        ]
    return marks


def _heads() -> list[Mark]:
    """Veils over the features that other heads read."""
    marks = []
    for name in SPLIT:
        k = SLOT[name]
        shown = "0.72 * dim" if name != "heads" else "0.72 * dim * clamp(whole[" + str(k) + "] - step, 0, 1)"
        for x, x2 in ((f"X[{k}]", f"X[{k}] + from * W[{k}]"), (f"X[{k}] + to * W[{k}]", f"X[{k}] + W[{k}]")):
            marks.append(
                mark("rect", silent=True, x=x, x2=x2, y=f"Y[{k}]", height=f"H[{k}]", fill="panel", fillOpacity=shown)
            )
    return marks


def _curtains() -> list[Mark]:
    """What is still to come, and cannot be asked yet: only at first all is seen. Row p may be known before others."""
    marks = []
    for name, k in SLOT.items():
        whole = f"clamp(step - whole[{k}] + 1, 0, 1)"
        if name not in (*GRIDS, "heads"):
            marks.append(_curtain(k, f"Y[{k}]", f"Y[{k}] + H[{k}]", whole))
            continue
        top, foot = f"Y[{k}] + p * H[{k}] / L", f"Y[{k}] + (p + 1) * H[{k}] / L"
        marks += [
            _curtain(k, f"Y[{k}]", top, whole),
            _curtain(k, top, foot, f"clamp(step - when[{k}] + 1, 0, 1)"),
            _curtain(k, foot, f"Y[{k}] + H[{k}]", whole),
        ]
    return marks


def _curtain(k: int, top: str, foot: str, known: str) -> Mark:
    return mark(
        "rect", x=f"X[{k}] + W[{k}] * {known}", x2=f"X[{k}] + W[{k}] * (step < 0.01 ? {known} : 1)",
        y=top, y2=foot, fill="panel",
        fillOpacity=f"counts[{k}] && {known} < 1 ? 0.93 * min(1, step) : 0",
    )  # fmt: skip


def _rows() -> list[Mark]:
    """A thin frame round the followed token's row of every matrix that has one."""
    marks = []
    for name, k in SLOT.items():
        if name in ("k", "v"):
            continue
        tall = f"H[{k}] / max(1, counts[{k}])"
        shown = f"counts[{k}] == L && step > when[{k}] - 0.5"
        if name.startswith("in"):
            shown += f" && {k} <= asks"  # the memory has another's rows
        marks.append(
            rect(
                f"X[{k}] - 1.5", f"Y[{k}] + p * {tall} - 1.5", f"W[{k}] + 2", f"{tall} + 2", silent=True, stroke="side",
                strokeWidth=1.8, cornerRadius=2, strokeOpacity=f"{shown} ? 1 : 0",
            )
        )  # fmt: skip
    return marks


def _labels() -> list[Mark]:
    """Tokens beside rows and above columns, where rows are high enough; the followed token always."""
    tall = "H[datum.s] / counts[datum.s]"
    fits = f"(datum.own || {tall} > 10.5)"
    beside = text(
        f"datum.top || !{fits} ? '' : datum.short", "X[datum.s] - 5",
        f"Y[datum.s] + (datum.k + 0.5) * {tall}", "labels", align="right", limit="roomy ? 32 : 12",
        size="roomy ? clamp(H[datum.s] / counts[datum.s], 11, small) : 11", color="datum.own ? side : muted",
        fontWeight="datum.own ? 700 : 400",
    )  # fmt: skip
    above = text(
        "datum.top && W[datum.s] / M > 9 ? datum.short : ''", "X[datum.s] + (datum.k + 0.5) * W[datum.s] / M",
        "Y[datum.s] - 9", "labels", color="muted", size="roomy ? small : 11",
    )  # fmt: skip
    return [beside, above]


def _captions(pairs: str, features: str) -> list[Mark]:
    lift = f"(datum.s >= {SLOT['dots']} && datum.s <= {SLOT['weights']} ? 27 : 11)"
    now = "datum.s == slot && lit > 0.5"
    marks = [
        text(
            "roomy ? datum.name : datum.sign", "X[datum.s]", f"Y[datum.s] - {lift}", "captions", align="left",
            color=f"{now} ? side : ink", fontWeight=f"{now} ? 700 : 500", size="small",
            limit=f"datum.s >= {SLOT['rest1']} ? bw + low - 4 : W[datum.s] + gap - 4",
        ),
        text(  # the shape, where there is room for it behind the name
            "large && W[datum.s] > 150 ? datum.shape : ''", "X[datum.s] + W[datum.s]",
            f"Y[datum.s] - {lift}", "captions", align="right",
            color="muted", size="small - 1.5",
        ),
    ]  # fmt: skip
    for name in GRIDS:
        k = SLOT[name]
        marks.append(
            text(f"roomy ? {quoted_text(pairs)} : ''", f"X[{k}] + W[{k}] / 2", f"Y[{k}] + H[{k}] + 12", color="muted",
                 size="small - 1")
        )  # fmt: skip
    marks.append(
        text(f"roomy ? {quoted_text(features)} : ''", f"X[{SLOT['v']}]", f"Y[{SLOT['v']}] + H[{SLOT['v']}] + 12",
             align="left", color="muted", size="small - 1")
    )  # fmt: skip
    return marks


def _sideways(x: str, y: str, x2: str, y2: str) -> str:
    """Expression for an S-shaped path that leaves and arrives level; arguments are expressions."""
    middle = f"(({x}) + ({x2})) / 2"
    parts = ["'M'", x, "','", y, "'C'", middle, "','", y, "' '", middle, "','", y2, "' '", x2, "','", y2]
    return " + ".join(part if part.startswith("'") else f"({part})" for part in parts)


def _links() -> list[Mark]:
    """What is computed from what, faint and still."""
    right, left = "X[datum.a] + W[datum.a] + 1", "X[datum.b] - (roomy ? 20 : 2)"
    join = _sideways(right, "Y[datum.a] + H[datum.a] / 2", left, "Y[datum.b] + H[datum.b] / 2")
    heads, weights, out = SLOT["heads"], SLOT["weights"], SLOT["rest1"]
    sum_ = f"'M' + (X[{weights}] + W[{weights}] * 0.75) + ',' + (Y[{weights}] + H[{weights}] + 22)"
    sum_ += f" + 'L' + (X[{weights}] + W[{weights}] * 0.75) + ',' + (Y[{heads}] - 24)"
    lane = BELOW - CAPTION + 8
    down = f"'M' + (X[{heads}] + W[{heads}] / 2) + ',' + (Y[{heads}] + H[{heads}] + 2) + 'L' + (X[{heads}] + "
    down += f"W[{heads}] / 2) + ',' + {lane} + 'L' + (X[{out}] + 10) + ',' + {lane} + 'L' + (X[{out}] + 10) + ',' + "
    down += f"{BELOW - 20}"
    faint: dict[str, Any] = {"stroke": "faint", "strokeWidth": 1.6, "strokeCap": {"value": "round"}}
    return [
        mark("path", "joins", silent=True, path=join, **faint),
        mark("path", silent=True, path=sum_, **faint),
        mark("path", silent=True, path=down, **faint),
    ]


def _flows() -> list[Mark]:
    """What flows at this step."""
    to_row, to_cell = "X[goal] - 2", "X[goal] + (datum.j + 0.5) * W[goal] / M"
    x, y = "X[origin] + W[origin]", row_y("origin", "datum.j")
    goal_y = f"flow == 'rows' ? {row_y('goal', 'datum.j')} : {row_y('goal', 'p')}"
    many = _sideways(x, y, f"flow == 'cols' ? {to_cell} : {to_row}", goal_y)
    one = _sideways(x, row_y("origin", "p"), to_row, row_y("goal", "p"))
    color = "flow == 'rows' ? side : attention"
    return [
        mark(
            "path", "moving", silent=True, path=many, stroke=color, strokeCap={"value": "round"},
            strokeWidth="flow == 'mix' ? 0.6 + 14 * datum.w : 1.6", strokeOpacity=(
                "glow * (flow == 'mix' ? 0.25 + 0.6 * datum.w : 0.7)"),
        ),
        mark(
            "path", silent=True, path=one, stroke="side", strokeWidth=2.4, strokeCap={"value": "round"},
            strokeOpacity="flow == 'row' || flow == 'cols' ? glow * 0.9 : 0",
        ),
    ]  # fmt: skip


def _frame() -> list[Mark]:
    """Round the matrix in hand; it glides to the next."""
    return [
        rect(
            "fx - 4", "fy - 4", "fw + 7", "fh + 7", silent=True, stroke="attention", strokeWidth=2.6, cornerRadius=6,
            strokeOpacity="lit",
        )
    ]  # fmt: skip
