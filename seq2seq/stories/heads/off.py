"""What if these heads were off: the same sentence and the same held-out pairs, before and after."""

import math
from typing import Any

import numpy as np

from seq2seq.stories.bottleneck.explain import share_explained
from seq2seq.stories.explain.equation import NOWHERE, Explanation, Unknown
from seq2seq.stories.explain.several import SeveralExplainer
from seq2seq.stories.formulas import FormulaBook, Line, Number, percent, short
from seq2seq.stories.heads import names
from seq2seq.stories.heads.names import way_name
from seq2seq.stories.heads.story import (
    address_of,
    map_labels,
    map_rows,
    output_rows,
    overview_view,
    told_row,
    weights_of,
)  # fmt: skip
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import listed, titled
from seq2seq.stories.story import Step, Story
from seq2seq.stories.transformer import TransformerExplainer
from seq2seq.traces.heads import SIDES, HeadPlace, HeadsOff, HeadsTrace
from seq2seq.words import Words

MOVED = 0.1  # a weight that changed by so much has moved


def heads_off_story(trace: HeadsTrace, off: HeadsOff, words: Words) -> Story:
    """Tell what the sentence and the held-out pairs become with some heads off; it begins with the change made."""
    book, base = FormulaBook(), trace.measured.base
    slots = _slots(trace, off, words)
    say = words.say
    same = "same" if off.after.output == trace.sentence.output else "differs"
    steps = [
        Step(say("heads.off.before.title", **slots), say("heads.off.before.text", **slots), passage=names.MIX),
        Step(
            say(f"heads.off.after.{same}.title", **slots), say("heads.off.after.text", **slots),
            formula=_exact_line(base.right, off.score.right, off.score.n).into(book), passage=names.OFF,
        ),
    ]  # fmt: skip
    heads = [head.place for head in trace.measured.heads]
    n = len(heads)
    data: dict[str, Any] = {
        "rows": map_rows(trace.sentence, heads, 0, "before ") + map_rows(off.after, heads, 1, "after "),
        "maps": _labels(trace, off, words),
        "outputs": output_rows(0, 0, trace.sentence.output, trace.sentence.output, "before ")
        + output_rows(1, 1, off.after.output, trace.sentence.output, "after "),
        "told": [
            told_row(0, 0, base, "base", "all", words),
            told_row(1, 1, off.score, "off", "off", words, off=len(off.places), all=n),
        ],
    }  # fmt: skip
    tracks: dict[str, Any] = {f"{name}_at": [0, 0] for name in ("b", "l", "h", "held")}
    tracks |= {"gone_at": [0, 1], "v_at": [0, 1]}
    alternatives = [titled(step, words) for step in steps]
    view = overview_view(data, trace.sentence, tracks, alternatives, words, "off", "hint.off")
    view.signals["T"] = max(len(trace.sentence.output), len(off.after.output))  # type: ignore[index]
    identity = "|".join(["heads-off", trace.measured.model, "".join(trace.sentence.source)])
    title = say("heads.off.title")
    return Story(
        identity, title, steps, [view], [title], player_labels(words), book.templates, start=1, linked=False
    )  # fmt: skip


def moved(trace: HeadsTrace, off: HeadsOff, place: HeadPlace) -> float:
    """By how much the weight of a head that changed most changed, over the queries that both outputs have."""
    one, other = weights_of(trace.sentence, place), weights_of(off.after, place)
    rows, keys = min(len(one), len(other)), min(one.shape[1], other.shape[1])
    return float(np.abs(other[:rows, :keys] - one[:rows, :keys]).max())


def _labels(trace: HeadsTrace, off: HeadsOff, words: Words) -> list[dict[str, Any]]:
    """As in the overview; in place of the entropy, how far the head's weights moved."""
    rows = map_labels(trace.measured.heads, dict.fromkeys(off.places, 0), words)
    for row, head in zip(rows, trace.measured.heads, strict=True):
        far = moved(trace, off, head.place)
        row["name"] = words.say("heads.off.moved", far=f"{far:.2f}")
        row |= {
            "short": f"Δ {far:.2f}",
            "plain": far < MOVED,
            "spread": "",
            "h_alone": "",
            "ask_name": f"moved {head.place.id}",
            "ask_spread": "",
        }
    return rows


