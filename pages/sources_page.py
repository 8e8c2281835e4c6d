"""Terms and works: what the words of the field mean, and where what is taught comes from."""

import streamlit as st

from seq2seq.ui.page import begin_page
from seq2seq.ui.sources import show_all_terms, show_all_works

words = begin_page("sources")
terms, works = st.tabs([words.say("sources.terms"), words.say("sources.works")])
with terms:
    show_all_terms(words)
with works:
    show_all_works(words)
