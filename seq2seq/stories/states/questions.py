"""Questions about where states lie: asked of the measured distances, only where they are clear."""

import numpy as np

from seq2seq.stories.formulas import short
from seq2seq.stories.questions.options import ask, mixed, offered, rising
from seq2seq.stories.questions.reasons import place_name
from seq2seq.stories.states.colourings import Colouring
from seq2seq.stories.states.explain import cloud_name, group_name
from seq2seq.stories.states.measured import Measured
from seq2seq.stories.story import Question
from seq2seq.words import Words

CLEARLY = 1.2  # the larger of two distances over the smaller, at least
LONGER = 1.15  # the longest step of a drawn way over the next: what an eye still sees
APART = 0.1  # between two mean silhouettes
AGREE = 7  # of eight neighbours


def groups_question(measured: Measured, words: Words, cloud: int) -> Question | None:
    """By which label do the states of a cloud group best?"""
    trace = measured.trace
    groups = [
        g
        for g in measured.groups
        if g not in ("date", "order", "both", "length") and measured.score(cloud, g) is not None
    ]
    ranked = sorted(groups, key=lambda g: -(measured.score(cloud, g) or 0.0))
    if len(ranked) < 2:
        return None
    best, second = (measured.score(cloud, g) or 0.0 for g in ranked[:2])
    if best - second < APART:
        return None
    answers = {}
    for g in groups:
        name, score = group_name(trace, words, g), short(measured.score(cloud, g) or 0.0)
        reply = words.say("states.question.groups.reply", group=name, value=score)
        answers[name] = "" if g == ranked[0] else reply
    why = words.say(
        "states.question.groups.why", best=group_name(trace, words, ranked[0]), value=short(best),
        second=group_name(trace, words, ranked[1]), other=short(second),
    )  # fmt: skip
    prompt = words.say("states.question.groups", cloud=cloud_name(trace, words, cloud))
    return ask(f"groups {cloud}", "compare", prompt, why, answers)


def nearer_question(measured: Measured, words: Words, writing: bool) -> Question | None:
    """Of the chosen sentences: does one lie nearer to one with the same answer, or to one with another?

    writing: of the decoder's states before output `at`, not of the encoder's last.
    """
    trace = measured.trace
    found = []
    for p, path in enumerate(trace.paths):
        same = [q for q, other in enumerate(trace.paths) if q != p and other.output == path.output]
        other = [q for q, other in enumerate(trace.paths) if other.output != path.output]
        for q in same:
            for r in other:
                near, far = (_apart(measured, p, one, writing) for one in (q, r))
                if near is not None and far is not None and max(near, far) > CLEARLY * min(near, far):
                    found.append((p, q, r, near, far))
    if not found:
        return None
    p, q, r, near, far = found[0]
    same_text, other_text = trace.paths[q].text, trace.paths[r].text
    answers = {
        same_text: words.say("states.question.nearer.same.reply") if far < near else "",
        other_text: "" if far < near else words.say("states.question.nearer.other.reply"),
    }
    key = "writing" if writing else "final"
    slots = {"text": trace.paths[p].text, "same": same_text, "other": other_text, "at": trace.at}
    why = words.say(f"states.question.nearer.{key}.why", near=short(near), far=short(far), **slots)
    prompt = words.say(f"states.question.nearer.{key}", **slots)
    return ask(f"nearer {key} {p} {q} {r}", "compare", prompt, why, answers)


def _apart(measured: Measured, p: int, q: int, writing: bool) -> float | None:
    """How far two chosen sentences lie apart, in all dimensions."""
    one, other = measured.trace.paths[p], measured.trace.paths[q]
    if not writing:
        return float(np.linalg.norm(one.encoder[-1].astype(np.float64) - other.encoder[-1]))
    at = measured.trace.at
    if min(len(one.decoder), len(other.decoder)) <= at:
        return None
    return float(np.linalg.norm(one.decoder[at].astype(np.float64) - other.decoder[at]))


def belongs_question(measured: Measured, words: Words, colouring: Colouring) -> Question | None:
    """Which group is a state of, told by its nearest states?"""
    trace, c, i = measured.trace, measured.writing, measured.example
    labels = trace.label(colouring.grouped or "")
    near = measured.nearest[c][i]
    agree = int((labels[near] == labels[i]).sum())
    if agree < AGREE:
        return None
    others = np.argsort(measured.between[c][i], kind="stable")
    reply = words.say("states.question.belongs.reply")
    wrong = [(colouring.names[j], reply) for j in others]
    answers = mixed(offered(colouring.names[i], wrong), f"{trace.sentences[0]}{i}")
    listed = [trace.sentences[trace.points[j].sentence] for j in near[:4]]
    slots = {"by": group_name(trace, words, colouring.grouped or ""), "listed": " · ".join(listed)}
    why = words.say(
        "states.question.belongs.why", agree=agree, count=len(near), name=colouring.names[i],
        text=trace.sentences[trace.points[i].sentence],
    )  # fmt: skip
    prompt = words.say("states.question.belongs", **slots)
    return ask(f"belongs {i}", "token", prompt, why, answers)


def jump_question(measured: Measured, words: Words, p: int) -> Question | None:
    """Which token makes the longest step of a drawn way?"""
    path, jumps = measured.trace.paths[p], measured.jumps(p)
    order = np.argsort(-jumps, kind="stable")
    if len(order) < 3 or jumps[order[0]] < LONGER * jumps[order[1]]:
        return None

    def name(k: int) -> str:
        return place_name(words, path.source, k)

    best = int(order[0])
    answers = rising(offered(best, [
        (k, words.say("states.question.jump.reply", far=short(float(jumps[k]))))
        for k in (int(order[1]), len(order) - 1, 0, int(order[2]))
    ]))  # fmt: skip
    why = words.say(
        "states.question.jump.why", token=name(best), far=short(float(jumps[best])), second=name(int(order[1])),
        other=short(float(jumps[order[1]])),
    )  # fmt: skip
    prompt = words.say("states.question.jump", text=path.text)
    return ask(f"jump {p}", "position", prompt, why, answers, name)
