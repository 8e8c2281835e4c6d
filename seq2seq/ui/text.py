"""The language of the page, and its prose."""

import streamlit as st

from seq2seq.folders import ASSETS
from seq2seq.ui.address import says_new, touch, write_address
from seq2seq.ui.markdown import Markdown, PageWords
from seq2seq.words import LANGUAGES
from seq2seq.works import write_citations

LESSONS = ASSETS / "lessons"


def page_words() -> PageWords:
    """Sentences in the language chosen, in the link's, or in the browser's."""
    if "language" not in st.session_state:
        st.session_state["language"] = _first_language()
    elif says_new("lang") and st.query_params.get("lang") in LANGUAGES:  # the browser went back
        st.session_state["language"] = st.query_params["lang"]
    return PageWords(st.session_state["language"])


def _first_language() -> str:
    wanted = st.query_params.get("lang") or (st.context.locale or "en").split("-")[0].lower()
    return wanted if wanted in LANGUAGES else "en"


def choose_language() -> None:
    """The language switch; what is chosen stays for the session and goes into the link."""

    def chosen() -> None:
        touch()
        st.session_state["language"] = st.session_state["lang"] or st.session_state["language"]

    words = page_words()
    st.session_state["lang"] = words.language  # the switch shows the choice; it does not keep it: pages come and go
    st.segmented_control(
        words.say("app.language"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, key="lang", required=True,
        label_visibility="collapsed", on_change=chosen,
    )  # fmt: skip
    if "lang" in st.query_params:  # else the browser writes it there: a new entry would take a second press of Back
        write_address("lang", words.language)


# What Python writes into the address is one step back; and nothing in Python reaches the document's own language.
_language = st.components.v2.component(
    "seq2seq.language",
    html="<span hidden></span>",
    js="""
    export default function ({ data }) {
      document.documentElement.lang = data.language;
      const url = new URL(location.href);
      if (url.searchParams.get("lang") || !data.language) return;
      url.searchParams.set("lang", data.language);
      history.replaceState(history.state, "", url);
    }
    """,
)


def tell_language() -> None:
    """Tell the browser which language the page is in: the document's `lang`, and the link's where it names none."""
    _language(key="language", data={"language": page_words().language})


def lesson(page: str, words: PageWords) -> Markdown:
    """A page's lesson, Markdown."""
    text = (LESSONS / words.language / f"{page}.md").read_text(encoding="utf-8")
    return Markdown(write_citations(text, words.language))
