"""The pictures beside a Transformer's overview: where it looks, at the source and back, and scores made weights."""

from functools import cache
from typing import Any

import numpy as np

from seq2seq.stories.charts import units_over_time, weights_heat_map
from seq2seq.stories.decoding import UNITS_OVER_TIME, busiest
from seq2seq.stories.looks import Look
from seq2seq.stories.sentences import listed, pair, weighed
from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.softmax import score_bars
from seq2seq.stories.story import View
from seq2seq.stories.tokens import quoted, short_sign, token_row
from seq2seq.stories.transformer.overview import REACH
from seq2seq.stories.transformer.self_edges import self_address, self_weights
from seq2seq.stories.transformer.steps import Moment, Told, heads_named
from seq2seq.stories.transformer.vectors import TransformerVectors
from seq2seq.stories.vega import SHARES, Spec, derived, diagram, filtered, quoted_text, rect, text, value
from seq2seq.traces import TransformerTrace
from seq2seq.words import Words


def look_named(trace: TransformerTrace, words: Words, look: Look) -> str:
    """The layer and the head that are shown, in words."""
    head = heads_named(trace, look.head, words)
    return words.say("transformer.look", layer=look.layer + 1, head=head)


def tall(rows: int) -> int:
    """The height of a map with this many rows."""
    return max(150, min(440, 28 * rows))


def looked(moment: Moment, look: Look) -> int:
    """The last output for which the chosen layer's weights are there."""
    waits = moment.stage in ("cache", "back", "scores", "over") and moment.layer <= look.layer
    return moment.col - 1 if waits else moment.col


def strongest(weights: np.ndarray, row: int, names: tuple[str, ...], words: Words) -> str:
    """Where a row looks, in words."""
    if row < 0:
        return words.say("decoding.heat.nothing")
    order = np.argsort(-weights[row], kind="stable")[:3]
    best = listed((weighed(quoted(names[i]), int(i) + 1, float(weights[row, i]), words) for i in order), words)
    return words.say("decoding.heat.alt", number=row + 1, best=best)


def cross_map(trace: TransformerTrace, told: Told, words: Words, look: Look) -> View:
    """The chosen layer's weights over the source."""
    say = words.say
    cells = [
        {"t": t, "i": i, "w": w, "target": quoted(trace.output[t]), "source": quoted(trace.source[i]),
         "ask": look.ask(t, i)}
        for t, row in enumerate(look.weights) for i, w in enumerate(row)
    ]  # fmt: skip
    rows = [looked(moment, look) for moment in told.moments]
    signals = {
        "source": [short_sign(token) for token in trace.source],
        "target": [short_sign(token) for token in trace.output],
        "row_at": rows, "framed_at": rows, "wrote_at": told.track("wrote"), "height": tall(len(trace.output)),
    }  # fmt: skip
    return View(
        "heat-map", say("transformer.cross.title", look=look_named(trace, words, look)), say("decoding.heat.hint"),
        weights_heat_map(say("axis.output"), say("axis.source"), say("axis.weight")), "vega-lite",
        [strongest(look.weights, row, trace.source, words) for row in rows], {"weights": cells}, "weights", signals,
    )  # fmt: skip


def self_map(trace: TransformerTrace, told: Told, words: Words, look: Look) -> View:
    """The same layer's masked self-attention: what is masked is no cell at all."""
    say, weights = words.say, self_weights(trace, "decoder", look.layer, look.head)
    address = self_address("decoder", look.layer, look.head)
    cells = [
        {"t": t, "i": j, "w": weights[t, j], "target": quoted(trace.output[t]), "source": quoted(trace.read[j]),
         "ask": f"{address} {t} {j}"}
        for t in range(len(trace.output)) for j in range(t + 1)
    ]  # fmt: skip

    def reached(moment: Moment) -> int:
        waits = moment.stage == "cache" or (moment.stage in ("back", "over") and moment.layer < look.layer)
        return moment.col - 1 if waits else moment.col

    rows = [reached(moment) for moment in told.moments]
    signals = {
        "source": [short_sign(token) for token in trace.read],
        "target": [short_sign(token) for token in trace.output],
        "row_at": rows, "framed_at": rows, "wrote_at": told.track("wrote"), "height": tall(len(trace.output)),
    }  # fmt: skip
    return View(
        "self-map", say("transformer.self.title", look=look_named(trace, words, look)), say("transformer.self.hint"),
        weights_heat_map(say("axis.output"), say("transformer.axis.read"), say("axis.weight"), "wrote + 1"),
        "vega-lite", [strongest(weights, row, trace.read, words) for row in rows], {"weights": cells}, "weights",
        signals,
    )  # fmt: skip


