"""A Transformer's decoding → story: the whole network, and what one of its heads, or their mean, looks at."""

from dataclasses import replace
from typing import Any

import numpy as np

from seq2seq.stories.decoding import Marks, busiest, right_or_wrong
from seq2seq.stories.layered.layout import UNITS, Layout
from seq2seq.stories.looks import Look, cross_look
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.probabilities import probabilities_view
from seq2seq.stories.sentences import pair, titled
from seq2seq.stories.story import Story, View
from seq2seq.stories.tokens import quoted, short_sign, token_row
from seq2seq.stories.transformer.overview import overview
from seq2seq.stories.transformer.questions import transformer_questions
from seq2seq.stories.transformer.self_edges import self_edges
from seq2seq.stories.transformer.steps import Teller, Told
from seq2seq.stories.transformer.views import cross_map, looks_view, self_map, units_view
from seq2seq.traces import TransformerTrace
from seq2seq.words import Words

SELF = 48  # pixels between two layers: room for the lines of self-attention


def transformer_decoding_story(
    trace: TransformerTrace, words: Words, name: str, answer: str | None = None, layer: int | None = None,
    head: int | None = None, flaw: str | None = None,
) -> Story:  # fmt: skip
    """Tell how one output was written.

    Args:    name says whose decoding it is (part of the story's identity); answer: the right output, if it is known;
             layer: the decoder layer that is told piece by piece (None: the top one); head: whose weights are shown
             (None: the mean of all); both counted from 0; flaw: what is wrong with the output whatever was read.
    Returns: a story whose views all follow `step`.
    Raises:  ValueError if the decoder sees the future: then nothing that was computed at one step holds at the next.
    """
    if not trace.causal:
        raise ValueError("without the causal mask there is no decoding step by step")
    look = cross_look(trace, layer, head)
    told = Teller(trace, words, look).tell(answer, flaw)
    questions = transformer_questions(trace, words, look)
    steps = [
        replace(step, question=questions.pop((moment.stage, moment.col, moment.layer), None))
        for step, moment in zip(told.steps, told.moments, strict=True)
    ]
    marks = right_or_wrong(trace.output, answer, flaw)
    views = [
        _overview(trace, told, words, marks, look), cross_map(trace, told, words, look),
        looks_view(trace, told, words, look), self_map(trace, told, words, look),
        probabilities_view(trace, words, told.track("col"), told.track("told")), units_view(trace, told, words),
    ]  # fmt: skip
    identity = "|".join(["transformer", name, "".join(trace.source), "".join(trace.output)])
    title = words.say("decoding.title", source="".join(trace.source))
    return Story(identity, title, steps, views, told.chapters, player_labels(words), told.formulas, sizes=sizes(trace))


def sizes(trace: TransformerTrace) -> dict[str, int]:
    """The numbers behind the letters that name sizes."""
    return {
        "S": len(trace.source), "T": len(trace.output), "V": len(trace.vocabulary), "d": trace.width,
        "N": trace.heads, "d_k": trace.head_width,
    }  # fmt: skip


def _overview(trace: TransformerTrace, told: Told, words: Words, marks: Marks, look: Look) -> View:
    encoder, decoder = (
        [(row, f"{side} {layer} h") for layer, row in enumerate(gates["h"] for gates in layers)]
        for side, layers in (("encoder", trace.encoder), ("decoder", trace.decoder))
    )
    data: dict[str, Any] = {
        "source": [
            {"i": i, "unknown": unknown, "ask": f"source {i} 0"} | token_row(token)
            for i, (token, unknown) in enumerate(zip(trace.source, trace.unknown, strict=True))
        ],
        "output": [
            {"t": t, "mark": mark, "read": quoted(read), "read_short": short_sign(read), "ask": f"chosen {t}"}
            | token_row(token)
            for t, (token, read, mark) in enumerate(zip(trace.output, trace.read, marks, strict=True))
        ],
        "enc_units": _strips("i", [(trace.embedded, "source"), *encoder], words),
        "dec_units": _strips("t", [(trace.fed, "fed"), *decoder], words),
        "edges": self_edges(trace, look.head),
        "links": [row for layer in range(trace.layers) for row in _links(trace, layer, look.head, words)],
    }
    tracks = ["stage", "side", "layer", "embedded", "enc", "col", "fed", "back", "kept", "row", "asks", "glow", "wrote"]
    tracks += [f"dec{layer}" for layer in range(trace.layers)]
    signals = {"S": len(trace.source), "T": len(trace.output)}
    return View(
        "overview", words.say("transformer.overview.title"), words.say("transformer.overview.hint"),
        overview(Layout(trace.layers, True, SELF), _captions(trace, words)), "vega",
        [titled(step, words) for step in told.steps], data, "links",
        signals | {f"{track}_at": told.track(track) for track in tracks}, wide=True,
    )  # fmt: skip


def _links(trace: TransformerTrace, layer: int, head: int | None, words: Words) -> list[dict[str, Any]]:
    """The ribbons of one decoder layer."""
    look = cross_look(trace, layer, head)
    return [
        {"t": t, "l": layer, "i": i, "w": w, "ask": look.ask(t, i),
         "tip": pair(f"{quoted(trace.source[i])} → {quoted(trace.output[t])}", f"{w:.4f}", words)}
        for t, row in enumerate(look.weights) for i, w in enumerate(row)
    ]  # fmt: skip


def _captions(trace: TransformerTrace, words: Words) -> dict[str, str]:
    captions = {key: words.say(f"decoding.caption.{key}") for key in ("source", "output", "read")}
    captions |= {key: words.say(f"transformer.caption.{key}") for key in ("context", "kept")}
    for side, kind in (("encoder", trace.positions[0]), ("decoder", trace.positions[1])):
        captions[f"{side} 0"] = words.say(f"transformer.caption.{'token' if kind == 'none' else 'embedding'}")
        for row in range(1, trace.layers + 1):
            captions[f"{side} {row}"] = words.say(f"transformer.caption.{side}", layer=row)
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
