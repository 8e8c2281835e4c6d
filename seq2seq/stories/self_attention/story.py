"""One layer of a Transformer → story: its matrices, the operation in hand enlarged, and who looks at whom."""

from dataclasses import replace
from typing import Any

import numpy as np

from seq2seq.stories.formulas import short
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.self_attention.bars import bar_rows, three_bars
from seq2seq.stories.self_attention.focus import Focus
from seq2seq.stories.self_attention.layout import REST, SLOT, SLOTS
from seq2seq.stories.self_attention.loupe import enlarged
from seq2seq.stories.self_attention.maps import (
    arcs,
    asked,
    asking,
    every_head,
    hatch,
    head_rows,
    heat_map,
    weight_rows,
)
from seq2seq.stories.self_attention.matrices import (
    captions,
    cells,
    columns,
    grids,
    labels,
    matrices_of,
    read_by,
    segment,
)
from seq2seq.stories.self_attention.overview import overview
from seq2seq.stories.self_attention.questions import layer_questions
from seq2seq.stories.self_attention.steps import Moment, Told
from seq2seq.stories.self_attention.tell import tell
from seq2seq.stories.sentences import clauses, listed, pair, titled
from seq2seq.stories.story import Story, View
from seq2seq.words import Words


def self_attention_story(focus: Focus, words: Words, name: str) -> Story:
    """Tell what one layer makes of one token; name says whose layer it is (part of the story's identity)."""
    told = tell(focus, words)
    questions = layer_questions(focus, words)
    steps = [
        replace(step, question=questions.pop((moment.stage, moment.row), None))
        for step, moment in zip(told.steps, told.moments, strict=True)
    ]
    views = [
        _overview(focus, told, words), _loupe(focus, told, words), _bars(focus, told, words), _map(focus, told, words),
        _arcs(focus, told, words), _heads(focus, told, words),
    ]  # fmt: skip
    identity = "|".join(["self-attention", name, focus.side, focus.block, "".join(focus.trace.source)])
    title = words.say("selfatt.title", source="".join(focus.trace.source))
    known = {"d": focus.trace.width, "N": focus.trace.heads, "d_k": focus.trace.head_width}
    return Story(identity, title, steps, views, told.chapters, player_labels(words), told.formulas, sizes=known)


def _most(focus: Focus) -> float:
    """The largest product in size: the ends of its colours."""
    return max(float(np.abs(focus.pairs("dots")).max()), 1e-6)


def _brightest(focus: Focus) -> float:
    """The largest weight of all heads, a little above it: the end of the weights' colours."""
    return min(1.0, float(np.ceil(focus.of("weights").max() * 20)) / 20)


def _overview(focus: Focus, told: Told, words: Words) -> View:
    say = words.say
    counts = [0] * len(SLOTS)
    for matrix in matrices_of(focus):
        counts[SLOT[matrix.slot]] = len(matrix.values)
    for slot in ("dots", "scores", "weights"):
        counts[SLOT[slot]] = len(focus.queries)
    strokes, area = hatch(focus)
    begin, end = segment(focus)
    signals: dict[str, Any] = {
        "L": len(focus.queries), "M": len(focus.keys), "counts": counts, "p": focus.query, "from": begin, "to": end,
        "rest": sum(count > 0 for count in counts[-REST:]), "most": _most(focus),
        "brightest": _brightest(focus), "hatch": strokes, "shade": area,
        "columns": columns(focus), "tone": int(focus.side == "decoder"),
        "asks": SLOT[read_by(focus)[0]], "when": told.when, "whole": told.whole,
    }  # fmt: skip
    for track in ("slot", "lit", "flow", "origin", "goal", "glow", "masked", "dim"):
        signals[f"{track}_at"] = told.track(track)
    data: dict[str, Any] = {
        "cells": cells(focus), "grids": grids(focus), "labels": labels(focus), "captions": captions(focus, words),
        "links": _links(focus), "flows": [{"j": j, "w": float(w)} for j, w in enumerate(focus.row)],
    }  # fmt: skip
    axes = [say(f"selfatt.axis.{name}") for name in ("pairs", "features")]
    return View(
        "overview", _heading(focus, words), say("selfatt.overview.hint"), overview(*axes), "vega",
        [titled(step, words) for step in told.steps], data, "grids", signals, wide=True,
    )  # fmt: skip


def _heading(focus: Focus, words: Words) -> str:
    """Which attention this is, of which layer."""
    where = words.say(f"transformer.layer.{focus.side}", layer=focus.layer + 1)
    block = words.say(f"transformer.block.{focus.side}.{focus.block}")
    return words.say("selfatt.overview.title", layer=where, block=block, head=focus.head + 1, heads=focus.trace.heads)


def _links(focus: Focus) -> list[dict[str, Any]]:
    """What is computed from what, between neighbours."""
    asks, tells = read_by(focus)
    pairs = [(asks, "q"), (tells, "k"), (tells, "v"), ("q", "dots"), ("k", "dots"), ("dots", "scores"),
             ("scores", "weights"), ("v", "heads")]  # fmt: skip
    count = sum(matrix.slot.startswith("rest") for matrix in matrices_of(focus))
    pairs += [(f"rest{k}", f"rest{k + 1}") for k in range(1, count)]
    return [{"kind": "join", "a": SLOT[a], "b": SLOT[b]} for a, b in pairs]


