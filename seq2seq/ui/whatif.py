"""What if: one thing in a decoding done differently, and both decodings side by side."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from seq2seq.models.config import TransformerConfig
from seq2seq.stories.comparison import ComparisonExplainer, comparison_story
from seq2seq.stories.formulas import percent
from seq2seq.stories.looks import Attending, look_of
from seq2seq.stories.tokens import quoted
from seq2seq.traces import (
    Change,
    DisturbContext,
    DisturbUnit,
    LookElsewhere,
    ReadInstead,
    TransformerTrace,
    WriteInstead,
    shared_out,
)  # fmt: skip
from seq2seq.ui.address import says_new, settle_part, touch, write_address
from seq2seq.ui.controls import choice, decimal, nth
from seq2seq.ui.decoding import Decoded, attended
from seq2seq.ui.markdown import Markdown, PageWords, escape
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import show_story
from seq2seq.ui.session import trained
from seq2seq.words import Words

KINDS = ("none", "look", "write", "read", "context", "unit")
NOISIEST, MOST_SLIDERS, SLIDERS_A_ROW = 5.0, 24, 6


@st.fragment
def what_if(decoded: Decoded, words: PageWords) -> None:
    """Controls for one change, and what comes of it; only this part of the page runs again when they move."""
    say = words.say
    with st.container(key="what-if", border=True), one_sentence(words):
        st.subheader(say("whatif.heading"), anchor=False)
        with st.container(key="what-if-controls", horizontal=True, vertical_alignment="bottom"):
            kind = _kind(decoded, words)
            if kind == "none":
                st.caption(say("whatif.help"))
            else:
                before = attended(decoded.model.reference, decoded.model.step, decoded.text)
                change = CHOOSERS[kind](before, decoded, words)
        if kind == "look":
            change = _weights(before, change, decoded, words)
        if kind != "none":
            _show(decoded, before, change, words)
    settle_part()


def _kind(decoded: Decoded, words: PageWords) -> str:
    model = decoded.model.config.model
    fixed = model.attention == "none"
    context = "vector" if fixed else "brings" if isinstance(model, TransformerConfig) else "context"

    def name(kind: str) -> str:
        return words.say(f"whatif.kind.{context if kind == 'context' else kind}")

    kinds = [kind for kind in KINDS if not (fixed and kind == "look")]
    return choice("if", words.say("whatif.kind"), kinds, "none", name, width=300)


def _show(decoded: Decoded, before: Attending, change: Change, words: PageWords) -> None:
    """The story of both, and what explains its numbers; a Transformer's shows the layer and head that were changed."""
    reference, step, text = decoded.model.reference, decoded.model.step, decoded.text
    layer, head = decoded.asked.layer, decoded.asked.head
    if isinstance(change, LookElsewhere | DisturbContext) and change.layer is not None:
        layer = change.layer
    if isinstance(change, LookElsewhere) and change.head is not None:
        head = change.head
    story = _compared(reference, step, text, change, layer, head, words.language)

    def explain() -> ComparisonExplainer:
        return ComparisonExplainer(before, attended(reference, step, text, change), words.plain)

    show_story(story, "what-if-story", words, explain)


@st.cache_data(max_entries=32, show_spinner=False)
def _compared(
    reference: str, step: int, text: str, change: Change, layer: int | None, head: int | None, language: str
) -> str:
    """The JSON of a comparison."""
    before, after = attended(reference, step, text), attended(reference, step, text, change)
    flaw = trained(reference, step).task.flaw
    flaws = (flaw(before.text), flaw(after.text))
    return comparison_story(before, after, Words(language), reference, layer, head, flaws).to_json()


# ---- which change

Chooser = Callable[[Attending, Decoded, PageWords], Change]
ALL = "all"  # layers or heads, as a link calls them


def _output(trace: Attending, words: PageWords) -> int:
    """An output step; the address counts from 1, as the page does."""
    names = {str(t + 1): f"{t + 1}: {quoted(token)}" for t, token in enumerate(trace.output)}
    return int(_one_of("if-at", words.say("whatif.at"), names, min(2, len(names)), 130)) - 1


def _one_of(id: str, label: Markdown, names: dict[str, str], default: int, width: int, **more: Any) -> str:
    """One of some numbered things; `default` counts from 1."""
    return choice(id, label, list(names), str(default), names.__getitem__, width=width, **more)


def _look(trace: Attending, decoded: Decoded, words: PageWords) -> Change:
    """Everything on one position; or, with none chosen, the weights as they are, to be set one by one."""
    t = _output(trace, words)
    only: dict[str, str] = {"0": words.say("whatif.only.none")}
    only |= {str(i + 1): f"{quoted(token)} ({i + 1})" for i, token in enumerate(trace.source)}
    chosen = int(_one_of("if-only", words.say("whatif.only"), only, 2, 240, help=words.say("whatif.only.help")))
    layer, head = _layer(trace, words), _head(trace, words)
    if chosen:
        return LookElsewhere(t, tuple(float(i == chosen - 1) for i in range(len(trace.source))), layer, head)
    look = look_of(trace, layer, head)
    assert look
    return LookElsewhere(t, tuple(map(float, look.weights[t])), layer, head)


