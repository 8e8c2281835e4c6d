"""A backward pass → story: the overview, the norms of all arms, the units, and the factor of each step."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from seq2seq.stories.gradients.arms import (
    DASHES,
    Reach,
    arm_name,
    beside,
    mean_norms,
    part_names,
    power,
    powers,
    scientific,
    ten_to,
    ticks,
    tip,
)  # fmt: skip
from seq2seq.stories.gradients.curves import PARTS, norm_curves
from seq2seq.stories.gradients.details import step_factors, unit_strips
from seq2seq.stories.gradients.overview import overview_diagram
from seq2seq.stories.gradients.questions import gradient_questions
from seq2seq.stories.gradients.steps import Moment, Teller
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import bracketed, listed, titled
from seq2seq.stories.story import Story, View
from seq2seq.traces.gradients import GradientTrace
from seq2seq.words import Words

UNITS = 32  # rows of the strip at most: of h, or half h and half c
GAP = 0.075  # between two names beside the curves, as a share of the height


def backward_story(reach: Reach, words: Words, start: int = 0) -> Story:
    """Tell how the gradient flows back through a sentence in the arm in hand, and what it does in the others."""
    teller = Teller(reach, words)
    teller.tell()
    steps = teller.ask(gradient_questions(reach, words))
    moments = teller.moments
    views = [_overview(reach, teller, words), _curves(reach, moments, words)]
    views += [_units(reach, moments, words), _factors(reach, moments, words)]
    identity = "|".join(
        ["gradients", reach.hand, "".join(reach.trace.source), f"{reach.forget_bias:g}", f"{reach.scale:g}"]
        + [str(reach.trained), ",".join(reach.traces)]
    )
    chapters = [words.say(f"gradients.chapter.{name}") for name in ("loss", "back", "compare")]
    title = words.say("gradients.title", arm=arm_name(reach.hand, reach.forget_bias, words))
    return Story(identity, title, steps, views, chapters, player_labels(words), teller.book.templates, start)


def _tokens(trace: GradientTrace) -> list[dict[str, Any]]:
    return [{"t": t, "token": token} for t, token in enumerate(trace.source)]


def share(value: float, low: int, high: int) -> float:
    """How far up a logarithmic scale a value lies, from 0 to 1."""
    e = power(value)
    return 0.0 if e is None else min(1.0, max(0.0, (e - low) / (high - low)))


def _overview(reach: Reach, teller: Teller, words: Words) -> View:
    trace, say = reach.trace, words.say
    straight = [] if trace.looked is None else [np.linalg.norm(trace.looked, axis=-1)]
    low, high = powers([trace.norms, *straight])
    flow = [
        {
            "t": t, "v": v, "share": share(v, low, high), "ask": f"norm {reach.hand} h {t}",
            "tip": tip(bracketed("‖∂L/∂h‖", t + 1, words), v, words),
        }
        for t, v in enumerate(trace.norms.tolist())
    ]  # fmt: skip
    looked = [
        {
            "t": t, "v": v, "share": share(v, low, high), "ask": f"looked {reach.hand} {t}",
            "tip": tip(say("gradients.overview.looked.tip", position=t + 1), v, words),
        }
        for values in straight
        for t, v in enumerate(values.tolist())
    ]  # fmt: skip
    signals = {"S": len(trace.source), "loss_text": f"{trace.loss:.3g}", "mouth": flow[-1]["share"]}
    signals |= _tracks(teller.moments, "now", "looked", "caption")
    names = ("flow", "states", "source", "decoder", "loss", "attention")
    spec = overview_diagram(trace.looked is not None, *(say(f"gradients.overview.{name}") for name in names))
    hint = say("gradients.overview.hint", low=ten_to(low), high=ten_to(high))
    return View(
        "overview", say("gradients.overview.title"), hint, spec, "vega",
        [titled(step, words) for step in teller.steps],
        {"tokens": _tokens(trace), "flow": flow, "looked": looked}, "flow", signals, wide=True,
    )  # fmt: skip


def _tracks(moments: Sequence[Moment], *names: str) -> dict[str, Any]:
    return {f"{name}_at": [getattr(moment, name) for moment in moments] for name in names}


def drawn(reach: Reach) -> list[tuple[str, str, str, GradientTrace, str]]:
    """Every curve: its address, its part of the story, its name's arm, its trace, and h or c."""
    attention = reach.hand.endswith("-attention")
    found = [(reach.hand, "hand", reach.hand, reach.trace, "h")]
    if reach.trace.c is not None:
        found.append((reach.hand, "others", reach.hand, reach.trace, "c"))
    for part, kind in (("others", attention), ("looked", not attention)):
        found += [(key, part, key, reach.traces[key], "h") for key in reach.others(kind)]
    if reach.doubled:
        found.append(("doubled", "doubled", reach.hand, reach.doubled, "h"))
    return found


