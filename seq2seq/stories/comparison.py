"""Two decodings side by side, as they were and as they are after a what-if; every view marks what differs."""

from itertools import zip_longest
from typing import Any

import numpy as np

from seq2seq.stories.charts import top_tokens, weights_heat_map
from seq2seq.stories.comparison_views import difference_map, outputs_side_by_side
from seq2seq.stories.explain import DecodingExplainer, SeveralExplainer
from seq2seq.stories.flaws import flawed
from seq2seq.stories.formulas import percent
from seq2seq.stories.looks import Attending, Look, look_of
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import bracketed, in_a_row, listed, weighed
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step, Story, View
from seq2seq.stories.tokens import quoted, short_sign, token_row
from seq2seq.stories.transformer import TransformerExplainer, passages
from seq2seq.stories.transformer.views import look_named
from seq2seq.traces import (
    BorrowStart,
    Change,
    ClampGate,
    DisturbContext,
    DisturbStart,
    DisturbUnit,
    EraseState,
    LookElsewhere,
    ReadInstead,
    TransformerTrace,
    WriteInstead,
    WritingTrace,
)  # fmt: skip
from seq2seq.words import Words

TOP = 6
SIDES = ("before", "after")
CHANGED_BY = {
    LookElsewhere: Passage("models/recurrent.py", "Recurrent.look", ('touch("weights"',)),
    BorrowStart: Passage("recording/decoding.py", "record_decoding", ("start=other.start",)),
    DisturbStart: Passage("recording/changes.py", "partly_disturbed", ("value[:, change.first",)),
    DisturbContext: Passage("models/recurrent.py", "Recurrent.look", ('touch("context"',)),
    DisturbUnit: Passage("models/recurrent.py", "Recurrent.step", ('touch("state"',)),
    WriteInstead: Passage("recording/changes.py", "choose_instead", ("number == change.step",)),
    ReadInstead: Passage("recording/begin.py", "source_as_read", ("change.position",)),
    ClampGate: Passage("recording/changes.py", "inside", ("change.value",)),
    EraseState: Passage("recording/changes.py", "inside", ("torch.zeros_like",)),
}
VECTOR = Passage("recording/changes.py", "start_instead", ("tuple(disturbed",))
Looks = tuple[Look, Look]  # before and after


def changed_by(change: Change, trace: Attending) -> Passage:
    """The lines of our own source that carry a change out."""
    if isinstance(trace, TransformerTrace):
        return passages.CHANGED_BY.get(type(change)) or CHANGED_BY[type(change)]
    if isinstance(change, DisturbContext) and trace.weights is None:
        return VECTOR
    return CHANGED_BY[type(change)]


def comparison_story(
    before: Attending,
    after: Attending,
    words: Words,
    name: str,
    layer: int | None = None,
    head: int | None = None,
    flaws: tuple[str | None, str | None] = (None, None),
) -> Story:
    """Tell what a change did: first the whole, then one output after the other.

    Args: after was recorded with a change; name says whose decoding it is; layer and head: of a Transformer, whose
          weights are shown (None: the top layer's, the mean of its heads); flaws: of either output, what is wrong with
          it whatever was read.
    """
    assert after.change
    say, steps = words.say, range(len(_pairs(before, after)))
    old, new = look_of(before, layer, head), look_of(after, layer, head)
    looks = (old, new) if old and new else None
    views = [_outputs(before, after, words)]
    if looks:
        views.append(_difference(before, after, looks, words))
        sides = zip(_sides(before, after), looks, strict=True)
        views += [_heat_map(side, trace, look, len(steps), words) for (side, trace), look in sides]
    views += [_probabilities(side, trace, len(steps), words) for side, trace in _sides(before, after)]
    identity = "|".join(["comparison", name, "".join(before.source), type(after.change).__name__])
    passage = changed_by(after.change, before)
    told = [_summary(before, after, flaws, words, passage)]
    told += [_step(t, before, after, looks, words, passage) for t in steps]
    return Story(
        identity, say("whatif.title"), told, views, [say("whatif.title")], player_labels(words), linked=False
    )  # fmt: skip


