"""Questions about one output: what a cut leaves, what heat does, how often the best is drawn."""

import math
from collections.abc import Iterator

from seq2seq.stories.formulas import percent
from seq2seq.stories.questions.options import MARGIN, ask, likelihood, mixed, offered, rising, spread
from seq2seq.stories.sentences import bracketed, listed
from seq2seq.stories.story import Question
from seq2seq.stories.tokens import quoted
from seq2seq.traces.sampling import SampleTrace, falling
from seq2seq.words import Words

EACH = 2  # questions of one kind in a story
NEAR = 0.02  # a number closer to a border than this is not asked about
SURE = 0.8  # a probability from which a step counts as sure
BETWEEN = (0.3, 0.9)  # a largest probability that is neither small nor sure
Key = tuple[str, int]  # the moment that answers: its kind and token
Asked = Iterator[tuple[Key, Question]]


def sampling_questions(trace: SampleTrace, words: Words) -> dict[Key, Question]:
    """Questions by the moment before which they are asked."""
    found: dict[Key, Question] = {}
    for maker in (infinite_heat, few_that_are_sure, few_that_stay, often):
        for key, question in maker(trace, words):
            found.setdefault(key, question)
    return found


def infinite_heat(trace: SampleTrace, words: Words) -> Asked:
    """T → ∞: which token? None: they become equally probable; their order never changes."""
    probs = trace.stages["model"][0]
    order = [n for n in falling(probs).tolist() if probs[n] > 0]
    if trace.asked.cut.temperature in (0.0, 1.0) or len(order) < 3:
        return
    names = [quoted(trace.vocabulary[n]) for n in (order[0], order[-1])]
    hot = probs[order] ** (1 / 1000)
    slots = {"best": names[0], "worst": names[1], "n": len(order), "each": percent(1 / len(order)),
             "hottest": percent(hot[0] / hot.sum()), "coldest": percent(hot[-1] / hot.sum())}  # fmt: skip
    say = words.say
    answers = {say("question.sampling.heat.equal"): ""}
    for name, why in zip(names, ("best", "worst"), strict=True):
        answers[say("question.sampling.heat.only", token=name)] = say(f"question.sampling.heat.{why}")
    prompt, why = say("question.sampling.heat"), say("question.sampling.heat.why", **slots)
    yield ("temperature", 0), ask("heat", "compare", prompt, why, mixed(answers, "heat"))


def few_that_are_sure(trace: SampleTrace, words: Words) -> Asked:
    """How many tokens does top-k leave where the model is sure? Always k."""
    k, steps = trace.asked.cut.top_k, range(len(trace.drawn))
    sure = [t for t in steps if trace.stages["temperature"][t].max() > SURE and trace.stays(t, "temperature") > k > 1]
    for t in spread(sure, 1):
        token = quoted(trace.vocabulary[int(trace.stages["temperature"][t].argmax())])
        all_ = trace.stays(t, "temperature")
        guesses = ((1, "one"), (all_, "all"), (k + 1, "more"))
        answers = offered(k, [(n, words.say(f"question.sampling.k.{why}")) for n, why in guesses])
        slots = {"k": k, "token": token, "share": percent(float(trace.stages["temperature"][t].max()))}
        prompt, why = words.say("question.sampling.k", **slots), words.say("question.sampling.k.why", **slots)
        yield ("top_k", t), ask(f"k {t}", "compare", prompt, why, rising(answers))


def few_that_stay(trace: SampleTrace, words: Words) -> Asked:
    """How many tokens does top-p leave? Only where p lies clear of the sums."""
    p = trace.asked.cut.top_p
    if p == 1:
        return
    clear = []
    for t in range(len(trace.drawn)):
        sums = sorted(trace.stages["top_k"][t], reverse=True)
        reach = [math.fsum(sums[: n + 1]) for n in range(len(sums))]
        if trace.stays(t, "top_k") > 1 and min(abs(sum_ - p) for sum_ in reach) > NEAR:
            clear.append(t)
    kinds = {trace.stays(t, "top_p"): t for t in reversed(clear)}  # the first step of each number that stays
    for t in spread(sorted(kinds.values()), EACH):
        stays, order = trace.stays(t, "top_p"), falling(trace.stages["top_k"][t])
        all_ = trace.stays(t, "top_k")
        guesses = [
            (all_, "all"),
            *((n, "more" if n > stays else "fewer") for n in (stays + 1, stays - 1, 3) if 0 < n < all_),
        ]
        answers = offered(stays, [(n, words.say(f"question.sampling.p.{why}")) for n, why in guesses])
        before = math.fsum(trace.stages["top_k"][t][order[: stays - 1]].tolist())
        after = math.fsum(trace.stages["top_k"][t][order[:stays]].tolist())
        told = listed(
            (bracketed(quoted(trace.vocabulary[n]), likelihood(float(trace.stages["top_k"][t, n]), words), words)
             for n in order[:5].tolist()), words
        )  # fmt: skip
        alone = ".one" if stays == 1 else ""
        slots = {"p": f"{p:g}", "stays": stays, "listed": told, "before": percent(before), "after": percent(after)}
        prompt, why = words.say("question.sampling.p", **slots), words.say(f"question.sampling.p.why{alone}", **slots)
        yield ("top_p", t), ask(f"p {t}", "compare", prompt, why, rising(answers))


def often(trace: SampleTrace, words: Words) -> Asked:
    """Of many draws, how many take the most probable token? As many as its probability says, not all."""
    clear = []
    for t in range(len(trace.drawn)):
        probs = trace.stages["top_p"][t]
        if BETWEEN[0] < probs.max() < BETWEEN[1]:
            clear.append(t)
    for t in spread(clear, 1):
        probs = trace.stages["top_p"][t]
        share, n = float(probs.max()), int((probs > 0).sum())
        right = _about(share)
        slots = {
            "token": quoted(trace.vocabulary[int(probs.argmax())]),
            "share": percent(share),
            "n": n,
            "right": right,
        }
        slots["drawn"] = quoted(trace.vocabulary[int(trace.chosen[t])])
        guesses = [(1.0, "all"), (1 / n, "even"), (0.5, "half")]
        possible = [
            (_about(guess), words.say(f"question.sampling.often.{why}", **slots))
            for guess, why in guesses if abs(guess - share) > MARGIN / 2
        ]  # fmt: skip
        prompt, why = words.say("question.sampling.often", **slots), words.say("question.sampling.often.why", **slots)
        answers = mixed(offered(right, possible), f"often {t} {share}")
        yield ("draw", t), ask(f"often {t}", "compare", prompt, why, answers)


def _about(share: float) -> str:
    """Of a thousand."""
    return f"{round(1000 * share, -1):,.0f}"
