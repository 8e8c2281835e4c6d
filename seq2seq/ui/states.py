"""The State space page's parts: which states, which sentences, and the story of where they lie."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from seq2seq.stories.formulas import percent
from seq2seq.stories.states import StatesExplainer, states_story
from seq2seq.stories.states.colourings import colouring_ids
from seq2seq.stories.states.measured import Measured
from seq2seq.stories.states.story import NUMBERS, TOLD
from seq2seq.stories.stored import (
    STATES_MODEL,
    STATES_SENTENCES,
)
from seq2seq.tasks import LONGEST_INPUT, Task
from seq2seq.traces import StatesTrace
from seq2seq.ui.address import says_new
from seq2seq.ui.controls import choice, line, nth, switch, whole
from seq2seq.ui.markdown import PageWords, code
from seq2seq.ui.models import ChosenModel, choose_model, describe
from seq2seq.ui.page import told_or_last
from seq2seq.ui.session import trained
from seq2seq.ui.state_space import space_figure
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

if TYPE_CHECKING:
    pass

WHICH = ("final", "every", "output")
PARTS = ("h", "c", "both")
BETWEEN = ";"  # of two sentences in the input: no date is written with one
MONTH_OUTPUT = 6
EXAMPLES = {"dates": STATES_SENTENCES, "addition": ("12+34", "34+12", "12+35")}
LETTERS = ("studio", "radio", "stream")


def _set(task: str, **values: object) -> Callable[[], None]:
    """A callback that sets every control of the page; the sentences it sets are for this task."""
    plain: dict[str, object] = {
        "state": "final", "state-colour": TOLD, "state-output": MONTH_OUTPUT, "state-part": "h", "state-space": False,
        "state-layer": "1", "sentences": _join(_example(task)), "state-for": task,
    }  # fmt: skip
    return lambda: st.session_state.update(plain | values)


def _example(task: str) -> tuple[str, ...]:
    """The sentences that are followed before any are typed."""
    return EXAMPLES.get(task, LETTERS)


def _join(sentences: tuple[str, ...]) -> str:
    return f"{BETWEEN} ".join(sentences)


STATES_TRIES: dict[str, Callable[[], None]] = {
    "months": _set("dates", **{"state-model": STATES_MODEL, "state": "output", "state-colour": "month"}),
    "attention": _set("dates", **{"state-model": "dates-gru-additive"}),
    "reverse": _set("reverse", **{"state-model": "reverse-gru-none"}),
    "space": _set("dates", **{"state-model": STATES_MODEL, "state-space": True}),
}


@dataclass(frozen=True)
class States:
    """Which states of which model, which sentences, and how they are coloured."""

    model: ChosenModel
    which: str
    at: int
    part: str
    layer: int
    sentences: tuple[str, ...]
    colour: str
    unit: int | None
    space: bool

    @property
    def is_first(self) -> bool:
        """Whether it is the first picture, which is stored."""
        plain = (self.which, self.part, self.layer, self.colour) == ("final", "h", 0, TOLD)
        return plain and self.model.reference == STATES_MODEL and self.sentences == STATES_SENTENCES


def choose_states(words: PageWords) -> States:
    """The controls that matter in one row, the rest folded away."""
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        model = choose_model(words, STATES_MODEL, id="state-model")
        sentences = _chosen_sentences(model.task, words)
        more = st.popover(say("states.more"), icon=":material/tune:")
    shape, task = model.config.recurrent, model.task.name
    at, part, layer, unit = MONTH_OUTPUT, "h", 0, None
    with more:
        which = choice("state", say("states.which"), WHICH, "final", lambda id: say(f"states.which.{id}"), width=270)
        if which == "output":
            at = whole("state-output", say("states.at"), MONTH_OUTPUT, 1, LONGEST_INPUT, width=120)
        ids = (TOLD, *colouring_ids(task))
        names = {id: say(f"states.by.{id}") for id in ids if id not in (TOLD, "unit")}
        names |= {TOLD: say("states.colour.told"), "unit": say("states.unit")}
        colour = choice("state-colour", say("states.colour"), ids, TOLD, names.__getitem__, width=190)
        if colour == "unit":
            unit = nth("state-unit", say("states.unit"), 0, shape.width, width=120)
        if shape.cell == "lstm":
            part = choice("state-part", say("states.part"), PARTS, "h", lambda id: say(f"states.part.{id}"), width=170)
        if shape.layers > 1:
            layers = [str(number + 1) for number in range(shape.layers)]
            layer = int(choice("state-layer", say("states.layer"), layers, layers[-1], width=100)) - 1
    st.caption(describe(model, words))
    space = bool(st.session_state.get("state-space"))
    return States(model, which, at, part, layer, sentences, colour, unit, space)


def _chosen_sentences(task: Task, words: PageWords) -> tuple[str, ...]:
    """What is typed, cut at the semicolons; where another task was picked, sentences of that task."""
    before, example = st.session_state.get("state-task"), _join(_example(task.name))
    another = before not in (None, task.name) and st.session_state.get("state-for") != task.name
    if another and not says_new("sentences"):
        st.session_state["sentences"] = example
    st.session_state["state-task"] = task.name
    st.session_state.pop("state-for", None)
    say = words.say
    typed = line("sentences", say("states.sentences"), example, 10 * LONGEST_INPUT, help=say("states.sentences.help"))
    typed = typed.replace("；", BETWEEN)
    return tuple(text.strip() for text in typed.split(BETWEEN) if text.strip())


@dataclass(frozen=True)
class ToldStates:
    """States and the story of them (JSON)."""

    states: States
    story: str


def told(states: States, words: PageWords) -> ToldStates:
    """The story of the chosen states; if they cannot be shown, a sentence why, and the last that could.

    Before any could: those of the page's example. Raises: InputError if even these cannot be shown.
    """
    example = replace(states, sentences=_example(states.model.task.name))
    return ToldStates(*told_or_last("states", states, lambda each: _story(each, words.language), words, [example]))


def _story(states: States, language: str) -> str:
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    if states.is_first:
        return stored_story(f"states-{language}")
    return _made_story(
        states.model.reference, states.model.step, states.which, states.at, states.part, states.layer,
        states.sentences, states.colour, states.unit, language,
    )  # fmt: skip


@st.cache_data(max_entries=32, show_spinner=False)
def _made_story(
    reference: str, step: int, which: str, at: int, part: str, layer: int, sentences: tuple[str, ...], colour: str,
    unit: int | None, language: str,
) -> str:  # fmt: skip
    trace = traced_states(reference, step, which, at, part, layer, sentences)
    return states_story(trace, Words(language), reference, colour, unit).to_json()


@st.cache_resource(max_entries=8, show_spinner=False)
def traced_states(
    reference: str, step: int, which: str, at: int, part: str, layer: int, sentences: tuple[str, ...]
) -> StatesTrace:
    """The states themselves, kept for whoever clicks one. Shared: never to be changed."""
    from seq2seq.studies.states import StateChoice, record_states

    found: StateChoice = StateChoice(which, at, part, layer)
    return record_states(trained(reference, step), found, sentences)


def _trace(states: States) -> StatesTrace:
    return traced_states(
        states.model.reference, states.model.step, states.which, states.at, states.part, states.layer,
        states.sentences,
    )  # fmt: skip


@st.cache_resource(max_entries=8, show_spinner=False)
def _explainer(states: States, language: str) -> StatesExplainer:
    return StatesExplainer(_trace(states), Words(language))


def explainer(looked: ToldStates, words: PageWords) -> Callable[[], StatesExplainer]:
    """What explains the numbers of a story, made when the first one is asked."""
    return lambda: _explainer(looked.states, words.language)


@st.fragment
def show_in_space(looked: ToldStates, words: PageWords) -> None:
    """The same cloud in three dimensions, where one asks for it."""
    say = words.say
    if not switch("state-space", say("states.space"), False):
        return
    with st.container(key="space", border=True):
        st.subheader(say("states.space.title"), anchor=False)
        measured = Measured(_trace(looked.states))
        shares = measured.projections[measured.trace.trained].shares
        dark = st.context.theme.type == "dark"
        figure = space_figure(measured, words.plain, looked.states.colour, dark)
        st.plotly_chart(figure, key="space-figure", config={"displaylogo": False, "scrollZoom": False})
        chosen = " · ".join(f"{NUMBERS[j]} {code(path.text)}" for j, path in enumerate(measured.trace.paths))
        st.caption(f"{chosen}  \n{say('states.space.help', share=percent(float(shares.sum())))}")