class ComparisonExplainer(SeveralExplainer):
    """Explains the numbers of both sides: addresses begin with "before" or "after"."""

    def __init__(self, before: Attending, after: Attending, words: Words) -> None:
        super().__init__({side: explainer_of(trace, words) for side, trace in _sides(before, after)})


def explainer_of(trace: Attending, words: Words) -> DecodingExplainer | TransformerExplainer:
    """What explains the numbers of a decoding, whatever kind of model it is."""
    return (
        TransformerExplainer(trace, words) if isinstance(trace, TransformerTrace) else DecodingExplainer(trace, words)
    )


def describe(change: Change, trace: Attending, words: Words) -> str:
    """What was changed, in words."""
    say = words.say

    def disturbed(noise: float) -> str:
        return say("whatif.noise.said", noise=f"{noise:g}") if noise else say("whatif.zero.said")

    if isinstance(change, LookElsewhere):
        best = int(np.argmax(change.weights))
        token, key = quoted(trace.source[best]), "only" if change.weights[best] > 0.999 else "look"
        did = say(f"whatif.did.{key}", number=change.step + 1, token=token, position=best + 1)
        if not isinstance(trace, TransformerTrace):
            return did
        return say("whatif.did.where", did=did, where=where(change.layer, change.head, trace, words))
    if isinstance(change, WriteInstead):
        return say("whatif.did.write", number=change.step + 1, token=quoted(change.token))
    if isinstance(change, ReadInstead):
        old = quoted(trace.source[change.position])
        return say("whatif.did.read", position=change.position + 1, old=old, token=quoted(change.token))
    if isinstance(change, BorrowStart):
        return say("bottleneck.did.borrow", source="".join(change.source))
    if isinstance(change, DisturbStart):
        how = say("whatif.zero.said") if change.noise is None else say("whatif.noise.said", noise=f"{change.noise:g}")
        return say("bottleneck.did.start", first=change.first + 1, last=change.last, how=how)
    if isinstance(change, ClampGate | EraseState):
        return describe_reading(change, words)
    how = disturbed(change.noise)
    if isinstance(change, DisturbUnit):
        return say("whatif.did.unit", unit=change.unit + 1, number=change.step + 1, how=how)
    if isinstance(trace, TransformerTrace):
        layer = where(change.layer, None, trace, words, brings=True)
        return say("whatif.did.brings", number=change.step + 1, how=how, where=layer)
    if trace.weights is None:
        return say("whatif.did.vector", how=how)
    return say("whatif.did.context", number=change.step + 1, how=how)


def where(layer: int | None, head: int | None, trace: TransformerTrace, words: Words, brings: bool = False) -> str:
    """Which of a Transformer's heads a change is about; brings: of a layer all."""
    part = "layers" if layer is None else "layer"
    if not brings:
        part += ".heads" if head is None else ".head"
    slots = {"layer": 0 if layer is None else layer + 1, "head": 0 if head is None else head + 1}
    return words.say(f"whatif.where.{part}", **slots, layers=trace.layers, heads=trace.heads)


def describe_reading(change: ClampGate | EraseState, words: Words) -> str:
    """What was changed while the source was read, in words."""
    say = words.say
    if isinstance(change, EraseState):
        return say(f"whatif.did.erase.{change.states}", position=change.position + 1)
    unit = say("whatif.every_unit") if change.unit is None else say("whatif.one_unit", unit=change.unit + 1)
    at = say("whatif.everywhere") if change.position is None else say("whatif.here", position=change.position + 1)
    gate = say(f"gate.short.{change.gate}")
    return say("whatif.did.clamp", gate=gate, value=f"{change.value:g}", unit=unit, at=at)


def _sides(before: Attending, after: Attending) -> list[tuple[str, Attending]]:
    return list(zip(SIDES, (before, after), strict=True))


def _pairs(before: Attending, after: Attending) -> list[tuple[str | None, str | None]]:
    """The outputs token by token; None where one of them has ended."""
    return list(zip_longest(before.output, after.output))


