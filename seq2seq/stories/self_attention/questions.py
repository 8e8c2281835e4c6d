"""Questions about one layer: the largest weight, the scale, what a head sees, the mask, whose queries, what next."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from seq2seq.stories.formulas import short
from seq2seq.stories.questions.options import MARGIN, ask, named, offered, rising, spread, true_or_false
from seq2seq.stories.questions.reasons import token_question
from seq2seq.stories.self_attention.focus import Focus
from seq2seq.stories.story import Question
from seq2seq.words import Words

EACH = 2  # questions of one kind in a story
Place = tuple[str, int]  # stage and query of the step that answers
Asked = Iterator[tuple[Place, Question]]


def layer_questions(focus: Focus, words: Words) -> dict[Place, Question]:
    """Questions by the step before which they are asked."""
    found: dict[Place, Question] = {}
    for maker in (scale, head_sees, visible, changes, largest, columns, residual, active, token):
        for place, question in maker(focus, words):
            found.setdefault(place, question)
    return found


def unscaled(dots: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """What a row's weights would be if its products were not divided by √d_k: (M,)."""
    held = np.where(visible, dots.astype(np.float64), -np.inf)
    powers = np.exp(held - held.max())
    return powers / powers.sum()


def scale(focus: Focus, words: Words) -> Asked:
    """Without the division by √d_k, does the largest weight rise or fall?"""
    if not focus.trace.scaled or len(focus.seen) < 2:
        return
    without = unscaled(focus.pairs("dots")[focus.query], focus.visible[focus.query])
    before, after = float(focus.row.max()), float(without.max())
    if after - before <= 0.05:
        return
    slots: dict[str, object] = {"before": short(before), "after": short(after), "width": focus.trace.head_width}
    slots |= {"query": focus.name(words, False, focus.query)}
    answers = named(words, "question.selfatt.scale", ("rises", "falls", "stays"), "rises")
    prompt, why = words.say("question.selfatt.scale", **slots), words.say("question.selfatt.scale.why", **slots)
    yield ("scale", focus.query), ask("scale", "compare", prompt, why, answers)


