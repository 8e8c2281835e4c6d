"""Questions about the bottleneck: how it falls, where errors begin, whose letters are written, which task is harder."""

from collections.abc import Iterator

from seq2seq.stories.bottleneck.scenes import Scene
from seq2seq.stories.formulas import percent
from seq2seq.stories.questions.options import MARGIN, ask, mixed, named, true_or_false
from seq2seq.stories.story import Question
from seq2seq.traces import BottleneckTrace, LengthScore
from seq2seq.words import Words

FURTHER = 4  # letters between what is known and what is asked
THIRDS = 3
FALLEN = 0.3  # exact match lost by the first length beyond the training that is asked about
MOSTLY = 0.8  # exact match that another vector must leave before it is said to do no harm
CLEAR_FALL = (0.3, 0.75)  # exact match from which a fall can be guessed wrong
Asked = Iterator[tuple[Scene, Question]]  # the scene that answers it, and the question


def bottleneck_questions(trace: BottleneckTrace, words: Words) -> dict[Scene, Question]:
    """Questions by the scene before which they are asked, at most one a scene."""
    found: dict[Scene, Question] = {}
    for maker in (falls, begins, beyond, lent, zeroed, harder):
        for scene, question in maker(trace, words):
            if scene not in found and scene.length <= len(trace.source):
                found[scene] = question
                break
    return found


def falls(trace: BottleneckTrace, words: Words) -> Asked:
    """So many are right at one length: how many a few letters on? Neither as many, nor in proportion."""
    scores = trace.side("none").scores
    for length, score in scores.items():
        later = scores.get(length + FURTHER)
        if not later or not CLEAR_FALL[0] <= score.share <= CLEAR_FALL[1]:
            continue
        straight = score.share * length / later.length  # a share that shrinks as the length grows
        if straight - later.share < MARGIN or score.share - straight < MARGIN / 2:
            continue
        slots = {"first": length, "share": percent(score.share), "then": later.length, "answer": percent(later.share)}
        answers = {f"{later.share:.0%}": "", f"{straight:.0%}": words.say("question.falls.straight")}
        answers[f"{score.share:.0%}"] = words.say("question.falls.before")
        prompt, why = words.say("question.falls", **slots), words.say("question.falls.why", **slots, n=later.n)
        yield (
            Scene("length", later.length),
            ask(f"falls {later.length}", "compare", prompt, why, mixed(answers, f"falls {length}")),
        )


def _thirds(score: LengthScore) -> tuple[float, float]:
    """The share of right letters in the first and in the last third of the output."""
    part = max(1, score.length // THIRDS)
    return tuple(sum(places) / len(places) / score.n for places in (score.places[:part], score.places[-part:]))  # type: ignore[return-value]


def begins(trace: BottleneckTrace, words: Words) -> Asked:
    """Where do the errors lie: at the beginning or at the end of the output?"""
    for length, score in trace.side("none").scores.items():
        first, last = _thirds(score)
        if length < 2 * THIRDS or abs(first - last) < MARGIN:
            continue
        answers = named(words, "question.begins", ("first", "last", "even"), "first" if first < last else "last")
        slots = {"count": length, "first": percent(first), "last": percent(last), "n": score.n}
        why = words.say("question.begins.why", **slots)
        prompt = words.say("question.begins", **slots)
        yield Scene("length", length), ask(f"begins {length}", "position", prompt, why, answers)


def beyond(trace: BottleneckTrace, words: Words) -> Asked:
    """Does attention hold for strings longer than any it was trained on?"""
    scores = trace.side("general").scores
    before = scores.get(trace.longest)
    for length in sorted(scores):
        if not before or length <= trace.longest or before.share - scores[length].share < FALLEN:
            continue
        slots = {
            "longest": trace.longest, "share": percent(before.share), "count": length,
            "answer": percent(scores[length].share),
        }  # fmt: skip
        seed = "".join(trace.source)
        yield Scene("length", length), true_or_false(words, "question.beyond", f"beyond {length}", seed, **slots)


def lent(trace: BottleneckTrace, words: Words) -> Asked:
    """With attention, but the last state of another string: whose letters are written?"""
    disturbed = trace.side("general").disturbed.get("borrow")
    if not disturbed:
        return
    own, other = (trace.answers[len(trace.lender) - 1], trace.side("none").disturbed["borrow"].decoding.text)
    written, score = disturbed.decoding.text, disturbed.scores.get(len(trace.lender))
    if not score or score.share < MOSTLY or written != own or own == other:
        return
    answers = {own: "", other: words.say("question.lent.other")}
    answers[words.say("question.lent.neither")] = words.say("question.lent.neither.reply")
    slots = {"source": "".join(trace.source[: len(trace.lender)]), "lender": "".join(trace.lender)}
    share = percent(score.share)
    why = words.say("question.lent.why", output=written, share=share, n=score.n, count=score.length)
    scene = Scene("borrow", len(trace.lender))
    yield scene, ask("lent", "token", words.say("question.lent", **slots), why, mixed(answers, "lent"))


def zeroed(trace: BottleneckTrace, words: Words) -> Asked:
    """With attention, but a first state of zeros: how many are still right?"""
    disturbed, length = trace.side("general").disturbed.get("zero"), len(trace.lender)
    score = disturbed.scores.get(length) if disturbed else None
    borrowed = trace.side("general").disturbed["borrow"].scores.get(length) if disturbed else None
    if not score or not borrowed or borrowed.share < MOSTLY:
        return
    offered = [0.0, 0.5, trace.side("general").scores[length].share]
    near = min(offered, key=lambda share: abs(share - score.share))
    if abs(near - score.share) > MARGIN / 2 or offered[2] - 0.5 < MARGIN:
        return
    found = ("none", "half", "all")[offered.index(near)]
    answers = named(words, "question.zeroed", ("none", "half", "all"), found)
    slots = {"count": length, "share": percent(score.share), "n": score.n}
    key = "question.zeroed.why" if found == "none" else "question.zeroed.other"
    prompt, why = words.say("question.zeroed", **slots), words.say(key, **slots)
    yield Scene("zero", length), ask("zeroed", "compare", prompt, why, answers)


def harder(trace: BottleneckTrace, words: Words) -> Asked:
    """Copy or reverse: which is harder for one vector?"""
    task, others = trace.other
    own, length = trace.side("none").scores, len(trace.lender)
    if length not in own or length not in others or abs(own[length].share - others[length].share) < MARGIN:
        return
    names = [words.say(f"train.task.{name}") for name in (trace.task, task)]
    answer = 0 if own[length].share < others[length].share else 1
    answers = {name: "" if k == answer else words.say("question.harder.other") for k, name in enumerate(names)}
    answers[words.say("question.harder.same")] = words.say("question.harder.same.reply")
    slots = {
        "count": length, "task": names[0], "other": names[1], "share": percent(own[length].share),
        "another": percent(others[length].share),
    }  # fmt: skip
    why = words.say("question.harder.why", **slots)
    yield Scene("twin", length), ask("harder", "compare", words.say("question.harder", **slots), why, answers)
