"""The Positions page's third part: every setting of the two switches, measured before or trained here."""

from functools import partial

import streamlit as st

from seq2seq.stories.positions import BoardExplainer, board_story
from seq2seq.studies.bos_weights import stored_weights
from seq2seq.studies.positions import KINDS, measured_trace, position_run, positions_trace
from seq2seq.studies.shipped import POSITION_TASKS, positions_recipe
from seq2seq.traces.positions import PositionRun, PositionsTrace
from seq2seq.training.config import RunConfig
from seq2seq.training.records import RunRecord
from seq2seq.ui.controls import choice
from seq2seq.ui.markdown import Markdown, PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.runs_on_demand import asked, begin, say_how_many, settle_runs, show_part, still_training
from seq2seq.ui.session import run_store


def which_side_needs_it(words: PageWords) -> None:
    """The switchboard; while runs of it train, it looks again once a second."""
    with st.container(key="board"):
        st.subheader(words.say("board.heading"), anchor=False)
        st.markdown(words.say("board.text"))
        show_part("board", _part, words)


def _part(words: PageWords, live: bool) -> None:
    with one_sentence(words):
        task, mine = _controls(words)
        runs = asked(partial(_every_setting, task)) if mine else []
        trace = _trained_here(task, runs) if mine else measured_trace(task)
        say_how_many(runs, mine, "board", _measured(trace, words), words)
        bare = {} if mine else {name: measured_trace(name).shares(("none", "none")) for name in POSITION_TASKS}
        weights = stored_weights()
        story = board_story(trace, words.plain, "mine" if mine else "measured", bare, weights).to_json()

        def explain() -> BoardExplainer:
            return BoardExplainer(trace, words.plain, weights)

        show_story(story, "board-story", words, explain)
        if not still_training(runs):
            offer_export(story, "positions", words, explain)
        settle_runs("board", runs, mine, live)


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
            on_click=begin(lambda seed: [positions_recipe(task, encoder, decoder, seed)], "board"),
            help=say("board.retrain.help"),
        )  # fmt: skip
    return task, whose == "mine"


def _every_setting(task: str, seed: int) -> list[RunConfig]:
    """A run of each setting of the two switches."""
    return [positions_recipe(task, encoder, decoder, seed) for encoder in KINDS for decoder in KINDS]


def _trained_here(task: str, runs: list[RunRecord]) -> PositionsTrace:
    """The finished ones, as what was measured is held."""
    found = [_read(run.id) for run in runs if run.state == "finished"]
    return positions_trace(task, [run for run in found if run])


@st.cache_data(max_entries=512, show_spinner=False)
def _read(run_id: str) -> PositionRun | None:
    run, last = run_store().get(run_id), run_store().last_report(run_id)
    return position_run(run.config, last) if run and last else None


def _measured(trace: PositionsTrace, words: PageWords) -> Markdown:
    """How much was measured."""
    n = trace.runs[0].n if trace.runs else 0
    return words.say("board.shown", seeds=len(trace.runs), n=f"{n:,}")
