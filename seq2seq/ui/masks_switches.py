"""Masks switched off at once: the same weights and the same batch under other masks."""

import streamlit as st

from seq2seq.stories.masks import SwitchesExplainer, switches_story
from seq2seq.stories.stored import MASKS_AT, MASKS_INPUT, MASKS_MODEL, MASKS_PADS
from seq2seq.studies.masks import measured
from seq2seq.traces.masks import SwitchesTrace
from seq2seq.ui.address import settle_part
from seq2seq.ui.controls import choice, whole
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.masks import MaskedBatch, Sentences
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.session import trained
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

MOST_PADS = 16


@st.fragment
def switch_masks_off(batch: MaskedBatch, words: PageWords) -> None:
    """How many pads, which token is replaced, and what comes of it; only this part of the page runs again."""
    say = words.say
    with st.container(key="switches"), one_sentence(words):
        st.subheader(say("switches.heading"), anchor=False)
        st.caption(say("switches.intro"))
        with st.container(key="switches-controls", horizontal=True, vertical_alignment="bottom"):
            pads = whole("pads", say("switches.pads"), MASKS_PADS, 0, MOST_PADS, width=150,
                         help=say("switches.pads.help"))  # fmt: skip
            last = max(map(len, batch.sentences)) - 1
            places = [str(at + 1) for at in range(last)] or ["1"]
            at = choice(
                "replace", say("switches.at"), places, places[min(MASKS_AT, len(places) - 1)],
                lambda number: say("switches.at.name", number=number), width=190, help=say("switches.at.help"),
            )  # fmt: skip
        story, shown = _told(batch, pads, int(at) - 1, words), batch.model.reference == MASKS_MODEL

        def explain() -> SwitchesExplainer:
            return SwitchesExplainer(_trace(batch, pads, int(at) - 1), _curves() if shown else [], words.plain)

        show_story(story, "switches-story", words, explain)
        offer_export(story, "masks", words, explain)
    settle_part()


def _told(batch: MaskedBatch, pads: int, at: int, words: PageWords) -> str:
    return _told_of(batch.model.reference, batch.model.step, batch.sentences, pads, at, words.language)


def _trace(batch: MaskedBatch, pads: int, at: int) -> SwitchesTrace:
    return _traced(batch.model.reference, batch.model.step, batch.sentences, pads, at)


def _curves() -> list[dict[str, object]]:
    """What was measured of the shipped model."""
    found: list[dict[str, object]] = measured().get("pads", [])
    return found


@st.cache_data(max_entries=64, show_spinner=False)
def _told_of(reference: str, step: int, sentences: Sentences, pads: int, at: int, language: str) -> str:
    """The story's JSON; the first one is stored."""
    text = " ".join("".join(row) for row in sentences)
    if (reference, text, pads, at) == (MASKS_MODEL, MASKS_INPUT, MASKS_PADS, MASKS_AT):
        return stored_story(f"masks-switches-{language}")
    trace = _traced(reference, step, sentences, pads, at)
    curves = _curves() if reference == MASKS_MODEL else []
    return switches_story(trace, curves, Words(language), reference).to_json()


@st.cache_resource(max_entries=32, show_spinner=False)
def _traced(reference: str, step: int, sentences: Sentences, pads: int, at: int) -> SwitchesTrace:
    """The batch under every setting. Shared: never to be changed."""
    from seq2seq.studies.masked import switched_batch

    return switched_batch(trained(reference, step), sentences, pads, at)
