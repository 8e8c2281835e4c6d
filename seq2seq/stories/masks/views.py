"""The pictures of a batch under its masks, filled from its trace."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seq2seq.stories.formulas import short
from seq2seq.stories.masks.grids import hatched, mask_grids
from seq2seq.stories.masks.row import batch_rows, row_bars
from seq2seq.stories.sentences import clauses, listed, titled
from seq2seq.stories.story import Step, View
from seq2seq.stories.tokens import SHORT, short_sign
from seq2seq.traces.masks import PLACES, MasksTrace
from seq2seq.words import Words

if TYPE_CHECKING:
    from seq2seq.stories.masks.steps import Moment

TRACKS = ("b", "p", "i", "shown", "open")


def masks_views(
    trace: MasksTrace, steps: Sequence[Step], moments: Sequence["Moment"], words: Words
) -> list[View]:  # fmt: skip
    """The three grids; the batch; the row in hand."""
    return [_grids(trace, steps, moments, words), _batch(trace, moments, words), _row(trace, moments, words)]


def _sign(tokens: Sequence[str], n: int) -> str:
    """A token of a sentence by one sign; behind its end, a pad."""
    return short_sign(tokens[n]) if n < len(tokens) else SHORT["⟨pad⟩"]


def _grids(trace: MasksTrace, steps: Sequence[Step], moments: Sequence["Moment"], words: Words) -> View:
    say = words.say
    used = sorted({moment.b for moment in moments})
    cells, tokens, hatches = [], [], []
    for p, place in enumerate(PLACES):
        look, (rows, columns) = trace.looks[place], trace.size(place)
        for b in used:
            asks, asked = trace.queries(place, b), trace.keys(place, b)
            tokens += [
                {"p": p, "b": b, "key": key, "n": n, "token": _sign(of, n), "pad": n >= len(of)}
                for key, (of, count) in enumerate(((asks, rows), (asked, columns)))
                for n in range(count)
            ]
            hatches.append({"p": p, "b": b, "path": hatched(look.visible[b, :rows, :columns])})
            for i in range(rows):
                for j in range(columns):
                    seen = bool(look.visible[b, i, j])
                    key = "seen" if seen else "hidden"
                    slots = {"query": _sign(asks, i), "other": _sign(asked, j)}
                    cells.append({
                        "p": p, "b": b, "i": i, "j": j, "v": seen, "w": float(look.weights[b, i, j]),
                        "tip": say(f"masks.tip.{key}", **slots, weight=short(float(look.weights[b, i, j]))),
                        "ask": f"weight {place} {b} {i} {j}" if seen else f"mask {place} {b} {i} {j}",
                    })  # fmt: skip
    sizes = [trace.size(place) for place in PLACES]
    signals: dict[str, Any] = {f"{track}_at": [getattr(moment, track) for moment in moments] for track in TRACKS}
    signals |= {"rows": [size[0] for size in sizes], "columns": [size[1] for size in sizes]}
    spec = mask_grids(
        tuple(say(f"masks.place.{place}") for place in PLACES), tuple(say(f"masks.mask.{place}") for place in PLACES),
        (say("masks.side.encoder"), say("masks.side.decoder")), say("masks.grids.axes"),
    )  # fmt: skip
    return View(
        "overview", say("masks.grids.title"), say("masks.grids.hint", layer=trace.layer + 1, head=trace.head + 1),
        spec, "vega", [titled(step, words) for step in steps],
        {"cells": cells, "tokens": tokens, "hatches": hatches}, "cells", signals, wide=True,
    )  # fmt: skip


def _batch(trace: MasksTrace, moments: Sequence["Moment"], words: Words) -> View:
    say, sides = words.say, (trace.sources, trace.targets)
    cells = [
        {"side": side, "b": b, "n": n, "token": _sign(row, n), "pad": n >= len(row)}
        for side, rows in enumerate(sides)
        for b, row in enumerate(rows)
        for n in range((trace.width, trace.height)[side])
    ]
    signals = {
        "S": trace.width, "T": trace.height, "B": len(trace.sources), "b_at": [moment.b for moment in moments],
        "lit_at": [int(moment.p >= 0) for moment in moments],
    }  # fmt: skip
    told = say("masks.batch.alt", rows=clauses(map("".join, trace.sources), words))
    return View(
        "batch", say("masks.batch.view"), say("masks.batch.hint"),
        batch_rows(say("masks.batch.sources"), say("masks.batch.targets")), "vega", [told] * len(moments),
        {"cells": cells}, "cells", signals,
    )  # fmt: skip


def _row(trace: MasksTrace, moments: Sequence["Moment"], words: Words) -> View:
    say = words.say
    places = [(moment.p, moment.b, moment.i) for moment in moments]
    known = list(dict.fromkeys(place for place in places if place[0] >= 0))
    bars = []
    for row, (p, b, i) in enumerate(known):
        place = PLACES[p]
        look, asked = trace.looks[place], trace.keys(place, b)
        for j in range(look.scores.shape[2]):
            where = f"{place} {b} {i} {j}"
            bars.append({
                "row": row, "j": j, "token": _sign(asked, j), "pad": j >= len(asked),
                "v": bool(look.visible[b, i, j]), "score": float(look.scores[b, i, j]),
                "w": float(look.weights[b, i, j]), "open": float(look.open[b, i, j]),
                "asks": [f"score {where}", f"weight {where}", f"open {where}"],
            })  # fmt: skip
    spans: dict[int, tuple[float, float]] = {}
    for p, b, i in known:
        scores, (low, high) = trace.looks[PLACES[p]].scores[b, i], spans.get(p, (0.0, 0.0))
        spans[p] = (min(low, float(scores.min())), max(high, float(scores.max())))
    signals = {
        "low_at": [spans.get(place[0], (-1, 1))[0] for place in places],
        "high_at": [spans.get(place[0], (-1, 1))[1] for place in places],
        "glow_at": [moment.glow for moment in moments],
        "row_at": [known.index(place) if place[0] >= 0 else -1 for place in places],
        "tone_at": [max(0, moment.p) for moment in moments],
        "count_at": [trace.size(PLACES[moment.p])[1] if moment.p >= 0 else 1 for moment in moments],
    }  # fmt: skip
    nothing = say("masks.row.nothing")

    def describe(p: int, b: int, i: int) -> str:
        if p < 0:
            return nothing
        look, asked = trace.looks[PLACES[p]], trace.keys(PLACES[p], b)
        shown = [
            f"{_sign(asked, j)} {short(float(look.weights[b, i, j]))}"
            for j in range(look.scores.shape[2])
            if look.visible[b, i, j]
        ]
        return say("masks.row.alt", weights=listed(shown, words), hidden=int((~look.visible[b, i]).sum()))

    spec = row_bars(
        say("masks.row.scores"), say("masks.row.weights"), say("masks.row.open"), say("masks.row.keys"), nothing
    )
    return View(
        "row", say("masks.row.title"), say("masks.row.hint"), spec, "vega", [describe(*place) for place in places],
        {"bars": bars}, "bars", signals,
    )  # fmt: skip
