"""The Gradients page's parts: the settings, a backward pass told step by step, and the runs that are compared."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from seq2seq.stories.gradients import GradientExplainer, Reach, arm_key, arm_name, backward_story
from seq2seq.stories.gradients.arms import CELLS
from seq2seq.studies.recordings import recall_run, recorded_weights, recording_of
from seq2seq.training.config import RunConfig
from seq2seq.ui.controls import choice, segments, slide, switch
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.runs import own_run
from seq2seq.ui.session import run_store
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

if TYPE_CHECKING:
    from seq2seq.traces.gradients import GradientTrace

PARTS = ("back", "training", "clipping")
DEFAULTS = {
    "reach-part": "back", "reach-d": 20, "reach-scale": 1.0, "reach-bias": 1.0, "reach-attention": True,
    "reach-hand": "rnn", "reach-weights": "start",
}  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """What is looked at: the task, the weights' start, and whose backward pass is told."""

    distance: int = 20
    scale: float = 1.0
    bias: float = 1.0
    attention: bool = True
    hand: str = "rnn"
    trained: bool = False

    def run(self, key: str) -> RunConfig:
        """The run of an arm."""
        cell, _, attention = key.partition("-")
        return recall_run(cell, bool(attention), self.distance, self.bias, self.scale)

    @property
    def arms(self) -> list[str]:
        """The arms that are compared."""
        ways = (False, True) if self.attention or self.hand.endswith("-attention") else (False,)
        return [arm_key(cell, way) for way in ways for cell in CELLS]


def _set(**values: object) -> Callable[[], None]:
    named = {f"reach-{name}": value for name, value in values.items()}
    return lambda: st.session_state.update(DEFAULTS | named)


GRADIENT_TRIES: dict[str, Callable[[], None]] = {
    "open": _set(hand="lstm", bias=3.0),
    "explode": _set(scale=5.0),
    "learnt": _set(part="training"),
}


def choose_part(words: PageWords) -> str:
    """Which of the page's three stories is told."""
    say = words.say
    return segments("reach-part", say("gradients.part"), PARTS, "back", lambda name: say(f"gradients.part.{name}"))


def chosen_task(words: PageWords) -> Chosen:
    """The settings that decide a run."""
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        distance = int(slide("reach-d", say("gradients.distance"), 20, 1, 50, 1, width=200))
        scale = slide(
            "reach-scale", say("gradients.scale"), 1.0, 0.1, 6.0, 0.1, width=200, help=say("train.recurrent_scale.help")
        )
        bias = slide(
            "reach-bias", say("gradients.bias"), 1.0, -2.0, 6.0, 0.5, width=200, help=say("train.forget_bias.help")
        )
        attention = switch("reach-attention", say("gradients.attention"), True)
    return Chosen(distance, round(scale, 3), round(bias, 3), attention)


def chosen_pass(chosen: Chosen, words: PageWords) -> Chosen:
    """Whose backward pass is told, and with which weights."""
    say = words.say
    with st.container(key="whose", horizontal=True, vertical_alignment="bottom"):
        keys = [arm_key(cell, way) for way in (False, True) for cell in CELLS]
        name = partial(arm_name, forget_bias=chosen.bias, words=words.plain)
        hand = choice("reach-hand", say("gradients.hand"), keys, "rnn", name, width=260)
        weights = choice(
            "reach-weights", say("gradients.weights"), ["start", "trained"], "start",
            lambda name: say(f"gradients.weights.{name}"), width=260,
        )  # fmt: skip
    return Chosen(chosen.distance, chosen.scale, chosen.bias, chosen.attention, hand, weights == "trained")


def show_backward(words: PageWords) -> None:
    """The settings, and the backward pass that they lead to."""
    chosen = chosen_pass(chosen_task(words), words)
    st.caption(words.say("gradients.setting", distance=chosen.distance, n=64))
    references = tuple((key, _weights(chosen.run(key)) if chosen.trained else None) for key in chosen.arms)
    if chosen.trained and not dict(references)[chosen.hand]:
        name = arm_name(chosen.hand, chosen.bias, words.plain)
        st.info(words.say("gradients.nothing.trained", name=name), icon=":material/model_training:")
        return
    story = _told(chosen, references, words.language)

    def explain() -> GradientExplainer:
        return GradientExplainer(_reach(chosen, references), words.plain)

    show_story(story, "gradients", words, explain)
    offer_export(story, "gradients", words, explain)


def _weights(config: RunConfig) -> str | None:
    """Where the trained weights of a run lie: a recording's name, or the id of a run of this browser."""
    if name := recording_of(config):
        return name
    run = own_run(config)
    return run.id if run and run.over and run_store().checkpoint_step(run.id) is not None else None


References = tuple[tuple[str, str | None], ...]


@st.cache_data(max_entries=64, show_spinner=False)
def _told(chosen: Chosen, references: References, language: str) -> str:
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    if chosen == Chosen():
        return stored_story(f"gradients-{language}")
    return backward_story(_reach(chosen, references), Words(language)).to_json()


def _reach(chosen: Chosen, references: References) -> Reach:
    """The backward passes that are compared; arms that are not trained are left out where trained ones are wanted."""
    traces = {
        key: _traced(chosen.run(key), reference) for key, reference in references if reference or not chosen.trained
    }
    doubled = None
    if not chosen.trained and 2 * chosen.scale <= 10:
        cell, _, attention = chosen.hand.partition("-")
        doubled = _traced(recall_run(cell, bool(attention), chosen.distance, chosen.bias, 2 * chosen.scale), None)
    return Reach(traces, chosen.hand, chosen.bias, chosen.scale, chosen.trained, doubled)


@st.cache_resource(max_entries=64, show_spinner=False)
def _traced(config: RunConfig, reference: str | None) -> "GradientTrace":
    """The backward pass of a run as it begins, or as its weights are now. Shared: never to be changed."""
    from seq2seq.training.checkpoint import load_weights, unpack
    from seq2seq.training.reach import record_gradients
    from seq2seq.training.trainer import start_model

    model, updates = start_model(config), 0
    if reference:
        saved = run_store().checkpoint(reference)
        checkpoint = unpack(saved[1] if saved else recorded_weights(reference))
        load_weights(model, checkpoint.weights)
        updates = checkpoint.facts["step"]
    return record_gradients(model, config.task, updates)
