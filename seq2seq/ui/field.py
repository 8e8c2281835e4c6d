"""Where the field ends: what was measured, and the same trained here, dot by dot."""

from functools import partial

import streamlit as st

from seq2seq.models.config import KERNELS, PADDINGS
from seq2seq.stories.convolution import FieldExplainer, field_story
from seq2seq.studies.field import DEEPEST, SEEDS, distances, field_config, field_run, field_trace, measured_trace
from seq2seq.traces import FieldRun, FieldTrace
from seq2seq.training.config import RunConfig
from seq2seq.training.records import RunRecord
from seq2seq.ui.controls import choice
from seq2seq.ui.markdown import Markdown, PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import show_story
from seq2seq.ui.runs_on_demand import asked, begin, say_how_many, settle_runs, show_part
from seq2seq.ui.session import run_store

Shape = tuple[int, int, str]  # window, layers, padding


def where_the_field_ends(words: PageWords) -> None:
    """The part of the page that shows the edge; while runs of it train, it looks again once a second."""
    with st.container(key="field", border=True):
        st.subheader(words.say("field.heading"), anchor=False)
        st.markdown(words.say("field.text"))
        show_part("field", _part, words)


def _part(words: PageWords, live: bool) -> None:
    with one_sentence(words):
        shape, mine = _controls(words)
        runs = asked(partial(_configs, shape)) if mine else []
        trace = _trained_here(shape, runs) if mine else measured_trace(*shape)
        say_how_many(runs, mine, "field", _measured(trace, words), words)
        trace = trace or field_trace(*shape, [])
        story, name = field_story(trace, words.plain, "mine" if mine else "measured").to_json(), "field-story"

        def explain() -> FieldExplainer:
            return FieldExplainer(trace, words.plain)

        show_story(story, name, words, explain)
        settle_runs("field", runs, mine, live)


def _controls(words: PageWords) -> tuple[Shape, bool]:
    """Window, layers and padding; whose runs are shown; and the button that trains them."""
    say = words.say
    with st.container(key="field-controls", horizontal=True, vertical_alignment="bottom"):
        kernel = choice("field-kernel", say("field.kernel"), [str(k) for k in KERNELS], "3", width=120)
        layers = choice("field-layers", say("field.layers"), [str(n + 1) for n in range(DEEPEST)], "4", width=120)
        padding = choice(
            "field-padding", say("field.padding"), PADDINGS, "same", lambda name: say(f"field.padding.{name}"),
            width=190,
        )  # fmt: skip
        whose = choice(
            "field-runs", say("field.runs"), ("measured", "mine"), "measured", lambda name: say(f"field.runs.{name}"),
            width=230,
        )  # fmt: skip
        shape = (int(kernel), int(layers), padding)
        st.button(
            say("field.retrain"), key="field-train", icon=":material/play_arrow:", type="primary",
            on_click=begin(partial(_configs, shape), "field"), help=say("field.retrain.help"),
        )  # fmt: skip
    return shape, whose == "mine"


def _configs(shape: Shape, seed: int) -> list[RunConfig]:
    """A run of every distance."""
    return [field_config(*shape, distance, seed) for distance in distances(*shape)]


def _trained_here(shape: Shape, runs: list[RunRecord]) -> FieldTrace:
    """The finished ones, as what was measured is held."""
    found = [_read(run.id) for run in runs if run.state == "finished"]
    return field_trace(*shape, [run for run in found if run])


@st.cache_data(max_entries=512, show_spinner=False)
def _read(run_id: str) -> FieldRun | None:
    run, last = run_store().get(run_id), run_store().last_report(run_id)
    return field_run(run.config, last) if run and last else None


def _measured(trace: FieldTrace | None, words: PageWords) -> Markdown:
    """What was measured of a shape, if it was."""
    if trace is None:
        return words.say("field.unmeasured")
    n = trace.runs[0].n if trace.runs else 0
    return words.say("field.shown", seeds=len(SEEDS), n=f"{n:,}")
