"""Why a token is right and where it is looked up, from what the task needs; and what is said of the others."""

from collections.abc import Iterator, Sequence

import numpy as np

from seq2seq.stories.formulas import short
from seq2seq.stories.questions.options import MARGIN, Question, ask, likelihood, mixed, offered, rising
from seq2seq.stories.sentences import bracketed, listed
from seq2seq.stories.tokens import quoted
from seq2seq.traces.wanted import Wanted
from seq2seq.traces.writing import WritingTrace
from seq2seq.words import Words


def needed(wanted: Wanted | None, t: int) -> tuple[int, ...]:
    """The source positions that decide output t, as far as the task can tell."""
    return wanted.needs[t] if wanted and t < len(wanted.needs) else ()


def reason(wanted: Wanted | None, source: Sequence[str], t: int, words: Words) -> str:
    """What output t is made from, in a sentence; "" where the task cannot tell."""
    if wanted and wanted.needs and t == len(wanted.needs):
        return words.say("question.needs.end")
    places = needed(wanted, t)
    if wanted is None or not places or not words.has(f"question.needs.{wanted.task}"):
        return ""
    whole = places[-1] - places[0] + 1 == len(places)
    token = quoted("".join(source[i] for i in places)) if whole else " + ".join(quoted(source[i]) for i in places)
    position = str(places[0] + 1) if whole else listed((i + 1 for i in places), words)
    return words.say(f"question.needs.{wanted.task}", number=t + 1, token=token, position=position)


def place_name(words: Words, source: Sequence[str], i: int) -> str:
    """A source token and its position, counted from 1."""
    return bracketed(quoted(source[i]), i + 1, words)


def places_offered(best: int, second: int, t: int, S: int, words: Words) -> dict[int, str]:
    """Source positions to choose from for output t, each wrong one with what one may have thought."""
    nearby = [(t, "place"), (S - 1 - best, "mirror"), (second, "second"), (best - 1, "beside"), (best + 1, "beside")]
    return rising(offered(best, [(i, words.say(f"question.not.{why}")) for i, why in nearby if 0 <= i < S]))


def why_there(
    wanted: Wanted | None, source: Sequence[str], t: int, best: int, weight: float, words: Words
) -> str:  # fmt: skip
    """Why an output looks at a position."""
    told = reason(wanted, source, t, words)
    key = "plain" if not told else "needed" if best in needed(wanted, t) else "beside"
    slots = {"reason": told, "token": place_name(words, source, best), "weight": short(weight)}
    return words.say(f"question.position.why.{key}", **slots)


def clear_tokens(trace: WritingTrace) -> Iterator[int]:
    """The outputs whose most probable token is far ahead of the next."""
    probabilities = np.exp(trace.log_probs)
    for t in range(len(trace.output)):
        best, second = trace.ranking(t)[:2]
        if probabilities[t, best] - probabilities[t, second] > MARGIN:
            yield t


def token_question(trace: WritingTrace, source: Sequence[str], t: int, prompt: str, words: Words) -> Question:
    """Which token is the most probable as output t? The others: those one may think of, and the real runners-up."""
    ranking, probabilities = trace.ranking(t), np.exp(trace.log_probs[t])
    tokens = [trace.vocabulary[v] for v in ranking]
    right, written = tokens[0], trace.output[t - 1 : t]
    beside = [token for token in source[t : t + 1] if token in tokens]
    answers = []
    for token in dict.fromkeys([tokens[1], *beside, *written, *tokens[2:5]]):
        why = (
            "end" if token == "⟨eos⟩" else "place" if token in beside else "again" if token in written
            else "second" if token == tokens[1] and probabilities[ranking[1]] > MARGIN / 4 else "far"
        )  # fmt: skip
        answers.append((token, words.say(f"question.not.{why}")))
    told = reason(trace.wanted, source, t, words)
    answer = trace.wanted.answer if trace.wanted else None
    sound = answer is None or (*answer, "⟨eos⟩")[: t + 1] == (*trace.output[:t], right)
    key = "plain" if not told or answer is None else "right" if sound else "wrong"
    slots = {"reason": told, "token": quoted(right), "p": likelihood(float(probabilities[ranking[0]]), words)}
    slots |= {"second": quoted(tokens[1]), "q": likelihood(float(probabilities[ranking[1]]), words)}
    why = words.say(f"question.token.why.{key}", **slots)
    return ask(f"token {t}", "token", prompt, why, mixed(offered(right, answers), f"{source}{t}"), quoted)
