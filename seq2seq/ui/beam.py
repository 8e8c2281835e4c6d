"""The Greedy and beam page's parts: who writes, what the search is asked for, and its story."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from seq2seq.stories.beam import BeamExplainer, Verdicts, beam_story, greedy_output
from seq2seq.stories.stored import BEAM_INPUT, BEAM_MODEL, BEAM_WIDTH
from seq2seq.stories.tokens import quoted
from seq2seq.studies.shipped import shipped_config
from seq2seq.tasks import InputError, Task
from seq2seq.traces.search import BOUND, FINISHED, FULL, GUESS, BeamSettings, Limits, SearchTrace
from seq2seq.ui.controls import choice, line, slide, whole
from seq2seq.ui.markdown import PageWords, code, in_a_row
from seq2seq.ui.searching import (
    EXAMPLES,
    LONGEST,
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
from seq2seq.ui.session import trained
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

WIDEST, MOST_STEPS = 10, 30  # what a tree can still show: hypotheses at a step, and steps
INPUTS = {**EXAMPLES, "reverse": BEAM_INPUT}  # task → what stands in the input at first
STOPS = (BOUND, FULL, GUESS)


@dataclass(frozen=True)
class Asked:
    """One search: who writes (a model's reference, or the textbook's table), what it reads, what is asked for.

    returned: n, how many outputs are asked back.
    """

    reference: str
    step: int | None
    text: str
    settings: BeamSettings
    returned: int = 1


FIRST = Asked(BEAM_MODEL, None, BEAM_INPUT, BeamSettings(BEAM_WIDTH, limits=Limits(LONGEST)))


def _set(model: str, bound: int = MOST_STEPS, **values: Any) -> Callable[[], None]:
    """A callback that sets the controls of a search, by their ids; those not named get their defaults."""
    plain: dict[str, Any] = {
        "text": "", "width": BEAM_WIDTH, "alpha": 0.0, "penalty": "power", "shortest": 1, "longest": LONGEST,
        "stop": BOUND, "n": 1, "forbid": "", "prefix": "",
    }  # fmt: skip
    told = plain | values | {"model": model, "lengths-for": bound}
    if model != TEXTBOOK:
        told["text-for"] = shipped_config(model).task.name
    else:
        del told["text"]
    return lambda: st.session_state.update(told)


BEAM_TRIES: dict[str, Callable[[], None]] = {
    "textbook": _set(TEXTBOOK, TEXTBOOK_LONGEST, width=2, shortest=4, longest=4),
    "eos": _set(TEXTBOOK, TEXTBOOK_LONGEST, width=3, shortest=2, longest=4),
    "synonyms": _set("search-synonyms", text="284716", width=4),
    "normalised": _set("search-synonyms", text="284716", width=4, alpha=1.0),
    "dates": _set("search-dates-short", text="3/4/21", width=4, n=4),
}


def search_asked(words: PageWords) -> Asked:
    """The controls that matter in one row, the rest folded away; what cannot be searched leaves the last search."""
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        writer = choose_writer(words, BEAM_MODEL, textbook=True, examples=INPUTS)
        width = slide(
            "width", say("beam.control.width"), BEAM_WIDTH, 1, WIDEST, 1, help=say("beam.control.width.help"),
            width=170,
        )  # fmt: skip
        more = st.popover(say("beam.control.more"), icon=":material/tune:")
    with more:
        penalty = choose_penalty(words)
        limits = choose_limits(writer, words, MOST_STEPS)
        begun = line("prefix", say("beam.control.prefix"), "", MOST_STEPS, help=say("beam.control.prefix.help"))
        stop = choice(
            "stop", say("beam.control.stop"), STOPS, BOUND, lambda id: say(f"beam.control.stop.{id}"), width=270,
            help=say("beam.control.stop.help"),
        )  # fmt: skip
        returned = whole(
            "n", say("beam.control.returned"), 1, 1, WIDEST, help=say("beam.control.returned.help"), width=150
        )  # fmt: skip
    describe_writer(writer, words)
    limits = replace(limits, prefix=tuple(begun.replace(" ", "")))
    settings = BeamSettings(int(width), penalty, limits, stop)
    asked = Asked(writer.reference, writer.step, writer.text, settings, min(returned, settings.width))
    return _searchable(asked, writer, words)


def _searchable(asked: Asked, writer: Written, words: PageWords) -> Asked:
    """The search if it can be made; else a sentence why not, and the last one that could."""
    if not is_first(asked):
        try:
            beam_trace(asked)
        except InputError as error:
            st.warning(words.error(error), icon=":material/edit:")
            return st.session_state.get("beam-last", FIRST)
    st.session_state["beam-last"] = asked
    if writer.task:
        vocabulary = writer.task.vocabularies()[0]
        unknown = vocabulary.unknown(writer.task.tokenise(writer.task.normalise(asked.text)))
        if unknown:
            shown = in_a_row([code(quoted(token)) for token in unknown[:12]])
            st.info(words.say("input.some_unknown", tokens=shown), icon=":material/help:")
    return asked


def is_first(asked: Asked) -> bool:
    """Whether it is the first picture, which is stored."""
    return replace(asked, step=None) == FIRST


# ---- the search and its story


@st.cache_resource(max_entries=32, show_spinner=False)
def beam_trace(asked: Asked) -> SearchTrace:
    """The record of a search. Shared: never to be changed.

    Raises: InputError if it cannot be made.
    """
    from seq2seq.decoding.beam import beam_search

    return beam_search(writer_of(asked.reference, asked.step, asked.text), asked.settings)


def beam_told(asked: Asked, words: PageWords) -> str:
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    return stored_story(f"beam-{words.language}") if is_first(asked) else _told(asked, words.language)


@st.cache_data(max_entries=64, show_spinner=False)
def _told(asked: Asked, language: str) -> str:
    trace = beam_trace(asked)
    task = None if asked.reference == TEXTBOOK else trained(asked.reference, asked.step).task
    judged = verdicts(trace, task, asked.text)
    return beam_story(trace, Words(language), asked.reference, judged, asked.returned).to_json()


def verdicts(trace: SearchTrace, task: Task | None, text: str) -> Verdicts:
    """Which outputs are right, as far as the task can tell."""
    if task is None:
        return Verdicts()
    source = task.normalise(text)
    finished = (node for node in range(len(trace.step)) if trace.status[node] == FINISHED)
    return Verdicts(
        {node: task.accepts(source, trace.text(node)) for node in finished}, task.accepts(source, greedy_output(trace)),
        task.flaw,
    )  # fmt: skip


def beam_explainer(asked: Asked, words: PageWords) -> Callable[[], BeamExplainer]:
    """What explains the numbers of the story, made when the first one is asked."""
    return lambda: BeamExplainer(
        beam_trace(asked), words.plain, beneath_of(asked.reference, asked.step, asked.text, words)
    )  # fmt: skip
