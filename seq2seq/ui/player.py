"""Mounting the player on a page, and answering what is asked in it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from seq2seq.player.bundle import drawing_library
from seq2seq.player.export import to_html
from seq2seq.stories.explain import Explainer, Unknown
from seq2seq.tasks import InputError
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.shown import note_shown
from seq2seq.words import say_error

# Streamlit finds the folder of these files by the entry in pyproject.toml.
_player = st.components.v2.component(
    "seq2seq.player", html='<div class="studio-player"></div>', css="player.css", js="player.js", isolate_styles=True
)
# An answer travels beside the player, so that the story, which has not changed, is not sent again.
_answer = st.components.v2.component(
    "seq2seq.answer",
    html="<span hidden></span>",
    js="""
    export default function ({ data }) {
      dispatchEvent(new CustomEvent("seq2seq-answer", { detail: data }));
    }
    """,
)


@st.fragment
def show_story(
    story: str,
    key: str,
    words: PageWords,
    explainer: Callable[[], Explainer] | None = None,
    below: Callable[[str], None] | None = None,
) -> None:
    """Show a story (its JSON); the same key keeps the mounted player and only gives it new data.

    A number that is clicked is explained by `explainer`, which is made only then; nothing else on the page runs.
    `below` draws what stands under the player, given the address that was clicked, "" for none.
    """
    try:
        drawing_library()
    except InputError as error:
        st.error(words.error(error), icon=":material/build:")
        return
    note_shown(key, story)
    picked = _player(key=key, data=story, on_ask_change=lambda: None)
    asked = picked.get("ask")
    if asked and explainer:
        _answer(key=f"{key}-answer", data=_answer_to(asked, explainer, words))
    if below:
        below(str(asked.get("address", ""))[:200] if asked else "")


def _answer_to(asked: dict[str, Any], explainer: Callable[[], Explainer], words: PageWords) -> dict[str, Any]:
    """The explanation of a number; what comes from a browser may be anything."""
    ticket, address = str(asked.get("ticket", ""))[:200], str(asked.get("address", ""))[:200]
    try:
        return {"ticket": ticket, "answer": explainer().explain(address).told_alone()}
    except Unknown:
        return {"ticket": ticket, "failed": words.say("explain.unknown")}
    except InputError as error:  # the run is gone, or its weights are damaged
        return {"ticket": ticket, "failed": say_error(error, words.language)}


def offer_export(story: str, name: str, words: PageWords, explainer: Callable[[], Explainer] | None = None) -> None:
    """A button that saves a page's story as one file that plays offline; it is made only when the button is pressed."""

    def page() -> str:
        title = f"Seq2Seq Studio: {words.plain.say(f'page.{name}.title')}"
        return to_html(story, title, words.language, explainer() if explainer else None)

    st.download_button(
        words.say("export.save"), page, f"seq2seq-{name}.html", "text/html", key=f"export-{name}",
        help=words.say("export.help"), on_click="ignore", icon=":material/download:", type="tertiary",
    )  # fmt: skip
