"""The app. `streamlit run app.py` reads this file once for the server, and runs it again for every visitor."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

if get_script_run_ctx(suppress_warning=True):
    from seq2seq.ui.frame import show_frame

    show_frame()
else:
    from seq2seq.ui.front import at_work, front

    app = st.App(__file__, middleware=front(), lifespan=at_work)
