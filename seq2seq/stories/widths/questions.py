"""Questions about widths: better or worse, whose fault, and from which length on nothing at all wins."""

from seq2seq.stories.formulas import percent
from seq2seq.stories.questions.options import MARGIN
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
    options = tuple(say(f"question.widths.{key}") for key in ("more", "fewer", "same"))
    right = (0 if moves[k - 1] > 0 else 1) if clear else 2
    slots = {
        "before": scores[k - 1].width, "width": scores[k].width, "share": percent(trace.share(scores[k - 1])),
        "then": percent(trace.share(scores[k])), "n": trace.n,
    }  # fmt: skip
    prompt, why = say("question.widths", **slots), say("question.widths.why", **slots)
    return {k: Question(f"widths {slots['width']}", "compare", prompt, options, right, why)}


def _likelier(trace: WidthsTrace, words: Words) -> dict[int, Question]:
    """What a search looks for: does the mean log-probability rise from greedy to a wider beam?"""
    say, first, last = words.say, trace.scores[0], trace.scores[-1]
    if last.log_prob - first.log_prob < 0.05:
        return {}
    options = tuple(say(f"question.likelier.{key}") for key in ("rises", "falls", "either"))
    slots = {"first": f"{first.log_prob:.2f}", "last": f"{last.log_prob:.2f}", "width": last.width}
    prompt, why = say("question.likelier", **slots), say("question.likelier.why", **slots)
    return {1: Question("likelier", "compare", prompt, options, 0, why)}


def _whose_fault(trace: WidthsTrace, words: Words) -> dict[int, Question]:
    """The best outputs of all: how many are right, beside greedy's?"""
    say, n = words.say, trace.n
    greedy, best = trace.scores[0].right / n, trace.best_right / n
    if MARGIN > abs(best - greedy) > CLEAR / 2:
        return {}
    options = tuple(say(f"question.fault.{key}") for key in ("more", "fewer", "same"))
    right = 2 if abs(best - greedy) <= CLEAR / 2 else 0 if best > greedy else 1
    slots = {"greedy": percent(greedy), "best": percent(best), "empty": trace.best_empty, "n": n}
    prompt, why = say("question.fault", **slots), say("question.fault.why", **slots)
    return {len(trace.scores): Question("fault", "compare", prompt, options, right, why)}
