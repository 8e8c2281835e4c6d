"""The address of a page: what it says of each control, and what was last written there.

A control's value lies in the session. The address wins only where it says something new: a link was opened, or the
browser went back or forward. All that a page writes is written once, at its end: one step back undoes one change.

A browser that sends two changes in quick succession sends the second with an address from before the first. So in a run
that a control began, which calls `touch`, the address says nothing new.
"""

from typing import Any

import streamlit as st


def _kept(name: str) -> dict[str, Any]:
    return st.session_state.setdefault(f"address.{name}", {})


def begin_address(page: str) -> None:
    """A page begins; on another page than before, what was written there says nothing."""
    if st.session_state.get("address.page") != page:
        st.session_state["address.page"] = page
        _kept("written").clear()
        st.session_state["address.touched"] = False
    _kept("next").clear()
    st.session_state["address.open"] = True


def touch() -> None:
    """Somebody used a control on the page."""
    st.session_state["address.touched"] = True


def says_new(id: str) -> bool:
    """Whether the address says of this control what we did not write; on a new page: whether it says anything."""
    if st.session_state.get("address.touched"):
        return False
    written, told = _kept("written"), st.query_params.get(id)
    return told != written[id] if id in written else told is not None


def is_opened(id: str) -> bool:
    """Whether a page was just opened: it has yet to write of this control."""
    return not st.session_state.get("address.touched") and id not in _kept("written")


def write_address(id: str, text: str | None) -> None:
    """Have the address say this of a control; None: nothing, its value is the default."""
    _kept("next")[id] = text


def settle_address() -> None:
    """A page ends: write everything at once. What the address says of controls that are not here goes."""
    ours, known = _kept("next"), _kept("known")
    known.update(dict.fromkeys(ours))
    before = st.query_params.to_dict()
    after = {id: text for id, text in before.items() if id not in known}
    after |= {id: text for id, text in ours.items() if text is not None}
    if after != before:
        st.query_params.from_dict(after)
    _kept("written").update(ours)
    st.session_state["address.touched"] = False
    st.session_state["address.open"] = False


def settle_part() -> None:
    """A part of a page, that can run by itself, ends: where it does, what it wrote goes into the address."""
    if not st.session_state.get("address.open"):
        settle_address()
