"""The table of a page's symbols at its foot: those of the stories that are shown, with their numbers, then the rest."""

import json
from collections.abc import Mapping

import streamlit as st

from seq2seq.stories.symbols import PAGES, SYMBOLS, all_signs, size_of, symbols_of
from seq2seq.ui.markdown import Markdown, PageWords, in_a_row
from seq2seq.ui.shown import shown_stories


@st.cache_data(max_entries=64, show_spinner=False)
def _read(story: str) -> tuple[frozenset[str], dict[str, int]]:
    told = json.loads(story)
    return all_signs(told["formulas"]), told.get("sizes", {})


def show_symbols(page: str, words: PageWords) -> None:
    """The page's table, folded away; nothing where a page has no formulas."""
    if not PAGES.get(page):
        return
    shown = [_read(story) for story in shown_stories()]
    signs = frozenset().union(*(signs for signs, _ in shown))
    sizes = {letter: size for _, known in shown for letter, size in known.items()}
    here = symbols_of(page, [*signs, *sizes])
    rest = [id for id in PAGES[page] if id not in here]
    with st.expander(words.say("symbols.title"), icon=":material/function:", key="symbols"):
        if here:
            st.markdown(_table(here, sizes, words))
        if rest:
            st.markdown(words.say("symbols.rest" if here else "symbols.all"))
            st.markdown(_table(rest, sizes, words))


def _table(ids: list[str], sizes: Mapping[str, int], words: PageWords) -> Markdown:
    """Markdown: a row for each symbol."""
    heads = [words.say(f"symbols.{name}") for name in ("sign", "meaning", "size")]
    rows: list[list[str]] = [[*heads], ["---"] * 3]
    for id in ids:
        size = size_of(id, sizes)
        rows.append([f"${SYMBOLS[id].latex}$", words.say(f"symbol.{id}"), f"${size}$" if size else ""])
    return in_a_row([Markdown(f"| {' | '.join(row)} |") for row in rows], "\n")
