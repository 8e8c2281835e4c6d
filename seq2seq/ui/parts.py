"""A page in parts, one of them shown at a time; which, lies in the URL."""

from collections.abc import Mapping, Sequence

import streamlit as st

from seq2seq.ui.address import is_opened
from seq2seq.ui.controls import segments
from seq2seq.ui.markdown import PageWords


def chosen_part(page: str, parts: Mapping[str, Sequence[str]], words: PageWords) -> str:
    """Which part is shown. `parts`: by their ids, in order, the ids of the controls that only this part has.

    A link that names no part, but sets a control of one, opens that one.
    """
    id, say = f"{page}-part", words.say
    set_by_link = [part for part, controls in parts.items() if any(name in st.query_params for name in controls)]
    if is_opened(id) and id not in st.query_params and set_by_link:
        st.session_state[id] = set_by_link[0]
    with st.container(key="parts"):
        return segments(
            id, say("parts"), list(parts), next(iter(parts)), lambda part: say(f"{page}.part.{part}"),
            label_visibility="collapsed", width="stretch",
        )  # fmt: skip
