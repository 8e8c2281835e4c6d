"""The Convolution page's parts: the model, the input, the position followed, and the story of its decoding."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from seq2seq.models.config import ConvConfig
from seq2seq.stories.convolution import ConvolutionExplainer, convolution_story
from seq2seq.stories.stored import (
    CONVOLUTION_INPUT,
    CONVOLUTION_MODEL,
)
from seq2seq.stories.tokens import quoted
from seq2seq.tasks import InputError, Task
from seq2seq.tasks.sequences import LetterTask
from seq2seq.traces import ConvTrace
from seq2seq.training.config import RunConfig
from seq2seq.ui.controls import choice
from seq2seq.ui.inputs import example_of, typed_for
from seq2seq.ui.markdown import Markdown, PageWords, code, in_a_row
from seq2seq.ui.models import ChosenModel, choose_model
from seq2seq.ui.session import trained
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words


@dataclass(frozen=True)
class Looked:
    """What the page looks at: a model, a text it can read, the source position followed, the heat map's layer."""

    model: ChosenModel
    text: str
    position: int
    layer: int


FIRST_LAYER = 2  # of the stored story: the top one


def _set(**values: Any) -> Callable[[], None]:
    """A callback that sets these controls, by their ids."""
    return lambda: st.session_state.update(values)


CONVOLUTION_TRIES: dict[str, Callable[[], None]] = {
    "border": _set(model=CONVOLUTION_MODEL, read=CONVOLUTION_INPUT, at="1"),
    "long": _set(model=CONVOLUTION_MODEL, read="convolutional", at="7"),
    "swap": _set(**{"model": CONVOLUTION_MODEL, "read": CONVOLUTION_INPUT, "swap-at": "5", "swap-to": "z"}),
    "wide": _set(**{"field-kernel": "5", "field-layers": "2", "field-padding": "same", "field-runs": "measured"}),
}


def convolves(config: RunConfig) -> bool:
    """Whether a run's model is one of convolutions."""
    return isinstance(config.model, ConvConfig)


def what_to_look_at(words: PageWords) -> Looked:
    """The controls that matter, in one row; below it, in a line, how good the model is."""
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        model = choose_model(words, CONVOLUTION_MODEL, convolves)
        text = _readable(model, typed_for(model.task, example_of(model.task, CONVOLUTION_INPUT), words, "read"), words)
        tokens = _tokens(model.task, text)
        position = _position(tokens, words)
        layer = _layer(model, words)
    st.caption(_described(model, words))
    task = model.task
    if isinstance(task, LetterTask) and not task.shortest <= len(tokens) <= task.longest:
        slots = {"shortest": task.shortest, "longest": task.longest, "length": len(tokens)}
        st.info(words.say("convolution.trained_on", **slots), icon=":material/straighten:")
    return Looked(model, text, position, layer)


def _tokens(task: Task, text: str) -> list[str]:
    return task.tokenise(task.normalise(text))


def _readable(model: ChosenModel, text: str, words: PageWords) -> str:
    """The text if the model can read it; else a sentence why not, and the last text that it could read."""
    try:
        model.task.read(text, model.task.vocabularies()[0])
    except InputError as error:
        st.warning(words.say(error.key, **error.slots), icon=":material/edit:")
        kept = st.session_state.get("read-last")
        return kept[1] if kept and kept[0] == model.task.name else example_of(model.task, CONVOLUTION_INPUT)
    st.session_state["read-last"] = (model.task.name, text)
    unknown = model.task.vocabularies()[0].unknown(_tokens(model.task, text))
    if unknown:
        shown = in_a_row([code(quoted(token)) for token in unknown[:12]])
        st.info(words.say("input.some_unknown", tokens=shown), icon=":material/help:")
    return text


def _position(tokens: list[str], words: PageWords) -> int:
    """The source position that is followed, counted from 0; the middle one unless another is chosen."""
    names = {str(i + 1): f"{i + 1}: {quoted(token)}" for i, token in enumerate(tokens)}
    say, default = words.say, str(len(tokens) // 2 + 1)
    chosen = choice(
        "at", say("convolution.position"), list(names), default, names.__getitem__, width=150,
        help=say("convolution.position.help"),
    )  # fmt: skip
    return int(chosen) - 1


def _layer(model: ChosenModel, words: PageWords) -> int:
    """The decoder layer of the heat map, counted from 0; without a decoder there is nothing to choose."""
    config = model.config.model
    assert isinstance(config, ConvConfig)
    if config.readout != "decoder":
        return config.layers - 1
    layers, say = [str(layer + 1) for layer in range(config.layers)], words.say
    chosen = choice(
        "heat", say("convolution.layer"), layers, layers[-1],
        lambda layer: say("convolution.layer.name", layer=layer), width=190, help=say("convolution.layer.help"),
    )  # fmt: skip
    return int(chosen) - 1


def _described(picked: ChosenModel, words: PageWords) -> Markdown:
    """How good a model is, and what it is, in a line."""
    config = picked.config.model
    assert isinstance(config, ConvConfig)
    return words.say(
        "convolution.card", task=words.say(f"train.task.{picked.task.name}"), layers=config.layers,
        kernel=config.kernel, field=config.field, steps=picked.step, exact=f"{picked.exact_match:.1%}", n=picked.n,
    )  # fmt: skip


def convolved(looked: Looked, words: PageWords) -> str:
    """The story of the decoding, as JSON."""
    model = looked.model
    return _told(model.reference, model.step, looked.text, looked.position, looked.layer, words.language)


def convolution_explainer(looked: Looked, words: PageWords) -> Callable[[], ConvolutionExplainer]:
    """What explains the numbers of a decoding, made when the first one is asked."""
    return lambda: ConvolutionExplainer(
        traced_convolution(looked.model.reference, looked.model.step, looked.text), words.plain
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _told(reference: str, step: int, text: str, position: int, layer: int, language: str) -> str:
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    first = (reference, text, position) == (CONVOLUTION_MODEL, CONVOLUTION_INPUT, len(CONVOLUTION_INPUT) // 2)
    if first and layer == FIRST_LAYER:
        return stored_story(f"convolution-{language}")
    trace = traced_convolution(reference, step, text)
    task = trained(reference, step).task
    answer, flaw = task.answer(task.normalise(text)), task.flaw(trace.text)
    return convolution_story(trace, Words(language), reference, answer, position, layer, flaw).to_json()


@st.cache_resource(max_entries=32, show_spinner=False)
def traced_convolution(reference: str, step: int, text: str) -> ConvTrace:
    """Everything that happened in a decoding. Shared: never to be changed."""
    return trained(reference, step).record_convolution(text)
