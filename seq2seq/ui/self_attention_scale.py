"""The scale 1/√d_k: random keys, and models trained with it and without it, measured before or trained here."""

import streamlit as st

from seq2seq.models.config import TransformerConfig
from seq2seq.stories.self_attention import ScaleExplainer, scale_story
from seq2seq.studies.masks import SHAPES, scale_config
from seq2seq.studies.scale import measured_scale, scale_run, scale_trace
from seq2seq.traces.scale import ScaleRun, ScaleTrace
from seq2seq.training.config import RunConfig
from seq2seq.training.records import RunRecord
from seq2seq.ui.controls import choice, whole
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.runs_on_demand import asked, begin, say_how_many, settle_runs, show_part, still_training
from seq2seq.ui.session import run_store
from seq2seq.words import Words

DRAWS = (1, 999)


def what_the_scale_does(words: PageWords) -> None:
    """The part of the page on the scale; while runs of it train, it looks again by itself."""
    with st.container(key="scale"):
        st.subheader(words.say("scale.heading"), anchor=False)
        st.caption(words.say("scale.intro"))
        show_part("scale", _part, words)


def _part(words: PageWords, live: bool) -> None:
    with one_sentence(words):
        draw, mine = _controls(words)
        runs = asked(_configs) if mine else []
        updates = scale_config(*SHAPES[0], True).training.steps
        measured = words.say("scale.shown", models=len(measured_scale()), updates=updates)
        say_how_many(runs, mine, "scale", measured, words)
        trace = scale_trace(draw, _mine(runs) if mine else measured_scale(), updates)

        def explain() -> ScaleExplainer:
            return ScaleExplainer(trace, words.plain)

        story = _told(trace, words, mine)
        show_story(story, "scale-mine" if mine else "scale-story", words, explain)
        if not still_training(runs):
            offer_export(story, "self_attention", words, explain)
        settle_runs("scale", runs, mine, live)


def _controls(words: PageWords) -> tuple[int, bool]:
    """The draw, whose runs are shown, and the button that trains them."""
    say = words.say
    with st.container(key="scale-controls", horizontal=True, vertical_alignment="bottom"):
        draw = whole("draw", say("scale.draw"), 1, *DRAWS, width=140, help=say("scale.draw.help"))
        whose = choice(
            "scale-runs", say("scale.runs"), ("measured", "mine"), "measured", lambda name: say(f"scale.runs.{name}"),
            width=200,
        )  # fmt: skip
        st.button(
            say("scale.train"), key="scale-train", icon=":material/play_arrow:", type="primary",
            on_click=begin(_configs, "scale"), help=say("scale.train.help"),
        )  # fmt: skip
    return draw, whose == "mine"


def _configs(seed: int) -> list[RunConfig]:
    """One large head with the scale and without it."""
    return [scale_config(*SHAPES[0], scaled, seed) for scaled in (True, False)]


def _mine(runs: list[RunRecord]) -> list[ScaleRun]:
    """Runs of this browser that have reports."""
    found = []
    for run in runs:
        model, reports = run.config.model, run_store().reports(run.id)
        if isinstance(model, TransformerConfig) and reports:
            found.append(scale_run(model.hidden, model.heads, model.scaled, run.config.training.seed, reports))
    return found


def _told(trace: ScaleTrace, words: PageWords, mine: bool) -> str:
    """The story's JSON; what was measured is told once a draw."""
    if mine:
        return scale_story(trace, words.plain, "mine").to_json()
    return _told_measured(trace.keys.seed, trace.updates, words.language)


@st.cache_data(max_entries=16, show_spinner=False)
def _told_measured(draw: int, updates: int, language: str) -> str:
    return scale_story(scale_trace(draw, measured_scale(), updates), Words(language), "measured").to_json()
