"""The ways in: every page with its question, in the order of a learner's way."""

import streamlit as st

from seq2seq.ui.markdown import PageWords
from seq2seq.ui.navigation import GROUPS, HOME


def show_ways(words: PageWords) -> None:
    """One card a page, one row a group."""
    st.subheader(words.say("home.ways"), anchor=False)
    with st.container(key="ways"):
        for group, places in GROUPS.items():
            for place in places:
                if place == HOME:
                    continue
                with st.container(border=True, key=f"way-{place.stem}"):
                    st.caption(words.say(f"nav.{group}"))
                    title, icon = words.say(f"page.{place.stem}.title"), f":material/{place.icon}:"
                    st.page_link(place.file, label=f"**{title}**", icon=icon, query_params={"lang": words.language})
                    st.markdown(words.say(f"page.{place.stem}.question"))
