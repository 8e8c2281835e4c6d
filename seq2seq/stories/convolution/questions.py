"""Questions about one convolutional decoding: what can move, how the field grows, gates, where it looks, what next."""

from collections.abc import Iterator

import numpy as np

from seq2seq.stories.decoding import busiest
from seq2seq.stories.formulas import percent, short
from seq2seq.stories.layered.layout import UNITS
from seq2seq.stories.questions.options import CLEAR, MARGIN, shuffled, spread, wrong_answers
from seq2seq.stories.sentences import bracketed
from seq2seq.stories.story import Question
from seq2seq.stories.tokens import quoted
from seq2seq.traces import ConvTrace
from seq2seq.words import Words

EACH = 2  # questions of one kind in a story
CLOSED = 0.1  # a gate below this is nearly closed, one above 1 − this nearly open
Place = tuple[str, int, int]  # stage, layer and output column of the step that answers
Asked = Iterator[tuple[Place, Question]]


def convolution_questions(trace: ConvTrace, words: Words, p: int) -> dict[Place, Question]:
    """Questions by the step before which they are asked; p: the source position that the story follows."""
    makers = [moves(trace, words, p), grows(trace, words), gates(trace, words, p), tokens(trace, words)]
    if trace.decoder:
        makers += [positions(trace, words), causal(trace, words)]
    found: dict[Place, Question] = {}
    for maker in makers:
        for place, question in maker:
            found.setdefault(place, question)
    return found


def moves(trace: ConvTrace, words: Words, p: int) -> Asked:
    """Another token at p: how many positions of the top layer can change?"""
    S, k, layers = len(trace.source), trace.kernel, trace.layers
    sees = [i for i in range(S) if trace.seen(layers - 1, i)[0] <= p <= trace.seen(layers - 1, i)[1]]
    right = len(sees)
    wrong = wrong_answers(right, [n for n in (min(S, 1 + layers * k), k, 1, S) if 0 < n <= S])
    if len(wrong) < 2:
        return
    shown = sorted([right, *wrong])
    slots = {"token": quoted(trace.source[p]), "position": p + 1, "layer": layers, "kernel": k}
    slots |= {"right": right, "first": sees[0] + 1, "last": sees[-1] + 1, "field": 1 + layers * (k - 1)}
    prompt, why = words.say("question.conv.moves", **slots), words.say("question.conv.moves.why", **slots)
    options = tuple(map(str, shown))
    yield ("layer", layers - 1, -1), Question("moves", "compare", prompt, options, shown.index(right), why)


def grows(trace: ConvTrace, words: Words) -> Asked:
    """Does each further layer let a state see k positions more?"""
    if trace.layers < 2:
        return
    k = trace.kernel
    slots = {"kernel": k, "more": k - 1, "first": k, "second": 2 * k - 1, "wrong": 2 * k}
    options = (words.say("question.true"), words.say("question.false"))
    prompt, why = words.say("question.conv.grows", **slots), words.say("question.conv.grows.why", **slots)
    yield ("conv", 1, -1), Question("grows", "true-false", prompt, options, 1, why)


def gates(trace: ConvTrace, words: Words, p: int) -> Asked:
    """Is the gate of a unit nearly closed, half open, or nearly open?"""
    for layer in range(min(2, trace.layers)):
        gate, b = (trace.encoder[layer][name][p] for name in ("gate", "b"))
        units = busiest(trace.encoder[layer]["h"], UNITS)  # those in the picture
        unit = int(units[np.abs(gate[units] - 0.5).argmax()])  # the clearest
        if CLOSED < gate[unit] < 1 - CLOSED:
            continue
        slots = {"layer": layer + 1, "unit": unit + 1, "b": short(float(b[unit])), "gate": short(float(gate[unit]))}
        options = tuple(words.say(f"question.conv.gate.{name}") for name in ("closed", "half", "open"))
        why = words.say("question.conv.gate.why", **slots)
        prompt, right = words.say("question.conv.gate", **slots), 2 if gate[unit] > 0.5 else 0
        yield ("gate", layer, -1), Question(f"gate {layer}", "compare", prompt, options, right, why)


def positions(trace: ConvTrace, words: Words) -> Asked:
    """Which source position gets the largest weight in the top layer?"""
    layer, S, clear = trace.layers - 1, len(trace.source), []
    for t, row in enumerate(trace.decoder[layer]["weights"]):
        if trace.output[t] == "⟨eos⟩":
            continue  # where it looks for the end says nothing of letters
        best, second = (*np.argsort(-row, kind="stable"), None)[:2]
        if second is not None and row[best] > CLEAR and row[best] - row[second] > MARGIN:
            clear.append((t, int(best), int(second)))

    def name(i: int) -> str:
        return bracketed(quoted(trace.source[i]), i + 1, words)

    for t, best, second in spread(clear[1:], EACH):  # the first output shows how it goes
        nearby = [second, t, S - 1 - best, best - 1, best + 1]
        shown = sorted([best, *wrong_answers(best, [i for i in nearby if 0 <= i < S])])
        row = trace.decoder[layer]["weights"][t]
        slots = {"number": t + 1, "layer": layer + 1, "token": name(best), "weight": short(float(row[best]))}
        slots |= {"second": name(second), "other": short(float(row[second]))}
        prompt, why = words.say("question.conv.position", **slots), words.say("question.position.why", **slots)
        options = tuple(map(name, shown))
        yield ("look", layer, t), Question(f"position {t}", "position", prompt, options, shown.index(best), why)


def causal(trace: ConvTrace, words: Words) -> Asked:
    """Does the window of a decoder layer hold the token that is to be written?"""
    if len(trace.output) < 2:
        return
    options = (words.say("question.true"), words.say("question.false"))
    slots = {"number": 2, "kernel": trace.kernel, "before": trace.kernel - 1}
    prompt, why = words.say("question.conv.causal", **slots), words.say("question.conv.causal.why", **slots)
    yield ("decode", 0, 1), Question("causal", "true-false", prompt, options, 1, why)


def tokens(trace: ConvTrace, words: Words) -> Asked:
    """Which token is the most probable next?"""
    probabilities, clear = np.exp(trace.log_probs), []
    for t in range(len(trace.output)):
        best, second = trace.ranking(t)[:2]
        if probabilities[t, best] - probabilities[t, second] > MARGIN:
            clear.append(t)
    for t in spread(clear, EACH):
        ranking = trace.ranking(t)
        right, second = (quoted(trace.vocabulary[v]) for v in ranking[:2])
        known = set(trace.vocabulary)
        typed = [quoted(token) for token in trace.source[t : t + 1] if token in known]
        others = [second, *typed, *(quoted(trace.vocabulary[v]) for v in ranking[2:5])]
        shown = shuffled([right, *wrong_answers(right, others)], f"{trace.source}{t}")
        slots: dict[str, object] = {"token": right, "p": percent(probabilities[t, ranking[0]]), "second": second}
        slots |= {"q": percent(probabilities[t, ranking[1]]), "number": t + 1}
        prompt, why = words.say("question.token", **slots), words.say("question.token.why", **slots)
        options = tuple(shown)
        layer = trace.layers - 1
        yield ("predict", layer, t), Question(f"token {t}", "token", prompt, options, shown.index(right), why)
