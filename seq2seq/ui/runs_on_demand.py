"""Runs that a page trains on demand, with something and without it: asked for, found again, counted."""

from collections.abc import Callable

import streamlit as st

from seq2seq.training.config import RunConfig
from seq2seq.training.records import RunRecord
from seq2seq.ui.address import touch
from seq2seq.ui.asking import heard, say_unheard, stop_those
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.session import executor, owner, run_store
from seq2seq.ui.silence import say_silence

MOST_RUNS = 400  # of one browser that are looked through
Configs = Callable[[int], list[RunConfig]]  # of a seed


def asked(configs: Configs) -> list[RunRecord]:
    """Runs of these configurations, of any seed, that the browser asked for."""

    def fits(run: RunRecord) -> bool:
        return run.config in configs(run.config.training.seed)

    return [run for run in run_store().recent(owner(), MOST_RUNS) if fits(run)]


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


def say_how_many(runs: list[RunRecord], mine: bool, part: str, words: PageWords, **slots: object) -> None:
    """Whose runs they are, how many are done, and a button that stops the others."""
    say = words.say
    say_unheard(part, words)
    if not mine:
        st.caption(say(f"{part}.shown", **slots))
        return
    with st.container(key=f"{part}-status", horizontal=True, vertical_alignment="center"):
        done = sum(run.over for run in runs)
        told = say("leak.live", done=done, all=len(runs)) if runs else say(f"{part}.none_yet")
        st.caption(told, width="content")
        if done < len(runs):
            st.button(say("train.stop"), key=f"{part}-stop", icon=":material/stop:", on_click=_stop, args=(runs, part))
    say_silence(runs, words)


def _stop(runs: list[RunRecord], part: str) -> None:
    touch()
    heard(part, stop_those, runs)
