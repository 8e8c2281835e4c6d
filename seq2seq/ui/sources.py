"""The works that a page cites, at its foot; all works, and all words of the field, on a page of their own."""

from collections.abc import Iterable

import streamlit as st

from seq2seq.terms import terms
from seq2seq.ui.markdown import Markdown, PageWords, escape, in_a_row
from seq2seq.ui.navigation import GROUPS, SOURCES
from seq2seq.ui.shown import shown_stories
from seq2seq.ui.text import lesson
from seq2seq.words import LANGUAGES
from seq2seq.works import Work, works, works_named


def show_cited(page: str, words: PageWords) -> None:
    """The works that the page's lesson and its stories cite, folded away, and the way to all."""
    texts = [str(lesson(page, words)), *shown_stories()]
    cited = sorted({key for text in texts for key in _cited(text, words.language)})
    if cited:
        with st.expander(words.say("foot.sources"), icon=":material/menu_book:", key="sources"):
            _list_works([works()[key] for key in cited], words)
    st.page_link(SOURCES.file, label=words.say("foot.all"), icon=f":material/{SOURCES.icon}:")


@st.cache_data(max_entries=128, show_spinner=False)
def _cited(text: str, language: str) -> list[str]:
    return [work.key for work in works_named(text, language)]


def show_all_works(words: PageWords) -> None:
    """The bibliography."""
    _list_works(works().values(), words)


def _list_works(found: Iterable[Work], words: PageWords) -> None:
    entries = []
    for work in found:
        authors = ", ".join(work.authors)
        listed = words.say("sources.others", authors=authors, count=work.others) if work.others else escape(authors)
        where = Markdown(f"[{escape(work.where)}]({work.address})") if work.address else escape(work.where)
        title = Markdown(f"*{escape(work.title)}*")
        entry = words.say("sources.work", authors=listed, year=work.year, title=title, where=where)
        entries.append(Markdown(f"- {entry}"))
    st.markdown(in_a_row(entries, "\n"))


def show_all_terms(words: PageWords) -> None:
    """The glossary, page by page, each word with its name in the other languages."""
    others = [language for language in LANGUAGES if language != words.language]
    for place in (place for places in GROUPS.values() for place in places):
        entries = []
        for term in terms(words.language).values():
            if term.page == place.stem:
                names = [terms(language)[term.key].name for language in others]
                also = Markdown(f" :gray[{escape(' · '.join(names))}]") if [term.name] != names else Markdown("")
                entries.append(Markdown(f"- **{escape(term.name)}**{also}  \n  {escape(term.means)}"))
        if entries:
            st.page_link(place.file, label=words.say(f"page.{place.stem}.nav"), icon=f":material/{place.icon}:")
            st.markdown(in_a_row(entries, "\n"))
