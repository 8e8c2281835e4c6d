"""What every question needs: a margin, wrong answers with a reply to each, and an order that gives nothing away."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Literal, TypeVar

from seq2seq.stories.formulas import percent
from seq2seq.stories.story import Question
from seq2seq.words import Words

T = TypeVar("T")
Kind = Literal["token", "position", "compare", "true-false"]
MARGIN = 0.2  # between the right answer and the next: anything closer is a matter of luck
CLEAR = 0.6  # a weight that dominates its row
WRONG = 3  # wrong answers beside the right one, at most
NOTHING = 0.001  # a share below it, or as near to 1, is said in words: its digits tell nothing


def ask(
    id: str, kind: Kind, prompt: str, why: str, answers: Mapping[T, str], name: Callable[[T], str] = str
) -> Question:
    """A question whose answers are offered in their order.

    answers: each with the reply to whoever picks it, "" of the right one alone; name: what an answer is called.
    """
    options, replies = tuple(map(name, answers)), tuple(answers.values())
    return Question(id, kind, prompt, options, replies.index(""), why, replies)


def offered(right: T, wrong: Iterable[tuple[T, str]], most: int = WRONG) -> dict[T, str]:
    """The right answer, and the first wrong ones that are no doubles, each with its reply."""
    found = {right: ""}
    for answer, reply in wrong:
        if len(found) <= most:
            found.setdefault(answer, reply)
    return found


def named(words: Words, key: str, names: Sequence[str], right: str, **slots: object) -> dict[str, str]:
    """Answers that have sentences of their own, "KEY.NAME", and the replies to the wrong ones, "KEY.NAME.reply"."""
    return {
        words.say(f"{key}.{name}", **slots): "" if name == right else words.say(f"{key}.{name}.reply", **slots)
        for name in names
    }


def true_or_false(words: Words, key: str, id: str, seed: object, **slots: object) -> Question:
    """A statement that holds, or the mistake that is often made instead: which, the seed decides.

    The sentences: "KEY.holds", "KEY.fails", both with a ".reply" to whoever takes it for the other, and "KEY.why".
    """
    holds = coin(f"{key} {seed}")
    said = f"{key}.{'holds' if holds else 'fails'}"
    options = (words.say("question.true"), words.say("question.false"))
    reply = words.say(f"{said}.reply", **slots)
    replies = ("", reply) if holds else (reply, "")
    why = words.say(f"{key}.why", **slots)
    return Question(id, "true-false", words.say(said, **slots), options, int(not holds), why, replies)


def coin(seed: str) -> bool:
    """One of two, the same for the same seed, half of the time each."""
    return bool(blake2b(seed.encode(), digest_size=1).digest()[0] % 2)


def rising(answers: Mapping[T, str]) -> dict[T, str]:
    """The answers from the smallest to the largest."""
    return dict(sorted(answers.items(), key=lambda pair: pair[0]))  # type: ignore[arg-type, return-value]


def mixed(answers: Mapping[T, str], seed: str) -> dict[T, str]:
    """The answers in an order of their own, the same for the same seed."""
    return {answer: answers[answer] for answer in shuffled(list(answers), seed)}


def shuffled(options: Sequence[T], seed: str) -> list[T]:
    """The options in an order of their own, the same for the same seed."""
    return random.Random(seed).sample(list(options), len(options))


def spread(items: Sequence[T], most: int) -> list[T]:
    """At most so many of the items, from early to late."""
    if len(items) <= most:
        return list(items)
    return [items[round(k * (len(items) - 1) / max(1, most - 1))] for k in range(most)]


def likelihood(share: float, words: Words) -> str:
    """A probability as a question says it: what does not matter is not given in digits."""
    if share < NOTHING:
        return words.say("question.share.nothing")
    return words.say("question.share.all") if share > 1 - NOTHING else percent(share)
