"""The frame of every page: its configuration, the navigation, what does not exist. No lesson lives here."""

from contextlib import suppress
from typing import Literal
from urllib.parse import unquote, urlparse

import streamlit as st

from seq2seq.folders import ASSETS, ROOT
from seq2seq.tasks import InputError
from seq2seq.training.pool import worker_count
from seq2seq.ui.connection import stay_usable
from seq2seq.ui.navigation import GROUPS, HOME, SOURCES, Place
from seq2seq.ui.page import one_sentence
from seq2seq.ui.session import keep_owner, load_torch
from seq2seq.ui.text import page_words, tell_language
from seq2seq.ui.workers import start_workers

NOWHERE = "pages/nowhere_page.py"


def show_frame() -> None:
    """Run the page that the address asks for."""
    st.set_page_config(page_title="Seq2Seq Studio", page_icon=str(ASSETS / "icon.svg"), layout="wide")
    st.html(ASSETS / "studio.css")
    st.logo(str(ASSETS / "logo.svg"), size="large")
    spoken = page_words()
    words = spoken.plain
    pages: dict[str, list[st.Page]] = {}
    for group, places in GROUPS.items():
        pages[words.say(f"nav.{group}")] = [_page(place, words.say(f"page.{place.stem}.nav")) for place in places]
    pages[words.say("page.sources.nav")] = [_page(SOURCES, words.say("page.sources.nav"), "hidden")]
    if lost := _unknown():
        title = words.say("page.nowhere.nav")
        pages[title] = [st.Page(ROOT / NOWHERE, title=title, url_path=lost, visibility="hidden")]
    chosen = st.navigation(pages, position="top")
    st.set_page_config(page_title=words.say("app.tab", page=chosen.title))
    keep_owner()  # before the page: the browser then fetches what the player needs while the page is still written
    with one_sentence(spoken):
        worker_count()  # a setting that cannot be meant is told on every page
    chosen.run()
    tell_language()
    stay_usable(words)
    with suppress(InputError):  # told above, or by a page that needs the store
        start_workers()  # they began with the server, unless something else than `streamlit run` or ours started it
        load_torch()


def _page(place: Place, title: str, visibility: Literal["visible", "hidden"] = "visible") -> st.Page:
    icon, home = f":material/{place.icon}:", place == HOME
    return st.Page(
        ROOT / place.file, title=title, icon=icon, url_path=place.address, default=home, visibility=visibility
    )  # fmt: skip


def _unknown() -> str | None:
    """The address asked for, if no page has it: it then gets the page that says so, and shows all there are."""
    path = unquote(urlparse(st.context.url or "").path).strip("/")
    name = path.rsplit("/", 1)[-1]
    known = {place.address for places in (*GROUPS.values(), (SOURCES,)) for place in places}
    return name if name and name not in known and path != _base() else None


def _base() -> str:
    return str(st.get_option("server.baseUrlPath") or "").strip("/")
