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


def _same(value: Any) -> Any:
    return value


def _begin(
    id: str, default: Any, read: Callable[[str], Any], then: Callable[[], None] | None = None,
    show: Callable[[Any], Any] = _same, store: Callable[[Any], Any] = _same,
) -> dict[str, Any]:  # fmt: skip
    """Give a control its value (the address's if that is new, else the session's); returns what its widget needs.

    show, store: the value as the widget has it, and back, where a learner counts otherwise than the address does.
    """
    if st.session_state.get(id) is None or says_new(id):
        st.session_state[id] = _read(id, default, read)
    key = widget_key(id)
    st.session_state[key] = show(st.session_state[id])

    def changed() -> None:
        touch()
        st.session_state[id] = store(st.session_state[key])
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


def nth(id: str, label: Markdown, default: int, count: int, **more: Any) -> int:
    """Which of `count` things, as an index; the widget counts from 1, the address from 0."""
    begun = _begin(
        id, default, lambda text: _number(text, int, label, 0, count - 1),
        show=lambda index: index + 1, store=lambda number: number - 1,
    )  # fmt: skip
    st.number_input(label, 1, count, **begun, **more)
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


def span(id: str, label: Markdown, count: int, **more: Any) -> tuple[int, int]:
    """Some of `count` things in a row, all of them at first: from an index up to, not with, another.

    The slider's two ends count from 1 and are both in; "8-32" in the address are the slider's 9 and 32.
    """

    def read(text: str) -> tuple[int, int]:
        first, _, last = text.partition("-")
        ends = sorted((_number(first, int, label, 0, count), _number(last, int, label, 0, count)))
        begin = min(ends[0], count - 1)
        return begin, max(ends[1], begin + 1)

    if st.session_state.get(id) is not None and st.session_state[id][1] > count:
        st.session_state[id] = (0, count)  # of another model, which has more
    begun = _begin(
        id, (0, count), read, show=lambda ends: (ends[0] + 1, ends[1]), store=lambda shown: (shown[0] - 1, shown[1])
    )
    st.slider(label, 1, count, **begun, **more)
    first, last = st.session_state[id]
    write_address(id, None if (first, last) == (0, count) else f"{first}-{last}")
    return int(first), int(last)
