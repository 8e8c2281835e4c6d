"""How the mask counts: what share of its weight a decoder without positions gives ⟨bos⟩, step by step."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from seq2seq.stories.explain.equation import Explanation
from seq2seq.stories.formulas import Line
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import View
from seq2seq.stories.vega import Spec, derived, diagram, mark, quoted_text, text, value
from seq2seq.traces.positions import BosWeight
from seq2seq.words import Words

SUMMED = Passage("studies/bos_weights.py", "measure", ("trained.record_transformer",))


def counting_view(weights: Sequence[BosWeight], words: Words, steps: int) -> View:
    """The measured weights beside 1/t; the same at every one of the story's steps."""
    say = words.say
    alternative = say(
        "counting.alternative", first=f"{_mean(weights, 2):.2f}", last=f"{_mean(weights, _longest(weights)):.2f}",
        count=_longest(weights),
    )  # fmt: skip
    picture = counting_picture(say("counting.axis.x"), say("counting.axis.y"), say("counting.even"))
    return View(
        "counting", say("counting.title"), say("counting.hint", n=weights[0].n), picture, "vega",
        [alternative] * steps, _data(weights, words), "weights", {"T": _longest(weights)}, wide=True,
    )  # fmt: skip


def _longest(weights: Sequence[BosWeight]) -> int:
    return max(weight.step for weight in weights)


def _mean(weights: Sequence[BosWeight], step: int) -> float:
    """The mean over the heads at a step."""
    found = [weight.mean for weight in weights if weight.step == step]
    return sum(found) / len(found)


def _data(weights: Sequence[BosWeight], words: Words) -> dict[str, list[dict[str, Any]]]:
    rows = [
        {
            "t": weight.step, "head": weight.head, "v": weight.mean, "ask": f"bos {weight.head} {weight.step}",
            "tip": words.say("counting.tip", head=weight.head + 1, step=weight.step),
        }
        for weight in weights
    ]  # fmt: skip
    return {"weights": rows, "even": [{"t": t, "v": 1 / t} for t in range(1, _longest(weights) + 1)]}


@cache
def counting_picture(x_title: str, y_title: str, even: str) -> Spec:
    """Weight on ⟨bos⟩ over the steps, a dot a head. Data: weights {t, head, v, ask, tip}; even {t, v}. Signals: T."""
    top, height = 30, 150
    base = top + height
    signals = [value("T", 9), derived("sx", "44"), derived("pitch", "(width - sx - 10) / T")]
    scales = [{"name": "y", "type": "linear", "domain": [0, 1], "range": [base, top]}]
    axes = [{"orient": "left", "scale": "y", "format": ".1f", "tickCount": 5, "offset": {"signal": "-sx"},
             "grid": False}]  # fmt: skip
    x = "sx + (datum.t - 0.5) * pitch"
    marks = [
        mark("rule", silent=True, x="sx", x2="width - 10", y=base, stroke="faint"),
        mark("line", "even", silent=True, x=x, y="scale('y', datum.v)", stroke="muted", strokeWidth=1.5,
             strokeDash={"value": [5, 4]}),
        mark("symbol", "weights", clickable=True, x=f"{x} + (datum.head - 1.5) * min(9, pitch * 0.16)",
             y="scale('y', datum.v)", size=70, fill="decoder", stroke="panel",
             tooltip="datum.tip + format(datum.v, '.3f')"),
        text("datum.t", x, base + 14, "even", color="muted", size=12),
        text(quoted_text(y_title), 2, 10, align="left", color="muted", size=12),
        text(quoted_text(x_title), "sx + (width - sx) / 2", base + 33, color="muted", size=12),
        text(quoted_text(even), "sx + 1.9 * pitch", "scale('y', 0.72)", align="left", color="muted", size=12),
    ]  # fmt: skip
    return diagram(760, base + 44, signals, [{"name": "weights"}, {"name": "even"}], marks, scales=scales, axes=axes)


def explain_bos(weight: BosWeight, words: Words) -> Explanation:
    """One dot: a sum over inputs, divided by how many there are."""
    line, values = Line(), Line()
    line.latex = rf"\mathrm{{mean}}_X\  \alpha_{{{line.text(weight.step)},1}}"
    values.latex = rf"= \frac{{{values.text(f'{weight.total:.4f}')}}}{{{values.text(weight.n)}}}"
    name = words.say("counting.explain", head=weight.head + 1, step=weight.step, n=weight.n)
    address = f"bos {weight.head} {weight.step}"
    return Explanation(address, name, (line, values), weight.mean, weight.total / weight.n, SUMMED)