def _slots(trace: HeadsTrace, off: HeadsOff, words: Words) -> dict[str, object]:
    base, own, after = trace.measured.base, trace.sentence.output, off.after.output
    differ = sum(one != other for one, other in zip(own, after, strict=False)) + abs(len(own) - len(after))
    still = [head.place for head in trace.measured.heads if head.place not in off.places]
    return {
        "ids": listed((place.id for place in off.places), words), "count": len(off.places),
        "all": len(trace.measured.heads), "way": way_name(off.way, words), "before": trace.sentence.text,
        "after": off.after.text, "differ": differ, "exact": percent(off.score.exact), "base": percent(base.exact),
        "n": base.n, "loss": short(off.score.loss), "base_loss": short(base.loss),
        "guess": short(math.log(len(trace.sentence.vocabulary))),
        "moved": sum(moved(trace, off, place) >= MOVED for place in still), "still": len(still),
    }  # fmt: skip


def _exact_line(before: int, after: int, n: int) -> Line:
    line = Line()
    parts = [rf"\frac{{{line.text(f'{right:,}')}}}{{{line.text(f'{n:,}')}}}" for right in (before, after)]
    line.latex = rf"{parts[0]} = {line.text(percent(before / n), 'base')} \ \longrightarrow\ "
    line.latex += rf"{parts[1]} = {line.text(percent(after / n), 'off')}"
    return line


class HeadsOffExplainer(SeveralExplainer):
    """Explains `base`, `off`, `moved ID`, and the numbers of both decodings (`before …`, `after …`)."""

    def __init__(self, trace: HeadsTrace, off: HeadsOff, words: Words) -> None:
        super().__init__(
            {"before": TransformerExplainer(trace.sentence, words), "after": TransformerExplainer(off.after, words)}
        )
        self.trace, self.off, self.words = trace, off, words

    def explain(self, address: str) -> Explanation:
        """How the number at this address came about.

        Raises: Unknown if there is no such number.
        """
        kind, *index = address.split() or [""]
        try:
            if kind in ("base", "off") and not index:
                return self._exact(kind)
            if kind == "moved":
                return self._moved(HeadPlace.read(*index))
            if kind == "after" and (place := self._by_hand(index)):
                return self._set(address, place, index)
        except NOWHERE as error:
            raise Unknown(address) from error
        return super().explain(address)

    def _exact(self, kind: str) -> Explanation:
        score = self.trace.measured.base if kind == "base" else self.off.score
        ids = listed((place.id for place in self.off.places), self.words)
        way = way_name(self.off.way, self.words)
        key = "heads.explain.base" if kind == "base" else "heads.explain.kept"
        told = self.words.say(key, off=ids, count=len(self.off.places), way=way, n=score.n)
        return share_explained(kind, told, score.right, score.n, score.exact, names.COUNT)

    def _moved(self, place: HeadPlace) -> Explanation:
        one, other = weights_of(self.trace.sentence, place), weights_of(self.off.after, place)
        rows, keys = min(len(one), len(other)), min(one.shape[1], other.shape[1])
        far = np.abs(other[:rows, :keys] - one[:rows, :keys])
        q, j = (int(index) for index in np.unravel_index(int(far.argmax()), far.shape))
        line, values, own = Line(), Line(), f"{address_of(place)} {q} {j}"
        line.latex = r"\max |\alpha' - \alpha|"
        left, right = Number(float(other[q, j]), f"after {own}"), Number(float(one[q, j]), f"before {own}")
        values.latex = rf"= |{values.number(left)} - {values.factor(right)}|"
        told = self.words.say("heads.explain.moved", name=names.head_name(place, self.words), query=q + 1, asked=j + 1)
        computed = abs(left.value - right.value)
        return Explanation(f"moved {place.id}", told, (line, values), float(far[q, j]), computed, names.OFF)

    def _by_hand(self, index: list[str]) -> HeadPlace | None:
        """The head that is off whose output an address asks for; None where it asks for anything else."""
        if len(index) != 5 or not index[2].endswith(".heads"):
            return None
        side, layer, name, _, unit = index
        letter = next(key for key, parts in SIDES.items() if parts == (side, name.removesuffix(".heads")))
        place = HeadPlace(letter, int(layer), int(unit) // self.off.after.head_width)
        return place if place in self.off.places else None

    def _set(self, address: str, place: HeadPlace, index: list[str]) -> Explanation:
        """What a head that is off gives: put there by hand."""
        side, layer, name, at, unit = index
        if min(int(at), int(unit)) < 0:
            raise IndexError(address)
        value = float(self.off.after.gates(side, int(layer))[name][int(at), int(unit)])  # type: ignore[arg-type]
        line = Line()
        line.latex = line.text(self.words.say("explain.set"))
        told = self.words.say(
            "heads.explain.set", name=names.head_name(place, self.words), feature=int(unit) + 1, position=int(at) + 1,
            way=way_name(self.off.way, self.words),
        )  # fmt: skip
        return Explanation(address, told, (line,), value, value, names.OFF, given=True)
