"""The pictures of a batch, filled from its trace."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from seq2seq.stories.batching.pictures import batch_grid, many_batches, waste_curve
from seq2seq.stories.formulas import percent
from seq2seq.stories.sentences import clauses, titled
from seq2seq.stories.story import Step, View
from seq2seq.stories.tokens import quoted
from seq2seq.traces import BatchTrace
from seq2seq.words import Words

if TYPE_CHECKING:
    from seq2seq.stories.batching.steps import Moment

ROWS, BARS = 16, 24  # drawn at most: sentences of the batch, batches of each kind


def batching_views(trace: BatchTrace, steps: Sequence[Step], moments: Sequence["Moment"], words: Words) -> list[View]:
    """The grid with its mask, the many batches, and waste against size."""
    return [_grid(trace, steps, moments, words), _many(trace, moments, words), _curve(trace, moments, words)]


def _rows_shown(trace: BatchTrace) -> list[int]:
    """The first rows of the batch, the longest among them."""
    rows, longest = list(range(min(ROWS, len(trace.tokens)))), int(trace.lengths.argmax())
    return rows if longest in rows else [*rows[:-1], longest]


def _grid(trace: BatchTrace, steps: Sequence[Step], moments: Sequence["Moment"], words: Words) -> View:
    say, shown, lengths = words.say, _rows_shown(trace), trace.lengths
    longest = int(lengths.argmax())
    second = int(np.sort(lengths)[-2]) if len(lengths) > 1 else int(lengths[0])
    cells = [
        {
            "r": r, "s": s, "real": bool(trace.mask[b, s]), "id": int(trace.ids[b, s]),
            "token": quoted(trace.tokens[b][s]) if trace.mask[b, s] else "", "v": int(trace.mask[b, s]),
            "asks": [f"cell {b} {s}", f"mask {b} {s}"],
        }
        for r, b in enumerate(shown)
        for s in range(trace.mask.shape[1])
    ]  # fmt: skip
    rows = [
        {"r": r, "b": b + 1, "n": int(lengths[b]), "longest": b == longest, "ask": f"length {b}"}
        for r, b in enumerate(shown)
    ]
    tracks = ("came", "framed", "pads", "mask", "without")
    signals: dict[str, Any] = {f"{track}_at": [getattr(moment, track) for moment in moments] for track in tracks}
    signals["came_at"] = [min(moment.came, len(shown)) for moment in moments]
    signals |= {"S": trace.mask.shape[1], "B": len(shown), "second": second, "bold": shown.index(longest)}
    key = "hint.some" if len(shown) < len(trace.tokens) else "hint"
    hint = say(f"batching.grid.{key}", shown=len(shown), count=len(trace.tokens))
    captions = tuple(say(f"batching.grid.{name}") for name in ("tokens", "ids", "mask", "length"))
    return View(
        "grid", say("batching.grid.title"), hint, batch_grid(*captions), "vega",
        [titled(step, words) for step in steps], {"cells": cells, "rows": rows}, "cells", signals, wide=True,
    )  # fmt: skip


def _nothing(moments: Sequence["Moment"], words: Words) -> str:
    """What stands where many batches will: the step that shows them."""
    return words.say("batching.many.nothing", step=1 + next(k for k, moment in enumerate(moments) if moment.random))


def _many(trace: BatchTrace, moments: Sequence["Moment"], words: Words) -> View:
    say = words.say
    rows = []
    for kind, heap in enumerate((trace.at_random, trace.by_length)):
        for k in range(min(BARS, len(heap.real))):
            pads = 1 - heap.real[k] / heap.cells[k]
            rows.append({
                "kind": kind, "k": k, "width": heap.widths[k], "real": heap.real[k] / heap.rows[k],
                "share": pads, "tip": say("batching.many.tip", rows=heap.rows[k], pads=percent(pads)),
                "ask": f"batch {kind} {k}",
            })  # fmt: skip
    labels = [
        {
            "kind": kind, "title": say(f"batching.many.{name}"), "v": heap.waste,
            "told": say("batching.many.waste", waste=percent(heap.waste), expected=percent(heap.expected)),
            "asks": [f"measured {kind}", f"expected {kind}"],
        }
        for kind, (name, heap) in enumerate((("random", trace.at_random), ("length", trace.by_length)))
    ]  # fmt: skip
    signals = {
        "most": int(max(trace.at_random.widths.max(), trace.by_length.widths.max())), "N": BARS,
        "random_at": [moment.random for moment in moments], "buckets_at": [moment.buckets for moment in moments],
    }  # fmt: skip

    def describe(moment: "Moment") -> str:
        told = [label["told"] for label, on in zip(labels, (moment.random, moment.buckets), strict=True) if on]
        return clauses(told, words) or nothing

    nothing = _nothing(moments, words)
    spec = many_batches(say("batching.many.axis"), nothing)
    return View(
        "many", say("batching.many.title"), say("batching.many.hint", shown=BARS, count=len(trace.at_random.real)),
        spec, "vega", [describe(moment) for moment in moments], {"batches": rows, "labels": labels}, "batches", signals,
    )  # fmt: skip


def _curve(trace: BatchTrace, moments: Sequence["Moment"], words: Words) -> View:
    say = words.say
    rows = [
        {"kind": kind, "k": k, "size": size, "v": trace.expected[k][kind], "ask": f"law {k} {kind}"}
        for k, size in enumerate(trace.sizes)
        for kind in (0, 1)
    ]
    size = len(trace.tokens)
    measured = [
        {"kind": kind, "size": size, "v": heap.waste, "ask": f"measured {kind}"}
        for kind, heap in enumerate((trace.at_random, trace.by_length))
    ]
    signals = {
        "sizes": trace.sizes, "top": max(map(max, trace.expected)) * 1.15 + 0.01,
        "random_at": [moment.random for moment in moments], "buckets_at": [moment.buckets for moment in moments],
    }  # fmt: skip
    told = say(
        "batching.curve.alt", small=trace.sizes[1], few=percent(trace.expected[1][0]), large=trace.sizes[-1],
        many=percent(trace.expected[-1][0]), buckets=percent(trace.expected[-1][1]),
    )  # fmt: skip
    nothing = _nothing(moments, words)
    spec = waste_curve(
        say("batching.curve.size"), say("batching.curve.waste"), say("batching.many.random"),
        say("batching.many.length"), nothing,
    )  # fmt: skip
    return View(
        "curve", say("batching.curve.title"), say("batching.curve.hint"), spec, "vega",
        [told if moment.random else nothing for moment in moments],
        {"law": rows, "measured": measured}, "law", signals,
    )  # fmt: skip
