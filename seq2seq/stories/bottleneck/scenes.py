"""What each step of the story shows: a length, and whose first state the decoders begin with."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seq2seq.stories.tokens import quoted, short_sign
from seq2seq.traces import BottleneckTrace, DecodingTrace, Side
from seq2seq.words import Words

WEAKEST = 0.15  # weights below this are not drawn as ribbons


@dataclass(frozen=True)
class Scene:
    """One step: kind is "intro", "length", "borrow", "zero", "twin" (the other task) or "end"."""

    kind: str
    length: int

    @property
    def way(self) -> str:
        """How the numbers of its decodings begin their addresses: the length, or what was done to it."""
        return self.kind if self.kind in ("borrow", "zero") else str(self.length)

    def decoding(self, side: Side) -> DecodingTrace:
        """The decoding that is shown of a side."""
        return side.disturbed[self.kind].decoding if self.kind in side.disturbed else side.decodings[self.length - 1]


def scenes_of(trace: BottleneckTrace) -> list[Scene]:
    """Every length in turn; then one vector lent to another source, and taken away; then the other task; the end."""
    last = len(trace.source)
    shown = len(trace.sides[0].disturbed["borrow"].decoding.source)
    scenes = [Scene("intro", 1), *(Scene("length", length) for length in trace.lengths)]
    return [*scenes, *(Scene(kind, shown) for kind in ("borrow", "zero", "twin")), Scene("end", last)]


def bits(length: int, letters: int) -> float:
    """How many bits a string of random letters holds."""
    return length * math.log2(letters)


def wrong_places(decoding: DecodingTrace, answer: str) -> list[int]:
    """Places of the output, counted from 0, that are not right; a place that is missing is not right either."""
    wanted = [*answer, "⟨eos⟩"]
    return [t for t, token in enumerate(wanted) if t >= len(decoding.output) or decoding.output[t] != token]


def token_rows(k: int, side: str, decoding: DecodingTrace, answer: str, ask: str, words: Words) -> dict[str, Any]:
    """One output, letter by letter: what was written, and what should have been."""
    wanted = [*answer, "⟨eos⟩"]
    tips = [
        words.say("bottleneck.tip", token=quoted(token), wanted=quoted(wanted[t]) if t < len(wanted) else "–")
        for t, token in enumerate(decoding.output)
    ]
    wrong = [t >= len(wanted) or token != wanted[t] for t, token in enumerate(decoding.output)]
    tokens = [short_sign(token) for token in decoding.output]
    asks = [f"{ask} chosen {t}" for t in range(len(tokens))] if ask else [""] * len(tokens)
    return {"k": k, "side": side, "token": tokens, "tip": tips, "wrong": wrong, "asks": asks}


def outcome(k: int, side: str, decoding: DecodingTrace, answer: str, words: Words) -> dict[str, Any]:
    """How an output went, in a few words."""
    wrong = [t for t in wrong_places(decoding, answer) if t < len(answer)]
    right = not wrong_places(decoding, answer)
    text = words.say(
        "bottleneck.outcome", right=len(answer) - len(wrong), count=len(answer), mark="✓" if right else "✗"
    )
    return {"k": k, "side": side, "text": text, "right": right}


def vector_row(k: int, side: str, decoding: DecodingTrace, way: str) -> dict[str, Any]:
    """The numbers that the decoder begins with."""
    top = len(decoding.start) - 1
    values = decoding.start[-1]["h"]
    return {"k": k, "side": side, "v": values, "unit": range(len(values)), "ask": f"{side} {way} decoder {top} h -1"}


def link_row(k: int, side: str, decoding: DecodingTrace, way: str) -> dict[str, Any] | None:
    """Where the outputs look, without the faintest looks."""
    if decoding.weights is None:
        return None
    found = [(t, i) for t, row in enumerate(decoding.weights) for i, w in enumerate(row) if w >= WEAKEST]
    values = [decoding.weights[t, i] for t, i in found]
    asks = [f"{side} {way} weight {t} {i}" for t, i in found]
    return {"k": k, "t": [t for t, _ in found], "i": [i for _, i in found], "w": values, "asks": asks}


def vessel_data(trace: BottleneckTrace, shown: Mapping[int, Scene], words: Words) -> dict[str, list[dict[str, Any]]]:
    """The datasets of the overview, for these steps."""
    data: dict[str, list[dict[str, Any]]] = {name: [] for name in ("tokens", "vectors", "links", "told", "before")}
    data["source"] = [{"i": i, "token": token} for i, token in enumerate(trace.source)]
    for k, scene in shown.items():
        answer = trace.answers[scene.length - 1]
        for side in trace.sides:
            decoding, name, way = scene.decoding(side), side.name, scene.way
            data["tokens"].append(token_rows(k, name, decoding, answer, f"{name} {way}", words))
            data["told"].append(outcome(k, name, decoding, answer, words))
            data["vectors"].append(vector_row(k, name, decoding, way))
            if link := link_row(k, name, decoding, way):
                data["links"].append(link)
    return data
