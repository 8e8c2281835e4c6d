"""A hypothesis is picked in the tree, or from a list: go on from it, or forbid its last token, and search again."""

import numpy as np
import streamlit as st

from seq2seq.stories.beam import written
from seq2seq.stories.beam.names import log_number
from seq2seq.stories.tokens import quoted
from seq2seq.traces.search import FINISHED, KEPT, STATUSES, SearchTrace
from seq2seq.ui.address import touch
from seq2seq.ui.beam import Asked, beam_trace
from seq2seq.ui.controls import widget_key
from seq2seq.ui.markdown import PageWords

PICKS = ("edge", "total", "score", "rated")  # addresses that name a candidate behind their kind


def go_on_from(asked: Asked, address: str, words: PageWords) -> None:
    """What can be done with the hypothesis picked; `address`: the number that was just clicked, "" for none."""
    say, limits = words.say, asked.settings.limits
    if st.session_state.get("beam-picked-of") != asked:
        st.session_state["beam-picked-of"], st.session_state["beam-picked"] = asked, None
    kind, *index = address.split() or [""]
    if kind in PICKS and index and index[0].isdecimal():
        st.session_state["beam-picked"] = int(index[0])
    picked = st.session_state["beam-picked"]
    with st.container(key="go-on", border=True):
        st.subheader(say("beam.pick.heading"), anchor=False)
        st.caption(say("beam.pick.help"))
        _changes(asked, words)
        with st.container(key="go-on-controls", horizontal=True, vertical_alignment="bottom"):
            listed = st.toggle(say("beam.pick.list"), key="beam-list") or picked is not None
            if not listed:
                return
            trace = beam_trace(asked)
            node = _choose(trace, picked, words)
            _buttons(trace, node, limits.shortest, words)


def _choose(trace: SearchTrace, picked: int | None, words: PageWords) -> int:
    """One of the hypotheses that were kept or have finished, or what was picked in the picture."""
    nodes = np.flatnonzero((trace.status == KEPT) | (trace.status == FINISHED)).tolist()
    if picked is not None and picked < len(trace.step) and picked not in nodes:
        nodes = [picked, *nodes]

    def name(node: int) -> str:
        status = words.plain.say(f"beam.status.{STATUSES[trace.status[node]]}")
        total = log_number(float(trace.total[node]))
        return words.plain.say("beam.pick.option", text=written(trace, node), total=total, status=status)

    key = widget_key("beam-node")
    st.session_state[key] = picked if picked in nodes else nodes[0]

    def changed() -> None:
        st.session_state["beam-picked"] = st.session_state[key]

    label = words.say("beam.pick.hypothesis")
    return int(st.selectbox(label, nodes, format_func=name, key=key, on_change=changed, width=330))


def _buttons(trace: SearchTrace, node: int, shortest: int, words: PageWords) -> None:
    """Go on, forbid, or not so short: each sets a control and searches again."""
    say, text, ended = words.say, written(trace, node), trace.ended(node)
    pressed = False
    if ended:
        label = say("beam.pick.longer", shortest=int(trace.step[node]) + 2)
        room = trace.step[node] + 2 <= trace.asked.limits.longest
        pressed |= st.button(label, icon=":material/expand:", disabled=not room, on_click=_set,
                             kwargs={"shortest": int(trace.step[node]) + 2})  # fmt: skip
    else:
        room = trace.step[node] + 1 < trace.asked.limits.longest
        pressed |= st.button(say("beam.pick.go_on", text=text), icon=":material/arrow_forward:", disabled=not room,
                             on_click=_set, kwargs={"prefix": "".join(trace.tokens(node))})  # fmt: skip
        token = trace.vocabulary[int(trace.token[node])]
        forbidden = "".join(dict.fromkeys((*trace.asked.limits.forbidden, token)))
        fits = len(token) == 1 and token not in trace.asked.limits.prefix
        pressed |= st.button(say("beam.pick.forbid", token=quoted(token)), icon=":material/block:",
                             disabled=not fits, on_click=_set, kwargs={"forbid": forbidden})  # fmt: skip
    if pressed:
        st.rerun()


def _changes(asked: Asked, words: PageWords) -> None:
    """What the search was narrowed to, and the way back."""
    limits = asked.settings.limits
    if not limits.prefix and not limits.forbidden:
        return
    slots = {"prefix": "".join(limits.prefix), "forbidden": " ".join(limits.forbidden)}
    which = [key for key, tokens in (("prefix", limits.prefix), ("forbidden", limits.forbidden)) if tokens]
    key = "beam.pick.changed" if len(which) == 2 else f"beam.pick.changed.{which[0]}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(words.say(key, **slots), width="content")
        if st.button(words.say("beam.pick.back"), icon=":material/undo:", key="beam-back", on_click=_set,
                     kwargs={"prefix": "", "forbid": ""}):  # fmt: skip
            st.rerun()


def _set(**values: str | int) -> None:
    touch()
    st.session_state.update(values)