def _loupe(focus: Focus, told: Told, words: Words) -> View:
    say, scenes = words.say, told.scenes.made

    def describe(moment: Moment) -> str:
        scene = scenes[moment.scene]
        return pair(scene.title, clauses((f"{line.label} {line.total}".strip() for line in scene.lines), words), words)

    return View(
        "loupe", say("selfatt.loupe.name"), say("selfatt.loupe.hint"), enlarged(), "vega",
        [describe(moment) for moment in told.moments], told.scenes.data(), "rows",
        {"most": _most(focus), "brightest": _brightest(focus), "scene_at": told.track("scene"),
         "lines": max(len(scene.lines) for scene in scenes),
         "most_columns": max(len(line.values) for scene in scenes for line in scene.lines)}, wide=True,
    )  # fmt: skip


def _best(focus: Focus, words: Words, row: int) -> str:
    """The largest weights of a row, in words."""
    weights = focus.pairs("weights")[row]
    order = [int(j) for j in np.argsort(-weights, kind="stable")[:3] if focus.visible[row, j]]
    best = listed((f"{focus.name(words, True, j)} {short(float(weights[j]))}" for j in order), words)
    return words.say("selfatt.best", query=focus.name(words, False, row), best=best)


def _bars(focus: Focus, told: Told, words: Words) -> View:
    say, dots, scores = words.say, focus.pairs("dots"), focus.pairs("scores")
    held = np.concatenate([dots.ravel(), scores.ravel()])
    key = "scores" if focus.trace.scaled else "scores.raw"
    names = [say(f"selfatt.bars.{name}") for name in ("dots", key, "weights", "without")]

    def describe(moment: Moment) -> str:
        return _best(focus, words, moment.row) if moment.weights else say("selfatt.bars.nothing")

    signals: dict[str, Any] = {"M": len(focus.keys), "low": float(held.min()), "high": float(held.max())}
    for track in ("row", "dots", "scores", "hides", "weights"):
        signals[f"{track}_at"] = told.track(track)
    return View(
        "bars", say("selfatt.bars.title"), say("selfatt.bars.hint"),
        three_bars(*names, say("selfatt.axis.keys")), "vega", [describe(moment) for moment in told.moments],
        {"bars": bar_rows(focus), "asked": asked(focus)}, "bars", signals,
    )  # fmt: skip


def _shared(focus: Focus, told: Told) -> dict[str, Any]:
    """Signals that the three pictures of weights have in common."""
    return {
        "M": len(focus.keys), "row_at": told.track("row"), "framed_at": told.track("row"), "own_at": told.track("own"),
        "all_at": told.track("all"),
    }  # fmt: skip


def _told_weights(focus: Focus, told: Told, words: Words) -> list[str]:
    nothing = words.say("selfatt.map.nothing")
    return [_best(focus, words, moment.row) if moment.own else nothing for moment in told.moments]


def _map(focus: Focus, told: Told, words: Words) -> View:
    say = words.say
    hint = say("selfatt.map.hint.masked" if focus.masked else "selfatt.map.hint", most=f"{_brightest(focus):.2f}")
    return View(
        "heat-map", say("selfatt.map.title", head=focus.head + 1), hint,
        heat_map(say("selfatt.axis.queries"), say("selfatt.axis.keys")), "vega", _told_weights(focus, told, words),
        {"weights": weight_rows(focus), "asking": asking(focus), "asked": asked(focus)}, "weights",
        _shared(focus, told) | {"L": len(focus.queries), "hatch": hatch(focus)[0], "brightest": _brightest(focus)},
    )  # fmt: skip


def _arcs(focus: Focus, told: Told, words: Words) -> View:
    say = words.say
    return View(
        "arcs", say("selfatt.arcs.title"), say("selfatt.arcs.hint"),
        arcs(say("selfatt.axis.queries"), say("selfatt.axis.keys")), "vega", _told_weights(focus, told, words),
        {"links": weight_rows(focus), "asking": asking(focus), "asked": asked(focus)}, "links",
        _shared(focus, told) | {"L": len(focus.queries)},
    )  # fmt: skip


def _heads(focus: Focus, told: Told, words: Words) -> View:
    say = words.say
    names = [
        {"n": n, "name": say("selfatt.heads.name", head=n + 1), "own": int(n == focus.head)}
        for n in range(focus.trace.heads)
    ]
    nothing = say("selfatt.map.nothing")
    alternatives = [
        say("selfatt.heads.alt", heads=focus.trace.heads, seen=int(focus.visible[moment.row].sum()))
        if moment.all else nothing
        for moment in told.moments
    ]  # fmt: skip
    return View(
        "heads", say("selfatt.heads.title"), say("selfatt.heads.hint"),
        every_head(say("selfatt.axis.heads"), say("selfatt.axis.keys")), "vega", alternatives,
        {"weights": head_rows(focus), "names": names, "asked": asked(focus)}, "weights",
        _shared(focus, told) | {"N": focus.trace.heads, "brightest": _brightest(focus)},
    )  # fmt: skip
