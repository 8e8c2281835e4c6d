"""The Positions page's first part: the letters, their other order, and what two models make of both."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from seq2seq.stories.positions import Shuffled, ShuffleExplainer, shuffle_story
from seq2seq.stories.stored import POSITIONS_INPUT, POSITIONS_ORDER, POSITIONS_TASK
from seq2seq.studies.shipped import POSITION_TASKS, shipped_card
from seq2seq.studies.shuffled import (
    LONGEST,
    ORDERS,
    SHUFFLES,
    TASKS,
    answers,
    model_names,
    order_of,
    read_letters,
    record_shuffled,
)
from seq2seq.tasks import InputError
from seq2seq.tasks.sequences import LetterTask
from seq2seq.ui.controls import choice, line
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.session import trained
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

POSITIONS_DOUBLED = "ppqqrr"  # for a model without positions, the same input as "pqr"
POSITIONS_PARTS = {  # with the controls that only they have
    "order": ("shuffle-task", "shuffle-read", "shuffle-order"), "table": ("place-table",),
    "sides": ("board-task", "board-runs", "board-encoder", "board-decoder"),
}  # fmt: skip


@dataclass(frozen=True)
class Looked:
    """What the page looks at: a task, letters that its models can read, and how they are shuffled."""

    task: str
    text: str
    how: str


def _set(**values: Any) -> Callable[[], None]:
    """A callback that sets these controls, by their ids."""
    return lambda: st.session_state.update(values)


POSITIONS_TRIES: dict[str, Callable[[], None]] = {
    "sort": _set(
        **{"positions-part": "order", "shuffle-task": "sort", "shuffle-read": POSITIONS_INPUT, "shuffle-order": "1"}
    ),
    "swap": _set(
        **{"positions-part": "order", "shuffle-read": POSITIONS_INPUT, "shuffle-order": "swap"},
        **{"shuffle-task": "reverse"},
    ),
    "learned": _set(**{"positions-part": "table", "place-table": "learned-encoder"}),
    "repeats": _set(
        **{"positions-part": "order", "shuffle-task": "sort-repeats", "shuffle-read": POSITIONS_DOUBLED},
        **{"shuffle-order": "1"},
    ),
    "counting": _set(**{"positions-part": "sides", "board-task": "sort-repeats", "board-runs": "measured"}),
}


def what_to_look_at(words: PageWords) -> Looked:
    """The controls that matter, in one row; below it, in a line, how good the two models are."""
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        task = choice(
            "shuffle-task",
            say("positions.task"),
            TASKS,
            POSITIONS_TASK,
            lambda name: say(f"positions.task.{name}"),
            width=250,
        )
        typed = line(
            "shuffle-read", say("positions.read"), POSITIONS_INPUT, 10 * LONGEST, help=say("positions.read.help")
        )
        how = choice(
            "shuffle-order", say("positions.order"), ORDERS, POSITIONS_ORDER, lambda name: _order_name(name, words),
            width=200, help=say("positions.order.help"),
        )  # fmt: skip
    text = _readable(typed, words)
    _remarks(task, text, how, words)
    return Looked(task, text, how)


def _order_name(how: str, words: PageWords) -> str:
    if how in SHUFFLES:
        return words.say("positions.order.random", number=how)
    return words.say(f"positions.order.{how}")


def _readable(typed: str, words: PageWords) -> str:
    """The letters typed; else a sentence why not, and the last letters that could be read."""
    try:
        text = read_letters(typed)
    except InputError as error:
        st.warning(words.error(error), icon=":material/edit:")
        return str(st.session_state.get("shuffle-read-last", POSITIONS_INPUT))
    st.session_state["shuffle-read-last"] = text
    return text


def _remarks(task: str, text: str, how: str, words: PageWords) -> None:
    """How good the models are; and what is odd about these letters."""
    say, known = words.say, POSITION_TASKS[task]
    cards = {way: shipped_card(name) for way, name in model_names(task).items()}
    exact = {way: f"{card['test']['exact_match']:.1%}" for way, card in cards.items()}
    card = cards["with"]
    st.caption(
        say("positions.models", task=say(f"positions.task.{task}"), steps=card["trained"]["steps"],
            n=f"{card['test']['n']:,}", without=exact["without"], with_=exact["with"])
    )  # fmt: skip
    assert isinstance(known, LetterTask)
    if not known.shortest <= len(text) <= known.longest:
        slots = {"shortest": known.shortest, "longest": known.longest, "length": len(text)}
        st.info(say("positions.trained_on", **slots), icon=":material/straighten:")
    if all(text[i] == letter for i, letter in zip(order_of(how, len(text)), text, strict=True)):
        st.info(say("positions.same_order"), icon=":material/shuffle:")


def shuffled(looked: Looked, words: PageWords) -> str:
    """The story of both orders, as JSON."""
    return _told(looked.task, looked.text, looked.how, words.language)


def shuffle_explainer(looked: Looked, words: PageWords) -> Callable[[], ShuffleExplainer]:
    """What explains the numbers of both orders, made when the first one is asked."""
    return lambda: ShuffleExplainer(traced(looked.task, looked.text, looked.how), words.plain)


@st.cache_data(max_entries=64, show_spinner=False)
def _told(task: str, text: str, how: str, language: str) -> str:
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    if (task, text, how) == (POSITIONS_TASK, POSITIONS_INPUT, POSITIONS_ORDER):
        return stored_story(f"positions-{language}")
    pairs = traced(task, text, how)
    return shuffle_story(pairs, Words(language), f"{task}|{text}", answers(task, text, how)).to_json()


@st.cache_resource(max_entries=32, show_spinner=False)
def traced(task: str, text: str, how: str) -> dict[str, Shuffled]:
    """Both orders, read by both models. Shared: never to be changed."""
    return record_shuffled(task, text, how, lambda name: trained(name, None))
