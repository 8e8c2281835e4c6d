"""What a page asks of runs: only of this browser's own, and with a sentence where it could not be heard."""

from collections.abc import Callable, Sequence

import streamlit as st

from seq2seq.tasks import InputError
from seq2seq.training.records import RunRecord
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.session import executor, is_own, owner

UNHEARD = "unheard"


def heard(place: str, act: Callable[..., object], *arguments: object) -> None:
    """Do what a button asks; where that cannot be, its place on the page says so until something was heard."""
    st.session_state.pop(UNHEARD, None)
    try:
        act(*arguments)
    except InputError as error:
        st.session_state[UNHEARD] = (place, error)


def say_unheard(place: str, words: PageWords) -> None:
    """Why what was asked here last could not be done."""
    said = st.session_state.get(UNHEARD)
    if said and said[0] == place:
        st.warning(words.error(said[1]), icon=":material/edit:")


def say_whose(runs: Sequence[RunRecord], words: PageWords) -> None:
    """That a linked run is somebody else's: to be looked at."""
    if not all(is_own(run) for run in runs):
        st.caption(f":material/visibility: {words.say('train.not_yours')}")


def stop_those(runs: Sequence[RunRecord]) -> None:
    """Ask those that still wait or train to stop."""
    for run in runs:
        if not run.over:
            executor().cancel(run.id, owner())