def _curves(reach: Reach, moments: Sequence[Moment], words: Words) -> View:
    say, curves = words.say, drawn(reach)
    means = [mean_norms(trace, state) for _, _, _, trace, state in curves]
    bands = np.percentile(reach.trace.h_norms, [10, 90], axis=0)
    low, high = powers([*means, bands])
    rows, names = [], []
    for (address, part, key, trace, state), values in zip(curves, means, strict=True):
        name = arm_name(key, reach.forget_bias, words)
        name = f"{name}: c" if state == "c" else say("gradients.doubled.name", arm=name) if part == "doubled" else name
        look = {"part": part, "attention": key.endswith("-attention"), "arm": f"{address} {state}"}
        look["dash"] = [3, 3] if part == "doubled" else [7, 3, 2, 3] if state == "c" else DASHES[trace.cell]
        for t, v in enumerate(values.tolist()):
            row = look | {"t": t, "v": v, "e": power(v), "ask": f"mean {address} {state} {t}"}
            row["tip"] = tip(bracketed(name, t + 1, words), v, words)
            if part == "hand":
                row |= {"low": power(bands[0][t]) or low, "high": power(bands[1][t]) or low}
            rows.append(row)
        names.append(look | {"name": beside(name, words), "at": share(float(values[0]), low, high)})
    part_names(names, GAP)
    signals = {"S": len(reach.trace.source), "low": low, "high": high} | _tracks(moments, "now", "asked")
    for number, part in enumerate(PARTS[1:], 1):
        signals[f"{part}_at"] = [float(moment.asked >= number) for moment in moments]

    def describe(moment: Moment) -> str:
        open_ = [str(names[0]["name"])] + [
            str(name["name"]) for name in names[1:] if PARTS.index(name["part"]) <= moment.asked
        ]
        at = min(moment.now, len(reach.trace.source) - 1)
        value = scientific(float(means[0][at]))
        return say("gradients.curves.alt", arms=listed(open_, words), position=at + 1, norm=value)

    spec = norm_curves(say("gradients.axis.norm"), say("gradients.axis.position"))
    hint = say("gradients.curves.hint", n=len(reach.trace.h_norms))
    return View(
        "curves", say("gradients.curves.title"), hint, spec, "vega", _each(moments, describe),
        {"curves": rows, "names": names, "ticks": ticks(low, high)}, "curves", signals, wide=True,
    )  # fmt: skip


def _each(moments: Sequence[Moment], describe: Callable[[Moment], str]) -> list[str]:
    return [describe(moment) for moment in moments]


def _units(reach: Reach, moments: Sequence[Moment], words: Words) -> View:
    trace, say = reach.trace, words.say
    room = UNITS // len(trace.states)
    parts, rows, count = [], [], 0
    for state in trace.states:
        values = trace.of(state)
        strength = np.abs(values).max(0)
        units = np.sort(np.argsort(-strength, kind="stable")[:room])
        for t, gradient in enumerate(values):
            rows.append(
                {
                    "t": t, "state": state, "first": count, "v": gradient[units], "unit": units,
                    "ask": f"unit {reach.hand} {state} {t}",
                    "tip": words.say("gradients.units.tip", state=state, position=t + 1),
                }
            )  # fmt: skip
        parts.append({"name": state, "row": count + len(units) / 2})
        count += len(units)
    low, high = powers([np.abs(np.concatenate([trace.of(state).ravel() for state in trace.states]))])
    low = max(low, high - 12)
    signals = {"S": len(trace.source), "count": count, "low": low, "high": high} | _tracks(moments, "now")
    signals |= {"low_text": ten_to(low), "high_text": ten_to(high)}

    def describe(moment: Moment) -> str:
        if moment.now == len(trace.source):
            return say("gradients.units.nothing")
        gradient = trace.h[moment.now]
        best = int(np.abs(gradient).argmax())
        value = f"{'−' if gradient[best] < 0 else ''}{scientific(abs(float(gradient[best])))}"
        return say("gradients.units.alt", position=moment.now + 1, unit=best + 1, value=value)

    spec = unit_strips(say("axis.unit"), say("gradients.units.faint"))
    size = trace.h.shape[1]
    hint = say("gradients.units.all" if room >= size else "gradients.units.hint", shown=room, size=size)
    return View(
        "units", say("gradients.units.title"), hint, spec, "vega", _each(moments, describe),
        {"units": rows, "parts": parts, "tokens": _tokens(trace)}, "units", signals,
    )  # fmt: skip


def _factors(reach: Reach, moments: Sequence[Moment], words: Words) -> View:
    trace, say = reach.trace, words.say
    carried, stretch = trace.carried, trace.stretch
    low, high = powers([carried[1:], stretch[1:], np.array([0.1, 10.0])])
    low = max(low, -8)
    rows = [
        {
            "t": t - 1, "v": carried[t], "most": stretch[t], "e": power(carried[t]) if carried[t] > 0 else low,
            "e_most": power(stretch[t]) if stretch[t] > 0 else low, "ask": f"carried {reach.hand} {t}",
            "ask_most": f"stretch {reach.hand} {t}", "tip": tip(f"{t + 1} → {t}", float(carried[t]), words),
            "tip_most": tip(bracketed("σ", f"{t + 1} → {t}", words), float(stretch[t]), words),
        }
        for t in range(1, len(trace.source))
    ]  # fmt: skip
    signals = {"S": len(trace.source), "low": low, "high": high} | _tracks(moments, "now")

    def describe(moment: Moment) -> str:
        if moment.now >= len(trace.source) - 1:
            return say("gradients.factors.nothing")
        t = moment.now + 1
        slots = {"carried": scientific(float(carried[t])), "stretch": scientific(float(stretch[t]))}
        return say("gradients.factors.alt", position=t, after=t + 1, **slots)

    spec = step_factors(
        say("gradients.factors.axis"), say("gradients.factors.carried"), say("gradients.factors.stretch")
    )
    return View(
        "factors", say("gradients.factors.title"), say("gradients.factors.hint"), spec, "vega",
        _each(moments, describe), {"factors": rows, "tokens": _tokens(trace), "ticks": ticks(low, high)}, "factors",
        signals,
    )  # fmt: skip
