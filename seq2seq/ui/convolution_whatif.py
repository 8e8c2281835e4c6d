"""What if the convolutional model read another token: which states move, layer by layer, and what it writes then."""

import streamlit as st

from seq2seq.stories.convolution import ReplacedExplainer, replaced_story
from seq2seq.stories.tokens import quoted
from seq2seq.traces import ConvTrace
from seq2seq.ui.address import settle_part
from seq2seq.ui.controls import choice
from seq2seq.ui.convolution import Looked, traced_convolution
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import show_story
from seq2seq.ui.session import trained
from seq2seq.words import Words

AS_IT_IS = "none"


@st.fragment
def what_if_replaced(looked: Looked, words: PageWords) -> None:
    """Controls for one token, and what comes of it; only this part of the page runs again when they move."""
    say = words.say
    with st.container(key="what-if", border=True), one_sentence(words):
        st.subheader(say("whatif.heading"), anchor=False)
        with st.container(key="what-if-controls", horizontal=True, vertical_alignment="bottom"):
            position, token = _change(looked, words)
            if token == AS_IT_IS:
                st.caption(say("convolution.whatif.help"))
        if token != AS_IT_IS:
            reference, step, text = looked.model.reference, looked.model.step, looked.text
            story = _told(reference, step, text, position, token, words.language)

            def explain() -> ReplacedExplainer:
                before = traced_convolution(reference, step, text)
                return ReplacedExplainer(before, _traced(reference, step, text, position, token), position, words.plain)

            show_story(story, "replaced-story", words, explain)
    settle_part()


def _change(looked: Looked, words: PageWords) -> tuple[int, str]:
    """Which source token becomes which."""
    task, say = looked.model.task, words.say
    source = task.tokenise(task.normalise(looked.text))
    places = {str(i + 1): f"{i + 1}: {quoted(token)}" for i, token in enumerate(source)}
    at = choice(
        "swap-at", say("whatif.position"), list(places), str(looked.position + 1), places.__getitem__, width=150
    )  # fmt: skip
    position = int(at) - 1
    others = [token for token in task.vocabularies()[0].tokens[4:] if token != source[position]]

    def name(token: str) -> str:
        return say("convolution.whatif.as_is") if token == AS_IT_IS else quoted(token)

    return position, choice("swap-to", say("whatif.token"), [AS_IT_IS, *others], AS_IT_IS, name, width=170)


@st.cache_data(max_entries=32, show_spinner=False)
def _told(reference: str, step: int, text: str, position: int, token: str, language: str) -> str:
    """The JSON of the comparison."""
    before, after = traced_convolution(reference, step, text), _traced(reference, step, text, position, token)
    return replaced_story(before, after, position, Words(language), reference).to_json()


@st.cache_resource(max_entries=16, show_spinner=False)
def _traced(reference: str, step: int, text: str, position: int, token: str) -> ConvTrace:
    """The decoding of the changed source. Shared: never to be changed."""
    from seq2seq.studies.replaced import record_replaced

    return record_replaced(trained(reference, step), text, position, token)
