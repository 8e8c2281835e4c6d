"""The Self-attention page's parts: the model, the input, which attention, and the story of one layer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from seq2seq.models.config import TransformerConfig
from seq2seq.stories.self_attention import LayerExplainer, focus_of, self_attention_story
from seq2seq.stories.stored import (
    SELF_ATTENTION_HEAD,
    SELF_ATTENTION_INPUT,
    SELF_ATTENTION_MODEL,
    SELF_ATTENTION_QUERY,
)
from seq2seq.stories.tokens import quoted
from seq2seq.tasks import InputError
from seq2seq.tasks.sequences import LetterTask
from seq2seq.traces import TransformerTrace
from seq2seq.traces.transformer import ATTENTIONS
from seq2seq.training.config import RunConfig
from seq2seq.ui.controls import choice
from seq2seq.ui.inputs import example_of, typed_for
from seq2seq.ui.markdown import Markdown, PageWords, code, in_a_row
from seq2seq.ui.models import ChosenModel, choose_model, describe_kinds
from seq2seq.ui.remarks import show_flaw
from seq2seq.ui.session import trained
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

SELF_ATTENTION_PARTS = {
    "layer": ("gather", "look", "query"),
    "scale": ("draw", "scale-runs"),
}  # with controls of their own
PLACES = {f"{side}-{block}": (side, block) for side, block in ATTENTIONS}  # by the id that stands in a link


@dataclass(frozen=True)
class Looked:
    """What the page looks at: a model, a text it can read, an attention, layer, head and query, counted from 0."""

    model: ChosenModel
    text: str
    place: str
    layer: int
    head: int
    query: int


def _set(**values: Any) -> Callable[[], None]:
    """A callback that sets these controls, by their ids."""
    return lambda: st.session_state.update(values)


def _look(**values: Any) -> Callable[[], None]:
    """A callback that opens the part on one layer with these controls."""
    return _set(**{"selfatt-part": "layer", **values})


SELF_ATTENTION_TRIES: dict[str, Callable[[], None]] = {
    "cross": _look(model=SELF_ATTENTION_MODEL, gather=SELF_ATTENTION_INPUT, look="decoder-cross", layer="2", query="3"),
    "masked": _look(model=SELF_ATTENTION_MODEL, gather=SELF_ATTENTION_INPUT, look="decoder-self", layer="1", query="4"),
    "long": _look(
        model=SELF_ATTENTION_MODEL, gather="abcdefghijklmnopqrst", look="encoder-self", layer="2", query="10"
    ),
    "scale": _set(**{"selfatt-part": "scale"}),
}


def attends(config: RunConfig) -> bool:
    """Whether a run's model is a Transformer that writes under the causal mask."""
    return isinstance(config.model, TransformerConfig) and config.model.causal


def what_to_look_at(words: PageWords) -> Looked:
    """The controls that matter, in one row; below it, in a line, how good the model is."""
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        model = choose_model(words, SELF_ATTENTION_MODEL, attends)
        config = model.config.model
        assert isinstance(config, TransformerConfig)
        text = _readable(
            model, typed_for(model.task, example_of(model.task, SELF_ATTENTION_INPUT), words, "gather"), words
        )
        place = choice(
            "look", say("selfatt.control.attention"), list(PLACES), "encoder-self",
            lambda id: say(f"selfatt.control.attention.{id}"), width=200, help=say("selfatt.control.attention.help"),
        )  # fmt: skip
        layer = _counted("layer", say("selfatt.control.layer"), config.layers, 1)
        head = _counted("head", say("selfatt.control.head"), config.heads, SELF_ATTENTION_HEAD + 1)
        query = _query(model, text, place, words)
    st.caption(in_a_row([_described(model, config, words), *describe_kinds(model, words)]))
    tokens, task = model.task.tokenise(model.task.normalise(text)), model.task
    if isinstance(task, LetterTask) and not task.shortest <= len(tokens) <= task.longest:
        slots = {"shortest": task.shortest, "longest": task.longest, "length": len(tokens)}
        st.info(say("selfatt.long", **slots), icon=":material/straighten:")
    return Looked(model, text, place, layer, head, query)


