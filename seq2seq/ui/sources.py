"""The works that a page cites, at its foot; all works, and all words of the field, on a page of their own."""

from collections.abc import Iterable

import streamlit as st

from seq2seq.terms import terms
from seq2seq.ui.markdown import Markdown, PageWords, escape
from seq2seq.ui.navigation import GROUPS
from seq2seq.words import LANGUAGES
from seq2seq.works import Work, works


def list_works(found: Iterable[Work], words: PageWords) -> None:
    """Works, one a line, in the order of the alphabet."""
    st.markdown("\n".join(f"- {_entry(work, words)}" for work in found))


def _entry(work: Work, words: PageWords) -> Markdown:
    listed = escape(", ".join(work.authors))
    authors = words.say("sources.others", authors=listed, count=work.others) if work.others else listed
    where = f"[{escape(work.where)}]({work.address})" if work.address else escape(work.where)
    return Markdown(f"{authors} ({work.year}). *{escape(work.title)}*. {where}.")


def list_all_works(words: PageWords) -> None:
    """The bibliography."""
    list_works(works().values(), words)


def list_terms(words: PageWords) -> None:
    """The glossary, page by page, each word with its name in the other languages."""
    others = [language for language in LANGUAGES if language != words.language]
    for place in (place for places in GROUPS.values() for place in places):
        mine = [term for term in terms(words.language).values() if term.page == place.stem]
        if not mine:
            continue
        st.page_link(place.file, label=words.say(f"page.{place.stem}.nav"), icon=f":material/{place.icon}:")
        lines = []
        for term in mine:
            names = " · ".join(terms(language)[term.key].name for language in others)
            also = "" if names == term.name else f" :gray[{escape(names)}]"
            lines.append(Markdown(f"- **{escape(term.name)}**{also}  \n  {escape(term.means)}"))
        st.markdown("\n".join(lines))
