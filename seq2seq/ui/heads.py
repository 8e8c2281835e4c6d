"""The Heads page's parts: the model, the input, what stands for a head that is off, and the story of its heads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from seq2seq.models.config import TransformerConfig
from seq2seq.stories.heads import HeadsExplainer, heads_story
from seq2seq.stories.stored import HEADS_INPUT, HEADS_MODEL
from seq2seq.stories.tokens import quoted
from seq2seq.studies.heads import LIVE_PAIRS, measured
from seq2seq.tasks import InputError
from seq2seq.traces.heads import WAYS, HeadPlace, HeadsTrace, MeasuredHeads, head_places
from seq2seq.training.config import RunConfig
from seq2seq.ui.controls import segments
from seq2seq.ui.inputs import example_of, typed_for
from seq2seq.ui.markdown import PageWords, code, in_a_row
from seq2seq.ui.models import ChosenModel, choose_model
from seq2seq.ui.session import trained
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

LONGEST_MAP = 32  # tokens that a small map can show


@dataclass(frozen=True)
class LookedHeads:
    """What the page looks at: a model, a text it can read, and what stands in the place of a head that is off."""

    model: ChosenModel
    text: str
    way: str

    @property
    def places(self) -> list[HeadPlace]:
        """Every head of the model."""
        config = self.model.config.model
        assert isinstance(config, TransformerConfig)
        return head_places(config.layers, config.heads)


def _set(**values: Any) -> Callable[[], None]:
    """A callback that sets these controls, by their ids."""
    return lambda: st.session_state.update({"model": HEADS_MODEL, "read": HEADS_INPUT} | values)


HEADS_TRIES: dict[str, Callable[[], None]] = {
    "bos": _set(off="d1.2", way="zero"),
    "mean": _set(off="d1.2", way="mean"),
    "four": _set(off="e1.2,e1.3,e2.2,d2.4", way="zero"),
    "encoder": _set(off="e1.1,e1.2,e1.3,e1.4", way="mean"),
}


def has_heads(config: RunConfig) -> bool:
    """Whether a run's model is a Transformer."""
    return isinstance(config.model, TransformerConfig)


def heads_to_look_at(words: PageWords) -> LookedHeads:
    """The controls that matter, in one row; below it, in a line, what the model is."""
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        model = choose_model(words, HEADS_MODEL, has_heads)
        text = _readable(model, typed_for(model.task, example_of(model.task, HEADS_INPUT), words, "read"), words)
        way = segments(
            "way", say("heads.way"), WAYS, WAYS[0], lambda name: say(f"heads.way.choice.{name}"),
            help=say("heads.way.help"),
        )  # fmt: skip
    looked = LookedHeads(model, text, way)
    config = model.config.model
    assert isinstance(config, TransformerConfig)
    st.caption(
        say(
            "heads.card", task=say(f"train.task.{model.task.name}"), layers=config.layers, heads=config.heads,
            all=len(looked.places), steps=f"{model.step:,}", exact=f"{model.exact_match:.1%}", n=f"{model.n:,}",
        )
    )  # fmt: skip
    return looked


def _readable(model: ChosenModel, text: str, words: PageWords) -> str:
    """The text if the model can read it; else a sentence why not, and the last text that it could read."""
    task, kept = model.task, st.session_state.get("read-last")
    last = kept[1] if kept and kept[0] == task.name else example_of(task, HEADS_INPUT)
    try:
        tokens = task.read(text, task.vocabularies()[0])
    except InputError as error:
        st.warning(words.say(error.key, **error.slots), icon=":material/edit:")
        return str(last)
    if len(tokens) > LONGEST_MAP:
        st.warning(words.say("heads.long", most=LONGEST_MAP, length=len(tokens)), icon=":material/straighten:")
        return str(last)
    st.session_state["read-last"] = (task.name, text)
    unknown = task.vocabularies()[0].unknown(tokens)
    if unknown:
        shown = in_a_row([code(quoted(token)) for token in unknown[:12]])
        st.info(words.say("input.some_unknown", tokens=shown), icon=":material/help:")
    return text


# ---- the story


def heads_told(looked: LookedHeads, words: PageWords) -> str:
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    model = looked.model
    if (model.reference, looked.text, looked.way) == (HEADS_MODEL, HEADS_INPUT, WAYS[0]):
        return stored_story(f"heads-{words.language}")
    return _told(model.reference, model.step, looked.text, looked.way, words.language)


def say_how_measured(looked: LookedHeads, words: PageWords) -> None:
    """Before the heads of one's own model are shown: measure them, which takes a while, and say so."""
    model = looked.model
    if measured(model.reference):
        return
    with st.spinner(words.say("heads.measuring", all=len(looked.places), n=LIVE_PAIRS)):
        found = measured_heads(model.reference, model.step, looked.way)
    st.caption(words.say("heads.live", n=found.n, pairs=found.pruned[looked.way].pairs))


def heads_explainer(looked: LookedHeads, words: PageWords) -> Callable[[], HeadsExplainer]:
    """What explains the numbers of the story, made when the first one is asked."""
    return lambda: HeadsExplainer(traced_heads(looked), words.plain)


@st.cache_data(max_entries=64, show_spinner=False)
def _told(reference: str, step: int, text: str, way: str, language: str) -> str:
    return heads_story(_traced(reference, step, text, way), Words(language), way).to_json()


def traced_heads(looked: LookedHeads) -> HeadsTrace:
    """Everything about the heads of a model and one sentence. Shared: never to be changed."""
    return _traced(looked.model.reference, looked.model.step, looked.text, looked.way)


@st.cache_resource(max_entries=32, show_spinner=False)
def _traced(reference: str, step: int, text: str, way: str) -> HeadsTrace:
    from seq2seq.studies.heads import heads_trace

    return heads_trace(trained(reference, step), text, measured_heads(reference, step, way))


@st.cache_resource(max_entries=16, show_spinner=False)
def measured_heads(reference: str, step: int, way: str) -> MeasuredHeads:
    """What the heads of a model were measured to do: stored with the studio, else measured here."""
    from seq2seq.studies.heads import measure

    return measured(reference) or measure(trained(reference, step), way)
