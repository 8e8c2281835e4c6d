"""The equations of masks switched off.

Addresses: moved SETTING b t · padded UNDER length pads.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from seq2seq.stories.explain.equation import Addressed, Explanation
from seq2seq.stories.formulas import Line, Number, percent
from seq2seq.stories.sources import Passage
from seq2seq.stories.tokens import quoted
from seq2seq.traces.masks import SwitchesTrace
from seq2seq.words import Words


class SwitchesExplainer(Addressed):
    """Explains moves and measured shares."""

    def __init__(self, trace: SwitchesTrace, curves: Sequence[Mapping[str, Any]], words: Words) -> None:
        self.trace, self.curves, self.words = trace, curves, words
        self.kinds: dict[str, Callable[..., Explanation]] = {"moved": self.moved, "padded": self.padded}

    def moved(self, name: str, b: int, t: int) -> Explanation:
        """By how much the output moved that moved most."""
        trace, line, numbers = self.trace, Line(), Line()
        setting = next(setting for setting in (trace.base, *trace.settings) if setting.name == name)
        reference = trace.reference(setting)
        old, new = (table.log_probs[b, t].astype(np.float64) for table in (reference, setting))
        likely = np.maximum(old, new) > np.log(1e-6)
        token = int((np.abs(new - old) * likely).argmax())
        y = line.text(quoted(trace.vocabulary[token]))
        line.latex = rf"\max_w |\ln P'(w) - \ln P(w)|,\quad w = {y}"
        after, prior = numbers.factor(Number(float(new[token]))), numbers.factor(Number(float(old[token])))
        numbers.latex = rf"= |{after} - {prior}|"
        told = self.words.say(
            "switches.explain.moved", sentence=b + 1, number=t + 1, setting=self.words.say(f"switches.name.{name}"),
            before=percent(float(np.exp(old[token]))), after=percent(float(np.exp(new[token]))),
            token=quoted(trace.vocabulary[token]),
        )  # fmt: skip
        computed = abs(float(new[token]) - float(old[token]))
        passage = Passage("traces/masks.py", "SwitchesTrace.moved", ("apart = ", "found"))
        value = float(trace.moved(setting)[b, t])
        return Explanation(f"moved {name} {b} {t}", told, (line, numbers), value, computed, passage)

    def padded(self, under: str, length: int, pads: int) -> Explanation:
        """Exact match, measured."""
        curve = next(row for row in self.curves if (row["under"], row["length"]) == (under, length))
        row = next(row for row in curve["rows"] if row["pads"] == pads)
        line, numbers = Line(), Line()
        line.latex = r"\mathrm{mean}_X\  [\,\hat{Y} = Y\,]"
        numbers.latex = rf"= \frac{{{numbers.text(row['right'])}}}{{{numbers.text(row['n'])}}}"
        told = self.words.say(
            "switches.explain.padded", setting=self.words.say(f"switches.under.{under}"), length=length, pads=pads,
            n=row["n"],
        )  # fmt: skip
        share = row["right"] / row["n"]
        passage = Passage("studies/measure_masks.py", "padded", ("right +=",))
        return Explanation(f"padded {under} {length} {pads}", told, (line, numbers), share, share, passage)
