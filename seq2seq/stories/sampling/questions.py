"""Questions about one output: what a cut leaves, what heat does, where a number falls."""

import math
from collections.abc import Iterator

from seq2seq.stories.formulas import percent, short
from seq2seq.stories.questions.options import MARGIN, shuffled, spread, wrong_answers
from seq2seq.stories.sentences import bracketed, listed
from seq2seq.stories.story import Question
from seq2seq.stories.tokens import quoted
from seq2seq.traces.sampling import STAGES, SampleTrace, falling
from seq2seq.words import Words

EACH = 2  # questions of one kind in a story
NEAR = 0.02  # a number closer to a border than this is not asked about
SURE = 0.8  # a probability from which a step counts as sure
Key = tuple[str, int]  # the moment that answers: its kind and token
Asked = Iterator[tuple[Key, Question]]


def sampling_questions(trace: SampleTrace, words: Words) -> dict[Key, Question]:
    """Questions by the moment before which they are asked."""
    found: dict[Key, Question] = {}
    for maker in (infinite_heat, few_that_are_sure, few_that_stay, falls):
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
    equal = say("question.sampling.heat.equal")
    options = shuffled([equal, *(say("question.sampling.heat.only", token=name) for name in names)], "heat")
    prompt, why = say("question.sampling.heat"), say("question.sampling.heat.why", **slots)
    yield ("temperature", 0), Question("heat", "compare", prompt, tuple(options), options.index(equal), why)


def few_that_are_sure(trace: SampleTrace, words: Words) -> Asked:
    """How many tokens does top-k leave where the model is sure? Always k."""
    k, steps = trace.asked.cut.top_k, range(len(trace.drawn))
    sure = [t for t in steps if trace.stages["temperature"][t].max() > SURE and trace.stays(t, "temperature") > k > 1]
    for t in spread(sure, 1):
        token = quoted(trace.vocabulary[int(trace.stages["temperature"][t].argmax())])
        all_ = trace.stays(t, "temperature")
        options = sorted({k, *wrong_answers(k, [1, all_, k + 1])})
        slots = {"k": k, "token": token, "share": percent(float(trace.stages["temperature"][t].max()))}
        prompt, why = words.say("question.sampling.k", **slots), words.say("question.sampling.k.why", **slots)
        texts = tuple(map(str, options))
        yield ("top_k", t), Question(f"k {t}", "true-false", prompt, texts, options.index(k), why)


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
        options = sorted({stays, *wrong_answers(stays, [stays + 1, max(1, stays - 1), trace.stays(t, "top_k"), 3])})
        before = math.fsum(trace.stages["top_k"][t][order[: stays - 1]].tolist())
        after = math.fsum(trace.stages["top_k"][t][order[:stays]].tolist())
        told = listed(
            (bracketed(quoted(trace.vocabulary[n]), percent(float(trace.stages["top_k"][t, n])), words)
             for n in order[:5].tolist()), words
        )  # fmt: skip
        slots = {"p": f"{p:g}", "stays": stays, "listed": told, "before": percent(before), "after": percent(after)}
        prompt, why = words.say("question.sampling.p", **slots), words.say("question.sampling.p.why", **slots)
        texts = tuple(map(str, options))
        yield ("top_p", t), Question(f"p {t}", "compare", prompt, texts, options.index(stays), why)


def falls(trace: SampleTrace, words: Words) -> Asked:
    """On which token does the number fall? Only where it lies clear of the borders."""
    clear = []
    for t, luck in enumerate(trace.drawn):
        probs = trace.stages["top_p"][t]
        order = [n for n in falling(probs).tolist() if probs[n] > 0]
        begin = math.fsum(probs[trace.below(t, int(trace.chosen[t]))].tolist())
        end = begin + float(probs[trace.chosen[t]])
        if len(order) > 1 and begin + NEAR < luck < end - NEAR and end - begin > MARGIN / 2:
            clear.append((t, order, begin, end, float(luck)))
    for t, order, begin, end, luck in spread(clear, EACH):
        chosen = int(trace.chosen[t])
        offered = shuffled([chosen, *wrong_answers(chosen, order)], f"falls {t}")
        last = listed(
            (bracketed(quoted(trace.vocabulary[n]), short(float(probs)), words) for n, probs in _line(trace, t, order)),
            words,
        )
        slots = {"luck": short(luck), "line": last, "token": quoted(trace.vocabulary[chosen]), "begin": short(begin),
                 "end": short(end)}  # fmt: skip
        prompt, why = words.say("question.sampling.falls", **slots), words.say("question.sampling.falls.why", **slots)
        texts = tuple(quoted(trace.vocabulary[n]) for n in offered)
        yield ("draw", t), Question(f"falls {t}", "token", prompt, texts, offered.index(chosen), why)


def _line(trace: SampleTrace, t: int, order: list[int]) -> list[tuple[int, float]]:
    """The first tokens on the line and how long they are."""
    return [(n, float(trace.stages[STAGES[-1]][t, n])) for n in order[:5]]
