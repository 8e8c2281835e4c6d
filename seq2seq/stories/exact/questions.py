"""Questions about an exact search: what must be looked at, what is best, whose error it is, what a wider beam finds."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from seq2seq.stories.exact import names
from seq2seq.stories.exact.moments import Moment
from seq2seq.stories.exact.names import NOTHING, cut, signed, written
from seq2seq.stories.formulas import percent
from seq2seq.stories.questions.options import MARGIN, Kind, ask, mixed, named, offered, rising, spread
from seq2seq.stories.story import Question
from seq2seq.traces.contest import BEAM, EXACT, WIDER, BeamFate, ContestTrace
from seq2seq.traces.exact import ENDED, SAME
from seq2seq.words import Words

NEXT = 2  # questions on which beginning comes next
VERDICTS = ("none", "search", "model", "both")  # the options; a verdict in other words is one of these
AS_ASKED = {"lucky": "both", "harmless": "search"}
Key = tuple[str, int]
Asked = Iterator[tuple[Key, Question]]


def exact_questions(contest: ContestTrace, moments: Sequence[Moment], words: Words) -> dict[Key, Question]:
    """Questions by the step before which they are asked."""
    found: dict[Key, Question] = {}
    for maker in (argmax, needed, following, beaten, blame, wider):
        for key, question in maker(contest, moments, words):
            found.setdefault(key, question)
    return found


def _asked(
    id: str, kind: Kind, answers: Mapping[str, str], words: Words, name: str = "", **slots: object
) -> Question:  # fmt: skip
    kind_of, name = f"question.exact.{id.split()[0]}", name or id.split()[0]
    prompt, why = words.say(kind_of, **slots), words.say(f"question.exact.{name}.why", **slots)
    return ask(id, kind, prompt, why, answers)


def argmax(contest: ContestTrace, moments: Sequence[Moment], words: Words) -> Asked:
    """ε = 2 %, k = 3, L = 6: what is the argmax? Asked before it is found."""
    lost, trace = contest.lost, contest.exact
    if lost is None or not trace.proved or trace.asked.penalty.alpha != 0:
        return
    share = (1 - lost.empty) / lost.outputs
    if abs(np.log(lost.empty / share)) < MARGIN or (lost.empty > share) == bool(contest.who(EXACT).text):
        return
    own = contest.who(EXACT).text
    answers = named(words, "question.exact.argmax", ("nothing", "right", "all"), "right" if own else "nothing")
    slots = {
        "empty": percent(lost.empty), "ways": lost.ways, "length": lost.length, "outputs": f"{lost.outputs:,}",
        "share": percent(share), "best": cut(own), "score": signed(trace.best.score), "nothing": NOTHING,
    }  # fmt: skip
    rise = [moment for moment in moments if moment.kind == "rise"]
    key = (rise[0].kind, rise[0].shown) if rise else ("end", moments[-1].shown)
    yield key, _asked("argmax", "compare", answers, words, "", **slots)


def needed(contest: ContestTrace, moments: Sequence[Moment], words: Words) -> Asked:
    """Must a beginning still be looked behind, if a better output is known? One that clearly need not, and why."""
    trace = contest.exact
    for moment in moments:
        if moment.kind != "look" or not moment.shown:
            continue
        children = [n for n in trace.behind(int(trace.expanded[moment.e])).tolist() if trace.fate[n] != ENDED]
        bar = float(trace.lower[moment.e])
        low = [n for n in children if trace.bound[n] < bar - MARGIN]
        if not low:
            continue
        node = low[0]
        answers = named(words, "question.exact.needed", ("no", "yes", "perhaps"), "no")
        slots = {"beginning": written(trace, node), "bound": signed(float(trace.bound[node])), "bar": signed(bar)}
        yield (moment.kind, moment.shown), _asked(f"needed {node}", "compare", answers, words, "", **slots)
        return


def following(contest: ContestTrace, moments: Sequence[Moment], words: Words) -> Asked:
    """Which beginning is looked behind next? Only where the others are clearly less promising."""
    trace, asked = contest.exact, []
    for moment in moments:
        if moment.kind != "look" or moment.e < 2:
            continue
        open_ones = trace.open_after(moment.e - 1).tolist()
        node = int(trace.expanded[moment.e])
        rivals = [n for n in open_ones if trace.bound[n] < trace.bound[node] - MARGIN]
        near = [n for n in open_ones if n != node and trace.bound[n] > trace.bound[node] - SAME]
        if len(rivals) >= 2 and not near:
            asked.append((moment, node, rivals))
    for moment, node, rivals in spread(asked, NEXT):
        bounds = {n: signed(float(trace.bound[n]), 2) for n in (node, *rivals[:2], *rivals[-1:])}
        others = [
            (f"{written(trace, n)}  ({bound})", words.say("question.exact.next.reply", bound=bound))
            for n, bound in bounds.items()
        ]
        answers = mixed(offered(others[0][0], others[1:]), f"next {node}")
        slots = {"beginning": written(trace, node), "bound": signed(float(trace.bound[node]))}
        key = (moment.kind, moment.shown)
        yield key, _asked(f"next {node}", "token", answers, words, "", **slots)


def beaten(contest: ContestTrace, moments: Sequence[Moment], words: Words) -> Asked:
    """Is the beam's output the best of all? Asked before the first expansion."""
    trace = contest.exact
    error = contest.search_error
    gap = trace.best.score - trace.beam_output.score
    if error is None or (error and gap < MARGIN):
        return
    answers = named(words, "question.exact.beaten", ("best", "better"), "better" if error else "best")
    slots = {
        "width": trace.asked.width, "beam": cut(contest.who(BEAM).text), "best": cut(contest.who(EXACT).text),
        "score": signed(trace.beam_output.score), "better": signed(trace.best.score),
    }  # fmt: skip
    first = [moment for moment in moments if moment.kind == "rise"] if error else []
    at = first[0] if first else next(moment for moment in moments if moment.kind == "end")
    name = "beaten" if error else "beaten.not"
    yield (at.kind, at.shown), _asked("beaten", "true-false", answers, words, name, **slots)


