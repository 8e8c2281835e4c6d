"""The language of the page, and its prose."""

from pathlib import Path

import streamlit as st

from seq2seq.words import LANGUAGES, Words

LESSONS = Path(__file__).parents[2] / "assets" / "lessons"


def page_words() -> Words:
    """Sentences in the language chosen, in the link's, or in the browser's."""
    return Words(st.session_state.get("lang") or _first_language())


def _first_language() -> str:
    wanted = st.query_params.get("lang") or (st.context.locale or "en").split("-")[0].lower()
    return wanted if wanted in LANGUAGES else "en"


def choose_language() -> None:
    """The language switch; what is chosen stays for the session and goes into the link."""
    if st.session_state.get("lang") not in LANGUAGES:
        st.session_state["lang"] = _first_language()
    label = page_words().say("app.language")
    st.segmented_control(
        label, list(LANGUAGES), format_func=LANGUAGES.__getitem__, key="lang", label_visibility="collapsed",
        required=True, persist_state="session",
    )  # fmt: skip
    st.query_params["lang"] = st.session_state["lang"]


def lesson(page: str, words: Words) -> str:
    """A page's lesson, Markdown."""
    return (LESSONS / words.language / f"{page}.md").read_text(encoding="utf-8")
