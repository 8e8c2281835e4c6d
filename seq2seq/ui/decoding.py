"""The Attention page's parts: the model, the input, and the story of its decoding."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.explain import DecodingExplainer
from seq2seq.stories.tokens import quoted
from seq2seq.tasks import LONGEST_INPUT, InputError, Task
from seq2seq.tasks.sequences import LetterTask
from seq2seq.traces import Change, DecodingTrace
from seq2seq.training.config import RunConfig
from seq2seq.training.shipped import shipped_card, shipped_names
from seq2seq.ui.address import says_new
from seq2seq.ui.controls import choice, line
from seq2seq.ui.page import one_sentence
from seq2seq.ui.session import owner, run_store, trained
from seq2seq.ui.stored import ATTENTION_INPUT, ATTENTION_MODEL, HOME_DATES, HOME_MODEL, stored_story
from seq2seq.words import Words


@dataclass(frozen=True)
class ChosenModel:
    """A model that can be picked: how it is called in links, its configuration, and how good it is."""

    reference: str
    config: RunConfig
    step: int
    exact_match: float
    n: int

    @property
    def task(self) -> Task:
        """The task it was trained on."""
        return self.config.task


def _set(task: str, **values: Any) -> Callable[[], None]:
    """A callback that sets controls; the text it sets is one for this task."""
    return lambda: st.session_state.update(values | {"text-for": task, "if": values.get("if", "none")})


ATTENTION_TRIES: dict[str, Callable[[], None]] = {
    "dates": _set("dates", model="dates-gru-additive", text="2021年3月3日"),
    "none": _set("reverse", model="reverse-gru-none", text="bottleneck"),
    "long": _set("reverse", model="reverse-gru-general", text="thequickbrownfoxjump"),
    "force": _set(
        "reverse", model="reverse-gru-general", text="studio", **{"if": "look", "if-at": "2", "if-only": "1"}
    ),
}


def _choices(words: Words) -> dict[str, ChosenModel]:
    """Models that can be picked: this browser's runs that have weights, the link's, and the shipped ones.

    A store in trouble gets its sentence, and takes none of the shipped ones away.
    """
    found: dict[str, ChosenModel] = {}
    with one_sentence(words):
        store = run_store()
        linked = store.get(_wanted())
        for run in [*([linked] if linked else []), *store.recent(owner())]:
            step, last = store.checkpoint_step(run.id), store.last_report(run.id)
            if step is not None and last is not None:
                found[run.id] = ChosenModel(run.id, run.config, step, last["exact_match"], last["n"])
    for name in shipped_names():
        card = shipped_card(name)
        config, test = RunConfig.from_dict(card["config"]), card["test"]
        found[name] = ChosenModel(name, config, card["trained"]["steps"], test["exact_match"], test["n"])
    return found


def _wanted() -> str:
    """The model asked for: by the link where it says something new, else by the control."""
    told = st.query_params.get("model", "")
    return told if says_new("model") else str(st.session_state.get("model") or told)


def chosen_model_and_input(words: Words) -> tuple[ChosenModel, str]:
    """The controls that matter, in one row; below it, in a line, how good the model is."""
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        model = _chosen_model(words)
        text = _chosen_input(model, words)
    st.caption(_describe(model, words))
    return model, text


def _chosen_model(words: Words) -> ChosenModel:
    choices, say = _choices(words), words.say

    def name(reference: str) -> str:
        model = choices[reference].config
        parts = {
            "task": say(f"train.task.{model.task.name}"), "cell": say(f"cell.{model.model.cell}"),
            "attention": say(f"attention.{model.model.attention}"),
        }  # fmt: skip
        key = "attention.shipped" if reference in shipped_names() else "attention.mine"
        return say(key, run=reference[:4], **parts)

    wanted = _wanted()
    if wanted and wanted not in choices:
        st.warning(say("attention.no_such_run", run=wanted[:40]), icon=":material/link_off:")
    return choices[choice("model", say("attention.model"), list(choices), ATTENTION_MODEL, name, width=420)]


def _describe(picked: ChosenModel, words: Words) -> str:
    say, model = words.say, picked.config.model
    both = say("attention.both") if model.bidirectional else ""
    return say(
        "attention.card", task=say(f"train.task.{picked.task.name}"), cell=say(f"cell.{model.cell}"),
        attention=say(f"attention.{model.attention}"), both=f" ({both})" if both else "", steps=picked.step,
        exact=f"{picked.exact_match:.1%}", n=picked.n,
    )  # fmt: skip


def _example(task: Task) -> str:
    """What stands in the input before anything is typed."""
    return ATTENTION_INPUT if task.name == "reverse" else task.example.source


def _chosen_input(model: ChosenModel, words: Words) -> str:
    """The text typed; where another task was picked, an input of that task."""
    before = st.session_state.get("text-task")
    another = before not in (None, model.task.name) and st.session_state.get("text-for") != model.task.name
    if another and not says_new("text"):
        st.session_state["text"] = _example(model.task)
    st.session_state["text-task"] = model.task.name
    st.session_state.pop("text-for", None)
    say, longest = words.say, 10 * LONGEST_INPUT
    return line("text", say("attention.input"), _example(model.task), longest, help=say("attention.input.help"))


@dataclass(frozen=True)
class Decoded:
    """An input decoded by a model, and the story of it (JSON)."""

    model: ChosenModel
    text: str
    story: str


def decode(model: ChosenModel, text: str, words: Words) -> Decoded:
    """The text decoded; if it cannot be used, a sentence why, and the last one that could.

    Raises: InputError if there was none before.
    """
    try:
        decoded = Decoded(model, text, _decoded(model.reference, model.step, text, words.language))
    except InputError as error:
        if "last-decoded" not in st.session_state:
            raise
        st.warning(words.say(error.key, **error.slots), icon=":material/edit:")
        model, text = st.session_state["last-decoded"]
        return Decoded(model, text, _decoded(model.reference, model.step, text, words.language))
    st.session_state["last-decoded"] = (model, text)
    _remark(model, text, words)
    return decoded


def explainer(decoded: Decoded, words: Words) -> Callable[[], DecodingExplainer]:
    """What explains the numbers of a decoding, made when the first one is asked."""
    return lambda: DecodingExplainer(traced(decoded.model.reference, decoded.model.step, decoded.text), words)


def home_explainer(date: str, words: Words) -> Callable[[], DecodingExplainer]:
    """What explains the numbers of a stored story of the home page: the same decoding, made again."""
    return lambda: DecodingExplainer(traced(HOME_MODEL, None, HOME_DATES[date]), words)


def _remark(model: ChosenModel, text: str, words: Words) -> None:
    """What should be known about this input: unknown tokens, or a length never trained on."""
    tokens = model.task.tokenise(model.task.normalise(text))
    unknown = model.task.vocabularies()[0].unknown(tokens)
    if unknown:
        shown = " ".join(f"`` {quoted(token)} ``" for token in unknown[:12])
        st.info(words.say("input.some_unknown", tokens=shown), icon=":material/help:")
    task = model.task
    if isinstance(task, LetterTask) and not task.shortest <= len(tokens) <= task.longest:
        text = words.say("attention.trained_on", shortest=task.shortest, longest=task.longest, length=len(tokens))
        st.info(text, icon=":material/straighten:")
    if task.name == "dates" and task.answer("".join(tokens)) is None:
        st.info(words.say("attention.not_a_date"), icon=":material/event_busy:")


@st.cache_data(max_entries=64, show_spinner=False)
def _decoded(reference: str, step: int, text: str, language: str) -> str:
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    if (reference, text) == (ATTENTION_MODEL, ATTENTION_INPUT):
        return stored_story(f"attention-{language}")
    trace = traced(reference, step, text)
    answer = trained(reference, step).task.answer("".join(trace.source))
    return decoding_story(trace, Words(language), reference, answer).to_json()


@st.cache_resource(max_entries=64, show_spinner=False)
def traced(reference: str, step: int | None, text: str, change: Change | None = None) -> DecodingTrace:
    """Everything that happened in a decoding. Shared: never to be changed."""
    return trained(reference, step).record(text, change=change)
