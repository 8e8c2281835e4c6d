"""The pictures of a cutting, filled from its trace."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seq2seq.stories.cutting.equations import show as shown
from seq2seq.stories.cutting.pictures import curves, level_rows, pair_bars, piece_table
from seq2seq.stories.sentences import in_a_row, listed, titled
from seq2seq.stories.story import Step, View
from seq2seq.traces import CutTrace
from seq2seq.traces.preparing import SPECIALS, UNK
from seq2seq.words import Words

if TYPE_CHECKING:
    from seq2seq.stories.cutting.steps import Moment

CHARACTERS_SHOWN = 16
__all__ = ["cutting_views", "shown"]


def cutting_views(trace: CutTrace, steps: Sequence[Step], moments: Sequence["Moment"], words: Words) -> list[View]:
    """Overview, pair counts, curves and table."""
    return [
        _levels(trace, steps, moments, words), _pairs(trace, moments, words), _curves(trace, moments, words),
        _table(trace, moments, words),
    ]  # fmt: skip


def _track(moments: Sequence["Moment"], name: str) -> list[Any]:
    return [getattr(moment, name) for moment in moments]


def _levels(trace: CutTrace, steps: Sequence[Step], moments: Sequence["Moment"], words: Words) -> View:
    say, place, found = words.say, 0, []
    for (word, known), number in zip(trace.words, trace.word_ids, strict=True):
        place = trace.text.index(word, place)
        found.append({"x": place, "n": len(word), "text": word, "id": number, "known": known})
        place += len(word)
    pieces = []
    for made, cut in enumerate(trace.cuts):
        place = 0
        before = trace.merges[made - 1].piece if made else ""
        if made and cut == trace.cuts[made - 1]:
            continue  # drawn once: `shown` says which cut a merge shows
        for i, piece in enumerate(cut):
            number = trace.id(piece)
            pieces.append({
                "m": made, "x": place, "n": len(piece), "text": shown(piece), "id": number, "known": number != UNK,
                "fresh": piece == before, "ask": f"id {made} {i}",
            })  # fmt: skip
            place += len(piece)
    last: dict[int, int] = {}
    for made, cut in enumerate(trace.cuts):
        last[made] = last[made - 1] if made and cut == trace.cuts[made - 1] else made
    signals: dict[str, Any] = {
        "N": len(trace.text), "m_at": [last[moment.made] for moment in moments],
        "fresh_at": [last[moment.made] if moment.stage == "merge" and last[moment.made] == moment.made else -1
                     for moment in moments],
        "length_at": [len(trace.cuts[moment.made]) for moment in moments],
        "table_at": [trace.sizes[moment.made] for moment in moments],
    }  # fmt: skip
    signals |= {f"{name}_at": _track(moments, name) for name in ("words", "characters", "pieces")}
    captions = {
        name: say(f"cutting.caption.{name}", count=count, size=size)
        for name, count, size in (
            ("words", len(trace.words), trace.word_table), ("characters", len(trace.cuts[0]), trace.sizes[0]),
        )
    }  # fmt: skip
    captions |= {name: say(f"cutting.caption.{name}") for name in ("pieces", "of")}
    captions |= {f"{name}.uncut": say(f"cutting.uncut.{name}") for name in ("words", "characters", "pieces")}
    alternatives = []
    for step, moment in zip(steps, moments, strict=True):
        pieces_now = " | ".join(shown(piece) for piece in trace.cuts[moment.made])
        told = say("cutting.levels.alt", pieces=pieces_now) if moment.pieces else ""
        alternatives.append(in_a_row([titled(step, words), told]))
    return View(
        "levels", say("cutting.levels.title"), say("cutting.levels.hint"), level_rows(tuple(captions.items())), "vega",
        alternatives, {"words": found, "pieces": pieces}, "pieces", signals, wide=True,
    )  # fmt: skip


def _pairs(trace: CutTrace, moments: Sequence["Moment"], words: Words) -> View:
    say = words.say
    rows = [
        {
            "k": number, "rank": rank, "left": shown(left), "right": shown(right), "count": count,
            "share": count / max(1, record.count), "won": rank == 0, "ask": f"pair {number} {rank}",
        }
        for number, record in enumerate(trace.merges, 1)
        for rank, (left, right, count) in enumerate(record.candidates)
    ]  # fmt: skip

    nothing = say("cutting.pairs.nothing", step=1 + _track(moments, "stage").index("count"))

    def describe(moment: "Moment") -> str:
        if not moment.counted:
            return nothing
        best = trace.merges[moment.counted - 1].candidates[:3]
        return say("cutting.pairs.alt", best=listed((f"{shown(a)}+{shown(b)} {n}" for a, b, n in best), words))

    return View(
        "pairs", say("cutting.pairs.title"), say("cutting.pairs.hint"), pair_bars(nothing), "vega",
        [describe(moment) for moment in moments], {"candidates": rows}, "candidates",
        {"k_at": _track(moments, "counted")},
    )  # fmt: skip


def _curves(trace: CutTrace, moments: Sequence["Moment"], words: Words) -> View:
    say = words.say
    rows: list[dict[str, Any]] = [
        {"m": made, "length": pieces / trace.sentences, "size": size, "asks": [f"length {made}", f"size {made}"]}
        for made, (pieces, size) in enumerate(zip(trace.pieces, trace.sizes, strict=True))
    ]
    signals = {"M": max(1, len(trace.merges)), "m_at": _track(moments, "made")}
    signals["highest"], signals["largest"] = 1.4 * rows[0]["length"], 1.4 * rows[-1]["size"]
    alternatives = [
        say("cutting.curves.alt", merges=moment.made, length=f"{rows[moment.made]['length']:.2f}",
            size=rows[moment.made]["size"])
        for moment in moments
    ]  # fmt: skip
    spec = curves(say("cutting.curves.length"), say("cutting.curves.size"), say("axis.merges"))
    return View(
        "curves", say("cutting.curves.title"), say("cutting.curves.hint"), spec, "vega", alternatives, {"curve": rows},
        "curve", signals,
    )  # fmt: skip


def _table(trace: CutTrace, moments: Sequence["Moment"], words: Words) -> View:
    say = words.say
    end = SPECIALS + trace.characters
    common = sorted(range(SPECIALS, end), key=lambda v: -trace.counts[0, v])[:CHARACTERS_SHOWN]
    born = dict.fromkeys(range(end), 0)
    for number, record in enumerate(trace.merges, 1):
        born.setdefault(trace.ids[record.piece], number)
    rows, place = [], 0
    for v, token in enumerate(trace.tokens):
        drawn = v < SPECIALS or v >= end or v in common
        rows.append({
            "place": place if drawn else -1, "id": v, "text": shown(token), "born": born[v],
            "kind": "special" if v < SPECIALS else "character" if v < end else "piece",
            "count": trace.counts[:, v] if drawn else trace.counts[[0, -1], v], "ask": f"count {v}",
        })  # fmt: skip
        place += drawn
    left_out = trace.characters - len(common)
    signals = {"cells": place, "m_at": _track(moments, "made"), "more": say("cutting.table.more", count=left_out)}
    alternatives = [
        say("cutting.table.alt", size=trace.sizes[moment.made],
            newest=shown(trace.merges[moment.made - 1].piece) if moment.made else "–")
        for moment in moments
    ]  # fmt: skip
    return View(
        "table", say("cutting.table.title"), say("cutting.table.hint"), piece_table(), "vega", alternatives,
        {"rows": rows}, "rows", signals,
    )  # fmt: skip
