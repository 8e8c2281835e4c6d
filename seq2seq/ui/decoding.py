"""The Attention page's parts: the model, the input, and the story of its decoding."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.explain import DecodingExplainer
from seq2seq.stories.stored import (
    ATTENTION_INPUT,
    ATTENTION_MODEL,
    HOME_DATES,
    HOME_MODEL,
)
from seq2seq.stories.tokens import quoted
from seq2seq.tasks import LONGEST_INPUT, InputError, Task
from seq2seq.tasks.sequences import LetterTask
from seq2seq.traces import Change, DecodingTrace
from seq2seq.ui.address import says_new
from seq2seq.ui.controls import line
from seq2seq.ui.models import ChosenModel, choose_model, describe
from seq2seq.ui.session import trained
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words


def _set(task: str, **values: Any) -> Callable[[], None]:
    """A callback that sets controls; the text it sets is one for this task."""
    return lambda: st.session_state.update(values | {"text-for": task, "if": values.get("if", "none")})


ATTENTION_TRIES: dict[str, Callable[[], None]] = {
    "dates": _set("dates", model="dates-gru-additive", text="2021年3月3日"),
    "none": _set("reverse", model="reverse-gru-none", text="bottleneck"),
    "long": _set("reverse", model="reverse-gru-general", text="thequickbrownfoxjump"),
    "force": _set(
        "reverse", model="reverse-gru-general", text="studio", **{"if": "look", "if-at": "2", "if-only": "1"}
    ),
}


def chosen_model_and_input(words: Words) -> tuple[ChosenModel, str]:
    """The controls that matter, in one row; below it, in a line, how good the model is."""
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        model = choose_model(words, ATTENTION_MODEL)
        text = _chosen_input(model, words)
    st.caption(describe(model, words))
    return model, text


def _example(task: Task) -> str:
    """What stands in the input before anything is typed."""
    return ATTENTION_INPUT if task.name == "reverse" else task.example.source


def _chosen_input(model: ChosenModel, words: Words) -> str:
    """The text typed; where another task was picked, an input of that task."""
    before = st.session_state.get("text-task")
    another = before not in (None, model.task.name) and st.session_state.get("text-for") != model.task.name
    if another and not says_new("text"):
        st.session_state["text"] = _example(model.task)
    st.session_state["text-task"] = model.task.name
    st.session_state.pop("text-for", None)
    say, longest = words.say, 10 * LONGEST_INPUT
    return line("text", say("attention.input"), _example(model.task), longest, help=say("attention.input.help"))


@dataclass(frozen=True)
class Decoded:
    """An input decoded by a model, and the story of it (JSON)."""

    model: ChosenModel
    text: str
    story: str


def decode(model: ChosenModel, text: str, words: Words) -> Decoded:
    """The text decoded; if it cannot be used, a sentence why, and the last one that could.

    Raises: InputError if there was none before.
    """
    try:
        decoded = Decoded(model, text, _decoded(model.reference, model.step, text, words.language))
    except InputError as error:
        if "last-decoded" not in st.session_state:
            raise
        st.warning(words.say(error.key, **error.slots), icon=":material/edit:")
        model, text = st.session_state["last-decoded"]
        return Decoded(model, text, _decoded(model.reference, model.step, text, words.language))
    st.session_state["last-decoded"] = (model, text)
    _remark(model, text, words)
    return decoded


def explainer(decoded: Decoded, words: Words) -> Callable[[], DecodingExplainer]:
    """What explains the numbers of a decoding, made when the first one is asked."""
    return lambda: DecodingExplainer(traced(decoded.model.reference, decoded.model.step, decoded.text), words)


def home_explainer(date: str, words: Words) -> Callable[[], DecodingExplainer]:
    """What explains the numbers of a stored story of the home page: the same decoding, made again."""
    return lambda: DecodingExplainer(traced(HOME_MODEL, None, HOME_DATES[date]), words)


def _remark(model: ChosenModel, text: str, words: Words) -> None:
    """What should be known about this input: unknown tokens, or a length never trained on."""
    tokens = model.task.tokenise(model.task.normalise(text))
    unknown = model.task.vocabularies()[0].unknown(tokens)
    if unknown:
        shown = " ".join(f"`` {quoted(token)} ``" for token in unknown[:12])
        st.info(words.say("input.some_unknown", tokens=shown), icon=":material/help:")
    task = model.task
    if isinstance(task, LetterTask) and not task.shortest <= len(tokens) <= task.longest:
        text = words.say("attention.trained_on", shortest=task.shortest, longest=task.longest, length=len(tokens))
        st.info(text, icon=":material/straighten:")
    if task.name == "dates" and task.answer("".join(tokens)) is None:
        st.info(words.say("attention.not_a_date"), icon=":material/event_busy:")


@st.cache_data(max_entries=64, show_spinner=False)
def _decoded(reference: str, step: int, text: str, language: str) -> str:
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    if (reference, text) == (ATTENTION_MODEL, ATTENTION_INPUT):
        return stored_story(f"attention-{language}")
    trace = traced(reference, step, text)
    answer = trained(reference, step).task.answer("".join(trace.source))
    return decoding_story(trace, Words(language), reference, answer).to_json()


@st.cache_resource(max_entries=64, show_spinner=False)
def traced(reference: str, step: int | None, text: str, change: Change | None = None) -> DecodingTrace:
    """Everything that happened in a decoding. Shared: never to be changed."""
    return trained(reference, step).record(text, change=change)
