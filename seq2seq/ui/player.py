"""Mounting the player on a page."""

import streamlit as st

from seq2seq.player.export import to_html
from seq2seq.words import Words

# Streamlit finds the folder of these files by the entry in pyproject.toml.
_player = st.components.v2.component(
    "seq2seq.player", html='<div class="studio-player"></div>', css="player.css", js="player.js", isolate_styles=True
)


def show_story(story: str, key: str) -> None:
    """Show a story (its JSON); the same key keeps the mounted player and only gives it new data."""
    _player(key=key, data=story)


def offer_export(story: str, name: str, words: Words) -> None:
    """A button that saves the story as one file that plays offline; the file is made only when it is pressed."""
    st.download_button(
        words.say("export.save"), lambda: to_html(story, f"Seq2Seq Studio: {name}", words.language),
        f"seq2seq-{name}.html", "text/html", key=f"export-{name}", help=words.say("export.help"), on_click="ignore",
        icon=":material/download:", type="tertiary",
    )  # fmt: skip
