"""What a page says about an input that is odd, and about an output that is wrong whatever was read."""

import streamlit as st

from seq2seq.stories.tokens import quoted
from seq2seq.tasks import Task
from seq2seq.tasks.remarks import remarks
from seq2seq.ui.markdown import PageWords, code, in_a_row

ICONS = {
    "input.some_unknown": ":material/help:", "attention.trained_on": ":material/straighten:",
    "attention.not_a_date": ":material/event_busy:",
}  # fmt: skip


def show_remarks(task: Task, text: str, words: PageWords) -> None:
    """What should be known about this input: unknown tokens, a length or a form never trained on."""
    for remark in remarks(task, task.vocabularies()[0], text):
        tokens = {"tokens": in_a_row([code(quoted(token)) for token in remark.tokens])} if remark.tokens else {}
        slots = remark.slots | tokens
        st.info(words.say(remark.key, **slots), icon=ICONS[remark.key])


def show_flaw(task: Task, output: str, words: PageWords) -> None:
    """Say so, if an output is wrong whatever was read."""
    flaw = task.flaw(output)
    if flaw:
        st.warning(words.say(f"flaw.{flaw}", output=output), icon=":material/warning:")
