"""Controls whose state lies in the URL, by stable ids: a link made in one language opens the same in another.

A control's value lies in the session under its id, so that it outlives a change of page. The widget that shows it has a
key of its own in each language: Streamlit keeps showing an option under the name it had when the widget was made.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from seq2seq.tasks import InputError
from seq2seq.ui.address import says_new, touch, write_address
from seq2seq.ui.markdown import Markdown, as_text
from seq2seq.ui.text import page_words


def widget_key(id: str) -> str:
    """Key of the widget that shows a control in the language of the page."""
    return f"{id}.{page_words().language}"


def _begin(id: str, default: Any, read: Callable[[str], Any], then: Callable[[], None] | None = None) -> dict[str, Any]:
    """Give a control its value (the address's if that is new, else the session's); returns what its widget needs."""
    if st.session_state.get(id) is None or says_new(id):
        st.session_state[id] = _read(id, default, read)
    key = widget_key(id)
    st.session_state[key] = st.session_state[id]

    def changed() -> None:
        touch()
        st.session_state[id] = st.session_state[key]
        if then:
            then()

    return {"key": key, "on_change": changed}


def _read(id: str, default: Any, read: Callable[[str], Any]) -> Any:
    """The value in the address; where that cannot be used, the default, and a sentence on the page."""
    if id not in st.query_params:
        return default
    try:
        return read(st.query_params[id])
    except InputError as error:
        misread().append(error)
    except ValueError:
        pass  # an option that is not there: the page knows better what to say
    return default


def misread() -> list[InputError]:
    """What in the address could not be used and is still to be told."""
    return st.session_state.setdefault("misread", [])


def _remember(id: str, default: Any) -> Any:
    """Have the address hold a control's value, unless it is the default."""
    value = st.session_state[id]
    text = str(int(value) if isinstance(value, bool) else value)
    write_address(id, None if value is None or value == default else text)
    return value


def _number(text: str, kind: Callable[[str], Any], name: str, low: float, high: float) -> Any:
    """A number in the address, between its limits."""
    try:
        if low <= kind(text) <= high:
            return kind(text)
    except ValueError:
        pass
    raise InputError("input.out_of_range", name=name, value=text[:20], low=low, high=high)


def choice(
    id: str,
    label: Markdown,
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
    begun = _begin(id, default, read, then)
    st.selectbox(label, list(options), format_func=lambda id: as_text(name(id)), **begun, **more)
    return str(_remember(id, default))


def segments(
    id: str, label: Markdown, options: Sequence[str], default: str, name: Callable[[str], str], **more: Any
) -> str:
    """One of a few, all of them in sight, by id."""

    def read(text: str) -> str:
        if text not in options:
            raise ValueError(text)
        return text

    if st.session_state.get(id) not in (None, *options):
        st.session_state[id] = default
    begun = _begin(id, default, read)
    st.segmented_control(label, list(options), format_func=name, required=True, **begun, **more)
    return str(_remember(id, default))


def switch(id: str, label: Markdown, default: bool, **more: Any) -> bool:
    """On or off."""
    st.toggle(label, **_begin(id, default, lambda text: bool(int(text))), **more)
    return bool(_remember(id, default))


def whole(id: str, label: Markdown, default: int, low: int, high: int, **more: Any) -> int:
    """A whole number between two limits."""
    begun = _begin(id, default, lambda text: _number(text, int, label, low, high))
    st.number_input(label, low, high, **begun, **more)
    return int(_remember(id, default))


def decimal(id: str, label: Markdown, default: float, low: float, high: float, **more: Any) -> float:
    """A number between two limits."""
    st.number_input(
        label, low, high, **_begin(id, default, lambda text: _number(text, float, label, low, high)), **more
    )
    return float(_remember(id, default))


def line(id: str, label: Markdown, default: str, longest: int, **more: Any) -> str:
    """A line of text; what lies in the link is cut to the longest that may be typed."""
    st.text_input(label, max_chars=longest, **_begin(id, default, lambda text: text[:longest]), **more)
    return str(_remember(id, default))


def slide(id: str, label: Markdown, default: float, low: float, high: float, step: float, **more: Any) -> float:
    """A number between two limits, on a slider; whole if its default is."""
    kind = type(default)
    begun = _begin(id, default, lambda text: _number(text, kind, label, low, high))
    st.slider(label, low, high, step=step, **begun, **more)
    return kind(_remember(id, default))


def span(id: str, label: Markdown, low: int, high: int, **more: Any) -> tuple[int, int]:
    """A range of whole numbers, all of it at first, on a slider with two ends; "8-32" in the address."""

    def read(text: str) -> tuple[int, int]:
        first, _, last = text.partition("-")
        ends = (_number(first, int, label, low, high), _number(last, int, label, low, high))
        return min(ends), max(ends)

    if st.session_state.get(id) is not None and st.session_state[id][1] > high:
        st.session_state[id] = (low, high)  # of another model, which has more
    st.slider(label, low, high, **_begin(id, (low, high), read), **more)
    first, last = st.session_state[id]
    write_address(id, None if (first, last) == (low, high) else f"{first}-{last}")
    return int(first), int(last)
