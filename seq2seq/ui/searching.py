"""What the search pages share: which model writes, what it reads, and what it may write."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from seq2seq.models.config import TransformerConfig
from seq2seq.stories.explain.beneath import Beneath
from seq2seq.studies.shipped import SEARCHED, to_be_picked
from seq2seq.tasks import Task
from seq2seq.traces.scoring import PENALTIES, POWER, LengthPenalty
from seq2seq.traces.search import MOST_STEPS, Limits
from seq2seq.training.config import RunConfig
from seq2seq.ui.address import says_new
from seq2seq.ui.controls import choice, line, slide, whole
from seq2seq.ui.inputs import typed_for
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.models import ChosenModel, describe, fitting_models, model_name, usable, warn_of_others
from seq2seq.ui.session import trained

if TYPE_CHECKING:  # it brings torch: only once somebody writes
    from seq2seq.decoding.writer import Writer

TEXTBOOK = "textbook"  # as a link calls it
DEFAULT = SEARCHED[0]
EXAMPLES = {"synonyms": "284716", "dates-short": "3/4/21", "reverse": "bottom"}  # task → what stands there at first
LONGEST, TEXTBOOK_LONGEST = 24, 4  # tokens of an output, unless a control says otherwise


@dataclass(frozen=True)
class Written:
    """Who writes, and what it has read; model: None for the textbook's table, which reads nothing."""

    model: ChosenModel | None
    text: str

    @property
    def reference(self) -> str:
        """How a link calls the model."""
        return self.model.reference if self.model else TEXTBOOK

    @property
    def step(self) -> int | None:
        """How many updates old the model is."""
        return self.model.step if self.model else None

    @property
    def task(self) -> Task | None:
        """What the model was trained on."""
        return self.model.task if self.model else None


def searchable(config: RunConfig) -> bool:
    """Whether a run's model can be searched in: whoever sees the future is computed anew with each token."""
    return not isinstance(config.model, TransformerConfig) or config.model.causal


def choose_writer(
    words: PageWords, default: str = DEFAULT, textbook: bool = False, examples: Mapping[str, str] = EXAMPLES
) -> Written:
    """The controls for who writes and what it reads, for a row; `textbook`: whether its table is among them.

    examples: task → what stands in the input at first.
    """
    say = words.say
    models = fitting_models(words, searchable, names=[*SEARCHED, *to_be_picked()])
    options = [*([TEXTBOOK] if textbook else []), *models]
    warn_of_others(options, words)

    named = {reference: model_name(models, words, reference) for reference in models}
    times = Counter(named.values())  # Streamlit tells options apart by what they are called

    def name(reference: str) -> str:
        if reference == TEXTBOOK:
            return say("search.textbook")
        plain = named[reference]
        return say("search.updates", name=plain, steps=models[reference].step) if times[plain] > 1 else plain

    picked = choice("model", say("attention.model"), options, default, name, width=420)
    if picked == TEXTBOOK:
        return Written(None, "")
    model = usable(models, picked, default, words)
    task = model.task
    return Written(model, typed_for(task, examples.get(task.name, task.example.source), words))


def describe_writer(written: Written, words: PageWords) -> None:
    """In a line: how good the model is, or where the table is from."""
    st.caption(describe(written.model, words) if written.model else words.say("search.textbook.card"))


def writer_of(reference: str, step: int | None, text: str) -> "Writer":
    """The model once it has read the text.

    Raises: InputError if the text cannot be used.
    """
    from seq2seq.decoding.textbook import textbook_writer

    return textbook_writer() if reference == TEXTBOOK else trained(reference, step).writer(text)


def beneath_of(reference: str, step: int | None, text: str, words: PageWords) -> Beneath | None:
    """What leads from a search's probabilities to the model's own numbers; None of the table, which gives them.

    Raises: InputError if the text cannot be used.
    """
    return None if reference == TEXTBOOK else Beneath(trained(reference, step).along(text), words.plain)


def longest_of(written: Written) -> int:
    """The most tokens of an output, where no control says otherwise."""
    return LONGEST if written.model else TEXTBOOK_LONGEST


def choose_penalty(words: PageWords) -> LengthPenalty:
    """The controls for what a log-probability is divided by."""
    say = words.say
    alpha = slide("alpha", say("search.alpha"), 0.0, 0.0, 2.0, 0.1, help=say("search.alpha.help"))
    kind = choice(
        "penalty", say("search.penalty"), PENALTIES, POWER, lambda name: say(f"search.penalty.{name}"), width=220
    )
    return LengthPenalty(alpha, kind)


def choose_limits(written: Written, words: PageWords, most_steps: int = MOST_STEPS) -> Limits:
    """The controls for how long an output may be, at most `most_steps` tokens, and what it may not hold."""
    say, most = words.say, longest_of(written)
    bound = most_steps if written.model else TEXTBOOK_LONGEST
    _forget_lengths(bound, most)
    shortest = whole("shortest", say("search.shortest"), 1, 1, bound, help=say("search.shortest.help"), width=150)
    longest = whole("longest", say("search.longest"), most, 1, bound, help=say("search.longest.help"), width=150)
    barred = line("forbid", say("search.forbid"), "", 40, help=say("search.forbid.help"))
    return Limits(longest, shortest, (), tuple(dict.fromkeys(barred.replace(" ", ""))))


def _forget_lengths(bound: int, most: int) -> None:
    """Lengths that were set for another writer, which may write more or less, do not stay."""
    before = st.session_state.get("lengths-for")
    for id, default in (("shortest", 1), ("longest", most)):
        if before not in (None, bound) and not says_new(id):
            st.session_state[id] = default
    st.session_state["lengths-for"] = bound
