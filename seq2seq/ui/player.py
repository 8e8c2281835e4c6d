"""Mounting the player on a page."""

import streamlit as st

# Streamlit finds the folder of these files by the entry in pyproject.toml.
_player = st.components.v2.component(
    "seq2seq.player", html='<div class="studio-player"></div>', css="player.css", js="player.js", isolate_styles=True
)


def show_story(story: str, key: str) -> None:
    """Show a story (its JSON); the same key keeps the mounted player and only gives it new data."""
    _player(key=key, data=story)
