"""Sentences in a row, things in a list, a value beside its name: put together as their language does it.

Chinese marks are as wide as a character and stand without a space; English ones are followed by one. What stands
between things is a sentence of the locale (`states.list`, `list.*`), so that no language is spelled out in code.
"""

from collections.abc import Iterable

from seq2seq.stories.story import Step
from seq2seq.words import Words

WIDE = tuple("。！？：；，）”")  # marks that bring their own room


def in_a_row(sentences: Iterable[str]) -> str:
    """Whole sentences, with a space between them; after a full-width mark there is none. Empty ones are left out."""
    told = [sentence for sentence in sentences if sentence]
    return "".join(sentence if sentence.endswith(WIDE) else f"{sentence} " for sentence in told).strip()


def listed(items: Iterable[object], words: Words) -> str:
    """Things of one kind: “a, b, c”, in Chinese “a、b、c”."""
    return words.say("states.list").join(map(str, items))


def clauses(items: Iterable[object], words: Words) -> str:
    """Things that have commas of their own: “a; b”."""
    return words.say("list.clauses").join(map(str, items))


def pair(name: object, value: object, words: Words) -> str:
    """A value after its name: “loss: 0.3”."""
    return words.say("list.pair", name=name, value=value)


def bracketed(name: object, value: object, words: Words) -> str:
    """A value in brackets behind its name: “m (−0.04)”."""
    return words.say("list.bracketed", name=name, value=value)


def titled(step: Step, words: Words) -> str:
    """A step's title and text as one text: what the picture of the step says to whoever cannot see it."""
    return words.say("list.titled", title=step.title, text=step.text)


def weighed(token: str, position: int, weight: float, words: Words) -> str:
    """How much of a row lies on a token: “x (3) 0.52”; positions are counted from 1."""
    return words.say("list.weighed", token=token, position=position, weight=f"{weight:.2f}")
