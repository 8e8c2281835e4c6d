"""What if one source token were another: which encoder states move, layer by layer, and what is written then."""

from functools import cache
from typing import Any

import numpy as np

from seq2seq.stories.convolution.explain import ConvolutionExplainer
from seq2seq.stories.convolution.passages import STEPS
from seq2seq.stories.convolution.questions import moves
from seq2seq.stories.explain import Explanation, SeveralExplainer, Unknown
from seq2seq.stories.formulas import Line, Number, short
from seq2seq.stories.network.marks import curve
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import listed, titled
from seq2seq.stories.signals import smooth
from seq2seq.stories.story import Step, Story, View
from seq2seq.stories.tokens import quoted, short_sign, token_row
from seq2seq.stories.vega import Mark, Spec, derived, diagram, mark, quoted_text, rect, text, value
from seq2seq.traces import ConvTrace
from seq2seq.words import Words

ROW, CELL, TOKEN = 58, 26, 28  # heights in pixels: from layer to layer, a state, a token
OUTPUTS = 150  # of what is written, above the encoder


class Replaced:
    """Two decodings of sources that differ in one token, and how far they lie apart."""

    def __init__(self, before: ConvTrace, after: ConvTrace, position: int) -> None:
        self.before, self.after, self.position = before, after, position

    def states(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """Both readings of one row, (S, C): 0 the embeddings, then layer by layer."""
        if not 0 <= row <= self.before.layers:
            raise IndexError(row)
        one, other = (t.encoder[row - 1]["h"] if row else t.embedded for t in (self.before, self.after))
        return one, other

    def far(self, row: int) -> np.ndarray:
        """(S,) by how much the unit that moves most moves at each position."""
        one, other = self.states(row)
        return np.abs(other - one).max(1)

    def moved(self, row: int) -> list[int]:
        """The positions of a row where anything moves at all."""
        return np.flatnonzero(self.far(row)).tolist()

    @property
    def both(self) -> int:
        """How many outputs can be compared."""
        return min(len(self.before.output), len(self.after.output))

    def shifts(self) -> np.ndarray:
        """(outputs,) by how much the probability that moves most moves."""
        one, other = (np.exp(trace.log_probs[: self.both]) for trace in (self.before, self.after))
        return np.abs(other - one).max(1)


def replaced_story(before: ConvTrace, after: ConvTrace, position: int, words: Words, name: str) -> Story:
    """Tell what a replaced token moves: its embedding, then layer after layer, then the output.

    Args: position: of the token, counted from 0; name says whose decodings they are (part of the story's identity).
    """
    found, say = Replaced(before, after, position), words.say
    steps = [_read(found, words), *(_layer(found, row, words) for row in range(1, before.layers + 1))]
    steps.append(_written(found, words))
    view = View(
        "moved", say("convolution.whatif.view.title"), say("convolution.whatif.view.hint"), _spec(before, words),
        "vega", [titled(step, words) for step in steps], _data(found, words), "cells",
        {
            "S": len(before.source), "T": max(len(before.output), len(after.output)), "p": position,
            "most": max(float(found.far(row).max()) for row in range(before.layers + 1)) or 1.0,
            "shown_at": list(range(len(steps))),
        },
        wide=True,
    )  # fmt: skip
    identity = "|".join(["convolution-replaced", name, "".join(before.source)])
    title = say("convolution.whatif.title")
    return Story(identity, title, steps, [view], [title], player_labels(words), linked=False)


# ---- steps


def _read(found: Replaced, words: Words) -> Step:
    i, before, after = found.position, found.before, found.after
    slots: dict[str, object] = {
        "old": quoted(before.source[i]), "new": quoted(after.source[i]), "position": i + 1,
        "count": len(before.source), "most": short(float(found.far(0)[i])),
    }  # fmt: skip
    say = words.say
    title, told = say("convolution.whatif.read.title", **slots), say("convolution.whatif.read.text", **slots)
    return Step(title, told, passage=STEPS["embed"])


def _layer(found: Replaced, row: int, words: Words) -> Step:
    moved, count = found.moved(row), len(found.before.source)
    slots: dict[str, object] = {
        "layer": row, "moved": len(moved), "count": count, "still": count - len(moved),
        "kernel": found.before.kernel, "most": short(float(found.far(row).max())),
        "places": listed((i + 1 for i in moved), words),
    }  # fmt: skip
    key = "convolution.whatif.layer" if len(moved) < count else "convolution.whatif.layer.all"
    question = None
    if row == found.before.layers:
        question = next((asked for _, asked in moves(found.before, words, found.position)), None)
    title, told = words.say("convolution.whatif.layer.title", **slots), words.say(f"{key}.text", **slots)
    return Step(title, told, passage=STEPS["layer"], question=question)


def _written(found: Replaced, words: Words) -> Step:
    before, after, shifts = found.before, found.after, found.shifts()
    differ = sum(one != other for one, other in zip(before.output, after.output, strict=False))
    differ += abs(len(before.output) - len(after.output))
    slots: dict[str, object] = {
        "before": before.text, "after": after.text, "differ": differ, "moved": int((shifts > 0).sum()),
        "count": found.both, "most": short(float(shifts.max())),
    }  # fmt: skip
    same = "same" if before.output == after.output else "differs"
    title = words.say(f"convolution.whatif.written.{same}.title", **slots)
    kind = "decoder" if before.decoder else "positions"
    return Step(title, words.say(f"convolution.whatif.written.{kind}", **slots), passage=STEPS["predict"])


# ---- the picture


def _data(found: Replaced, words: Words) -> dict[str, list[dict[str, Any]]]:
    before, after, shifts = found.before, found.after, found.shifts()
    rows, cells, edges = range(before.layers + 1), [], []
    for row in rows:
        far = found.far(row)
        for i, v in enumerate(far.tolist()):
            tip = words.say("convolution.whatif.tip", place=i + 1, value=f"{v:.4f}" if v else "0")
            cells.append({"row": row, "i": i, "v": v, "ask": f"moved {row} {i}", "tip": tip})
    for row in rows[1:]:
        low, moved = set(found.moved(row - 1)), found.moved(row)
        for to in moved:
            window = range(to - before.before, to - before.before + before.kernel)
            edges += [{"row": row, "from": at, "to": to} for at in window if at in low]
    source = [
        {"i": i, "was": short_sign(old) if i == found.position else ""} | token_row(new)
        for i, (old, new) in enumerate(zip(before.source, after.source, strict=True))
    ]
    outputs = []
    for t in range(max(len(before.output), len(after.output))):
        one, other = (trace.output[t] if t < len(trace.output) else "" for trace in (before, after))
        outputs.append(
            {"t": t, "before": short_sign(one), "after": short_sign(other), "differs": one != other,
             "d": float(shifts[t]) if t < found.both else None, "ask": f"shift {t}"}
        )  # fmt: skip
    return {"cells": cells, "edges": edges, "source": source, "outputs": outputs}


def _spec(trace: ConvTrace, words: Words) -> Spec:
    say = words.say
    layers = tuple(say("convolution.caption.encoder", layer=row) for row in range(1, trace.layers + 1))
    captions = (
        say("decoding.caption.source"), say("convolution.caption.embedding"), *layers, say("convolution.whatif.before"),
        say("convolution.whatif.after"), say("convolution.whatif.shift"),
    )  # fmt: skip
    return replaced_picture(trace.layers, captions)


@cache
def replaced_picture(layers: int, captions: tuple[str, ...]) -> Spec:
    """The picture as a Vega template; `captions`: source, every row from the embeddings up, before, after, shift.

    Data: cells {row, i, v, ask, tip}; edges {row, from, to}; source {i, token, short, was};
    outputs {t, before, after, differs, d, ask}. Signals: S, T, p (the token's position), most (largest v), shown_at
    (the last row that is told; one more than there are layers: the outputs).
    """
    names, (before, after, shift) = captions[1:-3], captions[-3:]
    first, foot = OUTPUTS + 12, OUTPUTS + 12 + layers * ROW + CELL  # top of the uppermost row, bottom of the lowest
    source = foot + 26 + TOKEN / 2
    signals = [
        value("S", 1), value("T", 1), value("p", 0), value("most", 1), *smooth("shown"),
        derived("side", "width > 560 ? 150 : 0"), derived("pitch", "min(84, (width - side - 6) / max(S, T))"),
        derived("sx", "side + (width - side - S * pitch) / 2"), derived("tx", "side + (width - side - T * pitch) / 2"),
        derived("letter", "clamp(pitch * 0.5, 11, 18)"), derived("small", "clamp(pitch * 0.27, 11, 14)"),
    ]  # fmt: skip

    def at(axis: str, index: str) -> str:
        return f"{axis} + (datum.{index} + 0.5) * pitch"

    def caption(words: str, y: float, color: str) -> list[Mark]:
        """A row's name at the side, or above the row where the picture is narrow, clear of the edges there."""
        place: dict[str, Any] = {
            "text": quoted_text(words), "x": "side > 0 ? side - 8 : 0", "y": f"side > 0 ? {y} : {y} - 22",
            "align": "side > 0 ? 'right' : 'left'", "baseline": "'middle'", "fill": color, "fontSize": 12,
        }  # fmt: skip
        halo = mark("text", silent=True, **place, stroke="panel", strokeWidth=5)
        return [halo, mark("text", silent=True, **place)]

    top = f"({first} + ({layers} - datum.row) * {ROW})"
    path = curve(at("sx", "from"), f"{top} + {ROW - 1}", at("sx", "to"), f"{top} + {CELL + 1}")
    number = (
        "pitch < 26 ? '' : datum.v == 0 ? '0' : datum.v < 0.005 ? '<.01' : format(datum.v, pitch > 38 ? '.2f' : '.1f')"
    )
    tiny = (
        "pitch < 26 || !isValid(datum.d) ? '' : datum.d == 0 ? '0' : format(datum.d, datum.d < 0.005 ? '.0e' : '.2f')"
    )
    marks = [
        mark("path", "edges", silent=True, path=path, stroke="encoder", strokeOpacity=0.6, strokeWidth=1.6),
        rect(
            "sx + (datum.i + 0.08) * pitch", top, "pitch * 0.84", CELL, "cells", clickable=True, cornerRadius=5,
            fill="encoder", fillOpacity="datum.v > 0 ? 0.12 + 0.43 * datum.v / most : 0", tooltip="datum.tip",
            stroke="datum.v > 0 ? encoder : faint", strokeWidth="datum.v > 0 ? 2 : 1", ask="datum.ask",
        ),
        text(number, at("sx", "i"), f"{top} + {CELL / 2}", "cells", size="small",
             fill=[{"test": "datum.v > 0", "signal": "ink"}, {"signal": "muted"}]),
        rect("sx + (datum.i + 0.08) * pitch", source - TOKEN / 2, "pitch * 0.84", TOKEN, "source", silent=True,
             cornerRadius=5, fill="encoder", fillOpacity=0.14, stroke="encoder",
             strokeWidth="datum.i == p ? 2.5 : 0"),
        text("datum.short", at("sx", "i"), source, "source", size="letter", fontWeight="datum.i == p ? 700 : 400"),
        text("datum.was ? datum.was + ' → ' + datum.short : ''", at("sx", "i"), source + TOKEN / 2 + 12, "source",
             color="muted", size=13),
        *caption(captions[0], source, "muted"),
        # what is still to be told
        rect(0, first - 16, "width", f"max(0, ({layers} - min({layers}, shown)) * {ROW} + 14)", fill="panel"),
        *(one for row, words in enumerate(names) for one in caption(words, foot - CELL / 2 - row * ROW, "encoder")),
        *_outputs((before, after, shift), at, caption, tiny),
        rect(0, 0, "width", f"{OUTPUTS - 4} * (1 - clamp(shown - {layers}, 0, 1))", fill="panel"),
    ]  # fmt: skip
    data = [{"name": name} for name in ("cells", "edges", "source", "outputs")]
    return diagram(760, source + TOKEN / 2 + 24, signals, data, marks)


def _outputs(captions: tuple[str, ...], at: Any, caption: Any, tiny: str) -> list[Mark]:
    """What was written before and after, and how far the probabilities lie apart."""
    marks: list[Mark] = []
    for row, field in enumerate(("before", "after")):
        y = 26 + row * 46
        marks += [
            rect("tx + (datum.t + 0.08) * pitch", y - TOKEN / 2, "pitch * 0.84", TOKEN, "outputs", silent=True,
                 cornerRadius=5, fill="decoder", fillOpacity=0.14, stroke="decoder",
                 strokeWidth="datum.differs ? 2.5 : 0"),
            text(f"datum.{field}", at("tx", "t"), y, "outputs", size="letter", fontWeight=600),
            *caption(captions[row], y, "muted"),
        ]  # fmt: skip
    marks.append(text("datum.differs ? '≠' : ''", at("tx", "t"), 49, "outputs", color="decoder", size=15,
                      fontWeight=700))  # fmt: skip
    marks.append(text(tiny, at("tx", "t"), 112, "outputs", size="small", color="ink", silent=False,
                      cursor={"value": "pointer"}, ask="datum.ask"))  # fmt: skip
    return [*marks, *caption(captions[2], 112, "muted")]


class ReplacedExplainer(SeveralExplainer):
    """Explains how far a state moved (`moved row i`) or a prediction (`shift t`), and the numbers of both sides."""

    def __init__(self, before: ConvTrace, after: ConvTrace, position: int, words: Words) -> None:
        super().__init__(
            {"before": ConvolutionExplainer(before, words), "after": ConvolutionExplainer(after, words)}
        )  # fmt: skip
        self.found, self.words = Replaced(before, after, position), words

    def explain(self, address: str) -> Explanation:
        """How the number at this address came about.

        Raises: Unknown if there is no such number.
        """
        kind, *index = address.split() or [""]
        if kind not in ("moved", "shift"):
            return super().explain(address)
        if len(index) != (2 if kind == "moved" else 1) or not all(part.isdecimal() for part in index):
            raise Unknown(address)
        try:
            return self._moved(*map(int, index)) if kind == "moved" else self._shift(int(index[0]))
        except IndexError as error:
            raise Unknown(address) from error

    def _moved(self, row: int, i: int) -> Explanation:
        one, other = (states[i] for states in self.found.states(row))
        u = int(np.abs(other - one).argmax())
        own = f"encoder {row - 1} h {i} {u}" if row else f"source {i} {u}"
        symbols = r"\max_u |h'_u - h_u|" if row else r"\max_u |x'_u - x_u|"
        key = "convolution.whatif.moved.layer" if row else "convolution.whatif.moved.embedding"
        name = self.words.say(key, layer=row, position=i + 1, unit=u + 1)
        return self._between(f"moved {row} {i}", name, symbols, one[u], other[u], own)

    def _shift(self, t: int) -> Explanation:
        if t >= self.found.both:
            raise IndexError(t)
        one, other = (np.exp(trace.log_probs[t]) for trace in (self.found.before, self.found.after))
        v = int(np.abs(other - one).argmax())
        token = quoted(self.found.before.vocabulary[v])
        name = self.words.say("convolution.whatif.shift.name", number=t + 1, token=token)
        return self._between(f"shift {t}", name, r"\max_w |P'(w) - P(w)|", one[v], other[v], f"probability {t} {v}")

    def _between(self, address: str, name: str, symbols: str, one: float, other: float, own: str) -> Explanation:
        line, values = Line(), Line()
        line.latex = symbols
        left, right = Number(float(other), f"after {own}"), Number(float(one), f"before {own}")
        values.latex = rf"= |{values.number(left)} - {values.factor(right)}|"
        return Explanation(
            address, name, (line, values), float(np.abs(other - one)), abs(left.value - right.value)
        )  # fmt: skip
