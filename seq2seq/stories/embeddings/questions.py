"""Questions about an embedding table: what a look-up costs, who is near, and how often that is the letter next door."""

from collections.abc import Iterator

from seq2seq.stories.embeddings.measures import Geometry
from seq2seq.stories.formulas import percent, short
from seq2seq.stories.questions.options import ask, mixed, offered, rising, true_or_false
from seq2seq.stories.story import Question
from seq2seq.stories.tokens import quoted
from seq2seq.traces.embeddings import SPECIAL
from seq2seq.words import Words

AHEAD = 0.08  # between the largest cosine and the next: in 32 dimensions two random rows differ by about that
APART = 0.15  # between two shares that are offered as answers
Asked = Iterator[tuple[str, int, Question]]  # stage and snapshot that answer it, and the question


def embedding_questions(geometry: Geometry, place: int, words: Words) -> dict[tuple[str, int], Question]:
    """Questions by the stage and the snapshot before which they are asked."""
    makers = (picked, untrained, nearest, next_door)
    return {(stage, k): question for maker in makers for stage, k, question in maker(geometry, place, words)}


def picked(geometry: Geometry, place: int, words: Words) -> Asked:
    """How many of the table's numbers does one token get?"""
    _, V, E = geometry.table.shape
    if len({V, E, V * E}) < 3:
        return
    guesses = ((V, "rows"), (V * E, "table"), (1, "one"))
    answers = rising(offered(E, [(n, words.say(f"embeddings.question.look.{why}")) for n, why in guesses]))
    slots = {"token": quoted(geometry.tokens[place]), "rows": V, "units": E, "number": place + SPECIAL}
    prompt, why = words.say("embeddings.question.look", **slots), words.say("embeddings.question.look.why", **slots)
    yield "look", 0, ask("look", "compare", prompt, why, answers)


def untrained(geometry: Geometry, place: int, words: Words) -> Asked:
    """True or false: before training the nearest row says something about the letter."""
    if geometry.snapshots < 2 or geometry.trace.steps[0] != 0:
        return
    best, value = geometry.neighbours(0, place)[0]
    slots = {"token": quoted(geometry.tokens[place]), "best": quoted(geometry.tokens[best]), "value": short(value)}
    seed = f"{geometry.kind} {place}"
    yield "neighbours", 0, true_or_false(words, "embeddings.question.untrained", "untrained", seed, **slots)


def nearest(geometry: Geometry, place: int, words: Words) -> Asked:
    """Who is the nearest after training?"""
    last = geometry.snapshots - 1
    ranked = geometry.neighbours(last, place)
    if not last or len(ranked) < 4 or ranked[0][1] - ranked[1][1] < AHEAD:
        return
    before = geometry.neighbours(0, place)[0][0]
    near, farthest = words.say("embeddings.question.near.near"), words.say("embeddings.question.near.farthest")
    others = [(before, words.say("embeddings.question.near.before")), (ranked[1][0], near)]
    others += [(ranked[-1][0], farthest), (ranked[2][0], near)]
    answers = mixed(offered(ranked[0][0], others), f"{geometry.kind}{place}")
    slots = {
        "token": quoted(geometry.tokens[place]), "best": quoted(geometry.tokens[ranked[0][0]]),
        "value": short(ranked[0][1]), "second": quoted(geometry.tokens[ranked[1][0]]), "other": short(ranked[1][1]),
    }  # fmt: skip
    prompt, why = words.say("embeddings.question.near", **slots), words.say("embeddings.question.near.why", **slots)
    yield "after", last, ask("near", "token", prompt, why, answers, lambda v: quoted(geometry.tokens[v]))


def next_door(geometry: Geometry, place: int, words: Words) -> Asked:
    """How many letters have the next one of the alphabet nearest?"""
    last, n = geometry.snapshots - 1, len(geometry.ordered)
    if not last or n < 8:
        return
    right = geometry.next_door(last) / n
    answers = {right: ""}
    for share, told in ((geometry.next_door_chance, "chance"), (1.0, "all"), (0.5, "some"), (0.25, "some")):
        if all(abs(share - other) > APART for other in answers):
            answers[share] = words.say(f"embeddings.question.door.{told}")
    if len(answers) < 2:
        return
    slots = {
        "near": percent(right),
        "chance": percent(geometry.next_door_chance),
        "count": geometry.next_door(last),
        "n": n,
    }
    prompt, why = words.say("embeddings.question.door", **slots), words.say("embeddings.question.door.why", **slots)
    yield "done", last, ask("door", "compare", prompt, why, rising(answers), lambda share: f"{share:.0%}")
