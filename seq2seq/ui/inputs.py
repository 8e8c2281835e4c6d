"""What a learner types for a model to read."""

import streamlit as st

from seq2seq.tasks import LONGEST_INPUT, Task
from seq2seq.ui.address import says_new
from seq2seq.ui.controls import line
from seq2seq.ui.markdown import PageWords

LETTERS = ("reverse", "copy", "sort")  # tasks that read any word


def example_of(task: Task, word: str) -> str:
    """What stands in an input before anything is typed: the page's word where the task reads any, else its example."""
    return word if task.name in LETTERS else task.example.source


def typed_for(task: Task, example: str, words: PageWords, id: str = "text") -> str:
    """The text typed; where a model of another task was picked, the example, unless the text was set for this task.

    Who sets the text together with the model (a "try this" link) says so in "ID-for": the task's name.
    """
    before = st.session_state.get(f"{id}-task")
    another = before not in (None, task.name) and st.session_state.get(f"{id}-for") != task.name
    if another and not says_new(id):
        st.session_state[id] = example
    st.session_state[f"{id}-task"] = task.name
    st.session_state.pop(f"{id}-for", None)
    return line(id, words.say("attention.input"), example, 10 * LONGEST_INPUT, help=words.say("attention.input.help"))
