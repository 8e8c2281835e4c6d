"""The leak: runs with and without the causal mask, measured before, or trained here while one watches."""

import streamlit as st

from seq2seq.models.config import TransformerConfig
from seq2seq.stories.masks import LeakExplainer, leak_story
from seq2seq.studies.leak import SIDES, leak_maps, leak_run, leak_trace, measured_runs, shipped_maps
from seq2seq.studies.masks import SEEDS, leak_config
from seq2seq.studies.shipped import MASK_TASKS
from seq2seq.tasks import InputError
from seq2seq.traces.masks import LeakMap, LeakTrace
from seq2seq.training.config import RunConfig
from seq2seq.training.records import RunRecord
from seq2seq.ui.controls import choice
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.runs_on_demand import asked, begin, say_how_many, settle_runs, show_part
from seq2seq.ui.session import run_store
from seq2seq.ui.stored import stored_story

TASKS = tuple(reversed(MASK_TASKS))  # nothing to learn comes first


def how_it_leaks(words: PageWords) -> None:
    """The part of the page on training without the causal mask; while runs of it train, it looks again by itself."""
    with st.container(key="leak"):
        st.subheader(words.say("leak.heading"), anchor=False)
        st.caption(words.say("leak.intro"))
        show_part("leak", _part, words)


def _part(words: PageWords, live: bool) -> None:
    with one_sentence(words):
        task, mine = _controls(words)
        runs = asked(lambda seed: _configs(task, seed)) if mine else []
        updates = leak_config(task, True).training.steps
        say_how_many(runs, mine, "leak", words.say("leak.shown", seeds=len(SEEDS), updates=updates), words)
        if mine:
            _show_mine(task, runs, words)
        else:

            def explain() -> LeakExplainer:
                return LeakExplainer(_measured(task), words.plain)

            story = stored_story(f"masks-leak-{task}-{words.language}")
            show_story(story, "leak-story", words, explain)
            offer_export(story, "masks", words, explain)
        settle_runs("leak", runs, mine, live)


def _controls(words: PageWords) -> tuple[str, bool]:
    """The task, whose runs are shown, and the button that trains them."""
    say = words.say
    with st.container(key="leak-controls", horizontal=True, vertical_alignment="bottom"):
        task = choice("leak-task", say("leak.task"), TASKS, TASKS[0], lambda name: say(f"leak.task.{name}"), width=280)
        whose = choice(
            "leak-runs", say("leak.runs"), ("measured", "mine"), "measured", lambda name: say(f"leak.runs.{name}"),
            width=200,
        )  # fmt: skip
        st.button(
            say("leak.train"), key="leak-train", icon=":material/play_arrow:", type="primary",
            on_click=begin(lambda seed: _configs(task, seed), "leak"), help=say("leak.train.help"),
        )  # fmt: skip
    return task, whose == "mine"


def _configs(task: str, seed: int) -> list[RunConfig]:
    """Both runs of a seed."""
    return [leak_config(task, causal, seed) for causal in SIDES.values()]


def _show_mine(task: str, runs: list[RunRecord], words: PageWords) -> None:
    """The story of runs of this browser, as far as they are."""
    trace = _trained_here(task, runs)
    story = leak_story(trace, words.plain, "mine", follow=not trace.maps)
    if story is None:
        return

    def explain() -> LeakExplainer:
        return LeakExplainer(trace, words.plain)

    show_story(story.to_json(), "leak-mine", words, explain)


def _trained_here(task: str, runs: list[RunRecord]) -> LeakTrace:
    """Their reports, and the maps of the newest pair that is finished."""
    reports = [(run, run_store().reports(run.id)) for run in runs]
    found = [leak_run(_is_causal(run), run.config.training.seed, told) for run, told in reports if told]
    pairs: dict[int, dict[str, str]] = {}
    for run in runs:
        if run.state == "finished":
            side = "causal" if _is_causal(run) else "leaking"
            pairs.setdefault(run.config.training.seed, {})[side] = run.id
    whole = [pair for pair in pairs.values() if len(pair) == len(SIDES)]
    waiting = any(not run.over for run in runs)
    maps = _maps(task, tuple(sorted(whole[0].items()))) if whole and not waiting else {}
    return leak_trace(task, found, maps)


def _is_causal(run: RunRecord) -> bool:
    model = run.config.model
    return isinstance(model, TransformerConfig) and model.causal


@st.cache_resource(max_entries=16, show_spinner=False)
def _maps(task: str, references: tuple[tuple[str, str], ...]) -> dict[str, LeakMap]:
    """What both finished models look at; none where their weights are gone."""
    try:
        return leak_maps(task, dict(references))
    except InputError:
        return {}


@st.cache_resource(max_entries=4, show_spinner=False)
def _measured(task: str) -> LeakTrace:
    """What comes with the studio. Shared: never to be changed."""
    return leak_trace(task, measured_runs(task), shipped_maps(task))
