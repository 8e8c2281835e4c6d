"""First pictures that need no model: stories of shipped models, stored with the studio."""

import streamlit as st

from seq2seq.stories.stored import read_story


@st.cache_data(max_entries=32, show_spinner=False)
def stored_story(name: str) -> str:
    """The JSON of a stored story."""
    return read_story(name)