def _chance(trace: WritingTrace, t: int) -> float:
    return float(np.exp(trace.log_probs[t, trace.chosen[t]]))


def _summary(
    before: Attending, after: Attending, flaws: tuple[str | None, str | None], words: Words, passage: Passage
) -> Step:
    assert after.change
    differ = sum(a != b for a, b in _pairs(before, after))
    slots = {"did": describe(after.change, before, words), "before": before.text, "after": after.text, "count": differ}
    key = "differ" if differ else "same"
    step = Step(words.say(f"whatif.{key}.title", **slots), words.say(f"whatif.{key}.text", **slots), passage=passage)
    for flaw, output in dict.fromkeys(zip(flaws, (before.text, after.text), strict=True)):
        step = flawed(step, flaw, output, words)
    return step


def _step(t: int, before: Attending, after: Attending, looks: Looks | None, words: Words, passage: Passage) -> Step:
    old, new = _pairs(before, after)[t]
    slots: dict[str, Any] = {"number": t + 1}
    for side, trace, token in (("old", before, old), ("new", after, new)):
        slots[side] = words.say("whatif.ended") if token is None else quoted(token)
        slots[f"p_{side}"] = "–" if token is None else percent(_chance(trace, t))
    key = "step.same" if old == new else "step.differs"
    text = words.say(f"whatif.{key}.text", **slots)
    if old is not None and new is not None and looks:
        places = [int(look.weights[t].argmax()) for look in looks]
        names = [
            bracketed(quoted(trace.source[i]), i + 1, words) for trace, i in zip((before, after), places, strict=True)
        ]
        moved = "whatif.looks.same" if places[0] == places[1] else "whatif.looks.differs"
        text = in_a_row([text, words.say(moved, old=names[0], new=names[1])])
    return Step(words.say(f"whatif.{key}.title", **slots), text, passage=passage)


def _rows(steps: int) -> list[int]:
    """The output in hand at each step of the story; −1 in the summary."""
    return [-1, *range(steps)]


def _outputs(before: Attending, after: Attending, words: Words) -> View:
    pairs = _pairs(before, after)
    rows = [
        {
            "row": row, "t": t, "p": percent(_chance(trace, t)), "differs": pairs[t][0] != pairs[t][1],
            "ask": f"{side} chosen {t}",
        }
        | token_row(token)
        for row, (side, trace) in enumerate(_sides(before, after))
        for t, token in enumerate(trace.output)
    ]  # fmt: skip
    sources = [
        {"i": i, "was": words.say("whatif.was", token=quoted(old)) if old != token else ""} | token_row(token)
        for i, (old, token) in enumerate(zip(before.source, after.source, strict=True))
    ]
    told = [words.say("whatif.alt", before=before.text, after=after.text)]
    told += [
        words.say("whatif.alt.step", number=t + 1, before=a or "–", after=b or "–") for t, (a, b) in enumerate(pairs)
    ]
    signals = {"S": len(before.source), "T": len(pairs), "now_at": _rows(len(pairs))}
    captions = (words.say("whatif.source"), words.say("whatif.before"), words.say("whatif.after"))
    return View(
        "outputs", words.say("whatif.outputs.title"), words.say("whatif.outputs.hint"), outputs_side_by_side(*captions),
        "vega", told, {"tokens": rows, "source": sources}, "tokens", signals, wide=True,
    )  # fmt: skip


def _heat_map(side: str, trace: Attending, look: Look, steps: int, words: Words) -> View:
    say = words.say
    cells = [
        {
            "t": t, "i": i, "w": w, "target": quoted(trace.output[t]), "source": quoted(trace.source[i]),
            "ask": f"{side} {look.ask(t, i)}",
        }
        for t, row in enumerate(look.weights)
        for i, w in enumerate(row)
    ]  # fmt: skip
    last = len(trace.output) - 1
    signals = {
        "source": [short_sign(token) for token in trace.source],
        "target": [short_sign(token) for token in trace.output],
        "row_at": [last] * (steps + 1),
        "wrote_at": [len(trace.output)] * (steps + 1),
        "framed_at": _rows(steps),
        "height": max(150, min(440, 28 * steps)),
    }
    return View(
        f"heat-{side}", _named(say(f"whatif.heat.{side}"), trace, look, words), say("decoding.heat.hint"),
        weights_heat_map(say("axis.output"), say("axis.source"), say("axis.weight")), "vega-lite",
        _where(trace, look, steps, words), {"weights": cells}, "weights", signals,
    )  # fmt: skip


