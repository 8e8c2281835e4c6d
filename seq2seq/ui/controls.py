"""Controls whose state lies in the URL, by stable ids: a link made in one language opens the same in another."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st


def _begin(id: str, default: Any, read: Callable[[str], Any]) -> None:
    """Give a control its first value: the link's if it can be read, else the default."""
    if st.session_state.get(id) is not None:
        return
    value = default
    if id in st.query_params:
        try:
            value = read(st.query_params[id])
        except ValueError:
            value = default
    st.session_state[id] = value


def _remember(id: str, default: Any) -> Any:
    """Write a control's value into the URL, unless it is the default."""
    value = st.session_state[id]
    if value == default or value is None:
        st.query_params.pop(id, None)
    else:
        st.query_params[id] = str(int(value) if isinstance(value, bool) else value)
    return value


def choice(
    id: str, label: str, options: Sequence[str], default: str, name: Callable[[str], str] = str, **more: Any
) -> str:
    """One of several, by id; `name` says what the learner sees."""

    def read(text: str) -> str:
        if text not in options:
            raise ValueError(text)
        return text

    _begin(id, default, read)
    if st.session_state[id] not in options:
        st.session_state[id] = default
    st.selectbox(label, list(options), format_func=name, key=id, persist_state="session", **more)
    return str(_remember(id, default))


def switch(id: str, label: str, default: bool, **more: Any) -> bool:
    """On or off."""
    _begin(id, default, lambda text: bool(int(text)))
    st.toggle(label, key=id, persist_state="session", **more)
    return bool(_remember(id, default))


def whole(id: str, label: str, default: int, low: int, high: int, **more: Any) -> int:
    """A whole number between two limits."""

    def read(text: str) -> int:
        return min(high, max(low, int(text)))

    _begin(id, default, read)
    st.number_input(label, low, high, key=id, persist_state="session", **more)
    return int(_remember(id, default))


def decimal(id: str, label: str, default: float, low: float, high: float, **more: Any) -> float:
    """A number between two limits."""

    def read(text: str) -> float:
        return min(high, max(low, float(text)))

    _begin(id, default, read)
    st.number_input(label, low, high, key=id, persist_state="session", **more)
    return float(_remember(id, default))


def line(id: str, label: str, default: str, longest: int, **more: Any) -> str:
    """A line of text; what lies in the link is cut to the longest that may be typed."""
    _begin(id, default, lambda text: text[:longest])
    st.text_input(label, key=id, max_chars=longest, persist_state="session", **more)
    return str(_remember(id, default))
