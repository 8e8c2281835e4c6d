"""The Bottleneck page's parts: which models, which letters, and the story of both."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from seq2seq.stories.bottleneck import BottleneckExplainer, bottleneck_story
from seq2seq.stories.stored import (
    BOTTLENECK_HIDDEN,
    BOTTLENECK_INPUT,
    BOTTLENECK_TASK,
)
from seq2seq.studies.shipped import LENGTHS_HIDDEN, RECIPES, lengths_name, shipped_card
from seq2seq.tasks import InputError
from seq2seq.traces import BorrowStart, BottleneckTrace, DisturbStart
from seq2seq.ui.controls import choice, line
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

if TYPE_CHECKING:
    from seq2seq.tasks.sequences import LetterTask

TASKS = ("reverse", "copy")
LONGEST_TYPED = 200


def _set(**values: Any) -> Callable[[], None]:
    """A callback that sets these controls by their ids, and the page's others to their defaults."""
    defaults = {
        "bn-task": BOTTLENECK_TASK, "bn-hidden": str(BOTTLENECK_HIDDEN), "bn-text": BOTTLENECK_INPUT, "bn-if": "none",
    }  # fmt: skip
    return lambda: st.session_state.update(defaults | values)


BOTTLENECK_TRIES: dict[str, Callable[[], None]] = {
    "copy": _set(**{"bn-task": "copy"}),
    "borrow": _set(**{"bn-if": "borrow"}),
    "noise": _set(**{"bn-if": "noise", "bn-noise": 0.1, "bn-units": None}),
}


@dataclass(frozen=True)
class ChosenSource:
    """Letters for the two models of a task and size."""

    task: str
    hidden: int
    text: str


def chosen_source(words: PageWords) -> ChosenSource:
    """The controls that matter, in one row; below it, in a line, what the models are.

    Letters that cannot be read get a sentence, and those from before stay.
    """
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        task = choice(
            "bn-task", say("bottleneck.task"), TASKS, BOTTLENECK_TASK, lambda name: say(f"train.task.{name}"), width=190
        )
        sizes = [str(hidden) for hidden in sorted(LENGTHS_HIDDEN)]
        hidden = int(choice("bn-hidden", say("bottleneck.live.hidden"), sizes, str(BOTTLENECK_HIDDEN), width=130))
        text = line(
            "bn-text", say("bottleneck.source"), BOTTLENECK_INPUT, LONGEST_TYPED, help=say("bottleneck.source.help")
        )
    card = shipped_card(lengths_name(task, "none", hidden))
    longest, most = card["config"]["task"]["longest"], max(row["n"] for row in card["by_length"])
    st.caption(say("bottleneck.card", size=hidden, steps=card["trained"]["steps"], longest=longest, n=most))
    return ChosenSource(task, hidden, _readable(task, text, words))


def _readable(task: str, text: str, words: PageWords) -> str:
    """The text typed; where it cannot be read, a sentence why, and the last one that could."""
    from seq2seq.studies.lengths import read_source

    try:
        letters: LetterTask = RECIPES[lengths_name(task, "none")].task  # type: ignore[assignment]
        source = "".join(read_source(letters, text))
    except InputError as error:
        st.warning(words.say(error.key, **error.slots), icon=":material/edit:")
        return str(st.session_state.get("bn-read") or BOTTLENECK_INPUT.replace(" ", ""))
    st.session_state["bn-read"] = source
    return source


def told(chosen: ChosenSource, words: PageWords) -> str:
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    first = ChosenSource(BOTTLENECK_TASK, BOTTLENECK_HIDDEN, BOTTLENECK_INPUT.replace(" ", ""))
    if chosen == first:
        return stored_story(f"bottleneck-{words.language}")
    return _told(chosen, words.language)


@st.cache_data(max_entries=32, show_spinner=False)
def _told(chosen: ChosenSource, language: str) -> str:
    return bottleneck_story(sent(chosen), Words(language)).to_json()


@st.cache_resource(max_entries=24, show_spinner=False)
def sent(chosen: ChosenSource, change: DisturbStart | BorrowStart | None = None) -> BottleneckTrace:
    """Everything that happened to the letters, longer and longer. Shared: never to be changed."""
    from seq2seq.studies.bottleneck import bottleneck_trace

    return bottleneck_trace(chosen.task, chosen.hidden, chosen.text, change)


def explainer(chosen: ChosenSource, words: PageWords) -> Callable[[], BottleneckExplainer]:
    """What explains the numbers of the story, made when the first one is asked."""
    return lambda: BottleneckExplainer(sent(chosen), words.plain)
