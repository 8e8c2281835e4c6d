"""The Attention page's parts: the model, the input, and the story of its decoding."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from seq2seq.models.config import TransformerConfig
from seq2seq.stories.comparison import explainer_of
from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.explain import Explainer
from seq2seq.stories.looks import Attending
from seq2seq.stories.stored import (
    ATTENTION_INPUT,
    ATTENTION_MODEL,
    HOME_DATES,
    HOME_MODEL,
)
from seq2seq.stories.transformer import transformer_decoding_story
from seq2seq.traces import Change, DecodingTrace, TransformerTrace
from seq2seq.ui.controls import choice
from seq2seq.ui.inputs import typed_for
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.models import ChosenModel, choose_model, describe, writes_step_by_step
from seq2seq.ui.page import told_or_last
from seq2seq.ui.remarks import show_flaw, show_remarks
from seq2seq.ui.session import trained
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

MEAN = "mean"  # of the heads, as a link calls it


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
    "transformer": _set("reverse", model="reverse-transformer", text="studio", **{"look-layer": "2", "look-head": "1"}),
}


@dataclass(frozen=True)
class Asked:
    """What the page looks into: a model, a text, and of a Transformer a decoder layer and a head (None: their mean)."""

    model: ChosenModel
    text: str
    layer: int | None = None
    head: int | None = None


def chosen_model_and_input(words: PageWords) -> Asked:
    """The controls that matter, in one row; below it, in a line, how good the model is."""
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        model = choose_model(words, ATTENTION_MODEL, writes_step_by_step)
        text = typed_for(model.task, _example(model), words)
        layer, head = _chosen_look(model, words)
    st.caption(describe(model, words))
    return Asked(model, text, layer, head)


def _example(model: ChosenModel) -> str:
    """What stands in the input before anything is typed."""
    return ATTENTION_INPUT if model.task.name == "reverse" else model.task.example.source


def _chosen_look(model: ChosenModel, words: PageWords) -> tuple[int | None, int | None]:
    """Of a Transformer, the decoder layer and the head that are looked at, counted from 0."""
    config, say = model.config.model, words.say
    if not isinstance(config, TransformerConfig):
        return None, None
    layers, heads = [[str(k + 1) for k in range(count)] for count in (config.layers, config.heads)]
    layer = choice(
        "look-layer", say("attention.layer"), layers, layers[-1], lambda k: say("attention.layer.name", layer=k),
        width=130, help=say("attention.layer.help"),
    )  # fmt: skip

    def name(head: str) -> str:
        return say("attention.head.mean") if head == MEAN else say("attention.head.name", head=head)

    head = choice(
        "look-head", say("attention.head"), [*heads, MEAN], "1", name, width=160, help=say("attention.head.help")
    )  # fmt: skip
    return int(layer) - 1, None if head == MEAN else int(head) - 1


@dataclass(frozen=True)
class Decoded:
    """An input decoded by a model, and the story of it (JSON)."""

    asked: Asked
    story: str

    @property
    def model(self) -> ChosenModel:
        """Which model."""
        return self.asked.model

    @property
    def text(self) -> str:
        """Which input."""
        return self.asked.text


def decode(asked: Asked, words: PageWords) -> Decoded:
    """The text decoded; if it cannot be used, a sentence why, and the last one that could, or an example.

    Raises: InputError if not even that can be decoded.
    """
    example = replace(asked, text=_example(asked.model))
    told, story = told_or_last("decoded", asked, lambda each: _told(each, words), words, [example])
    if told is asked:
        _remark(asked, words)
    return Decoded(told, story)


def _told(asked: Asked, words: PageWords) -> str:
    """The story of what is asked."""
    model = asked.model
    return _decoded(model.reference, model.step, asked.text, asked.layer, asked.head, words.language)


def explainer(decoded: Decoded, words: PageWords) -> Callable[[], Explainer]:
    """What explains the numbers of a decoding, made when the first one is asked."""
    return lambda: explainer_of(attended(decoded.model.reference, decoded.model.step, decoded.text), words.plain)


def home_explainer(date: str, words: PageWords) -> Callable[[], Explainer]:
    """What explains the numbers of a stored story of the home page: the same decoding, made again."""
    return lambda: explainer_of(traced(HOME_MODEL, None, HOME_DATES[date]), words.plain)


def _remark(asked: Asked, words: PageWords) -> None:
    """What should be known about this input, and about its output."""
    model = asked.model
    show_remarks(model.task, asked.text, words)
    if not _stored(model.reference, asked.text):
        show_flaw(model.task, attended(model.reference, model.step, asked.text).text, words)


def _stored(reference: str, text: str) -> bool:
    """Whether the picture is the first one, which needs no torch."""
    return (reference, text) == (ATTENTION_MODEL, ATTENTION_INPUT)


@st.cache_data(max_entries=64, show_spinner=False)
def _decoded(reference: str, step: int, text: str, layer: int | None, head: int | None, language: str) -> str:
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    if _stored(reference, text):
        return stored_story(f"attention-{language}")
    trace = attended(reference, step, text)
    task, words = trained(reference, step).task, Words(language)
    answer, flaw = task.answer("".join(trace.source)), task.flaw(trace.text)
    if isinstance(trace, TransformerTrace):
        return transformer_decoding_story(trace, words, reference, answer, layer, head, flaw).to_json()
    return decoding_story(trace, words, reference, answer, flaw=flaw).to_json()


def attended(reference: str, step: int, text: str, change: Change | None = None) -> Attending:
    """Everything that happened in a decoding, whatever kind of model attends in it. Shared: never to be changed."""
    if isinstance(trained(reference, step).config.model, TransformerConfig):
        return traced_transformer(reference, step, text, change)
    return traced(reference, step, text, change)


@st.cache_resource(max_entries=32, show_spinner=False)
def traced_transformer(reference: str, step: int | None, text: str, change: Change | None = None) -> TransformerTrace:
    """Everything that happened in a Transformer's decoding. Shared: never to be changed."""
    return trained(reference, step).record_transformer(text, change=change)


@st.cache_resource(max_entries=64, show_spinner=False)
def traced(reference: str, step: int | None, text: str, change: Change | None = None) -> DecodingTrace:
    """Everything that happened in a decoding. Shared: never to be changed."""
    return trained(reference, step).record(text, change=change)
