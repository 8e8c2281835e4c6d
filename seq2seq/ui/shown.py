"""Which stories a page shows in this run: its foot is made from them."""

import streamlit as st

SHOWN = "page.shown"


def forget_shown() -> None:
    """A page begins: nothing is shown yet."""
    st.session_state[SHOWN] = {}


def note_shown(key: str, story: str) -> None:
    """A story (its JSON) is shown under a key."""
    st.session_state.setdefault(SHOWN, {})[key] = story


def shown_stories() -> list[str]:
    """The stories of the page, as JSON."""
    return list(st.session_state.get(SHOWN, {}).values())