def looks_view(trace: TransformerTrace, told: Told, words: Words, look: Look) -> View:
    """Of one head, how its scores become weights; of the mean, the heads one above the other."""
    return _heads(trace, told, words, look) if look.head is None else _bars(trace, told, words, look, look.head)


def _tracks(told: Told, look: Look) -> dict[str, Any]:
    """The row in hand, and how far its scores and weights show: of the chosen layer, from when they are computed on."""
    done = [moment.col >= 0 and looked(moment, look) == moment.col for moment in told.moments]
    asks = [own or moment.stage == "scores" for moment, own in zip(told.moments, done, strict=True)]
    rows = [moment.col if own else -1 for moment, own in zip(told.moments, asks, strict=True)]
    return {"row_at": rows, "asks_at": [int(own) for own in asks], "glow_at": [int(own) for own in done]}


def _told(told: Told, look: Look, trace: TransformerTrace, words: Words) -> list[str]:
    tracks = _tracks(told, look)
    return [
        strongest(look.weights, row if glow else -1, trace.source, words)
        for row, glow in zip(tracks["row_at"], tracks["glow_at"], strict=True)
    ]


def _bars(trace: TransformerTrace, told: Told, words: Words, look: Look, head: int) -> View:
    say, scores = words.say, trace.decoder[look.layer]["cross.scores"][head]
    address = f"decoder {look.layer} cross"
    bars = [
        {"t": t, "i": i, "score": scores[t, i], "w": look.weights[t, i]}
        | token_row(token)
        | {"tip": pair(quoted(token), f"{scores[t, i]:.4f} → {look.weights[t, i]:.4f}", words)}
        | {"asks": (f"{address}.scores {head} {t} {i}", f"{address}.weights {head} {t} {i}")}
        for t in range(len(trace.output))
        for i, token in enumerate(trace.source)
    ]
    signals = {"S": len(trace.source), "low": scores.min(), "high": scores.max()} | _tracks(told, look)
    key = "transformer.softmax.scores" + ("" if trace.scaled else ".unscaled")
    title = say("transformer.softmax.title", look=look_named(trace, words, look))
    return View(
        "softmax", title, say("transformer.softmax.hint"),
        score_bars(say(key), say("transformer.softmax.weights"), say("axis.source"), addressed=True), "vega",
        _told(told, look, trace, words), {"bars": bars}, "bars", signals,
    )  # fmt: skip


def _heads(trace: TransformerTrace, told: Told, words: Words, look: Look) -> View:
    say, weights = words.say, trace.decoder[look.layer]["cross.weights"]
    cells = [
        {"t": t, "i": i, "n": n, "w": w,
         "tip": pair(f"{say('transformer.head.one', head=n + 1)} · {quoted(token)}", f"{w:.4f}", words),
         "ask": f"decoder {look.layer} cross.weights {n} {t} {i}"}
        for n in range(trace.heads) for t in range(len(trace.output))
        for (i, token), w in zip(enumerate(trace.source), weights[n, t], strict=True)
    ]  # fmt: skip
    cells += [
        {
            "t": t,
            "i": i,
            "n": trace.heads,
            "w": w,
            "tip": pair(quoted(trace.source[i]), f"{w:.4f}", words),
            "ask": look.ask(t, i),
        }
        for t, row in enumerate(look.weights)
        for i, w in enumerate(row)
    ]
    names = [say("transformer.head.one", head=n + 1) for n in range(trace.heads)]
    signals: dict[str, Any] = {"S": len(trace.source)} | _tracks(told, look)
    data = {"heads": cells, "tokens": [{"i": i} | token_row(token) for i, token in enumerate(trace.source)]}
    return View(
        "heads", say("transformer.heads.title", layer=look.layer + 1), say("transformer.heads.hint"),
        heads_picture((*names, say("transformer.heads.mean")), say("axis.source")), "vega",
        _told(told, look, trace, words), data, "heads", signals,
    )  # fmt: skip


