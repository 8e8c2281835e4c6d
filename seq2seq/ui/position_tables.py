"""The Positions page's second part: the table of waves, or one that a model learnt."""

import streamlit as st

from seq2seq.stories.positions import PlacesExplainer, places_story
from seq2seq.studies.shipped import positions_name
from seq2seq.traces.places import PlacesTrace
from seq2seq.ui.address import settle_part
from seq2seq.ui.controls import segments
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.session import trained
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

KINDS = ("sinusoidal", "learned-encoder", "learned-decoder")
LEARNED = positions_name("reverse", "learned", "learned")


@st.fragment
def how_a_position_is_told(words: PageWords) -> None:
    """The table and its story; only this part of the page runs again when another table is picked."""
    say = words.say
    with st.container(key="places"), one_sentence(words):
        st.subheader(say("places.heading"), anchor=False)
        st.markdown(say("places.lead"))
        kind = segments("place-table", say("places.kind"), KINDS, KINDS[0], lambda name: say(f"places.kind.{name}"))
        story = _told(kind, words.language)

        def explain() -> PlacesExplainer:
            return PlacesExplainer(_table(kind), words.plain)

        show_story(story, "places-story", words, explain)
        offer_export(story, "positions", words, explain)
    settle_part()


@st.cache_data(max_entries=8, show_spinner=False)
def _told(kind: str, language: str) -> str:
    """The story's JSON; that of the waves is stored, so that it needs no torch."""
    if kind == KINDS[0]:
        return stored_story(f"positions-table-{language}")
    return places_story(_table(kind), Words(language), kind).to_json()


@st.cache_resource(max_entries=8, show_spinner=False)
def _table(kind: str) -> PlacesTrace:
    """A table with its dot products. Shared: never to be changed."""
    from seq2seq.studies.places import record_learned, record_waves

    if kind == KINDS[0]:
        return record_waves()
    return record_learned(trained(LEARNED, None), kind.removeprefix("learned-"))
