"""Convolutional decoding → story: the overview of the network, the inside of a layer, attention of one layer."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from seq2seq.stories.charts import weights_heat_map
from seq2seq.stories.convolution.cell import ROWS, gated_units
from seq2seq.stories.convolution.overview import overview
from seq2seq.stories.convolution.questions import convolution_questions
from seq2seq.stories.convolution.steps import Moment, Teller, Told
from seq2seq.stories.decoding import Marks, busiest, right_or_wrong
from seq2seq.stories.layered.layout import UNITS, Layout
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.probabilities import probabilities_view
from seq2seq.stories.sentences import listed, pair, titled, weighed
from seq2seq.stories.story import Story, View
from seq2seq.stories.tokens import quoted, short_sign, token_row
from seq2seq.traces import ConvTrace
from seq2seq.words import Words

STAGE = {"input": 0, "a": 1, "b": 1, "gate": 2, "glu": 3, "residual": 4, "context": 5, "h": 5}  # when it is shown


def middle_of(trace: ConvTrace) -> int:
    """The source position whose field is looked at unless another is asked for."""
    return len(trace.source) // 2


def convolution_story(
    trace: ConvTrace, words: Words, name: str, answer: str | None = None, position: int | None = None,
    layer: int | None = None, flaw: str | None = None,
) -> Story:  # fmt: skip
    """Tell how one output was written.

    Args:    name says whose decoding it is (part of the story's identity); answer: the right output, if it is known;
             position: the source position followed through the encoder; layer: whose weights the heat map shows
             (both counted from 0; None: the middle one, the top one); flaw: what is wrong with the output whatever was
             read.
    Returns: a story whose views all follow `step`.
    """
    p = min(middle_of(trace) if position is None else position, len(trace.source) - 1)
    shown = trace.layers - 1 if layer is None else min(layer, trace.layers - 1)
    told = Teller(trace, words, p).tell(answer, flaw)
    questions = convolution_questions(trace, words, p)
    steps = [
        replace(step, question=questions.pop((moment.stage, moment.layer, moment.col), None))
        for step, moment in zip(told.steps, told.moments, strict=True)
    ]
    marks = right_or_wrong(trace.output, answer, flaw)
    views = [_overview(trace, told, words, marks, p), _cell(trace, told, words, p)]
    if trace.decoder:
        views.append(_heat_map(trace, told, words, shown))
    views.append(probabilities_view(trace, words, told.track("col"), told.track("told")))
    identity = "|".join(["convolution", name, "".join(trace.source), "".join(trace.output)])
    title = words.say("convolution.title", source="".join(trace.source))
    return Story(identity, title, steps, views, told.chapters, player_labels(words), told.formulas,
                 sizes={"S": len(trace.source), "T": len(trace.output)})  # fmt: skip


def _overview(trace: ConvTrace, told: Told, words: Words, marks: Marks, p: int) -> View:
    decodes, S, T = bool(trace.decoder), len(trace.source), len(trace.output)
    reads = ["⟨bos⟩", *trace.output[:-1]]
    data: dict[str, Any] = {
        "source": [
            {"i": i, "unknown": unknown, "ask": f"source {i} 0"} | token_row(token)
            for i, (token, unknown) in enumerate(zip(trace.source, trace.unknown, strict=True))
        ],
        "output": [
            {"t": t, "mark": mark, "read": quoted(read), "read_short": short_sign(read), "ask": f"chosen {t}"}
            | token_row(token)
            for t, (token, read, mark) in enumerate(
                zip(trace.output, reads, marks, strict=True)
            )
        ],
        "enc_units": _strips(
            "i", [(trace.embedded, "source"), *((g["h"], f"encoder {x} h") for x, g in enumerate(trace.encoder))], words
        ),
        "dec_units": _strips(
            "t", [(trace.fed, "fed"), *((g["h"], f"decoder {x} h") for x, g in enumerate(trace.decoder))], words
        ) if decodes else [],
        "edges": _edges(0, S, trace.layers, trace.before, trace.kernel)
        + (_edges(1, T, trace.layers, trace.kernel - 1, trace.kernel) if decodes else []),
        "links": [
            {"t": t, "l": layer, "i": i, "w": w, "tip": pair(quoted(trace.source[i]), f"{w:.4f}", words),
             "ask": f"weight {layer} {t} {i}"}
            for layer, gates in enumerate(trace.decoder) for t, row in enumerate(gates["weights"])
            for i, w in enumerate(row)
        ],
    }  # fmt: skip
    tracks = ["stage", "layer", "fan", "embedded", "own", "whole", "col", "row", "glow", "wrote"]
    tracks += [f"dec{layer}" for layer in range(len(trace.decoder))]
    signals = {"S": S, "T": T, "k": trace.kernel, "before": trace.before, "p": p}
    key = "hint" if decodes else "hint.positions"
    return View(
        "overview", words.say("convolution.overview.title"), words.say(f"convolution.overview.{key}"),
        overview(Layout(trace.layers, decodes), _captions(trace, words)), "vega",
        [titled(step, words) for step in told.steps], data, "links" if decodes else "edges",
        signals | {f"{track}_at": told.track(track) for track in tracks}, wide=True,
    )  # fmt: skip


def _captions(trace: ConvTrace, words: Words) -> dict[str, str]:
    captions = {key: words.say(f"decoding.caption.{key}") for key in ("source", "output", "read", "context")}
    for side in ("encoder", "decoder"):
        captions[f"{side} 0"] = words.say("convolution.caption.embedding")
        for row in range(1, trace.layers + 1):
            captions[f"{side} {row}"] = words.say(f"convolution.caption.{side}", layer=row)
    return captions


def _strips(position: str, bands: list[tuple[np.ndarray, str]], words: Words) -> list[dict[str, Any]]:
    """One row for each band and position: the units that change most there, with their numbers."""
    tip, rows = words.say("decoding.unit.tip"), []
    for number, (values, address) in enumerate(bands):
        units = busiest(values, UNITS)
        for place, state in enumerate(values):
            text = tip.format(position=place + 1, count=values.shape[1])
            row = {"row": number, position: place, "v": state[units], "unit": units, "tip": text}
            rows.append(row | {"ask": f"{address} {place}"})
    return rows


def _edges(side: int, count: int, layers: int, before: int, kernel: int) -> list[dict[str, int]]:
    """Every edge between a state and what its window holds in the layer below; rows are counted from the embeddings."""
    return [
        {"side": side, "row": row, "to": to, "from": at}
        for row in range(1, layers + 1)
        for to in range(count)
        for at in range(max(0, to - before), min(count, to - before + kernel))
    ]


def _cell(trace: ConvTrace, told: Told, words: Words, p: int) -> View:
    """Rows of one layer at one position. Cells are numbered: encoder layers at p, then output by output."""
    names = [name for name in ROWS if trace.decoder or name not in ("context", "h")]
    places = [("encoder", layer, p) for layer in range(trace.layers)]
    places += [("decoder", layer, t) for t in range(len(trace.output)) for layer in range(len(trace.decoder))]
    rows = [row for key, place in enumerate(places) for row in _cell_rows(trace, key, *place, names)]
    say = words.say
    titles = tuple(say(f"convolution.cell.{name}") for name in names)

    named = [
        say(f"convolution.cell.{side}", layer=layer + 1, at=_at(trace, side, at, words)) for side, layer, at in places
    ]

    def describe(moment: Moment) -> str:
        if moment.layer < 0 or moment.shown < 0:
            return say("convolution.cell.nothing")
        side, layer, at = places[moment.cell]
        gate = (trace.encoder if side == "encoder" else trace.decoder)[layer]["gate"][at]
        slots = {"place": named[moment.cell], "open": int((gate > 0.5).sum()), "units": len(gate)}
        return say("convolution.cell.alt", **slots)

    data = {"cells": rows, "places": [{"key": key, "name": name} for key, name in enumerate(named)]}
    signals: dict[str, Any] = {"names": titles, "columns": min(UNITS, trace.embedded.shape[1])}
    signals |= {"cell_at": told.track("cell"), "shown_at": told.track("shown")}
    return View(
        "cell", say("convolution.cell.title"), say("convolution.cell.hint", units=UNITS),
        gated_units(titles, say("axis.unit")), "vega", [describe(moment) for moment in told.moments], data,
        "cells", signals, wide=True,
    )  # fmt: skip


def _at(trace: ConvTrace, side: str, at: int, words: Words) -> str:
    """A position in words."""
    if side == "encoder":
        return words.say("convolution.at.source", token=quoted(trace.source[at]), position=at + 1)
    return words.say("convolution.at.output", number=at + 1)


def _cell_rows(trace: ConvTrace, key: int, side: str, layer: int, at: int, names: list[str]) -> list[dict[str, Any]]:
    """The values of one layer at one position, of the units that its strip shows."""
    layers = trace.encoder if side == "encoder" else trace.decoder
    below = (trace.embedded if side == "encoder" else trace.fed) if layer == 0 else layers[layer - 1]["h"]
    address = {0: "source" if side == "encoder" else "fed"}.get(layer, f"{side} {layer - 1} h")
    units, rows = busiest(layers[layer]["h"], UNITS), []
    for r, name in enumerate(names):
        own = "h" if (name, side) == ("residual", "encoder") else name
        if name == "input":
            values, ask = below[at], f"{address} {at}"
        elif own in layers[layer] and not (side == "encoder" and name == "h"):
            values, ask = layers[layer][own][at], f"{side} {layer} {own} {at}"
        else:
            continue  # an encoder layer looks at nothing
        rows.append(
            {"key": key, "r": r, "v": values[units], "unit": units, "stage": STAGE[name], "share": name == "gate",
             "ask": ask}
        )  # fmt: skip
    return rows


def _heat_map(trace: ConvTrace, told: Told, words: Words, layer: int) -> View:
    say, weights = words.say, trace.decoder[layer]["weights"]
    spec = weights_heat_map(say("axis.output"), say("axis.source"), say("axis.weight"))
    cells = [
        {"t": t, "i": i, "w": w, "target": quoted(trace.output[t]), "source": quoted(trace.source[i]),
         "ask": f"weight {layer} {t} {i}"}
        for t, row in enumerate(weights) for i, w in enumerate(row)
    ]  # fmt: skip

    def reached(moment: Moment) -> int:
        """The last row of this layer that is computed."""
        looks = {"decode": moment.layer > layer, "look": moment.layer >= layer}
        return moment.col if looks.get(moment.stage, True) else moment.col - 1

    rows = [reached(moment) for moment in told.moments]
    signals = {
        "source": [short_sign(token) for token in trace.source],
        "target": [short_sign(token) for token in trace.output],
        "row_at": rows,
        "framed_at": rows,
        "wrote_at": told.track("wrote"),
        "height": max(150, min(440, 28 * len(trace.output))),
    }

    def describe(row: int) -> str:
        if row < 0:
            return say("decoding.heat.nothing")
        order = np.argsort(-weights[row])[:3]
        best = listed(
            (weighed(quoted(trace.source[i]), int(i) + 1, float(weights[row, i]), words) for i in order), words
        )
        return say("decoding.heat.alt", number=row + 1, best=best)

    return View(
        "heat-map", say("convolution.heat.title", layer=layer + 1, layers=trace.layers), say("decoding.heat.hint"),
        spec, "vega-lite", [describe(row) for row in rows], {"weights": cells}, "weights", signals,
    )  # fmt: skip


def _alternatives(told: Told, describe: Callable[[Moment], str]) -> list[str]:
    return [describe(moment) for moment in told.moments]
