"""The Compare page's parts: which model, whether lengths are normalised, and the story of its widths."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from seq2seq.stories.stored import COMPARE_MODEL
from seq2seq.stories.widths import WidthsExplainer, widths_story
from seq2seq.studies import widths as study
from seq2seq.studies.shipped import SEARCHED, to_be_picked
from seq2seq.traces.scoring import LengthPenalty
from seq2seq.traces.widths import WidthsTrace
from seq2seq.ui.controls import choice, switch
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.models import ChosenModel, describe, fitting_models, model_name, usable, warn_of_others
from seq2seq.ui.searching import searchable
from seq2seq.ui.session import trained
from seq2seq.ui.stored import stored_story

LIVE_SENTENCES, LIVE_BUDGET = 40, 200  # of a model that came with no measurement: some seconds


def _set(**values: Any) -> Callable[[], None]:
    return lambda: st.session_state.update({"model": COMPARE_MODEL, "normalise": False} | values)


COMPARE_TRIES: dict[str, Callable[[], None]] = {
    "normalise": _set(normalise=True),
    "half": _set(model="search-reverse-half"),
    "solved": _set(model="reverse-transformer"),
}


@dataclass(frozen=True)
class Compared:
    """Which model's widths are looked at, and under which α."""

    model: ChosenModel
    alpha: float


def chosen_model(words: PageWords) -> Compared:
    """The controls, in one row; below it, in a line, how good the model is."""
    say = words.say
    models = fitting_models(words, searchable, names=list(dict.fromkeys([*SEARCHED, *study.MODELS, *to_be_picked()])))
    warn_of_others(models, words)
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        picked = choice(
            "model", say("attention.model"), list(models), COMPARE_MODEL, lambda name: model_name(models, words, name),
            width=420,
        )  # fmt: skip
        normalised = switch("normalise", say("compare.normalise"), False, help=say("compare.normalise.help"))
    model = models[picked] if picked in study.MODELS else usable(models, picked, COMPARE_MODEL, words)
    st.caption(describe(model, words))
    return Compared(model, 1.0 if normalised else 0.0)


def measurement(compared: Compared, words: PageWords) -> WidthsTrace | None:
    """What was measured of the model; of one that came with no measurement, once a learner asks for it."""
    model, say = compared.model, words.say
    found = _measured().get((model.reference, compared.alpha))
    if found is None:
        asked = f"compare-live-{model.reference}-{model.step}"
        if st.button(say("compare.live"), icon=":material/query_stats:"):
            st.session_state[asked] = True
        if not st.session_state.get(asked):
            st.info(say("compare.live.help", n=LIVE_SENTENCES), icon=":material/query_stats:")
            return None
        with st.spinner(say("compare.live.running", n=LIVE_SENTENCES)):
            found = _measure(model.reference, model.step, compared.alpha)
    st.caption(say("compare.measured", n=found.n, budget=f"{found.budget:,}"))
    return found


@st.cache_resource(max_entries=16, show_spinner=False)
def _measure(reference: str, step: int, alpha: float) -> WidthsTrace:
    return study.measure_widths(trained(reference, step), LengthPenalty(alpha), LIVE_SENTENCES, LIVE_BUDGET)


@st.cache_resource(max_entries=1, show_spinner=False)
def _measured() -> dict[tuple[str, float], WidthsTrace]:
    return study.measured()


def told(compared: Compared, trace: WidthsTrace, words: PageWords) -> str:
    """The story's JSON. The first picture is stored."""
    if (compared.model.reference, compared.alpha) == (COMPARE_MODEL, 0.0):
        return stored_story(f"compare-{words.language}")
    others = [one for (_, alpha), one in _measured().items() if alpha == compared.alpha]
    return widths_story(trace, others, words.plain).to_json()


def explainer(trace: WidthsTrace, words: PageWords) -> Callable[[], WidthsExplainer]:
    """What explains the figures."""
    return lambda: WidthsExplainer(trace, words.plain)
