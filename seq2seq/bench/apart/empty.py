"""A peer: the emptiest Streamlit page there is."""

import streamlit as st

st.write("Nothing.")