def _named(title: str, trace: Attending, look: Look, words: Words) -> str:
    """A map's title; of a Transformer's, with the layer and the head that it shows."""
    if not isinstance(trace, TransformerTrace):
        return title
    return words.say("whatif.of_look", title=title, look=look_named(trace, words, look))


def _where(trace: Attending, look: Look, steps: int, words: Words) -> list[str]:
    """Where each output looks most, in words."""
    told = [words.say("whatif.heat.alt")]
    for t in range(steps):
        if t >= len(trace.output):
            told.append(words.say("whatif.ended"))
            continue
        i = int(look.weights[t].argmax())
        best = weighed(quoted(trace.source[i]), i + 1, float(look.weights[t, i]), words)
        told.append(words.say("decoding.heat.alt", number=t + 1, best=best))
    return told


def _difference(before: Attending, after: Attending, looks: Looks, words: Words) -> View:
    old, new = (look.weights for look in looks)
    steps, common = len(_pairs(before, after)), min(len(before.output), len(after.output))
    change = new[:common] - old[:common]
    cells = [
        {
            "t": t,
            "i": i,
            "d": d,
            "before": old[t, i],
            "after": new[t, i],
            "ask": f"after {looks[1].ask(t, i)}",
        }
        for t, row in enumerate(change)
        for i, d in enumerate(row)
    ]
    signals = {
        "source": [short_sign(token) for token in after.source],
        "target": [short_sign(token) for token in after.output[:common]],
        "framed_at": _rows(steps),
        "height": max(150, min(440, 28 * steps)),
    }
    moved = [float(np.abs(row).sum() / 2) for row in change]
    told = [words.say("whatif.difference.alt", share=percent(max(moved)))]
    for t in range(steps):
        share = percent(moved[t]) if t < common else "–"
        told.append(words.say("whatif.difference.alt.step", number=t + 1, share=share))
    say = words.say
    spec = difference_map(
        say("axis.output"), say("axis.source"), say("whatif.difference.axis"), say("whatif.before"), say("whatif.after")
    )
    return View(
        "difference", _named(say("whatif.difference.title"), after, looks[1], words), say("whatif.difference.hint"),
        spec, "vega-lite", told, {"difference": cells}, "difference", signals, wide=True,
    )  # fmt: skip


def _probabilities(side: str, trace: WritingTrace, steps: int, words: Words) -> View:
    say, chosen = words.say, trace.chosen
    rows = [
        {
            "t": t, "rank": rank, "token": quoted(trace.vocabulary[v]), "p": np.exp(trace.log_probs[t, v]),
            "chosen": bool(v == chosen[t]), "ask": f"{side} probability {t} {v}",
        }
        for t in range(len(trace.output))
        for rank, v in enumerate(trace.ranking(t)[:TOP])
    ]  # fmt: skip

    def best(t: int) -> str:
        if not 0 <= t < len(trace.output):
            return say("whatif.probabilities.nothing")
        ranking = trace.ranking(t)[:3]
        named = [f"{quoted(trace.vocabulary[v])} {percent(float(np.exp(trace.log_probs[t, v])))}" for v in ranking]
        return say("decoding.top.alt", best=listed(named, words))

    signals = {"row_at": _rows(steps), "told_at": [int(0 <= t < len(trace.output)) for t in _rows(steps)]}
    return View(
        f"probabilities-{side}", say(f"whatif.probabilities.{side}"), say("decoding.top.hint"),
        top_tokens(say("axis.probability"), say("axis.token"), say("whatif.probabilities.nothing")), "vega-lite",
        [best(t) for t in _rows(steps)], {"top": rows}, "top", signals,
    )  # fmt: skip
