"""The frame: page configuration, navigation, style. No lesson lives here."""

from pathlib import Path

import streamlit as st

from seq2seq.ui.connection import stay_usable
from seq2seq.ui.navigation import GROUPS, HOME, Place
from seq2seq.ui.session import keep_owner, start_workers
from seq2seq.ui.text import page_words

HERE = Path(__file__).parent
ASSETS = HERE / "assets"

st.set_page_config(page_title="Seq2Seq Studio", page_icon=str(ASSETS / "icon.svg"), layout="wide")
st.html(ASSETS / "studio.css")
st.logo(str(ASSETS / "logo.svg"), size="large")

words = page_words()


def page(place: Place) -> st.Page:
    """A page of the app."""
    title, icon = words.say(f"page.{place.stem}.nav"), f":material/{place.icon}:"
    return st.Page(HERE / place.file, title=title, icon=icon, url_path=place.address, default=place == HOME)


pages = {words.say(f"nav.{group}"): [page(place) for place in places] for group, places in GROUPS.items()}
chosen = st.navigation(pages, position="top")
keep_owner()  # before the page: the browser then fetches what the player needs while the page is still written
chosen.run()
stay_usable(words)
start_workers()