def _layer(trace: Attending, words: PageWords) -> int | None:
    """Of a Transformer, which decoder layer is changed, counted from 0; None: all."""
    if not isinstance(trace, TransformerTrace):
        return None
    names = {ALL: words.say("whatif.layers.all")}
    names |= {str(k + 1): words.say("attention.layer.name", layer=k + 1) for k in range(trace.layers)}
    chosen = choice("if-layer", words.say("whatif.layer"), list(names), ALL, names.__getitem__, width=130)
    return None if chosen == ALL else int(chosen) - 1


def _head(trace: Attending, words: PageWords) -> int | None:
    """Of a Transformer, which head is changed, counted from 0; None: all."""
    if not isinstance(trace, TransformerTrace):
        return None
    names = {ALL: words.say("whatif.heads.all")}
    names |= {str(k + 1): words.say("attention.head.name", head=k + 1) for k in range(trace.heads)}
    chosen = choice("if-head", words.say("whatif.head"), list(names), ALL, names.__getitem__, width=130)
    return None if chosen == ALL else int(chosen) - 1


def _write(trace: Attending, decoded: Decoded, words: PageWords) -> Change:
    t = _output(trace, words)
    ranking = [trace.vocabulary[v] for v in trace.ranking(t) if trace.vocabulary[v] != trace.output[t]]
    chance = dict(zip(trace.vocabulary, np.exp(trace.log_probs[t]).tolist(), strict=True))
    token = choice(
        "if-token", words.say("whatif.token"), ranking, ranking[0],
        lambda token: f"{quoted(token)} ({percent(chance[token])})", width=200,
    )  # fmt: skip
    return WriteInstead(t, token)


def _read(trace: Attending, decoded: Decoded, words: PageWords) -> Change:
    names = {str(i + 1): f"{i + 1}: {quoted(token)}" for i, token in enumerate(trace.source)}
    i = int(_one_of("if-position", words.say("whatif.position"), names, 1, 150)) - 1
    known = decoded.model.task.vocabularies()[0].tokens[4:]
    others = [token for token in known if token != trace.source[i]]
    return ReadInstead(i, choice("if-source", words.say("whatif.token"), others, others[0], quoted, width=150))


def _noise(words: PageWords) -> float:
    return decimal(
        "if-noise", words.say("whatif.noise"), 0.0, 0.0, NOISIEST, step=0.25, width=210,
        help=words.say("whatif.noise.help"),
    )  # fmt: skip


def _context(trace: Attending, decoded: Decoded, words: PageWords) -> Change:
    t = _output(trace, words) if trace.weights is not None else 0
    return DisturbContext(t, _noise(words), layer=_layer(trace, words))


def _unit(trace: Attending, decoded: Decoded, words: PageWords) -> Change:
    t, states = _output(trace, words), trace.decoder[-1]["h"]
    strongest = int(np.abs(states[t]).argmax())
    unit = nth("if-unit", words.say("whatif.unit"), strongest, states.shape[1], width=140)
    return DisturbUnit(t, unit, _noise(words))


CHOOSERS: dict[str, Chooser] = {"look": _look, "write": _write, "read": _read, "context": _context, "unit": _unit}


# ---- one row of weights, set by hand


def _weights(trace: Attending, change: Change, decoded: Decoded, words: PageWords) -> Change:
    """Sliders, one a source position: what one takes the others give, so that the sum stays 1."""
    assert isinstance(change, LookElsewhere)
    if st.session_state["if-only"] != "0":
        write_address("if-weights", None)
        return change
    if len(change.weights) > MOST_SLIDERS:
        st.caption(words.say("whatif.too_many", most=MOST_SLIDERS))
        return change
    row = f"{decoded.model.reference}|{''.join(trace.source)}|{change.step}"
    if isinstance(trace, TransformerTrace):
        row += f"|{change.layer}|{change.head}"
    kept = st.session_state.get("if-row")
    if says_new("if-weights") or kept is None:
        told = _told_weights(st.query_params.get("if-weights", ""), len(change.weights))
        kept = (row, told or change.weights)
    elif kept[0] != row:  # what the address says is about the row that was chosen before
        kept = (row, change.weights)
    st.session_state["if-row"] = kept
    columns = st.columns(min(SLIDERS_A_ROW, len(kept[1])))
    for i, weight in enumerate(kept[1]):
        key, label = f"if-weight-{i}", f"{escape(quoted(trace.source[i]))} ({i + 1})"
        st.session_state[key] = round(weight, 2)
        columns[i % len(columns)].slider(label, 0.0, 1.0, step=0.01, key=key, on_change=_give_way, args=(i, row))
    write_address("if-weights", ",".join(f"{weight:.3f}" for weight in kept[1]))
    return replace(change, weights=tuple(kept[1]))


def _told_weights(text: str, count: int) -> tuple[float, ...] | None:
    """The weights in an address; None where they are no weights of this row."""
    try:
        weights = [max(0.0, float(part)) for part in text.split(",")]
    except ValueError:
        return None
    total = sum(weights)
    return tuple(w / total for w in weights) if len(weights) == count and 0 < total < float("inf") else None


def _give_way(moved: int, row: str) -> None:
    touch()
    wanted = float(st.session_state[f"if-weight-{moved}"])
    st.session_state["if-row"] = (row, shared_out(st.session_state["if-row"][1], moved, wanted))
