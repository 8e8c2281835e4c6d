"""What if some heads were off: which, picked by their short names, and what comes of it."""

from collections.abc import Sequence

import streamlit as st

from seq2seq.stories.heads import HeadsOffExplainer, heads_off_story
from seq2seq.traces.heads import SIDES, HeadPlace, HeadsOff
from seq2seq.ui.address import says_new, settle_part, touch, write_address
from seq2seq.ui.controls import widget_key
from seq2seq.ui.heads import LookedHeads, traced_heads
from seq2seq.ui.markdown import PageWords, code, in_a_row
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import show_story
from seq2seq.ui.session import trained
from seq2seq.words import Words


@st.fragment
def what_if_off(looked: LookedHeads, words: PageWords) -> None:
    """Controls for heads, and what comes of it; only this part of the page runs again when they move."""
    say = words.say
    with st.container(key="what-if", border=True), one_sentence(words):
        st.subheader(say("heads.off.heading"), anchor=False)
        st.caption(say("heads.off.help"))
        places = _picked(looked.places, words)
        if places:
            _show(looked, places, words)
    settle_part()


def _picked(places: Sequence[HeadPlace], words: PageWords) -> tuple[HeadPlace, ...]:
    """The heads picked, block by block; "e1.2,x1.1" in the address."""
    say = words.say
    if st.session_state.get("off") is None or says_new("off"):
        st.session_state["off"] = st.query_params.get("off", "")
    wanted = [id for id in str(st.session_state["off"]).split(",") if id]
    known = {place.id: place for place in places}
    if strange := [id[:12] for id in wanted if id not in known]:
        shown = in_a_row([code(id) for id in strange[:6]])
        st.warning(
            say("heads.off.no_such", ids=shown, first=places[0].id, last=places[-1].id), icon=":material/link_off:"
        )
    chosen = [place for place in places if place.id in wanted]
    keys = {block: widget_key(f"off-{block}") for block in SIDES}

    def changed() -> None:
        touch()
        st.session_state["off"] = ",".join(id for key in keys.values() for id in st.session_state[key])

    with st.container(key="what-if-controls", horizontal=True, vertical_alignment="bottom"):
        for block, key in keys.items():
            st.session_state[key] = [place.id for place in chosen if place.block == block]
            options = [place.id for place in places if place.block == block]
            st.pills(
                say(f"heads.off.pick.{block}"), options, selection_mode="multi", key=key, on_change=changed,
                width="content",
            )  # fmt: skip
    write_address("off", ",".join(place.id for place in chosen) or None)
    return tuple(chosen)


def _show(looked: LookedHeads, places: tuple[HeadPlace, ...], words: PageWords) -> None:
    ids = tuple(place.id for place in places)

    def explain() -> HeadsOffExplainer:
        return HeadsOffExplainer(traced_heads(looked), _off(looked, ids), words.plain)

    show_story(_told(looked, ids, words.language), "heads-off", words, explain)


@st.cache_data(max_entries=32, show_spinner=False)
def _told(looked: LookedHeads, ids: tuple[str, ...], language: str) -> str:
    """The JSON of before and after."""
    return heads_off_story(traced_heads(looked), _off(looked, ids), Words(language)).to_json()


@st.cache_resource(max_entries=24, show_spinner=False)
def _off(looked: LookedHeads, ids: tuple[str, ...]) -> HeadsOff:
    """The sentence and the held-out pairs with these heads off. Shared: never to be changed."""
    from seq2seq.studies.heads import switched_off

    model, places = looked.model, tuple(HeadPlace.read(id) for id in ids)
    return switched_off(trained(model.reference, model.step), traced_heads(looked), places, looked.way)
