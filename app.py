"""The frame: page configuration, navigation, style. No lesson lives here."""

from contextlib import suppress
from pathlib import Path

import streamlit as st

from seq2seq.tasks import InputError
from seq2seq.training.pool import worker_count
from seq2seq.ui.navigation import GROUPS, HOME, Place
from seq2seq.ui.page import one_sentence
from seq2seq.ui.session import keep_owner, load_torch
from seq2seq.ui.text import page_words
from seq2seq.ui.workers import start_workers

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
with one_sentence(words):
    worker_count()  # a setting that cannot be meant is told on every page
chosen.run()
with suppress(InputError):  # told above, or by a page that needs the store
    start_workers()  # they began with the server, unless it was Streamlit's own command that started it
    load_torch()