def head_sees(focus: Focus, words: Words) -> Asked:
    """How many tokens does another head see? Heads split the features, not the sequence."""
    heads, seen = focus.trace.heads, len(focus.seen)
    if heads < 2 or seen < 2:
        return
    other = 2 if focus.head != 1 else 1
    guesses = [
        (seen // heads, "split"),
        (-(-seen // heads), "split"),
        (seen - 1, "self"),
        (seen + 1, "more"),
        (1, "one"),
    ]
    possible = [(n, why) for n, why in guesses if 0 < n <= len(focus.keys) + 1]
    answers = offered(seen, [(n, words.say(f"question.selfatt.heads.{why}")) for n, why in possible])
    slots: dict[str, object] = {
        "heads": heads,
        "other": other,
        "seen": seen,
        "keys": len(focus.keys),
        "width": focus.trace.head_width,
    }
    slots |= {"query": focus.name(words, False, focus.query), "features": focus.trace.width}
    prompt, why = words.say("question.selfatt.heads", **slots), words.say("question.selfatt.heads.why", **slots)
    yield ("everyone", focus.query), ask("heads", "compare", prompt, why, rising(answers))


def visible(focus: Focus, words: Words) -> Asked:
    """How many keys does this query see, under the mask?"""
    if (focus.side, focus.block) != ("decoder", "self") or len(focus.keys) < 3:
        return
    right = len(focus.seen)
    guesses = [(right - 1, "before"), (len(focus.keys), "every"), (right + 1, "after"), (1, "one")]
    possible = [(n, why) for n, why in guesses if 0 < n <= len(focus.keys)]
    answers = offered(right, [(n, words.say(f"question.selfatt.visible.{why}")) for n, why in possible])
    slots: dict[str, object] = {"query": focus.name(words, False, focus.query), "keys": len(focus.keys), "right": right}
    key = "question.selfatt.visible" if focus.masked else "question.selfatt.visible.all"
    prompt, why = words.say("question.selfatt.visible", **slots), words.say(f"{key}.why", **slots)
    yield ("mask", focus.query), ask("visible", "compare", prompt, why, rising(answers))


def changes(focus: Focus, words: Words) -> Asked:
    """Which of Q, K and V change if only the decoder reads something else?"""
    if focus.side != "decoder":
        return
    right = "q" if focus.block == "cross" else "all"
    answers = named(words, "question.selfatt.changes", ("q", "kv", "all"), right)
    key = f"question.selfatt.changes.{focus.block}"
    prompt, why = words.say("question.selfatt.changes"), words.say(f"{key}.why")
    yield ("k", focus.query), ask("changes", "compare", prompt, why, answers)


def largest(focus: Focus, words: Words) -> Asked:
    """Which key gets the largest weight of a query?"""
    weights, clear = focus.pairs("weights"), []
    for t, row in enumerate(weights):
        order = [int(j) for j in np.argsort(-row, kind="stable") if focus.visible[t, j]]
        if len(order) > 2 and row[order[0]] - row[order[1]] > MARGIN:
            clear.append((t, order[0], order[1]))
    own = [found for found in clear if found[0] == focus.query]
    for t, best, second in [*own, *spread([found for found in clear if found[0] != focus.query], EACH)]:
        seen = [int(j) for j in np.flatnonzero(focus.visible[t])]
        nearby = [
            (second, "second"),
            (len(focus.keys) - 1 - best, "mirror"),
            (best - 1, "beside"),
            (best + 1, "beside"),
        ]
        nearby += [(j, "far") for j in seen]
        possible = [(j, words.say(f"question.not.{why}")) for j, why in nearby if j in seen]
        slots = {"query": focus.name(words, False, t), "best": focus.name(words, True, best), "head": focus.head + 1}
        slots |= {"weight": short(float(weights[t, best])), "second": focus.name(words, True, second)}
        slots |= {"other": short(float(weights[t, second]))}
        prompt, why = words.say("question.selfatt.largest", **slots), words.say("question.selfatt.largest.why", **slots)
        stage = "softmax" if t == focus.query else "row"
        answers = rising(offered(best, possible))
        yield (stage, t), ask(f"largest {t}", "position", prompt, why, answers, partial(focus.name, words, True))


def token(focus: Focus, words: Words) -> Asked:
    """Which token does the decoder write at this step?"""
    trace, t = focus.trace, focus.query
    if focus.side != "decoder":
        return
    probabilities, ranking = np.exp(trace.log_probs[t]), trace.ranking(t)
    if probabilities[ranking[0]] - probabilities[ranking[1]] <= MARGIN:
        return
    prompt = words.say("question.selfatt.token", number=t + 1)
    yield ("done", t), token_question(trace, trace.source, t, prompt, words)


def columns(focus: Focus, words: Words) -> Asked:
    """Do the weights of a column sum to 1 as well?"""
    totals = focus.pairs("weights").sum(0)
    j = int(np.abs(totals - 1).argmax())
    if abs(totals[j] - 1) <= MARGIN:
        return
    slots = {"key_name": focus.name(words, True, j), "total": short(float(totals[j]))}
    seed = "".join(focus.trace.source)
    yield ("join", focus.query), true_or_false(words, "question.selfatt.columns", f"columns {j}", seed, **slots)


def residual(focus: Focus, words: Words) -> Asked:
    """Which is longer, what came in or what the block gave?"""
    state = focus.vectors.state(focus.side, focus.layer, focus.block, focus.query)
    came = float(np.linalg.norm([number.value for number in state]))
    gave = float(np.linalg.norm(focus.of("out")[focus.query]))
    if abs(came - gave) <= MARGIN * max(came, gave):
        return
    slots = {"query": focus.name(words, False, focus.query), "came": short(came), "gave": short(gave)}
    answers = named(words, "question.selfatt.residual", ("came", "gave"), "gave" if gave > came else "came")
    prompt, why = words.say("question.selfatt.residual", **slots), words.say("question.selfatt.residual.why", **slots)
    yield ("residual", focus.query), ask("residual", "compare", prompt, why, answers)


def active(focus: Focus, words: Words) -> Asked:
    """How many of the feed-forward block's inner units are above 0?"""
    inner = focus.gates["feed.inner"][focus.query]
    count = int((inner > 0).sum())
    share = count / len(inner)
    names = {"few": share < 0.28, "half": 0.4 < share < 0.6, "most": share > 0.72}
    if not any(names.values()):
        return  # too near to a border
    slots: dict[str, object] = {"query": focus.name(words, False, focus.query), "inner": len(inner), "active": count}
    right = next(name for name, found in names.items() if found)
    answers = named(words, "question.selfatt.active", list(names), right)
    prompt, why = words.say("question.selfatt.active", **slots), words.say("question.selfatt.active.why", **slots)
    yield ("inner", focus.query), ask("active", "compare", prompt, why, answers)
