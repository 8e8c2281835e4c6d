"""A peer: one step of a computation shown the usual way, a slider and a small chart made again by the server."""

import altair as alt
import streamlit as st

step = st.slider("Step", 0, 150, 0)
rows = [{"token": token, "weight": 1 / (1 + abs(step % 10 - i))} for i, token in enumerate("abcdefghij")]
chart = alt.Chart(alt.Data(values=rows), title=f"step {step}").mark_bar().encode(x="token:N", y="weight:Q")
st.altair_chart(chart.properties(height=200))