def blame(contest: ContestTrace, moments: Sequence[Moment], words: Words) -> Asked:
    """Wrong because of the search, or because of the model?"""
    verdict = AS_ASKED.get(contest.verdict, contest.verdict)
    if verdict not in VERDICTS:
        return
    answers = named(words, "question.exact.blame", VERDICTS, verdict)
    trace = contest.exact
    slots = {
        "beam": cut(contest.who(BEAM).text), "best": cut(contest.who(EXACT).text), "width": trace.asked.width,
        "score": signed(trace.beam_output.score), "better": signed(trace.best.score),
    }  # fmt: skip
    key = ("verdict", moments[-1].shown)
    yield key, _asked("blame", "compare", answers, words, f"blame.{verdict}", **slots)


def wider(contest: ContestTrace, moments: Sequence[Moment], words: Words) -> Asked:
    """Will a wider beam help? Asked before the end, where the outputs are compared."""
    beam, wide = contest.who(BEAM), contest.who(WIDER)
    if beam.right is None or wide.right is None or wide.width <= beam.width:
        return
    if beam.output.tokens != wide.output.tokens and wide.output.score < beam.output.score + MARGIN / 2:
        return
    right = "better" if wide.right and not beam.right else "worse" if beam.right and not wide.right else "same"
    answers = named(words, "question.exact.wider", ("better", "same", "worse"), right)
    slots = {
        "width": beam.width, "wide": wide.width, "beam": cut(beam.text), "found": cut(wide.text),
        "sign": names.NOTHING, "score": signed(beam.output.score), "better": signed(wide.output.score),
    }  # fmt: skip
    at = next(moment for moment in moments if moment.kind == "end")
    key = (at.kind, at.shown)
    yield key, _asked("wider", "compare", answers, words, f"wider.{right}", **slots)


def answer_questions(fate: BeamFate, tokens: Sequence[str], width: int, words: Words) -> Iterator[tuple[int, Question]]:
    """At which token does the beam drop an answer? Asked before its first token; the step, and the question."""
    if fate.kind != "pruned" or len(tokens) < 3:
        return
    replies = {early: words.say(f"question.exact.dropped.{early}", width=width) for early in ("early", "late")}
    places = (0, len(tokens) // 2, len(tokens) - 1)
    guesses = [(t, replies["early" if t < fate.t else "late"]) for t in places]
    answers = {
        words.say("question.exact.dropped.at", t=t + 1, token=names.quoted(tokens[t])): reply
        for t, reply in rising(offered(fate.t, guesses, 2)).items()
    }
    answers[words.say("question.exact.dropped.never")] = words.say("question.exact.dropped.never.reply")
    slots = {"width": width, "t": fate.t + 1, "token": names.quoted(tokens[fate.t])}
    yield 1, _asked("dropped", "position", answers, words, "", **slots)
