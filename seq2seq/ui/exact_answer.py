"""Why not my answer? An output typed, made to be written by the model, beside what won."""

import streamlit as st

from seq2seq.stories.exact import Answer, AnswerExplainer, answer_story
from seq2seq.stories.stored import EXACT_ANSWER
from seq2seq.tasks import InputError
from seq2seq.ui.address import says_new, settle_part
from seq2seq.ui.controls import line
from seq2seq.ui.exact import AskedSearch, contest_of, is_first
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import show_story
from seq2seq.ui.searching import beneath_of, writer_of
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

LONGEST_ANSWER = 60  # characters
TEXTBOOK_ANSWER = "ABC"  # greedy's


@st.fragment
def why_not_mine(asked: AskedSearch, words: PageWords) -> None:
    """The answer typed, and its story; only this part of the page runs again when it changes."""
    say = words.say
    with st.container(key="what-if", border=True), one_sentence(words):
        st.subheader(say("exact.answer.heading"), anchor=False)
        st.caption(say("exact.answer.help"))
        default = _default(asked)
        _follow(default)
        mine = line("mine", say("exact.answer.input"), default, LONGEST_ANSWER, width=420).strip()
        _show(asked, mine, default, words)
    settle_part()


def _default(asked: AskedSearch) -> str:
    """A right answer, where one is known."""
    return TEXTBOOK_ANSWER if asked.task is None else next(iter(asked.task.answers(asked.text)), "")


def _follow(default: str) -> None:
    """With another input, the answer that stood there of itself becomes one for that input."""
    before = st.session_state.get("mine-default")
    if before not in (None, default) and st.session_state.get("mine") == before and not says_new("mine"):
        st.session_state["mine"] = default
    st.session_state["mine-default"] = default


def _show(asked: AskedSearch, mine: str, default: str, words: PageWords) -> None:
    """The story; of an answer that cannot be used a sentence, and the last story that could be told of this search."""
    first = is_first(asked) and mine == EXACT_ANSWER
    try:
        story = stored_story(f"exact-answer-{words.language}") if first else _told(asked, mine, words.language)
    except InputError as error:
        st.warning(words.error(error), icon=":material/edit:")
        kept = st.session_state.get("mine-last")
        mine = kept[1] if kept and kept[0] == asked else default
        story = _told(asked, mine, words.language)
    st.session_state["mine-last"] = (asked, mine)

    def explainer() -> AnswerExplainer:
        beneath = beneath_of(asked.reference, asked.step, asked.text, words)
        return AnswerExplainer(_answer(asked, mine), words.plain, beneath)

    show_story(story, "exact-answer", words, explainer)


@st.cache_data(max_entries=48, show_spinner=False)
def _told(asked: AskedSearch, mine: str, language: str) -> str:
    return answer_story(_answer(asked, mine), Words(language), asked.reference).to_json()


@st.cache_resource(max_entries=24, show_spinner=False)
def _answer(asked: AskedSearch, mine: str) -> Answer:
    """An answer beside the search. Shared: never to be changed.

    Raises: InputError if it holds a token that the model cannot write.
    """
    from seq2seq.decoding import judge

    tokens = list(mine.upper()) if asked.task is None else asked.task.tokenise(mine)
    judged = judge(writer_of(asked.reference, asked.step, asked.text), tokens, asked.settings.penalty)
    return Answer(contest_of(asked), judged)
