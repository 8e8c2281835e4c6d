"""Questions about a cutting: which pair wins, what a merge does to a text, and what an unknown sign does."""

from collections.abc import Iterator

from seq2seq.stories.cutting.equations import show
from seq2seq.stories.questions.options import ask, mixed, named, offered, true_or_false
from seq2seq.stories.story import Question
from seq2seq.traces import CutTrace
from seq2seq.words import Words

AHEAD = 1.1  # so many times as frequent as the next the winner must be
Asked = Iterator[tuple[str, int, Question]]  # stage and merge that answer it, and the question


def cutting_questions(trace: CutTrace, words: Words) -> dict[tuple[str, int], Question]:
    """One question of each kind, by the stage and the merge before which it is asked; no two at one place."""
    found: dict[tuple[str, int], Question] = {}
    for maker in (winner, merged, unknowns):
        for stage, number, question in maker(trace, words):
            if (stage, number) not in found:
                found[stage, number] = question
                break
    return found


def _first_stage(number: int) -> str:
    """The stage that first shows the counts of a merge: the first ones are counted in a step of their own."""
    return "count" if number <= 3 else "merge"


def winner(trace: CutTrace, words: Words) -> Asked:
    """Which pair is merged next? Asked once, where one is clearly ahead."""
    for number, record in enumerate(trace.merges, 1):
        if number == 1 or len(record.candidates) < 3 or record.count < AHEAD * record.candidates[1][2]:
            continue
        names = [f"{show(left)} + {show(right)}" for left, right, _ in record.candidates]
        others = [
            (name, words.say("cutting.question.pair.reply", pair=name, count=count))
            for name, (_, _, count) in zip(names[1:], record.candidates[1:], strict=True)
        ]
        answers = mixed(offered(names[0], others), f"{trace.task}{number}")
        slots = {"pair": names[0], "count": record.count, "second": names[1], "other": record.candidates[1][2]}
        prompt, why = words.say("cutting.question.pair", number=number), words.say("cutting.question.pair.why", **slots)
        yield _first_stage(number), number, ask(f"pair {number}", "token", prompt, why, answers)
        return


def merged(trace: CutTrace, words: Words) -> Asked:
    """Must a merge leave the text with fewer pieces? Best asked where it changes nothing."""
    counts = [len(cut) for cut in trace.cuts]
    still = [number for number in range(2, len(counts)) if counts[number] == counts[number - 1]]
    for number in still or range(2, len(counts)):
        slots = {"number": number, "now": counts[number - 1], "then": counts[number]}
        seed = f"{trace.task} {trace.cuts[0]}"
        yield "merge", number, true_or_false(words, "cutting.question.merges", f"merges {number}", seed, **slots)


def unknowns(trace: CutTrace, words: Words) -> Asked:
    """Does a sign that was never seen change the number of pieces?"""
    plain, disguised = trace.disguised
    slots = {"sign": show(trace.swapped), "plain": plain, "disguised": disguised}
    key = "more" if disguised > plain else "same"
    answers = named(words, "cutting.question.unknown", ("fewer", "same", "more"), key)
    why = words.say(f"cutting.question.unknown.why.{key}", **slots)
    prompt = words.say("cutting.question.unknown", **slots)
    yield "unknown", len(trace.merges), ask("unknown", "compare", prompt, why, answers)