@cache
def heads_picture(names: tuple[str, ...], source: str) -> Spec:
    """The row in hand as each head has it, one strip a head, and below them their mean.

    Data: heads {t, i, n, w, tip, ask}, the mean being the last n; tokens {i, token, short}. Signals: S, row_at,
    asks_at (scores are there, but no weights yet), glow_at.
    """
    tall, side, gap, count = 32, 84, 10, len(names) - 1
    y = f"(6 + datum.n * {tall + 3} + (datum.n == {count} ? {gap} : 0))"
    bottom = 6 + (count + 1) * (tall + 3) + gap
    x, middle = f"{side} + datum.i * pitch", f"{side} + (datum.i + 0.5) * pitch"
    token = "pitch < 34 ? datum.short : datum.token"
    bright = "luminance(scale('share', datum.w)) > 0.3"
    signals = [
        value("S", 1), *stepped("row"), *smooth("asks"), *smooth("glow"),
        derived("pitch", f"min(52, (width - {side} - 4) / S)"),
        derived("dark", "luminance(ink) < luminance(paper) ? ink : paper"),  # whatever the theme
        derived("light", "luminance(ink) < luminance(paper) ? paper : ink"),
    ]  # fmt: skip
    marks = [
        *(
            text(
                quoted_text(name), side - 10, 6 + n * (tall + 3) + (gap if n == count else 0) + tall / 2, align="right",
                fontWeight=600 if n == count else 400,
            )
            for n, name in enumerate(names)
        ),
        rect(
            x, y, "pitch - 2", tall, "now", clickable=True, cornerRadius=3, fill={"scale": "share", "field": "w"},
            fillOpacity="glow", stroke="attention", strokeWidth=f"datum.n == {count} ? 2 * glow : 0",
            tooltip="datum.tip",
        ),
        text(
            "pitch >= 32 ? format(datum.w, '.2f') : ''", f"{middle} - 1", f"{y} + {tall / 2}", "now", size=11,
            color=f"{bright} ? dark : light", fillOpacity="glow",
        ),
        text(token, middle, bottom + 12, "tokens", size="clamp(pitch * 0.5, 11, 16)"),
        text(quoted_text(source), f"{side} + S * pitch / 2", bottom + 34, color="muted", size=12),
    ]  # fmt: skip
    data = [{"name": "heads"}, {"name": "tokens"}, filtered("now", "heads", "datum.t == row")]
    return diagram(400, bottom + 46, signals, data, marks, scales=[SHARES])


def units_view(trace: TransformerTrace, told: Told, words: Words) -> View:
    """The top layers' states, unit by unit."""
    say, vectors, rows = words.say, TransformerVectors(trace), []
    S, T, top = len(trace.source), len(trace.output), trace.layers - 1
    tokens = [short_sign(token) for token in (*trace.source, *trace.output)]
    sides = (("encoder", 0, S, trace.encoder[-1]["h"]), ("decoder", S, T, trace.decoder[-1]["h"]))
    for side, offset, count, values in sides:
        units = busiest(values, UNITS_OVER_TIME)
        for at in range(count):
            place = f"{say(f'decoding.units.{side}')} {at + 1} {tokens[offset + at]}"
            numbers = vectors.gate(side, top, "h", at)
            rows += [
                {"column": offset + at, "u": rank, "unit": int(unit) + 1, "v": numbers[unit].value, "place": place,
                 "ask": numbers[unit].address}
                for rank, unit in enumerate(units)
            ]  # fmt: skip
    signals: dict[str, Any] = {"S": S, "columns": S + T, "names": tokens, "forward": 1}
    signals["enc_at"] = [S - 1 if moment.enc == top else -1 for moment in told.moments]  # all positions at once
    signals |= {"dec_at": told.track(f"dec{top}"), "wrote_at": told.track("wrote")}

    def describe(moment: Moment) -> str:
        return say("decoding.units.alt", read=S if moment.enc == top else 0, wrote=moment.dec[top] + 1)

    shown = min(UNITS_OVER_TIME, trace.width)
    return View(
        "units", say("transformer.units.title"), say("decoding.units.hint", shown=shown, size=trace.width),
        units_over_time(say("axis.unit"), say("axis.position"), say("axis.value"), REACH), "vega-lite",
        [describe(moment) for moment in told.moments], {"units": rows}, "units", signals,
    )  # fmt: skip