def _counted(id: str, label: Markdown, count: int, default: int) -> int:
    """One of several that have numbers only; returns it counted from 0."""
    options = [str(number + 1) for number in range(count)]
    return int(choice(id, label, options, str(min(default, count)), width=90)) - 1


def _readable(model: ChosenModel, text: str, words: PageWords) -> str:
    """The text if the model can read it; else a sentence why not, and the last text that it could read."""
    task, vocabulary = model.task, model.task.vocabularies()[0]
    try:
        task.read(text, vocabulary)
    except InputError as error:
        st.warning(words.say(error.key, **error.slots), icon=":material/edit:")
        kept = st.session_state.get("gather-last")
        return kept[1] if kept and kept[0] == task.name else example_of(task, SELF_ATTENTION_INPUT)
    st.session_state["gather-last"] = (task.name, text)
    unknown = vocabulary.unknown(task.tokenise(task.normalise(text)))
    if unknown:
        shown = in_a_row([code(quoted(token)) for token in unknown[:12]])
        st.info(words.say("input.some_unknown", tokens=shown), icon=":material/help:")
    return text


def _query(model: ChosenModel, text: str, place: str, words: PageWords) -> int:
    """The query that is followed, counted from 0. The decoder's are known once it has written."""
    first = (model.reference, text) == (SELF_ATTENTION_MODEL, SELF_ATTENTION_INPUT)
    side, block = PLACES[place]
    if side == "encoder":
        tokens = tuple(model.task.tokenise(model.task.normalise(text)))
    else:
        tokens = traced_transformer(model.reference, model.step, text).tokens(side, block)[0]
    names = {str(i + 1): f"{i + 1}: {quoted(token)}" for i, token in enumerate(tokens)}
    default = SELF_ATTENTION_QUERY + 1 if first and side == "encoder" else len(tokens) // 2 + 1
    say = words.say
    chosen = choice(
        "query", say("selfatt.control.query"), list(names), str(default), names.__getitem__, width=150,
        help=say("selfatt.control.query.help"),
    )  # fmt: skip
    return int(chosen) - 1


def _described(picked: ChosenModel, config: TransformerConfig, words: PageWords) -> Markdown:
    """How good a model is, and what it is, in a line."""
    return words.say(
        "selfatt.card", task=words.say(f"train.task.{picked.task.name}"), layers=config.layers, hidden=config.hidden,
        heads=config.heads, width=config.head_width, norm=words.say(f"selfatt.norm.{config.norm}"),
        exact=f"{picked.exact_match:.1%}", n=picked.n,
    )  # fmt: skip


def looked_through(looked: Looked, words: PageWords) -> str:
    """The story of the layer, as JSON."""
    model = looked.model
    place = (looked.place, looked.layer, looked.head, looked.query)
    if (model.reference, looked.text) != (SELF_ATTENTION_MODEL, SELF_ATTENTION_INPUT):
        show_flaw(model.task, traced_transformer(model.reference, model.step, looked.text).text, words)
    return _told(model.reference, model.step, looked.text, place, words.language)


def layer_explainer(looked: Looked, words: PageWords) -> Callable[[], LayerExplainer]:
    """What explains the numbers of the layer, made when the first one is asked."""
    model = looked.model
    return lambda: LayerExplainer(traced_transformer(model.reference, model.step, looked.text), words.plain)


@st.cache_data(max_entries=64, show_spinner=False)
def _told(reference: str, step: int, text: str, place: tuple[str, int, int, int], language: str) -> str:
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    look, layer, head, query = place
    first = ("encoder-self", 0, SELF_ATTENTION_HEAD, SELF_ATTENTION_QUERY)
    if (reference, text, place) == (SELF_ATTENTION_MODEL, SELF_ATTENTION_INPUT, first):
        return stored_story(f"self-attention-{language}")
    focus = focus_of(traced_transformer(reference, step, text), *PLACES[look], layer, head, query)
    return self_attention_story(focus, Words(language), reference).to_json()


@st.cache_resource(max_entries=16, show_spinner=False)
def traced_transformer(reference: str, step: int, text: str) -> TransformerTrace:
    """Everything that happened in a decoding. Shared: never to be changed."""
    return trained(reference, step).record_transformer(text)
