"""The frame: page configuration, navigation, style. No lesson lives here."""

from pathlib import Path

import streamlit as st

from seq2seq.ui.session import keep_owner, start_workers
from seq2seq.ui.text import page_words

HERE = Path(__file__).parent
ASSETS = HERE / "assets"

st.set_page_config(page_title="Seq2Seq Studio", page_icon=str(ASSETS / "icon.svg"), layout="wide")
st.html(ASSETS / "studio.css")
st.logo(str(ASSETS / "logo.svg"), size="large")

words = page_words()


def page(stem: str, url_path: str, icon: str, default: bool = False) -> st.Page:
    """A page of the app; its file is `pages/{stem}_page.py`, never the same name as its address."""
    title = words.say(f"page.{stem}.nav")
    return st.Page(
        HERE / "pages" / f"{stem}_page.py", title=title, icon=f":material/{icon}:", url_path=url_path, default=default
    )


pages = {
    words.say("nav.start"): [
        page("home", "home", "home", default=True),
        page("train", "train", "model_training"),
    ],
    words.say("nav.attend"): [page("attention", "attention", "visibility")],
    words.say("nav.rooms"): [page("states", "state-space", "scatter_plot")],
}
chosen = st.navigation(pages, position="top")
keep_owner()  # before the page: the browser then fetches what the player needs while the page is still written
chosen.run()
start_workers()
