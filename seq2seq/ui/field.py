"""Where the field ends: what was measured, and the same trained here, dot by dot."""

from collections.abc import Callable

import streamlit as st

from seq2seq.models.config import KERNELS, PADDINGS
from seq2seq.stories.convolution import FieldExplainer, field_story
from seq2seq.studies.field import DEEPEST, SEEDS, distances, field_config, field_run, field_trace, measured_trace
from seq2seq.traces import FieldRun, FieldTrace
from seq2seq.training.records import RunRecord
from seq2seq.ui.address import settle_part, touch
from seq2seq.ui.asking import heard, say_unheard, stop_those
from seq2seq.ui.controls import choice
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import show_story
from seq2seq.ui.session import executor, owner, run_store
from seq2seq.ui.silence import say_silence

REFRESH = 1.0  # seconds between two looks at runs that train
MOST_RUNS = 400  # of one browser that are looked through
Shape = tuple[int, int, str]  # window, layers, padding


def where_the_field_ends(words: PageWords) -> None:
    """The part of the page that shows the edge; while runs of it train, it looks again once a second."""
    with st.container(key="field", border=True):
        st.subheader(words.say("field.heading"), anchor=False)
        st.markdown(words.say("field.text"))
        live = st.session_state.get("field-runs") == "mine" and st.session_state.get("field-live", False)
        st.fragment(_part, run_every=REFRESH if live else None)(words, live)


def _part(words: PageWords, live: bool) -> None:
    with one_sentence(words):
        shape, mine = _controls(words)
        say_unheard("field", words)
        runs = _mine(shape) if mine else []
        waiting = any(not run.over for run in runs)
        st.session_state["field-live"] = waiting
        trace = _trained_here(shape, runs) if mine else measured_trace(*shape)
        _status(trace, runs, mine, words)
        trace = trace or field_trace(*shape, [])
        story, name = field_story(trace, words.plain, "mine" if mine else "measured").to_json(), "field-story"

        def explain() -> FieldExplainer:
            return FieldExplainer(trace, words.plain)

        show_story(story, name, words, explain)
        settle_part()
        if mine and waiting != live:
            st.rerun()  # it begins, or ends, to look by itself


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
            on_click=heard, args=("field", _begin(shape)), help=say("field.retrain.help"),
        )  # fmt: skip
    return shape, whose == "mine"


def _begin(shape: Shape) -> Callable[[], None]:
    """Ask for a run of every distance, with a seed that this browser has not used yet."""

    def begin() -> None:
        touch()
        seeds = {run.config.training.seed for run in _mine(shape)}
        seed = next(seed for seed in range(1, len(seeds) + 2) if seed not in seeds)
        for distance in distances(*shape):
            executor().submit(field_config(*shape, distance, seed), owner())
        st.session_state.update({"field-runs": "mine", "field-live": True})

    return begin


def _mine(shape: Shape) -> list[RunRecord]:
    """Runs of one shape that the browser asked for."""

    def fits(run: RunRecord) -> bool:
        distance = getattr(run.config.task, "distance", -1)
        return distance in distances(*shape) and run.config == field_config(*shape, distance, run.config.training.seed)

    return [run for run in run_store().recent(owner(), MOST_RUNS) if fits(run)]


def _trained_here(shape: Shape, runs: list[RunRecord]) -> FieldTrace:
    """The finished ones, as what was measured is held."""
    found = [_read(run.id) for run in runs if run.state == "finished"]
    return field_trace(*shape, [run for run in found if run])


@st.cache_data(max_entries=512, show_spinner=False)
def _read(run_id: str) -> FieldRun | None:
    run, last = run_store().get(run_id), run_store().last_report(run_id)
    return field_run(run.config, last) if run and last else None


def _status(trace: FieldTrace | None, runs: list[RunRecord], mine: bool, words: PageWords) -> None:
    """Whose dots they are, and how many."""
    say = words.say
    if not mine:
        n = trace.runs[0].n if trace and trace.runs else 0
        st.caption(say("field.shown", seeds=len(SEEDS), n=f"{n:,}") if trace else say("field.unmeasured"))
        return
    with st.container(key="field-status", horizontal=True, vertical_alignment="center"):
        done = sum(run.over for run in runs)
        st.caption(say("field.live", done=done, all=len(runs)) if runs else say("field.none_yet"), width="content")
        if done < len(runs):
            st.button(say("train.stop"), key="field-stop", icon=":material/stop:", on_click=_stop, args=(runs,))
    say_silence(runs, words)


def _stop(runs: list[RunRecord]) -> None:
    touch()
    heard("field", stop_those, runs)
