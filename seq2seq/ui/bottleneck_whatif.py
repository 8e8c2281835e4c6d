"""What if the vector is disturbed: noise, zeros, or another string's, under both models, at every length."""

import streamlit as st

from seq2seq.stories.bottleneck import DisturbedExplainer, disturbed_story
from seq2seq.traces import BorrowStart, DisturbStart
from seq2seq.ui.address import settle_part
from seq2seq.ui.bottleneck import ChosenSource, sent
from seq2seq.ui.controls import choice, slide, span
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import show_story
from seq2seq.words import Words

KINDS = ("none", "noise", "zero", "borrow")
NOISIEST, FIRST_NOISE = 1.0, 0.1


@st.fragment
def disturb(chosen: ChosenSource, words: PageWords) -> None:
    """Controls for what is done to the first state, and what comes of it; only this part runs when they move."""
    say = words.say
    with st.container(key="what-if", border=True), one_sentence(words):
        st.subheader(say("bottleneck.whatif.heading"), anchor=False)
        with st.container(key="what-if-controls", horizontal=True, vertical_alignment="bottom"):
            kind = choice(
                "bn-if", say("bottleneck.whatif.kind"), KINDS, "none", lambda id: say(f"bottleneck.whatif.{id}"),
                width=260,
            )  # fmt: skip
            change = _change(kind, chosen, words)
            if change is None:
                st.caption(say("bottleneck.whatif.help"))
        if change is not None:
            _show(chosen, change, words)
    settle_part()


def _change(kind: str, chosen: ChosenSource, words: PageWords) -> DisturbStart | BorrowStart | None:
    say = words.say
    if kind == "borrow":
        from seq2seq.studies.lengths import lent

        return BorrowStart(lent(chosen.text))
    noise = None
    if kind == "noise":
        noise = slide("bn-noise", say("bottleneck.whatif.amount"), FIRST_NOISE, 0.0, NOISIEST, 0.05, width=330)
    if kind in ("noise", "zero"):
        first, last = span("bn-units", say("bottleneck.whatif.units"), chosen.hidden, width=330)
        return DisturbStart(first, last, noise)
    return None


def _show(chosen: ChosenSource, change: DisturbStart | BorrowStart, words: PageWords) -> None:
    """The story of both, before and after, and what explains its numbers."""

    def explain() -> DisturbedExplainer:
        return DisturbedExplainer(sent(chosen), sent(chosen, change), words.plain)

    show_story(_told(chosen, change, words.language), "bottleneck-changed", words, explain)


@st.cache_data(max_entries=32, show_spinner=False)
def _told(chosen: ChosenSource, change: DisturbStart | BorrowStart, language: str) -> str:
    """The JSON of the story."""
    return disturbed_story(sent(chosen), sent(chosen, change), change, Words(language)).to_json()
