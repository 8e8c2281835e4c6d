"""Train: choose a task and a model, watch it learn, wind it back."""

import streamlit as st

from seq2seq.ui.board import show_run
from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.training import TRAIN_TRIES, choose_and_start, pick_run

words = begin_page("train")
tries = [(words.say(f"train.try.{name}"), act) for name, act in TRAIN_TRIES.items()]
with beside_lesson("train", words, tries):
    choose_and_start(words)
    with one_sentence(words):
        run = pick_run(words)
        if run:
            show_run(run, words)
        else:
            st.info(words.say("train.none_yet"), icon=":material/play_arrow:")
