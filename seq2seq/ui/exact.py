"""The Exact page's parts: who writes what, how the search is asked for, and the story of its proof."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from seq2seq.stories.exact import ExactExplainer, exact_story
from seq2seq.stories.stored import EXACT_BUDGET, EXACT_INPUT, EXACT_MODEL, EXACT_WIDTH
from seq2seq.tasks import InputError, Task
from seq2seq.tasks.synonyms import Synonyms
from seq2seq.traces.contest import ContestTrace
from seq2seq.traces.exact import ExactSettings
from seq2seq.traces.search import Limits
from seq2seq.ui.controls import slide, whole
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.searching import (
    TEXTBOOK,
    TEXTBOOK_LONGEST,
    Written,
    beneath_of,
    choose_limits,
    choose_penalty,
    choose_writer,
    describe_writer,
    writer_of,
)  # fmt: skip
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

WIDEST_HERE, MOST_BUDGET, MOST_TOKENS = 10, 5000, 60  # so that nobody waits longer than some seconds
FIRST = ExactSettings(width=EXACT_WIDTH, budget=EXACT_BUDGET)


@dataclass(frozen=True)
class AskedSearch:
    """A model, what it reads, and how the search is asked for; reference: as a link calls the model."""

    reference: str
    step: int | None
    text: str
    settings: ExactSettings
    task: Task | None  # what the model was trained on; None of the textbook's table


def _set(**values: Any) -> Callable[[], None]:
    """A callback that sets these controls, by their ids, and all others to what they are at first."""
    plain = {"model": EXACT_MODEL, "text": EXACT_INPUT, "width": EXACT_WIDTH, "alpha": 0.0, "penalty": "power",
             "budget": EXACT_BUDGET, "shortest": 1, "longest": Limits().longest, "forbid": ""}  # fmt: skip

    def act() -> None:
        chosen = plain | values
        st.session_state.update(chosen)
        task = {"search-reverse-half": "reverse", EXACT_MODEL: "synonyms"}.get(str(chosen["model"]))
        if task:  # the text is for this model, whatever was read before
            st.session_state["text-for"] = task
        st.session_state["lengths-for"] = None

    return act


EXACT_TRIES: dict[str, Callable[[], None]] = {
    "empty": _set(),
    "wide": _set(width=10),
    "normalised": _set(alpha=1.0, longest=7),
    "search": _set(model="search-reverse-half", text="question", width=1),
    "fixed": _set(model=TEXTBOOK, width=1, shortest=TEXTBOOK_LONGEST, longest=TEXTBOOK_LONGEST),
    "textbook": _set(model=TEXTBOOK, width=2, longest=TEXTBOOK_LONGEST),
}


def choose_search(words: PageWords) -> AskedSearch:
    """The controls that matter in one row, the rest folded away; below, in a line, what the model is."""
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        written = choose_writer(words, EXACT_MODEL, textbook=True)
        width = slide(
            "width", say("exact.width"), EXACT_WIDTH, 1, WIDEST_HERE, 1, help=say("exact.width.help"), width=140
        )
        penalty = choose_penalty(words)
    folded = st.expander(say("exact.more"), icon=":material/tune:")
    with folded, st.container(horizontal=True, vertical_alignment="bottom"):
        budget = whole(
            "budget", say("exact.budget"), EXACT_BUDGET, 1, MOST_BUDGET, help=say("exact.budget.help"), width=170
        )
        limits = choose_limits(written, words, MOST_TOKENS)
    describe_writer(written, words)
    return _asked(written, ExactSettings(penalty, limits, budget, int(width)))


def _asked(written: Written, settings: ExactSettings) -> AskedSearch:
    return AskedSearch(written.reference, written.step, written.text, settings, written.task)


# ---- the story


def exact_told(asked: AskedSearch, words: PageWords) -> tuple[str, AskedSearch]:
    """The story's JSON, and what it tells of: what was asked, or, where that cannot be used, the last that could.

    The first picture is stored, so that it needs no torch.
    """
    if is_first(asked):
        st.session_state["exact-last"] = asked
        return stored_story(f"exact-{words.language}"), asked
    try:
        with st.spinner(words.say("exact.searching", budget=asked.settings.budget)):
            story = _told(asked, words.language)
    except InputError as error:
        st.warning(words.error(error), icon=":material/edit:")
        last = st.session_state.get("exact-last")
        if last is None:
            return stored_story(f"exact-{words.language}"), first_asked()
        return exact_told(last, words) if last != asked else (stored_story(f"exact-{words.language}"), first_asked())
    st.session_state["exact-last"] = asked
    return story, asked


def first_asked() -> AskedSearch:
    """What the stored story tells of."""
    return AskedSearch(EXACT_MODEL, None, EXACT_INPUT, FIRST, Synonyms())


def is_first(asked: AskedSearch) -> bool:
    """Whether the stored story tells of just this."""
    return (asked.reference, asked.text, asked.settings) == (EXACT_MODEL, EXACT_INPUT, FIRST)


def exact_explainer(asked: AskedSearch, words: PageWords) -> Callable[[], ExactExplainer]:
    """What explains the numbers of the story, made when the first one is asked."""
    return lambda: ExactExplainer(
        contest_of(asked), words.plain, beneath_of(asked.reference, asked.step, asked.text, words)
    )  # fmt: skip


@st.cache_data(max_entries=48, show_spinner=False)
def _told(asked: AskedSearch, language: str) -> str:
    return exact_story(contest_of(asked), Words(language), asked.reference).to_json()


@st.cache_resource(max_entries=12, show_spinner=False)
def contest_of(asked: AskedSearch) -> ContestTrace:
    """All searches on one input. Shared: never to be changed.

    Raises: InputError if the text or a setting cannot be used.
    """
    from seq2seq.studies.contest import hold_contest

    writer = writer_of(asked.reference, asked.step, asked.text)
    return hold_contest(writer, asked.settings, asked.task, asked.text)
