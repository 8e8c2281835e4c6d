"""Runs that a part of a page trains on demand, beside what was measured before: asked for, found again, counted."""

from collections.abc import Callable
from functools import cache

import streamlit as st

from seq2seq.training.config import RunConfig
from seq2seq.training.records import RunRecord
from seq2seq.ui.address import settle_part, touch
from seq2seq.ui.asking import heard, say_unheard, stop_those
from seq2seq.ui.markdown import Markdown, PageWords
from seq2seq.ui.session import executor, owner, run_store
from seq2seq.ui.silence import say_silence

REFRESH = 1.0  # seconds between two looks at runs that train
MOST_RUNS = 400  # of one browser that are looked through
Configs = Callable[[int], list[RunConfig]]  # of a seed


def show_part(part: str, show: Callable[[PageWords, bool], None], words: PageWords) -> None:
    """Show a part of a page; while runs of it train, it looks again by itself, and the rest of the page rests.

    show: called with whether it does; it ends with `settle_runs`.
    """
    live = st.session_state.get(f"{part}-runs") == "mine" and st.session_state.get(f"{part}-live", False)
    st.fragment(show, run_every=REFRESH if live else None)(words, live)


def settle_runs(part: str, runs: list[RunRecord], mine: bool, live: bool) -> None:
    """The part was shown: from now on it looks again by itself, or no longer, as its runs go on or have ended."""
    settle_part()
    if mine and still_training(runs) != live:
        st.session_state[f"{part}-live"] = not live
        st.rerun()


def still_training(runs: list[RunRecord]) -> bool:
    """Whether one of them waits or trains."""
    return any(not run.over for run in runs)


def asked(configs: Configs) -> list[RunRecord]:
    """Runs of these configurations, of any seed, that the browser asked for."""
    of_seed = cache(configs)  # most runs have one of a few seeds, and this is asked at every look
    return [run for run in run_store().recent(owner(), MOST_RUNS) if run.config in of_seed(run.config.training.seed)]


def begin(configs: Configs, part: str) -> Callable[[], None]:
    """Ask for the runs with a seed that this browser has not used yet, and show this browser's runs from then on."""

    def start() -> None:
        touch()
        heard(part, submit)

    def submit() -> None:
        seeds = {run.config.training.seed for run in asked(configs)}
        seed = next(seed for seed in range(1, len(seeds) + 2) if seed not in seeds)
        for config in configs(seed):
            executor().submit(config, owner())
        st.session_state.update({f"{part}-runs": "mine", f"{part}-live": True})

    return start


def say_how_many(runs: list[RunRecord], mine: bool, part: str, measured: Markdown, words: PageWords) -> None:
    """Whose runs they are, how many are done, and a button that stops the others.

    measured: what is said where they are not this browser's.
    """
    say = words.say
    say_unheard(part, words)
    if not mine:
        st.caption(measured)
        return
    with st.container(key=f"{part}-status", horizontal=True, vertical_alignment="center"):
        done = sum(run.over for run in runs)
        told = say("runs.live", done=done, all=len(runs)) if runs else say(f"{part}.none_yet")
        st.caption(told, width="content")
        if done < len(runs):
            st.button(say("train.stop"), key=f"{part}-stop", icon=":material/stop:", on_click=_stop, args=(runs, part))
    say_silence(runs, words)


def _stop(runs: list[RunRecord], part: str) -> None:
    touch()
    heard(part, stop_those, runs)
