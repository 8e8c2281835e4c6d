"""Questions about widths: better or worse, whose fault, and from which length on nothing at all wins."""

from seq2seq.stories.formulas import percent
from seq2seq.stories.questions.options import MARGIN, ask, named
from seq2seq.stories.story import Question
from seq2seq.traces.widths import WidthsTrace
from seq2seq.words import Words

CLEAR = 0.1  # of the sentences: a change that can be guessed right or wrong


def widths_questions(trace: WidthsTrace, words: Words) -> dict[int, Question]:
    """Questions by the step before which they are asked."""
    found = {**_changes(trace, words), **_whose_fault(trace, words)}
    return found | {k: question for k, question in _likelier(trace, words).items() if k not in found}


def _changes(trace: WidthsTrace, words: Words) -> dict[int, Question]:
    """A wider beam: more right, fewer, or as many? At the first clear change, else at the last width."""
    say, scores = words.say, trace.scores
    moves = [(scores[k].right - scores[k - 1].right) / trace.n for k in range(1, len(scores))]
    clear = [k for k, move in enumerate(moves, 1) if abs(move) > CLEAR]
    k = clear[0] if clear else len(scores) - 1
    if not clear and abs(scores[-1].right - scores[0].right) / trace.n > CLEAR / 2:
        return {}  # it crept: neither a change nor none
    right = ("more" if moves[k - 1] > 0 else "fewer") if clear else "same"
    answers = named(words, "question.widths", ("more", "fewer", "same"), right)
    slots = {
        "before": scores[k - 1].width, "width": scores[k].width, "share": percent(trace.share(scores[k - 1])),
        "then": percent(trace.share(scores[k])), "n": trace.n,
    }  # fmt: skip
    prompt, why = say("question.widths", **slots), say("question.widths.why", **slots)
    return {k: ask(f"widths {slots['width']}", "compare", prompt, why, answers)}


def _likelier(trace: WidthsTrace, words: Words) -> dict[int, Question]:
    """What a search looks for: does the mean log-probability rise from greedy to a wider beam?"""
    say, first, last = words.say, trace.scores[0], trace.scores[-1]
    if last.log_prob - first.log_prob < 0.05:
        return {}
    answers = named(words, "question.likelier", ("rises", "falls", "either"), "rises")
    slots = {"first": f"{first.log_prob:.2f}", "last": f"{last.log_prob:.2f}", "width": last.width}
    prompt, why = say("question.likelier", **slots), say("question.likelier.why", **slots)
    return {1: ask("likelier", "compare", prompt, why, answers)}


def _whose_fault(trace: WidthsTrace, words: Words) -> dict[int, Question]:
    """The best outputs of all: how many are right, beside greedy's?"""
    say, n = words.say, trace.n
    greedy, best = trace.scores[0].right / n, trace.best_right / n
    if MARGIN > abs(best - greedy) > CLEAR / 2:
        return {}
    right = "same" if abs(best - greedy) <= CLEAR / 2 else "more" if best > greedy else "fewer"
    answers = named(words, "question.fault", ("more", "fewer", "same"), right)
    slots = {"greedy": percent(greedy), "best": percent(best), "empty": trace.best_empty, "n": n}
    prompt, why = say("question.fault", **slots), say("question.fault.why", **slots)
    return {len(trace.scores): ask("fault", "compare", prompt, why, answers)}
