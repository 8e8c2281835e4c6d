"""Questions about a shuffled source, each with its answer in the two traces."""

import numpy as np

from seq2seq.stories.formulas import short
from seq2seq.stories.positions.shuffled import ROUNDING, Shuffled
from seq2seq.stories.questions.options import CLEAR, MARGIN, ask, offered, rising, true_or_false
from seq2seq.stories.story import Question
from seq2seq.stories.tokens import quoted
from seq2seq.words import Words


def shuffle_question(pair: Shuffled, key: str, words: Words) -> Question | None:
    """What is asked before a step, if its answer is clear."""
    if key == "back":
        return _states(pair, words)
    if key in ("written", "written.differs", "waves.written", "waves.same"):
        return _outputs(pair, key, words)
    if key == "look":
        return _looks(pair, words)
    if key == "waves.look":
        return _place(pair, words)
    return _embedded(pair, words) if key == "waves.back" else None


def _count(right: int, most: int, id: str, prompt: str, why: str, words: Words) -> Question | None:
    """How many? Options from none to all, the right one among them."""
    guesses = ((0, "none"), (most, "all"), (most // 2, "half"), (1, "one"))
    answers = rising(offered(right, [(n, words.say(f"question.shuffle.not.{key}")) for n, key in guesses]))
    return ask(id, "compare", prompt, why, answers) if len(answers) > 2 else None


def _states(pair: Shuffled, words: Words) -> Question | None:
    """Put back in order: how many states of the top layer are others than before?"""
    top, far = pair.typed.layers, pair.far(pair.typed.layers)
    right = len(pair.differing(top))
    if right and any(ROUNDING < v < MARGIN for v in far):
        return None
    slots = {"count": len(pair.order), "layer": top, "right": right}
    prompt = words.say("question.shuffle.states", **slots)
    return _count(right, len(pair.order), "states", prompt, words.say("question.shuffle.states.why", **slots), words)


def _outputs(pair: Shuffled, key: str, words: Words) -> Question | None:
    """How many outputs are another token?"""
    way = "with" if key.startswith("waves") else "without"
    slots = {"outputs": pair.outputs, "right": pair.changed, "first": pair.typed.text, "second": pair.shuffled.text}
    prompt, why = words.say(f"question.shuffle.{way}", **slots), words.say(f"question.shuffle.{way}.why", **slots)
    return _count(pair.changed, pair.outputs, f"outputs {way}", prompt, why, words)


def _looks(pair: Shuffled, words: Words) -> Question | None:
    """The first output, after the shuffle: does it look at the same letter, or at the same place?"""
    one, other = pair.looks(0)
    i, S = int(one.argmax()), len(pair.order)
    rest = sorted(other.tolist())[-2]
    if one.max() < CLEAR or other.argmax() != i or other.max() - rest < MARGIN or pair.order[i] == i:
        return None
    source = pair.shuffled.source

    def name(j: int) -> str:
        return words.say("question.shuffle.look.option", token=quoted(source[j]), position=j + 1)

    right = pair.place[i]
    guesses = [(i, words.say("question.shuffle.look.place")), (S - 1 - right, words.say("question.not.mirror"))]
    guesses += [(0, words.say("question.not.first")), (S - 1, words.say("question.not.last"))]
    slots = {"token": quoted(pair.typed.source[i]), "position": i + 1, "right": right + 1,
             "weight": short(float(other.max()))}  # fmt: skip
    prompt, why = words.say("question.shuffle.look", **slots), words.say("question.shuffle.look.why", **slots)
    return ask("look", "position", prompt, why, rising(offered(right, guesses)), name)


def _place(pair: Shuffled, words: Words) -> Question | None:
    """With positions: at which position of the shuffled source does the first output look most?"""
    row, S = pair.shuffled.weights[0], len(pair.order)
    right, second = np.argsort(-row, kind="stable")[:2].tolist()
    if row[right] - row[second] < MARGIN:
        return None

    def name(j: int) -> str:
        return words.say("question.shuffle.look.option", token=quoted(pair.shuffled.source[j]), position=j + 1)

    guesses = ((second, "second"), (0, "first"), (S - 1, "last"), (S // 2, "middle"))
    answers = rising(offered(right, [(j, words.say(f"question.not.{why}")) for j, why in guesses]))
    slots = {"right": right + 1, "token": quoted(pair.shuffled.source[right]), "weight": short(float(row[right])),
             "second": name(second), "other": short(float(row[second]))}  # fmt: skip
    prompt, why = words.say("question.shuffle.place", **slots), words.say("question.shuffle.place.why", **slots)
    return ask("place", "position", prompt, why, answers, name)


def _embedded(pair: Shuffled, words: Words) -> Question | None:
    """With positions: is the vector of a token that moved still the same?"""
    moved = [i for i, place in enumerate(pair.place) if i != place]
    i = max(moved, key=lambda i: pair.far(0)[i])
    if pair.far(0)[i] < MARGIN:
        return None
    slots = {"token": quoted(pair.typed.source[i]), "position": i + 1, "place": pair.place[i] + 1,
             "most": short(float(pair.far(0)[i]))}  # fmt: skip
    return true_or_false(words, "question.shuffle.embedded", "embedded", pair.typed.source, **slots)
