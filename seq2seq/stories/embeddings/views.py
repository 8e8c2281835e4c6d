"""The pictures of an embedding table, filled from its geometry."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from seq2seq.stories.embeddings.maps import cosine_maps, neighbour_bars, order_curve
from seq2seq.stories.embeddings.measures import Geometry, cosines
from seq2seq.stories.embeddings.pictures import lookup, rank_strip, scatter
from seq2seq.stories.formulas import percent
from seq2seq.stories.sentences import listed, titled
from seq2seq.stories.story import Step, View
from seq2seq.stories.tokens import quoted
from seq2seq.traces.embeddings import SPECIAL
from seq2seq.words import Words

if TYPE_CHECKING:
    from seq2seq.stories.embeddings.steps import Moment

ROWS, POINTS, NEAREST = 12, 60, 8  # drawn at most: ordinary rows of the table, points, neighbours
Moments = Sequence["Moment"]


def embedding_views(
    geometry: Geometry, place: int, steps: Sequence[Step], moments: Moments, words: Words
) -> list[View]:
    """Look-up, strip, points, neighbours, map of cosines, and what is measured."""
    views = [_lookup(geometry, place, steps, moments, words)]
    if len(geometry.ordered) > 2:
        views.append(_strip(geometry, place, moments, words))
    views += [_scatter(geometry, place, moments, words), _neighbours(geometry, place, moments, words)]
    if len(geometry.ordered) > 2:
        views.append(_maps(geometry, moments, words))
        if geometry.snapshots > 1:
            views.append(_curve(geometry, moments, words))
    return views


def _k(moments: Moments) -> list[int]:
    return [moment.k for moment in moments]


def _updates(geometry: Geometry, words: Words) -> list[str]:
    """How long each snapshot was trained, in words."""
    return [words.say("embeddings.updates" if step else "embeddings.no_updates", step=step)
            for step in geometry.trace.steps]  # fmt: skip


def _lookup(geometry: Geometry, place: int, steps: Sequence[Step], moments: Moments, words: Words) -> View:
    say, names, own = words.say, geometry.trace.tokens[geometry.kind], place + SPECIAL
    first = max(SPECIAL, min(own - ROWS // 2, len(names) - ROWS))
    drawn = [*range(SPECIAL), *range(first, min(first + ROWS, len(names)))]
    kept = sorted({0, geometry.snapshots - 1})
    rows = [
        {
            "late": k > 0, "r": r, "id": v, "token": quoted(names[v]), "hot": int(v == own),
            "unit": list(range(geometry.table.shape[2])), "v": geometry.table[k, v], "ask": f"unit {k} {v}",
        }
        for k in kept
        for r, v in enumerate(drawn)
    ]  # fmt: skip
    signals: dict[str, Any] = {
        "rows_drawn": len(drawn), "units": geometry.table.shape[2], "own": drawn.index(own),
        "widest": float(np.abs(geometry.table[kept]).max()), "number": own, "shown": quoted(names[own]),
        "late_at": [moment.k == geometry.snapshots - 1 and geometry.snapshots > 1 for moment in moments],
        "picked_at": [moment.picked for moment in moments], "times": _updates(geometry, words),
        "last": geometry.snapshots - 1,
    }  # fmt: skip
    left_out = len(names) - len(drawn)
    captions = tuple(say(f"embeddings.lookup.{name}") for name in ("onehot", "table", "row", "unit"))
    hint = say("embeddings.lookup.hint.some" if left_out else "embeddings.lookup.hint", count=left_out)
    return View(
        "lookup", say("embeddings.lookup.title"), hint, lookup(*captions), "vega",
        [titled(step, words) for step in steps], {"rows": rows}, "rows", signals, wide=True,
    )  # fmt: skip


def _strip(geometry: Geometry, place: int, moments: Moments, words: Words) -> View:
    say = words.say
    places = [geometry.places(k) for k in range(geometry.snapshots)]
    rows = [
        {
            "i": i, "token": quoted(geometry.tokens[v]), "at": [int(at[i]) for at in places], "own": v == place,
            "ask": f"point {geometry.snapshots - 1} {v + SPECIAL} 0",
        }
        for i, v in enumerate(geometry.ordered)
    ]  # fmt: skip
    last = geometry.snapshots - 1
    told = [
        say(
            "embeddings.strip.told", rho=f"{geometry.order_seen(k):.2f}", chance=f"{geometry.chance:.2f}", when=when,
        )
        for k, when in enumerate(_updates(geometry, words))
    ]  # fmt: skip
    signals = {"n": len(rows), "k_at": _k(moments), "told": told, "last": last}

    def describe(moment: "Moment") -> str:
        order = np.argsort(places[moment.k])
        return f"{told[moment.k]} {' '.join(quoted(geometry.tokens[geometry.ordered[i]]) for i in order)}"

    spec = rank_strip(say("embeddings.strip.order"), say("embeddings.strip.place"))
    return View(
        "strip", say("embeddings.strip.title"), say("embeddings.strip.hint", share=percent(float(geometry.shares[0]))),
        spec, "vega", [describe(moment) for moment in moments], {"letters": rows}, "letters", signals, wide=True,
    )  # fmt: skip


def _scatter(geometry: Geometry, place: int, moments: Moments, words: Words) -> View:
    say = words.say
    drawn = list(dict.fromkeys([place, *geometry.ordered, *range(len(geometry.tokens))]))[:POINTS]
    order = {v: i for i, v in enumerate(geometry.ordered)}
    rows = [
        {
            "token": quoted(geometry.tokens[v]), "x": geometry.points[:, v, 0], "y": geometry.points[:, v, 1],
            "own": v == place, "order": order[v] / max(1, len(order) - 1) if v in order else None, "id": v + SPECIAL,
        }
        for v in drawn
    ]  # fmt: skip
    reach = [1.12 * float(np.abs(geometry.points[:, drawn, c]).max()) or 1.0 for c in (0, 1)]
    signals = {"k_at": _k(moments), "reach_x": reach[0], "reach_y": reach[1], "times": _updates(geometry, words)}
    axes = [say("embeddings.axis", number=c + 1, share=percent(float(geometry.shares[c]))) for c in (0, 1)]
    signals |= {"x_title": axes[0], "y_title": axes[1]}

    def describe(moment: "Moment") -> str:
        x, y = geometry.points[moment.k, place, :2]
        return say("embeddings.scatter.alt", token=quoted(geometry.tokens[place]), x=f"{x:.2f}", y=f"{y:.2f}",
                   when=_updates(geometry, words)[moment.k])  # fmt: skip

    return View(
        "scatter", say("embeddings.scatter.title"), say("embeddings.scatter.hint"), scatter(), "vega",
        [describe(moment) for moment in moments], {"points": rows}, "points", signals,
    )  # fmt: skip


def _neighbours(geometry: Geometry, place: int, moments: Moments, words: Words) -> View:
    say, own = words.say, place + SPECIAL
    rows, told = [], []
    order = {v: i for i, v in enumerate(geometry.ordered)}
    for k in range(geometry.snapshots):
        near = geometry.neighbours(k, place)[:NEAREST]
        told.append(listed((f"{quoted(geometry.tokens[v])} {value:.2f}" for v, value in near[:3]), words))
        rows += [
            {
                "k": k, "rank": rank, "token": quoted(geometry.tokens[v]), "v": value,
                "door": v in order and place in order and abs(order[v] - order[place]) == 1,
                "ask": f"cosine {k} {own} {v + SPECIAL}",
            }
            for rank, (v, value) in enumerate(near)
        ]  # fmt: skip
    signals = {
        "k_at": _k(moments), "on_at": [moment.compared for moment in moments], "times": _updates(geometry, words),
    }  # fmt: skip
    nothing = say("embeddings.near.nothing", step=1 + next(k for k, moment in enumerate(moments) if moment.compared))
    alternatives = [
        say("embeddings.near.alt", best=told[moment.k]) if moment.compared else nothing for moment in moments
    ]
    spec = neighbour_bars(nothing, say("embeddings.near.door"))
    return View(
        "neighbours", say("embeddings.near.title", token=quoted(geometry.tokens[place])), say("embeddings.near.hint"),
        spec, "vega", alternatives, {"near": rows}, "near", signals,
    )  # fmt: skip


def _maps(geometry: Geometry, moments: Moments, words: Words) -> View:
    say, last = words.say, geometry.snapshots - 1
    names = [quoted(geometry.tokens[v]) for v in geometry.ordered]
    ids = [v + SPECIAL for v in geometry.ordered]
    kept = sorted({0, last})
    rows = []
    for column, k in enumerate(kept):
        table = cosines(geometry.rows[k][geometry.ordered])
        rows += [
            {
                "c": column, "i": i, "own": names[i], "v": [None if i == j else value for j, value in enumerate(row)],
                "asks": [f"cosine {k} {ids[i]} {other}" for other in ids],
            }
            for i, row in enumerate(table.tolist())
        ]  # fmt: skip
    titles = [_updates(geometry, words)[k] for k in kept]
    signals = {
        "n": len(names), "names": names, "maps": len(kept), "titles": titles,
        "over_at": [int(moment.over or moment.stage == "after" or not last) for moment in moments],
    }  # fmt: skip
    door = [
        say("embeddings.map.alt", near=percent(geometry.next_door(k) / len(names)),
            chance=percent(geometry.next_door_chance), when=when)
        for k, when in zip(kept, titles, strict=True)
    ]  # fmt: skip
    alternatives = [door[-1] if moment.k == last else door[0] for moment in moments]
    return View(
        "map", say("embeddings.map.title"), say("embeddings.map.hint"), cosine_maps(), "vega", alternatives,
        {"rows": rows}, "rows", signals,
    )  # fmt: skip


def _curve(geometry: Geometry, moments: Moments, words: Words) -> View:
    say, n = words.say, len(geometry.ordered)
    rows: list[dict[str, Any]] = [
        {
            "k": k, "step": step, "rho": geometry.order_seen(k), "near": geometry.next_door(k) / n,
            "asks": [f"rho {k}", f"adjacent {k}"],
        }
        for k, step in enumerate(geometry.trace.steps)
    ]  # fmt: skip
    signals = {
        "K": geometry.snapshots, "k_at": _k(moments), "steps": list(geometry.trace.steps),
        "rho_chance": geometry.chance, "near_chance": geometry.next_door_chance,
    }  # fmt: skip
    alternatives = [
        say("embeddings.curve.alt", rho=f"{rows[moment.k]['rho']:.2f}", near=percent(rows[moment.k]["near"]),
            rho_chance=f"{geometry.chance:.2f}", near_chance=percent(geometry.next_door_chance))
        for moment in moments
    ]  # fmt: skip
    spec = order_curve(
        say("embeddings.curve.rho"), say("embeddings.curve.near"), say("axis.step"), say("embeddings.curve.chance")
    )
    return View(
        "curve", say("embeddings.curve.title"), say("embeddings.curve.hint"), spec, "vega", alternatives,
        {"curve": rows}, "curve", signals,
    )  # fmt: skip
