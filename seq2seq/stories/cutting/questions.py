"""Questions about a cutting: which pair wins, how long the text is then, and what an unknown sign does."""

from collections.abc import Iterator

from seq2seq.stories.cutting.equations import show
from seq2seq.stories.questions.options import shuffled, spread, wrong_answers
from seq2seq.stories.story import Question
from seq2seq.traces import CutTrace
from seq2seq.words import Words

AHEAD = 1.1  # so many times as frequent as the next the winner must be
EACH = 3
Asked = Iterator[tuple[str, int, Question]]  # stage and merge that answer it, and the question


def cutting_questions(trace: CutTrace, words: Words) -> dict[tuple[str, int], Question]:
    """Questions by the stage and the merge before which they are asked."""
    found: dict[tuple[str, int], Question] = {}
    for maker in (winners, lengths, unknowns):
        for stage, number, question in maker(trace, words):
            found.setdefault((stage, number), question)
    return found


def _first_stage(number: int) -> str:
    """The stage that first shows the counts of a merge: the first ones are counted in a step of their own."""
    return "count" if number <= 3 else "merge"


def winners(trace: CutTrace, words: Words) -> Asked:
    """Which pair is merged next?"""
    clear = [
        number
        for number, record in enumerate(trace.merges, 1)
        if number > 1 and len(record.candidates) > 2 and record.count >= AHEAD * record.candidates[1][2]
    ]
    for number in spread(clear, EACH):
        record = trace.merges[number - 1]

        def name(candidate: tuple[str, str, int]) -> str:
            return f"{show(candidate[0])} + {show(candidate[1])}"

        right = name(record.candidates[0])
        shown = shuffled([right, *wrong_answers(right, map(name, record.candidates[1:]))], f"{trace.task}{number}")
        why = words.say(
            "cutting.question.pair.why", pair=right, count=record.count, second=name(record.candidates[1]),
            other=record.candidates[1][2],
        )  # fmt: skip
        prompt = words.say("cutting.question.pair", number=number)
        yield (
            _first_stage(number),
            number,
            Question(f"pair {number}", "token", prompt, tuple(shown), shown.index(right), why),
        )


def lengths(trace: CutTrace, words: Words) -> Asked:
    """How many pieces has the text after this merge? Best asked where more than one pair of it is merged."""
    changes = [(number, len(trace.cuts[number - 1]) - len(trace.cuts[number])) for number in range(1, len(trace.cuts))]
    wanted = sorted((pair for pair in changes if pair[1] and pair[0] != 1), key=lambda pair: -pair[1])[:EACH]
    for number, fewer in wanted:
        record, now = trace.merges[number - 1], len(trace.cuts[number - 1])
        options = sorted({now, now - fewer, now - 1, now - 2})
        slots = {"left": show(record.candidates[0][0]), "right": show(record.candidates[0][1]), "now": now}
        why = words.say("cutting.question.length.why", fewer=fewer, then=now - fewer, **slots)
        prompt = words.say("cutting.question.length", **slots)
        shown = tuple(map(str, options))
        yield "merge", number, Question(f"length {number}", "compare", prompt, shown, options.index(now - fewer), why)


def unknowns(trace: CutTrace, words: Words) -> Asked:
    """Does a sign that was never seen change the number of pieces?"""
    plain, disguised = trace.disguised
    slots = {"sign": show(trace.swapped), "plain": plain, "disguised": disguised}
    options = tuple(words.say(f"cutting.question.unknown.{answer}") for answer in ("fewer", "same", "more"))
    right = 2 if disguised > plain else 1 if disguised == plain else 0
    key = "more" if disguised > plain else "same"
    why = words.say(f"cutting.question.unknown.why.{key}", **slots)
    prompt = words.say("cutting.question.unknown", **slots)
    yield "unknown", len(trace.merges), Question("unknown", "compare", prompt, options, right, why)
