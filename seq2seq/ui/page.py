"""What every page begins with: its title, its question and the language switch; and the lesson beside its story."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

import streamlit as st

from seq2seq.stories.story import NotFinite
from seq2seq.tasks import InputError
from seq2seq.ui.address import begin_address, settle_address, touch
from seq2seq.ui.controls import misread
from seq2seq.ui.markdown import Markdown, PageWords
from seq2seq.ui.shown import forget_shown, shown_stories
from seq2seq.ui.sources import show_cited
from seq2seq.ui.stored import stored_story
from seq2seq.ui.symbols import show_symbols
from seq2seq.ui.text import choose_language, lesson, page_words


def begin_page(page: str) -> PageWords:
    """Title, question and language switch of a page; returns its words."""
    begin_address(page)
    with st.container(key="page-head", horizontal=True, vertical_alignment="center", gap="small"):
        heading = st.container(width="stretch", gap="xxsmall")
        with st.container(width="content"):
            choose_language()
    words = page_words()
    with heading:
        st.title(words.say(f"page.{page}.title"), anchor=False)
        st.markdown(f":gray[{words.say(f'page.{page}.question')}]")
    return words


@contextmanager
def beside_lesson(
    page: str, words: PageWords, tries: Sequence[tuple[Markdown, Callable[[], None]]] = ()
) -> Iterator[None]:
    """The body of a page under its lesson, which can be folded away; on a phone the story comes first."""
    with st.container(key="page-body"):
        with st.expander(words.say("page.lesson"), expanded=True, icon=":material/school:", key="lesson"):
            st.markdown(lesson(page, words))
            if tries:
                with st.container(key="tries", horizontal=True, vertical_alignment="center", gap="small"):
                    st.markdown(f"**{words.say('try.heading')}**", width="content")
                    for number, (label, act) in enumerate(tries):
                        key, icon = f"{page}-try-{number}", ":material/arrow_forward:"
                        st.button(label, key=key, on_click=_try, args=(act,), type="tertiary", icon=icon)
        with st.container(key="story"):
            told = st.container()
            forget_shown()
            yield
            page_foot(page, words)
    settle_address()
    while misread():
        told.warning(words.error(misread().pop(0)), icon=":material/link_off:")


def page_foot(page: str, words: PageWords) -> None:
    """What stands at the foot of every page, folded away."""
    show_symbols(page, words)
    show_cited(page, words)


def _try(act: Callable[[], None]) -> None:
    touch()
    act()


@contextmanager
def one_sentence(words: PageWords, first: str = "") -> Iterator[None]:
    """Input that cannot be used becomes one sentence on the page; everything else stays as it is.

    first: the name of the page's stored first picture, which is shown where no other story was: no page is empty.
    """
    begun = len(shown_stories())
    try:
        yield
    except (InputError, NotFinite) as error:
        st.warning(sentence_of(error, words), icon=":material/edit:")
        if first and len(shown_stories()) == begun:
            from seq2seq.ui.player import show_story  # it can only be loaded by a running server

            show_story(stored_story(f"{first}-{words.language}"), f"{first}-instead", words)


Asked = TypeVar("Asked")
Told = TypeVar("Told")


def told_or_last(
    id: str, asked: Asked, tell: Callable[[Asked], Told], words: PageWords, examples: Sequence[Asked] = ()
) -> tuple[Asked, Told]:
    """What is asked, and what is told of it; if it cannot be, a sentence why, and the last that could.

    examples: what is told where there was none before.
    Raises: InputError if nothing of this can be told.
    """
    key = f"last-{id}"
    try:
        told = tell(asked)
    except (InputError, NotFinite) as error:
        kept = [st.session_state[key]] if key in st.session_state else []
        for other in (*kept, *examples):
            with suppress(InputError, NotFinite):
                told = tell(other)
                st.warning(sentence_of(error, words), icon=":material/edit:")
                return other, told
        raise
    st.session_state[key] = asked
    return asked, told


def sentence_of(error: InputError | NotFinite, words: PageWords) -> Markdown:
    """What cannot be used, in a sentence."""
    return words.error(error if isinstance(error, InputError) else InputError("input.not_finite"))
