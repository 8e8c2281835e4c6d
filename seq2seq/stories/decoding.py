"""Decoding trace → story: the overview of the network, and beside it heat map, bars, probabilities and units."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from seq2seq.stories.charts import units_over_time, weights_heat_map
from seq2seq.stories.decoding_steps import Moment, Teller, Told
from seq2seq.stories.explain.vectors import Vectors
from seq2seq.stories.network import UNITS, Layout, network_diagram
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.probabilities import probabilities_view
from seq2seq.stories.questions import decoding_questions
from seq2seq.stories.sentences import listed, pair, titled, weighed
from seq2seq.stories.softmax import score_bars
from seq2seq.stories.story import Question, Step, Story, View
from seq2seq.stories.tokens import quoted, short_sign, token_row
from seq2seq.traces import DecodingTrace
from seq2seq.words import Words

UNITS_OVER_TIME = 32


def decoding_story(
    trace: DecodingTrace, words: Words, name: str, answer: str | None = None, start: int = 0, flaw: str | None = None
) -> Story:
    """Tell how one output was written.

    Args:    name says whose decoding it is (part of the story's identity); answer: the right output, if it is known;
             flaw: what is wrong with the output whatever was read (`Task.flaw`).
    Returns: a story whose views all follow `step`.
    """
    told = Teller(trace, words).tell(answer, flaw)
    steps = ask(told, decoding_questions(trace, words))
    views = [_overview(trace, told, words, right_or_wrong(trace.output, answer, flaw))]
    if trace.weights is not None:
        views += [_heat_map(trace, told, words), _score_bars(trace, told, words)]
    views += [probabilities_view(trace, words, told.track("col"), told.track("told")), _units(trace, told, words)]
    identity = "|".join(["decoding", name, "".join(trace.source), "".join(trace.output)])
    return Story(
        identity, words.say("decoding.title", source="".join(trace.source)), steps, views, told.chapters,
        player_labels(words), told.formulas, start, sizes=sizes(trace),
    )  # fmt: skip


def sizes(trace: DecodingTrace) -> dict[str, int]:
    """The numbers behind the letters that name sizes."""
    return {
        "S": len(trace.source), "T": len(trace.output), "D": trace.states.shape[1], "V": len(trace.vocabulary)
    }  # fmt: skip


def ask(told: Told, questions: dict[tuple[str, int], Question]) -> list[Step]:
    """The steps, each with the question that it answers."""
    return [
        replace(step, question=questions.pop((moment.stage, moment.col), None))  # asked once, before it is first seen
        for step, moment in zip(told.steps, told.moments, strict=True)
    ]


def busiest(values: np.ndarray, count: int) -> np.ndarray:
    """Numbers of the units of values (positions, units) that change most over the positions, in order."""
    return np.sort(np.argsort(-values.std(0), kind="stable")[:count])


Marks = list[str | None]  # of output tokens: "right", "wrong", or None


def right_or_wrong(output: Sequence[str], answer: str | None, flaw: str | None = None) -> Marks:
    """Whether each output token is right, position by position; None where no right answer is known.

    With a flaw no answer needs to be known: the output as a whole is wrong.
    """
    if answer is None:
        return ["wrong" if flaw else None] * len(output)
    wanted = [*answer, "⟨eos⟩"]
    return ["right" if t < len(wanted) and token == wanted[t] else "wrong" for t, token in enumerate(output)]


def _overview(trace: DecodingTrace, told: Told, words: Words, marks: Marks) -> View:
    layers = len(trace.encoder)
    bands = tuple((layer, way) for layer in reversed(range(layers)) for way in trace.directions)
    layout = Layout(bands, tuple(reversed(range(layers))), trace.weights is not None)
    reads = ["⟨bos⟩", *trace.output[:-1]]
    data: dict[str, Any] = {
        "source": [
            {"i": i, "unknown": unknown, "ask": f"source {i} 0"} | token_row(token)
            for i, (token, unknown) in enumerate(zip(trace.source, trace.unknown, strict=True))
        ],
        "output": [
            {"t": t, "mark": mark, "read": quoted(read), "read_short": short_sign(read), "ask": f"chosen {t}"}
            | token_row(token)
            for t, (token, read, mark) in enumerate(zip(trace.output, reads, marks, strict=True))
        ],
        "enc_units": _strips(
            "i", {f"encoder {layer} {way}": trace.encoder[layer][way]["h"] for layer, way in bands}, words
        ),
        "dec_units": _strips(
            "t",
            {
                f"decoder {layer}": np.vstack([trace.start[layer]["h"], trace.decoder[layer]["h"]])
                for layer in layout.decoder
            },
            words,
            -1,
        ),
    }
    if trace.weights is not None:
        data["links"] = [
            {
                "t": t,
                "i": i,
                "w": w,
                "tip": pair(f"{quoted(trace.source[i])} → {quoted(trace.output[t])}", f"{w:.4f}", words),
                "ask": f"weight {t} {i}",
            }
            for t, row in enumerate(trace.weights)
            for i, w in enumerate(row)
        ]
    else:
        vector = trace.start[-1]["h"]
        tip = words.say("decoding.vector.tip")
        top = len(trace.start) - 1
        data["vector"] = [
            {"u": u, "n": len(vector), "v": v, "tip": tip.format(unit=u + 1), "ask": f"decoder {top} h -1 {u}"}
            for u, v in enumerate(vector)
        ]
    signals = {"S": len(trace.source), "T": len(trace.output)}
    tracks = (
        *(f"enc{layer}" for layer in range(layers)),
        "layer",
        "col",
        "lit",
        "dec",
        "wrote",
        "row",
        "query",
        "asks",
        "glow",
        "begin",
        "begun",
        "stage",
    )
    key = "hint" if trace.weights is not None else "hint.fixed"
    return View(
        "overview", words.say("decoding.overview.title"), words.say(f"decoding.overview.{key}"),
        network_diagram(layout, _captions(trace, words)), "vega",
        [titled(step, words) for step in told.steps],
        data, "links" if "links" in data else "vector",
        signals | {f"{track}_at": told.track(track) for track in tracks}, wide=True,
    )  # fmt: skip


def _captions(trace: DecodingTrace, words: Words) -> dict[str, str]:
    layers, both = len(trace.encoder), len(trace.directions) == 2

    def named(key: str, layer: int) -> str:
        text = words.say(f"decoding.caption.{key}")
        return text if layers == 1 else words.say("decoding.caption.layer", name=text, layer=layer + 1)

    captions = {key: words.say(f"decoding.caption.{key}") for key in ("source", "output", "read", "context", "vector")}
    for layer in range(layers):
        captions[f"forward {layer}"] = named("forward" if both else "encoder", layer)
        captions[f"backward {layer}"] = named("backward", layer)
        captions[f"decoder {layer}"] = named("decoder", layer)
    return captions


def _strips(position: str, bands: dict[str, np.ndarray], words: Words, first: int = 0) -> list[dict[str, Any]]:
    """One row for each band and position, from `first` on: the units that change most there, with their numbers.

    bands: values (positions, units) by the beginning of their addresses.
    """
    rows = []
    tip = words.say("decoding.unit.tip")
    for band, (address, values) in enumerate(bands.items()):
        units = busiest(values, UNITS)
        for place, state in enumerate(values, first):
            text = tip.format(position=place + 1, count=values.shape[1])
            ask = f"{address} h {place}"
            rows.append({"band": band, position: place, "v": state[units], "unit": units, "tip": text, "ask": ask})
    return rows


def _heat_map(trace: DecodingTrace, told: Told, words: Words) -> View:
    assert trace.weights is not None
    say = words.say
    spec = weights_heat_map(say("axis.output"), say("axis.source"), say("axis.weight"))
    cells = [
        {
            "t": t,
            "i": i,
            "w": w,
            "target": quoted(trace.output[t]),
            "source": quoted(trace.source[i]),
            "ask": f"weight {t} {i}",
        }
        for t, row in enumerate(trace.weights)
        for i, w in enumerate(row)
    ]
    signals = {
        "source": [short_sign(token) for token in trace.source],
        "target": [short_sign(token) for token in trace.output],
        "row_at": [moment.row if moment.glow else moment.row - 1 for moment in told.moments],
        "framed_at": [moment.row if moment.glow else moment.row - 1 for moment in told.moments],
        "wrote_at": told.track("wrote"),
        "height": max(150, min(440, 28 * len(trace.output))),
    }
    return View(
        "heat-map", say("decoding.heat.title"), say("decoding.heat.hint"), spec, "vega-lite",
        _alternatives(told, lambda moment: _strongest(trace, moment, words)), {"weights": cells}, "weights", signals,
    )  # fmt: skip


def _score_bars(trace: DecodingTrace, told: Told, words: Words) -> View:
    assert trace.weights is not None and trace.scores is not None
    say = words.say
    bars = [
        {"t": t, "i": i, "score": trace.scores[t, i], "w": trace.weights[t, i]}
        | token_row(token)
        | {"tip": pair(quoted(token), f"{trace.scores[t, i]:.4f} → {trace.weights[t, i]:.4f}", words)}
        | {"asks": (f"score {t} {i}", f"weight {t} {i}")}
        for t in range(len(trace.output))
        for i, token in enumerate(trace.source)
    ]
    signals = {"S": len(trace.source), "low": trace.scores.min(), "high": trace.scores.max()}
    signals |= {f"{track}_at": told.track(track) for track in ("row", "asks", "glow")}
    return View(
        "softmax", say("decoding.softmax.title"), say("decoding.softmax.hint"),
        score_bars(say("decoding.softmax.scores"), say("decoding.softmax.weights"), say("axis.source")), "vega",
        _alternatives(told, lambda moment: _strongest(trace, moment, words)), {"bars": bars}, "bars", signals,
    )  # fmt: skip


def _units(trace: DecodingTrace, told: Told, words: Words) -> View:
    say = words.say
    S, T = len(trace.source), len(trace.output)
    rows = []
    tokens = [short_sign(token) for token in (*trace.source, *trace.output)]
    vectors = Vectors(trace)
    for offset, values, part, at in (
        (0, trace.states, "encoder", vectors.states), (S, trace.decoder[-1]["h"], "decoder", vectors.top),
    ):  # fmt: skip
        units = busiest(values, UNITS_OVER_TIME)
        for position in range(len(values)):
            place = f"{say(f'decoding.units.{part}')} {position + 1} {tokens[offset + position]}"
            numbers = at(position)
            rows += [
                {
                    "column": offset + position,
                    "u": rank,
                    "unit": int(unit) + 1,
                    "v": numbers[unit].value,
                    "place": place,
                    "ask": numbers[unit].address,
                }
                for rank, unit in enumerate(units)
            ]
    width = trace.encoder[-1]["forward"]["h"].shape[1]
    forward = busiest(trace.states, UNITS_OVER_TIME) < width
    signals: dict[str, Any] = {"S": S, "columns": S + T, "names": tokens, "forward": float(forward.mean())}
    signals |= {f"{track}_at": told.track(track) for track in ("dec", "wrote")}
    signals["enc_at"] = told.track(f"enc{len(trace.encoder) - 1}")  # the top layer: what is attended to
    size = trace.states.shape[1]

    def describe(moment: Moment) -> str:
        return say("decoding.units.alt", read=moment.enc[-1] + 1, wrote=moment.dec + 1)

    return View(
        "units", say("decoding.units.title"), say("decoding.units.hint", shown=min(UNITS_OVER_TIME, size), size=size),
        units_over_time(say("axis.unit"), say("axis.position"), say("axis.value")), "vega-lite",
        _alternatives(told, describe), {"units": rows}, "units", signals,
    )  # fmt: skip


def _strongest(trace: DecodingTrace, moment: Moment, words: Words) -> str:
    """Where the present row looks, in words."""
    if moment.row < 0 or not moment.glow or trace.weights is None:
        return words.say("decoding.heat.nothing")
    row = trace.weights[moment.row]
    order = np.argsort(-row)[:3]
    best = listed((weighed(quoted(trace.source[i]), int(i) + 1, float(row[i]), words) for i in order), words)
    return words.say("decoding.heat.alt", number=moment.row + 1, best=best)


def _alternatives(told: Told, describe: Callable[[Moment], str]) -> list[str]:
    return [describe(moment) for moment in told.moments]
