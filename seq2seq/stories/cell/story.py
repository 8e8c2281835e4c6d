"""Traces of a reading → the story of what happens inside the cells."""

from collections.abc import Sequence
from dataclasses import replace

from seq2seq.stories.cell.questions import cell_questions
from seq2seq.stories.cell.steps import Teller
from seq2seq.stories.cell.subject import Subject
from seq2seq.stories.cell.views import life, maps, overview, probabilities
from seq2seq.stories.explain import DecodingExplainer, SeveralExplainer
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.story import Story
from seq2seq.traces import DecodingTrace
from seq2seq.words import Words


def cell_story(
    subjects: Sequence[Subject], words: Words, unit: int | None = None, sort: str = "change",
    answer: str | None = None, trials: Sequence[DecodingTrace] = (), flaws: Sequence[str | None] = (),
) -> Story:  # fmt: skip
    """Tell what happens inside one cell, or up to three side by side, at every position of one input.

    Args:    unit: the one that is followed, None for the one that changes most; sort: order of the units;
             answer: the right output, if it is known; trials: the same input with a state erased, to ask about;
             flaws: of each cell's output, what is wrong with it whatever was read.
    Returns: a story whose identity depends neither on the unit nor on the order: the player keeps its step.
    """
    explainer = explain_subjects(subjects, words)
    told = Teller(subjects, unit, explainer, words).tell(answer, flaws)
    questions = cell_questions(subjects, trials, words)
    steps = [
        replace(step, question=questions.pop((moment.at, moment.stage), None))
        for step, moment in zip(told.steps, told.moments, strict=True)
    ]
    picked, alone = [one.watched(unit) for one in subjects], len(subjects) == 1
    views = [overview(subjects, picked, sort, told, answer, words)]
    each = list(enumerate(zip(subjects, picked, strict=True)))
    for k, (one, number) in each:
        views += [maps(one, k, alone, number, sort, told, words), life(one, k, alone, number, told, words)]
    views += [probabilities(one, k, alone, told, words) for k, (one, _) in each]
    source = "".join(subjects[0].trace.source)
    named = [f"{one.reference} {one.layer} {one.way}" for one in subjects]
    identity = "|".join(["cell", *named, source])
    title = words.say("inside.title", source=source)
    return Story(identity, title, steps, views, told.chapters, player_labels(words), told.formulas)


def explain_subjects(subjects: Sequence[Subject], words: Words) -> SeveralExplainer:
    """What explains the numbers of cells side by side."""
    return SeveralExplainer({one.key: DecodingExplainer(one.trace, words) for one in subjects})
