"""Questions about a search: who is pruned, what becomes of greedy's path, what totals sum to, α, and who wins."""

import math
from collections.abc import Iterator

import numpy as np

from seq2seq.stories.beam.ending import winner
from seq2seq.stories.beam.names import greedy_leaves, greedy_text, log_number, written
from seq2seq.stories.questions.options import MARGIN, ask, mixed, named, offered, spread
from seq2seq.stories.story import Question
from seq2seq.traces.search import FINISHED, KEPT, PRUNED, SearchTrace
from seq2seq.words import Words

EACH = 2  # questions of one kind in a story
CLEAR = 0.4  # of a log-probability between the last that goes on and the one pruned: a third less probable
Key = tuple[str, int]  # the step that answers
Asked = Iterator[tuple[Key, Question]]


def beam_questions(trace: SearchTrace, words: Words) -> dict[Key, Question]:
    """Questions by the step before which they are asked."""
    found: dict[Key, Question] = {}
    for maker in (leaves, prunes, sums, favours, wins):
        for key, question in maker(trace, words):
            found.setdefault(key, question)
    return found


def prunes(trace: SearchTrace, words: Words) -> Asked:
    """Which candidate does not go on? Where one has a probable last token, and yet a poor whole."""
    clear = []
    for step in range(1, trace.steps):
        nodes = np.flatnonzero(trace.step == step)
        kept, out = (nodes[trace.status[nodes] == status] for status in (KEPT, PRUNED))
        if len(kept) < 2:
            continue
        likely = [n for n in out if trace.log_prob[n] > trace.log_prob[kept].min()]
        likely = [n for n in likely if trace.total[kept[-1]] - trace.total[n] > CLEAR]
        if likely:
            clear.append((step, kept, int(likely[0])))
    for step, kept, node in spread(clear, EACH):
        lowest = kept[np.argsort(trace.log_prob[kept])][:3].tolist()  # what goes on though its token is improbable
        reply = words.say("question.beam.prunes.reply")
        answers = mixed(offered(node, [(n, reply) for n in lowest]), f"prunes {step}")
        slots = {
            "number": step + 1, "text": written(trace, node), "lp": log_number(trace.log_prob[node]),
            "total": log_number(trace.total[node]), "last": log_number(trace.total[kept[-1]]),
        }  # fmt: skip
        prompt, why = words.say("question.beam.prunes", **slots), words.say("question.beam.prunes.why", **slots)
        yield ("choose", step), ask(
            f"prunes {step}", "compare", prompt, why, answers,
            lambda n: words.say("question.beam.candidate", text=written(trace, n), lp=log_number(trace.log_prob[n])),
        )  # fmt: skip


def leaves(trace: SearchTrace, words: Words) -> Asked:
    """Does greedy's path stay in the beam, and does it win?"""
    if trace.asked.width == 1:
        return
    step = greedy_leaves(trace)
    same = list(trace.greedy.tokens) == trace.numbers(trace.best)
    at = step if step is not None else trace.steps - 1
    key = "dropped" if step is not None else "best" if same else "beaten"
    slots = {
        "width": trace.asked.width, "greedy": greedy_text(trace), "ln_p": log_number(trace.greedy.log_prob),
        "beam": written(trace, trace.best), "ln_q": log_number(float(trace.total[trace.best])), "number": at + 1,
    }  # fmt: skip
    answers = named(words, "question.beam.leaves", ("best", "beaten", "dropped"), key)
    prompt, why = words.say("question.beam.leaves", **slots), words.say(f"question.beam.leaves.why.{key}", **slots)
    yield ("choose", at), ask("leaves", "position", prompt, why, answers)


def sums(trace: SearchTrace, words: Words) -> Asked:
    """The probabilities of the hypotheses that go on add up to at most?"""
    nodes = np.flatnonzero((trace.step == 0) & (trace.status == KEPT))
    if len(nodes) < 2:
        return
    answers = {"1": "", str(trace.asked.width): words.say("question.beam.sums.each")}
    answers[words.say("question.beam.sums.any")] = words.say("question.beam.sums.any.reply")
    total = math.fsum(math.exp(value) for value in trace.total[nodes])
    slots = {"count": len(nodes), "sum": f"{total:.3f}", "width": trace.asked.width}
    prompt, why = words.say("question.beam.sums", **slots), words.say("question.beam.sums.why", **slots)
    yield ("choose", 0), ask("sums", "compare", prompt, why, answers)


def favours(trace: SearchTrace, words: Words) -> Asked:
    """α from 0 to 1: does the longer or the shorter output gain?"""
    if len(set(trace.step[trace.finished].tolist())) < 2:
        return
    low, high = winner(trace, 0.0), winner(trace, 1.0)
    answers = named(words, "question.beam.favours", ("longer", "shorter", "same"), "longer")
    slots = {
        "low": written(trace, low), "high": written(trace, high), "total": log_number(float(trace.total[high])),
        "length": int(trace.step[high]) + 1, "score": log_number(trace.total[high] / (trace.step[high] + 1)),
    }  # fmt: skip
    key = "why" if low == high else "why.other"
    prompt, why = words.say("question.beam.favours", **slots), words.say(f"question.beam.favours.{key}", **slots)
    yield ("stop", 0), ask("favours", "compare", prompt, why, answers)


def wins(trace: SearchTrace, words: Words) -> Asked:
    """Which output has the best score?"""
    nodes = trace.finished[:4].tolist()
    if len(nodes) < 3 or trace.score[nodes[0]] - trace.score[nodes[1]] < MARGIN:
        return
    likely, longest = max(nodes, key=lambda n: trace.total[n]), max(nodes, key=lambda n: trace.step[n])
    thought = {n: "likely" if n == likely else "long" if n == longest else "other" for n in nodes}
    others = [(n, words.say(f"question.beam.wins.{why}")) for n, why in thought.items()]
    answers = mixed(offered(nodes[0], others), "wins")
    slots = {
        "alpha": f"{trace.asked.penalty.alpha:g}", "text": written(trace, nodes[0]),
        "score": log_number(trace.score[nodes[0]], 3), "second": log_number(trace.score[nodes[1]], 3),
        "count": int((trace.status == FINISHED).sum()),
        "penalty": words.say(f"search.penalty.{trace.asked.penalty.kind}"),
    }  # fmt: skip
    prompt, why = words.say("question.beam.wins", **slots), words.say("question.beam.wins.why", **slots)
    yield ("rank", 0), ask(
        "wins", "compare", prompt, why, answers,
        lambda n: words.say("question.beam.output", text=written(trace, n), total=log_number(float(trace.total[n])),
                            length=int(trace.step[n]) + 1),
    )  # fmt: skip
