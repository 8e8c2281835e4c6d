"""A peer: the smallest page that runs again, a switch and a line that says how it stands."""

import streamlit as st

st.write("On." if st.toggle("Switch") else "Off.")
