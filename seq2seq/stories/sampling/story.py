"""Trace → story: one output, drawn token by token."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from seq2seq.stories.formulas import exact, percent
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sampling.names import is_off, stage_name, stages_on
from seq2seq.stories.sampling.picture import stage_picture
from seq2seq.stories.sampling.questions import sampling_questions
from seq2seq.stories.sampling.scene import Group, flows, groups, mass, segments
from seq2seq.stories.sampling.steps import DRAW, Moment, SamplingTeller, Told
from seq2seq.stories.sentences import listed, pair
from seq2seq.stories.story import Story, View
from seq2seq.stories.tokens import short_sign
from seq2seq.traces.sampling import STAGES, SampleTrace, falling
from seq2seq.words import Words

NOT_GONE = 9  # a stage that never comes


def sampling_story(
    trace: SampleTrace, words: Words, name: str, right: bool | None = None, flaw: str | None = None
) -> Story:
    """Tell how one output is drawn.

    Args: name: the model's reference; right: whether the output is, None where nothing is right or wrong;
          flaw: what is wrong with it whatever was read.
    """
    told = SamplingTeller(trace, words, right, flaw).tell()
    questions = sampling_questions(trace, words)
    steps = [
        replace(step, question=questions.get((moment.kind, moment.t)))
        for step, moment in zip(told.steps, told.moments, strict=True)
    ]  # fmt: skip
    view = _overview(trace, told, words)
    # other settings keep the step, as long as the same stages are told
    identity = "|".join(["sampling", name, "".join(trace.source), *stages_on(trace.asked.cut)])
    title = words.say("sampling.title", source="".join(trace.source) or "–")
    return Story(identity, title, steps, [view], told.chapters, player_labels(words), told.formulas)


def _overview(trace: SampleTrace, told: Told, words: Words) -> View:
    rows = {t: groups(trace, t) for t in range(len(trace.drawn))}
    data: dict[str, Any] = {
        "source": [{"i": i, "token": short_sign(token)} for i, token in enumerate(trace.source)],
        "looks": _looks(trace),
        "output": [
            {"n": n, "token": short_sign(trace.vocabulary[number])} for n, number in enumerate(trace.chosen.tolist())
        ],
        "heads": [row for t in rows for row in _heads(trace, t, words)],
        "bars": [row for t, found in rows.items() for row in _bars(trace, t, found, words)],
        "flows": [
            {"t": t, "c": flow.stage, "a": flow.origin, "b": flow.goal, "v": flow.mass}
            for t, found in rows.items()
            for flow in flows(trace, t, found)
        ],
        "pieces": [row for t, found in rows.items() for row in _pieces(trace, t, found, words)],
    }  # fmt: skip
    moments = told.moments
    signals: dict[str, Any] = {
        "S": len(trace.source), "T": len(trace.drawn), "R": max(map(len, rows.values())),
        "A": int(trace.weights is not None), "P": trace.asked.cut.top_p,
        "t_at": [moment.t for moment in moments], "c_at": [moment.stage for moment in moments],
        "u_at": [float(trace.drawn[moment.t]) for moment in moments], "n_at": [moment.written for moment in moments],
    }  # fmt: skip
    say = words.say
    titles = {key: say(f"sampling.picture.{key}") for key in ("source", "output", "draw", "short", "looks")}
    return View(
        "overview", say("sampling.picture.title"), say("sampling.picture.hint"),
        stage_picture(tuple(sorted(titles.items()))), "vega",
        [_in_words(trace, moment, words) for moment in moments], data, "bars", signals, wide=True,
    )  # fmt: skip


def _looks(trace: SampleTrace) -> list[Mapping[str, Any]]:
    if trace.weights is None:
        return []
    return [
        {"t": t, "i": i, "w": float(weight), "ask": f"weight {t} {i}"}
        for t, row in enumerate(trace.weights)
        for i, weight in enumerate(row)
    ]  # fmt: skip


def _heads(trace: SampleTrace, t: int, words: Words) -> Iterator[Mapping[str, Any]]:
    cut = trace.asked.cut
    for c, stage in enumerate(STAGES):
        told = words.say("sampling.picture.stays", count=trace.stays(t, stage), H=f"{trace.entropy(t, stage):.2f}")
        yield {"t": t, "c": c, "title": f"{c + 1} · {stage_name(stage, cut, words)}", "told": told,
               "off": is_off(stage, cut), "ask": f"entropy {stage} {t}"}  # fmt: skip


def _bars(trace: SampleTrace, t: int, rows: Sequence[Group], words: Words) -> Iterator[Mapping[str, Any]]:
    sums = _running(trace, t)
    for r, group in enumerate(rows):
        masses = [mass(trace, t, stage, group) for stage in STAGES]
        gone = next((c for c, value in enumerate(masses) if value == 0), NOT_GONE)
        number = group.tokens[0]
        token = short_sign(trace.vocabulary[number]) if group.own else f"+{len(group.tokens)}"
        for c, stage in enumerate(STAGES):
            value, before = masses[c], masses[max(0, c - 1)]
            out = value == 0 and before > 0
            cum, sum_ = sums.get(number, (0.0, 0.0)) if group.own and c == 3 else (0.0, 0.0)
            yield {
                "t": t, "c": c, "r": r, "token": token, "own": group.own, "v": value, "before": before, "out": out,
                "gone": gone, "chosen": group.own and number == trace.chosen[t], "cum": cum, "sum": sum_,
                "text": "✕" if out else _short(value), "tip": pair(_full(trace, group, words), exact(value), words),
                "ask": f"{stage} {t} {number}" if group.own else f"others {stage} {t}",
            }  # fmt: skip


def _running(trace: SampleTrace, t: int) -> dict[int, tuple[float, float]]:
    """Token → (sum up to it, its own), before the cut by p."""
    probs, found, reach = trace.stages["top_k"][t], {}, 0.0
    for number in falling(probs).tolist():
        reach += float(probs[number])
        found[number] = (reach, float(probs[number]))
    return found


def _short(value: float) -> str:
    """A probability beside its bar."""
    if value == 0:
        return "–"
    return "< .001" if value < 0.0005 else "1.000" if value > 0.9995 else f"{value:.3f}".removeprefix("0")


def _full(trace: SampleTrace, group: Group, words: Words) -> str:
    if group.own:
        return short_sign(trace.vocabulary[group.tokens[0]])
    return words.say("sampling.picture.others", count=len(group.tokens))


def _pieces(trace: SampleTrace, t: int, rows: Sequence[Group], words: Words) -> Iterator[Mapping[str, Any]]:
    for piece in segments(trace, t, rows):
        own = piece.token is not None
        token = short_sign(trace.vocabulary[piece.tokens[0]]) if own else "…"
        ask = f"reach {t} {piece.tokens[0]}" if own else f"others top_p {t}"
        name = token if own else words.say("sampling.picture.others", count=len(piece.tokens))
        yield {"t": t, "x": piece.begin, "y": min(1.0, piece.end), "token": token, "own": own,
               "chosen": piece.token == trace.chosen[t], "ask": ask,
               "tip": pair(name, f"{exact(piece.begin)} – {exact(min(1.0, piece.end))}", words)}  # fmt: skip


def _in_words(trace: SampleTrace, moment: Moment, words: Words) -> str:
    """What the overview shows at a step."""
    stage = STAGES[min(moment.stage, DRAW - 1)]
    probs = trace.stages[stage][moment.t]
    told = listed(
        (f"{short_sign(trace.vocabulary[n])} {percent(float(probs[n]))}"
         for n in falling(probs)[:4].tolist() if probs[n] > 0),
        words,
    )  # fmt: skip
    slots = {"stage": stage_name(stage, trace.asked.cut, words), "number": moment.t + 1, "listed": told,
             "stays": trace.stays(moment.t, stage), "written": "".join(
                 short_sign(trace.vocabulary[n]) for n in trace.chosen[: moment.written].tolist()) or "–",
             "luck": f"{trace.drawn[moment.t]:.3f}",
             "token": short_sign(trace.vocabulary[int(trace.chosen[moment.t])])}  # fmt: skip
    return words.say("sampling.picture.alt.draw" if moment.stage == DRAW else "sampling.picture.alt", **slots)
