"""First pictures that need no model: stories of shipped models, stored with the studio."""

import streamlit as st

from seq2seq.stories.stored import (
    ATTENTION_INPUT,
    ATTENTION_MODEL,
    HOME_DATES,
    HOME_MODEL,
    STATES_MODEL,
    STATES_SENTENCES,
    read_story,
)

__all__ = [
    "ATTENTION_INPUT", "ATTENTION_MODEL", "HOME_DATES", "HOME_MODEL", "STATES_MODEL", "STATES_SENTENCES",
    "stored_story",
]  # fmt: skip


@st.cache_data(max_entries=32, show_spinner=False)
def stored_story(name: str) -> str:
    """The JSON of a stored story."""
    return read_story(name)
