"""Greedy, beams and an exact search on one input, and what would have been right: search error or model error?"""

import numpy as np

from seq2seq.decoding import beam_search, exact_search, judge
from seq2seq.decoding.writer import Writer
from seq2seq.tasks import Task
from seq2seq.tasks.synonyms import Synonyms
from seq2seq.traces.contest import BEAM, EXACT, GREEDY, RIGHT, WIDER, ContestTrace, Found, LostTargets
from seq2seq.traces.exact import ExactSettings, ExactTrace
from seq2seq.traces.search import WIDEST, BeamSettings, Output, SearchTrace

FEW = 8  # right answers that are all scored
TRIED = 300  # answers among which a probable one is looked for, token by token
WIDE = 10  # of the wider beam, or twice the width


def hold_contest(writer: Writer, asked: ExactSettings, task: Task | None, text: str) -> ContestTrace:
    """All searches on one input, under the same limits.

    Raises: InputError if it cannot be asked for so.
    """
    exact = exact_search(writer, asked)
    wide = min(WIDEST, max(WIDE, 2 * asked.width))
    wider = beam_search(writer, BeamSettings(wide, asked.penalty, asked.limits))

    def right(output: str) -> bool | None:
        return None if task is None else task.accepts(text, output)

    def flaw(output: str) -> str | None:
        return None if task is None else task.flaw(output)

    def found(name: str, output: Output, log_probs: tuple[float, ...], width: int = 0) -> Found:
        return Found(
            name, output, log_probs, exact.text(output), right(exact.text(output)), width, flaw(exact.text(output))
        )

    greedy = exact.beam.greedy
    score = asked.penalty.score(greedy.log_prob, len(greedy.tokens))
    every = [
        found(GREEDY, Output(greedy.tokens, greedy.log_prob, score), greedy.log_probs, 1),
        found(BEAM, exact.beam_output, _log_probs(exact.beam), asked.width),
        found(WIDER, wider.best_output, _log_probs(wider), wide),
        found(EXACT, exact.best, best_log_probs(exact)),
    ]
    answers = [] if task is None else task.answers(text)
    if answers and not any(one.right for one in every):
        every.append(_answer(writer, asked, task, text, answers))
    return ContestTrace(
        exact=exact, found=tuple(every), every_answer=len(answers) <= FEW, lost=_lost(task, text) if answers else None
    )


def _log_probs(beam: SearchTrace) -> tuple[float, ...]:
    return tuple(float(beam.log_prob[node]) for node in beam.path(beam.best))


def best_log_probs(exact: ExactTrace) -> tuple[float, ...]:
    """Of each token of the best output: of the exact search's own beginning, or of the beam's that was never beaten."""
    node = exact.node_of(exact.best.tokens)
    if node is None:
        return _log_probs(exact.beam)
    return tuple(float(exact.log_prob[n]) for n in exact.path(node))


def _answer(writer: Writer, asked: ExactSettings, task: Task | None, text: str, answers: list[str]) -> Found:
    """The best right answer where they are few; else one that is probable, chosen token by token."""
    assert task is not None
    tried = [task.tokenise(answer) for answer in answers[:TRIED]]
    if len(answers) > FEW:
        tried = [_probable(writer, tried)]
    judged = max((judge(writer, tokens, asked.penalty) for tokens in tried), key=lambda one: one.score)
    output = Output(judged.tokens, judged.log_prob, judged.score)
    answer = "".join(judged.vocabulary[number] for number in judged.tokens[:-1])
    return Found(RIGHT, output, tuple(judged.log_probs.tolist()), answer, True)


def _probable(writer: Writer, answers: list[list[str]]) -> list[str]:
    """At each step the most probable token with which some answer goes on."""
    last, state = writer.begin()
    written: list[str] = []
    while True:
        going = [answer for answer in answers if answer[: len(written)] == written and len(answer) > len(written)]
        if not going:
            return written
        ahead = writer.ahead(last, state)
        numbers = sorted({writer.vocabulary.index(answer[len(written)]) for answer in going})
        best = numbers[int(np.argmax(ahead.log_probs[0, numbers]))]
        written.append(writer.vocabulary[best])
        last, state = [best], ahead.state


def _lost(task: Task | None, text: str) -> LostTargets | None:
    """What decides whether nothing at all is the most probable output; None of any other task."""
    if not isinstance(task, Synonyms) or task.empty == 0 or task.ways == 1:
        return None
    return LostTargets(task.ways, task.empty / 100, len(text), task.crossing)
