"""What if, inside a cell: a gate held, a state erased, a token flipped, and both readings side by side."""

import streamlit as st

from seq2seq.stories.cell import Subject, cell_comparison
from seq2seq.stories.cell.subject import GATES, STAGES
from seq2seq.stories.comparison import ComparisonExplainer
from seq2seq.stories.tokens import quoted
from seq2seq.traces import ClampGate, EraseState, ReadInstead
from seq2seq.ui.address import settle_part
from seq2seq.ui.cell import Chosen, Looked
from seq2seq.ui.controls import choice, decimal
from seq2seq.ui.decoding import traced
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.models import ChosenModel
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import show_story
from seq2seq.words import Words

KINDS = ("none", "clamp", "erase", "read")
Inner = ClampGate | EraseState | ReadInstead
Which = tuple[str, int, int, str]  # reference, updates, layer, direction


@st.fragment
def what_if_inside(looked: Looked, words: PageWords) -> None:
    """Controls for one change, and what comes of it; only this part of the page runs again when they move."""
    say, chosen = words.say, looked.chosen
    with st.container(key="what-if", border=True), one_sentence(words):
        st.subheader(say("whatif.heading"), anchor=False)
        with st.container(key="what-if-controls", horizontal=True, vertical_alignment="bottom"):
            k = _cell(chosen, words)
            model, which = chosen.models[k], chosen.subjects[k]
            gated = model.config.model.cell != "rnn"
            kinds = [kind for kind in KINDS if gated or kind != "clamp"]
            kind = choice("if", say("whatif.kind"), kinds, "none", lambda id: say(f"whatif.kind.{id}"), width=220)
            if kind == "none":
                st.caption(say("whatif.cell.help"))
                change = None
            else:
                change = _change(kind, model, which, chosen, words)
        if change is not None:
            _show(which, change, chosen, words)
    settle_part()


def _cell(chosen: Chosen, words: PageWords) -> int:
    """Which of the cells is changed; asked only where there are several."""
    if len(chosen.models) == 1:
        return 0

    def name(k: str) -> str:
        return f"{k}: {words.say(f'cell.{chosen.models[int(k) - 1].config.model.cell}')}"

    ids = [str(k + 1) for k in range(len(chosen.models))]
    return int(choice("if-cell", words.say("whatif.cell.which"), ids, "1", name, width=170)) - 1


def _change(kind: str, model: ChosenModel, which: Which, chosen: Chosen, words: PageWords) -> Inner:
    """The change that the controls say."""
    say, (reference, step, layer, way) = words.say, which
    trace = traced(reference, step, chosen.text)
    places = {str(i + 1): f"{i + 1}: {quoted(token)}" for i, token in enumerate(trace.source)}
    middle = str((len(trace.source) + 1) // 2)
    if kind == "read":
        position = int(choice("flip-at", say("whatif.position"), list(places), "1", places.__getitem__, width=150)) - 1
        others = [token for token in model.task.vocabularies()[0].tokens[4:] if token != trace.source[position]]
        return ReadInstead(position, choice("flip-to", say("whatif.token"), others, others[0], quoted, width=150))
    cell = model.config.model.cell
    if kind == "erase":
        states = ("h", "c", "hc") if cell == "lstm" else ("h",)
        lost = choice("erase-states", say("whatif.cell.states"), states, states[-1],
                      lambda id: say(f"whatif.cell.states.{id}"), width=150)  # fmt: skip
        at = choice("erase-at", say("whatif.cell.after"), list(places), middle, places.__getitem__, width=150)
        return EraseState(lost, int(at) - 1, layer, way)
    gates = [name for name in STAGES[cell] if name in GATES]
    keeping = "f" if cell == "lstm" else "z"
    gate = choice("clamp-gate", say("whatif.cell.gate"), gates, keeping, lambda id: say(f"gate.short.{id}"), width=170)
    held = decimal("clamp-value", say("whatif.cell.value"), 0.0, 0.0, 1.0, step=0.1, width=150)
    unit = Subject("", reference, trace, layer, way).watched(chosen.unit)
    names = {"all": say("whatif.cell.units.all"), "one": say("whatif.cell.units.one", unit=unit + 1)}
    units = choice("clamp-units", say("whatif.cell.units"), list(names), "all", names.__getitem__, width=170)
    places = {"all": say("whatif.cell.at.all")} | places
    at = choice("clamp-at", say("whatif.cell.at"), list(places), middle, places.__getitem__, width=150)
    held_at = None if at == "all" else int(at) - 1
    return ClampGate(gate, held, unit if units == "one" else None, held_at, layer, way)


def _show(which: Which, change: Inner, chosen: Chosen, words: PageWords) -> None:
    """The story of both, and what explains its numbers."""
    reference, step, _, _ = which
    story = _compared(which, chosen.text, change, chosen.unit, chosen.sort, words.language)

    def explain() -> ComparisonExplainer:
        before, after = traced(reference, step, chosen.text), traced(reference, step, chosen.text, change)
        return ComparisonExplainer(before, after, words.plain)

    show_story(story, "what-if-story", words, explain)


@st.cache_data(max_entries=32, show_spinner=False)
def _compared(which: Which, text: str, change: Inner, unit: int | None, sort: str, language: str) -> str:
    """The JSON of a comparison."""
    reference, step, layer, way = which
    before, after = traced(reference, step, text), traced(reference, step, text, change)
    both = (Subject("before", reference, before, layer, way), Subject("after", reference, after, layer, way))
    return cell_comparison(*both, Words(language), unit, sort).to_json()
