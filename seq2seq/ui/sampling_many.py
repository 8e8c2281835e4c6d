"""Below the one output: many of them against their exact distribution, and how hot is too hot."""

import streamlit as st

from seq2seq.stories.sampling import CountedExplainer, HeatExplainer, counted_story, heat_story
from seq2seq.stories.stored import SAMPLING_DRAWS
from seq2seq.traces.diversity import DiversityTrace
from seq2seq.traces.sampling import Cut, Distribution
from seq2seq.traces.search import Limits
from seq2seq.ui.address import settle_part
from seq2seq.ui.controls import slide
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import show_story
from seq2seq.ui.sampling import Asked, drawn
from seq2seq.ui.searching import writer_of
from seq2seq.ui.session import trained
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

FEWEST, MOST, BY = 100, 2000, 100  # outputs that can be drawn
AT_EACH = 300  # outputs at each temperature; studies/sampled.py draws so many


@st.fragment
def many_outputs(asked: Asked, words: PageWords) -> None:
    """How many are drawn, and how they come to fit; only this part of the page runs again when that changes."""
    say = words.say
    with st.container(key="many", border=True), one_sentence(words):
        st.subheader(say("sampling.many.heading"), anchor=False)
        st.caption(say("sampling.many.help"))
        asks = slide("samples", say("sampling.many.samples"), SAMPLING_DRAWS, FEWEST, MOST, BY, width=320)
        n = int(asks)
        if asked.stored and n == SAMPLING_DRAWS:
            story = stored_story(f"sampling-many-{words.language}")
        else:
            with st.spinner(say("sampling.working")):
                story = _counted(asked, n, words.language)
        show_story(story, "sampling-many", words, lambda: CountedExplainer(drawn(asked, n), _exact(asked), words.plain))
    settle_part()


@st.cache_data(max_entries=32, show_spinner=False)
def _counted(asked: Asked, n: int, language: str) -> str:
    from seq2seq.studies.sampled import judged_by

    accepts = judged_by(asked.task, asked.text)
    return counted_story(
        drawn(asked, n), _exact(asked), accepts, Words(language), asked.written.reference,
        asked.task.flaw if asked.task else lambda output: None,
    ).to_json()  # fmt: skip


def _exact(asked: Asked) -> Distribution:
    """The exact distribution; the same for every seed. Shared: never to be changed."""
    return _shares(asked.written.reference, asked.written.step, asked.text, asked.cut, asked.limits)


@st.cache_resource(max_entries=32, show_spinner=False)
def _shares(reference: str, step: int | None, text: str, cut: Cut, limits: Limits) -> Distribution:
    from seq2seq.studies.sampled import exact_shares

    return exact_shares(writer_of(reference, step, text), cut, limits)


def how_hot(asked: Asked, words: PageWords) -> None:
    """Diversity against correctness over the temperature."""
    say = words.say
    with st.container(key="heat", border=True), one_sentence(words):
        st.subheader(say("sampling.heat.heading"), anchor=False)
        if asked.written.model is None:
            st.caption(say("sampling.heat.none"))
            return
        if asked.stored:
            story = stored_story(f"sampling-heat-{words.language}")
        else:
            with st.spinner(say("sampling.working")):
                judged = _diversity(asked).judged
            if not judged:
                st.caption(say("sampling.heat.unjudged"))
                return
            story = _heat(asked, words.language)
        st.caption(say("sampling.heat.help", n=AT_EACH))
        show_story(story, "sampling-heat", words, lambda: HeatExplainer(_diversity(asked), words.plain))


@st.cache_data(max_entries=32, show_spinner=False)
def _heat(asked: Asked, language: str) -> str:
    return heat_story(_diversity(asked), Words(language), asked.written.reference).to_json()


@st.cache_resource(max_entries=32, show_spinner=False)
def _diversity(asked: Asked) -> DiversityTrace:
    """The same text at several temperatures. Shared: never to be changed."""
    from seq2seq.studies.sampled import record_diversity

    model = trained(asked.written.reference, asked.written.step)
    return record_diversity(
        model.writer(asked.text), model.task, asked.text, asked.cut, asked.limits, asked.seed, AT_EACH
    )  # fmt: skip
