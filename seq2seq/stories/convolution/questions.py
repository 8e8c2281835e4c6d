"""Questions about one convolutional decoding: what can move, how the field grows, gates, where it looks, what next."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from seq2seq.stories.decoding import busiest
from seq2seq.stories.formulas import short
from seq2seq.stories.layered.layout import UNITS
from seq2seq.stories.questions.options import (
    CLEAR,
    MARGIN,
    ask,
    mixed,
    named,
    offered,
    rising,
    spread,
    true_or_false,
)
from seq2seq.stories.questions.reasons import clear_tokens, place_name, places_offered, token_question, why_there
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
    guesses = [(min(S, 1 + layers * k), "added"), (k, "layer"), (1, "own"), (S, "all")]
    answers = offered(right, [(n, words.say(f"question.conv.moves.{why}")) for n, why in guesses if 0 < n <= S])
    if len(answers) < 3:
        return
    slots = {"token": quoted(trace.source[p]), "position": p + 1, "layer": layers, "kernel": k}
    slots |= {"right": right, "first": sees[0] + 1, "last": sees[-1] + 1, "field": 1 + layers * (k - 1)}
    prompt, why = words.say("question.conv.moves", **slots), words.say("question.conv.moves.why", **slots)
    yield ("layer", layers - 1, -1), ask("moves", "compare", prompt, why, rising(answers))


def grows(trace: ConvTrace, words: Words) -> Asked:
    """Does each further layer let a state see k positions more?"""
    if trace.layers < 2:
        return
    k, seed = trace.kernel, "".join(trace.source)
    slots = {"kernel": k, "more": k - 1, "first": k, "second": 2 * k - 1, "wrong": 2 * k}
    yield ("conv", 1, -1), true_or_false(words, "question.conv.grows", "grows", seed, **slots)


def gates(trace: ConvTrace, words: Words, p: int) -> Asked:
    """What does the gate of a unit do to its A? Asked once, where it is nearly closed or nearly open."""
    for layer in range(min(2, trace.layers)):
        gate, b = (trace.encoder[layer][name][p] for name in ("gate", "b"))
        units = busiest(trace.encoder[layer]["h"], UNITS)  # those in the picture
        unit = int(units[np.abs(gate[units] - 0.5).argmax()])  # the clearest
        if CLOSED < gate[unit] < 1 - CLOSED:
            continue
        opened = bool(gate[unit] > 0.5)
        slots = {"layer": layer + 1, "unit": unit + 1, "b": short(float(b[unit])), "gate": short(float(gate[unit]))}
        names = ("passes", "half", "grown") if opened else ("nothing", "half", "turned")
        answers = named(words, "question.conv.gate", names, names[0], **slots)
        prompt = words.say("question.conv.gate", **slots)
        why = words.say(f"question.conv.gate.why.{names[0]}", **slots)
        yield ("gate", layer, -1), ask(f"gate {layer}", "compare", prompt, why, mixed(answers, f"gate {b[unit]}"))
        return


def positions(trace: ConvTrace, words: Words) -> Asked:
    """Which source position gets the largest weight in the top layer?"""
    layer, S, clear = trace.layers - 1, len(trace.source), []
    for t, row in enumerate(trace.decoder[layer]["weights"]):
        if trace.output[t] == "⟨eos⟩":
            continue  # where it looks for the end says nothing of letters
        best, second = (*np.argsort(-row, kind="stable"), None)[:2]
        if second is not None and row[best] > CLEAR and row[best] - row[second] > MARGIN:
            clear.append((t, int(best), int(second)))
    for t, best, second in spread(clear[1:], EACH):  # the first output shows how it goes
        weight = float(trace.decoder[layer]["weights"][t, best])
        why = why_there(trace.wanted, trace.source, t, best, weight, words)
        prompt = words.say("question.conv.position", number=t + 1, layer=layer + 1)
        answers, name = places_offered(best, second, t, S, words), partial(place_name, words, trace.source)
        yield ("look", layer, t), ask(f"position {t}", "position", prompt, why, answers, name)


def causal(trace: ConvTrace, words: Words) -> Asked:
    """Does the window of a decoder layer hold the token that is to be written?"""
    if len(trace.output) < 2:
        return
    slots = {"number": 2, "kernel": trace.kernel, "before": trace.kernel - 1}
    seed = "".join(trace.source)
    yield ("decode", 0, 1), true_or_false(words, "question.conv.causal", "causal", seed, **slots)


def tokens(trace: ConvTrace, words: Words) -> Asked:
    """Which token is the most probable next?"""
    for t in spread(list(clear_tokens(trace)), EACH):
        prompt = words.say("question.token", number=t + 1)
        yield ("predict", trace.layers - 1, t), token_question(trace, trace.source, t, prompt, words)
