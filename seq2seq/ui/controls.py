"""Controls whose state lies in the URL, by stable ids: a link made in one language opens the same in another.

A control's value lies in the session under its id, so that it outlives a change of page. The widget that shows it has a
key of its own in each language: Streamlit keeps showing an option under the name it had when the widget was made.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from seq2seq.ui.text import page_words


def widget_key(id: str) -> str:
    """Key of the widget that shows a control in the language of the page."""
    return f"{id}.{page_words().language}"


def _begin(id: str, default: Any, read: Callable[[str], Any], then: Callable[[], None] | None = None) -> dict[str, Any]:
    """Give a control its value (the link's if it can be read, else the default); returns what its widget needs."""
    if st.session_state.get(id) is None:
        value = default
        if id in st.query_params:
            try:
                value = read(st.query_params[id])
            except ValueError:
                value = default
        st.session_state[id] = value
    key = widget_key(id)
    st.session_state[key] = st.session_state[id]

    def changed() -> None:
        st.session_state[id] = st.session_state[key]
        if then:
            then()

    return {"key": key, "on_change": changed}


def _remember(id: str, default: Any) -> Any:
    """Write a control's value into the URL, unless it is the default."""
    value = st.session_state[id]
    if value == default or value is None:
        st.query_params.pop(id, None)
    else:
        st.query_params[id] = str(int(value) if isinstance(value, bool) else value)
    return value


def choice(
    id: str,
    label: str,
    options: Sequence[str],
    default: str,
    name: Callable[[str], str] = str,
    then: Callable[[], None] | None = None,
    **more: Any,
) -> str:
    """One of several, by id; `name` says what the learner sees, `then` is called after another one was picked."""

    def read(text: str) -> str:
        if text not in options:
            raise ValueError(text)
        return text

    if st.session_state.get(id) not in (None, *options):
        st.session_state[id] = default
    st.selectbox(label, list(options), format_func=name, **_begin(id, default, read, then), **more)
    return str(_remember(id, default))


def switch(id: str, label: str, default: bool, **more: Any) -> bool:
    """On or off."""
    st.toggle(label, **_begin(id, default, lambda text: bool(int(text))), **more)
    return bool(_remember(id, default))


def whole(id: str, label: str, default: int, low: int, high: int, **more: Any) -> int:
    """A whole number between two limits."""

    def read(text: str) -> int:
        return min(high, max(low, int(text)))

    st.number_input(label, low, high, **_begin(id, default, read), **more)
    return int(_remember(id, default))


def decimal(id: str, label: str, default: float, low: float, high: float, **more: Any) -> float:
    """A number between two limits."""

    def read(text: str) -> float:
        return min(high, max(low, float(text)))

    st.number_input(label, low, high, **_begin(id, default, read), **more)
    return float(_remember(id, default))


def line(id: str, label: str, default: str, longest: int, **more: Any) -> str:
    """A line of text; what lies in the link is cut to the longest that may be typed."""
    st.text_input(label, max_chars=longest, **_begin(id, default, lambda text: text[:longest]), **more)
    return str(_remember(id, default))
