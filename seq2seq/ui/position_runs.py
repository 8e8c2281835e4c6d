"""The Positions page's third part: every setting of the two switches, measured before or trained here."""

from collections.abc import Callable

import streamlit as st

from seq2seq.stories.positions import BoardExplainer, board_story
from seq2seq.studies.bos_weights import stored_weights
from seq2seq.studies.positions import KINDS, measured_trace, position_run, positions_trace
from seq2seq.studies.shipped import POSITION_TASKS, positions_recipe
from seq2seq.traces.positions import PositionRun, PositionsTrace
from seq2seq.training.records import RunRecord
from seq2seq.ui.address import settle_part, touch
from seq2seq.ui.asking import heard, say_unheard, stop_those
from seq2seq.ui.controls import choice
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.session import executor, owner, run_store
from seq2seq.ui.silence import say_silence

REFRESH = 1.0  # seconds between two looks at runs that train
MOST_RUNS = 400  # of one browser that are looked through


def which_side_needs_it(words: PageWords) -> None:
    """The switchboard; while runs of it train, it looks again once a second."""
    with st.container(key="board"):
        st.subheader(words.say("board.heading"), anchor=False)
        st.markdown(words.say("board.text"))
        live = st.session_state.get("board-runs") == "mine" and st.session_state.get("board-live", False)
        st.fragment(_part, run_every=REFRESH if live else None)(words, live)


def _part(words: PageWords, live: bool) -> None:
    with one_sentence(words):
        task, mine = _controls(words)
        say_unheard("board", words)
        runs = _mine(task) if mine else []
        waiting = any(not run.over for run in runs)
        st.session_state["board-live"] = waiting
        trace = _trained_here(task, runs) if mine else measured_trace(task)
        _status(trace, runs, mine, words)
        bare = {} if mine else {name: measured_trace(name).shares(("none", "none")) for name in POSITION_TASKS}
        weights = stored_weights()
        story = board_story(trace, words.plain, "mine" if mine else "measured", bare, weights).to_json()

        def explain() -> BoardExplainer:
            return BoardExplainer(trace, words.plain, weights)

        show_story(story, "board-story", words, explain)
        if not waiting:
            offer_export(story, "positions", words, explain)
        settle_part()
        if mine and waiting != live:
            st.rerun()  # it begins, or ends, to look by itself


def _controls(words: PageWords) -> tuple[str, bool]:
    """The task, the two switches, whose runs are shown, and the button that trains a setting."""
    say = words.say

    def kind(name: str) -> str:
        return say(f"board.kind.{name}")

    with st.container(key="board-controls", horizontal=True, vertical_alignment="bottom"):
        task = choice(
            "board-task", say("positions.task"), list(POSITION_TASKS), "reverse",
            lambda name: say(f"positions.task.{name}"), width=270,
        )  # fmt: skip
        whose = choice(
            "board-runs", say("board.runs"), ("measured", "mine"), "measured", lambda name: say(f"board.runs.{name}"),
            width=200,
        )  # fmt: skip
        encoder = choice("board-encoder", say("board.enc"), KINDS, "none", kind, width=190)
        decoder = choice("board-decoder", say("board.dec"), KINDS, "sinusoidal", kind, width=190)
        st.button(
            say("board.retrain"), key="board-train", icon=":material/play_arrow:", type="primary",
            on_click=heard, args=("board", _begin(task, encoder, decoder)), help=say("board.retrain.help"),
        )  # fmt: skip
    return task, whose == "mine"


def _begin(task: str, encoder: str, decoder: str) -> Callable[[], None]:
    """Ask for a run of a setting, with a seed that this browser has not used yet."""

    def begin() -> None:
        touch()
        held = [run.config for run in _mine(task)]
        seed = 1
        while positions_recipe(task, encoder, decoder, seed) in held:
            seed += 1
        executor().submit(positions_recipe(task, encoder, decoder, seed), owner())
        st.session_state.update({"board-runs": "mine", "board-live": True})

    return begin


def _mine(task: str) -> list[RunRecord]:
    """Runs of one task's settings that the browser asked for."""

    def fits(run: RunRecord) -> bool:
        model = run.config.model
        kinds = (getattr(model, "encoder_positions", None), getattr(model, "decoder_positions", None))
        if None in kinds:
            return False
        return run.config == positions_recipe(task, str(kinds[0]), str(kinds[1]), run.config.training.seed)

    return [run for run in run_store().recent(owner(), MOST_RUNS) if fits(run)]


def _trained_here(task: str, runs: list[RunRecord]) -> PositionsTrace:
    """The finished ones, as what was measured is held."""
    found = [_read(run.id) for run in runs if run.state == "finished"]
    return positions_trace(task, [run for run in found if run])


@st.cache_data(max_entries=512, show_spinner=False)
def _read(run_id: str) -> PositionRun | None:
    run, last = run_store().get(run_id), run_store().last_report(run_id)
    return position_run(run.config, last) if run and last else None


def _status(trace: PositionsTrace, runs: list[RunRecord], mine: bool, words: PageWords) -> None:
    """Whose dots they are, and how many."""
    say = words.say
    if not mine:
        n = trace.runs[0].n if trace.runs else 0
        st.caption(say("board.shown", seeds=len(trace.runs), n=f"{n:,}"))
        return
    with st.container(key="board-status", horizontal=True, vertical_alignment="center"):
        done = sum(run.over for run in runs)
        st.caption(say("board.live", done=done, all=len(runs)) if runs else say("board.none_yet"), width="content")
        if done < len(runs):
            st.button(say("train.stop"), key="board-stop", icon=":material/stop:", on_click=_stop, args=(runs,))
    say_silence(runs, words)


def _stop(runs: list[RunRecord]) -> None:
    touch()
    heard("board", stop_those, runs)
