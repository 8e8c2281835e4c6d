"""Which trained model a page looks into: one that came with the studio, a run of this browser, or the link's."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from seq2seq.models.config import RecurrentConfig, TransformerConfig
from seq2seq.studies.shipped import shipped_card, shipped_names, to_be_picked
from seq2seq.tasks import Task
from seq2seq.tasks.recall import Recall
from seq2seq.training.config import RunConfig
from seq2seq.ui.address import says_new
from seq2seq.ui.controls import choice
from seq2seq.ui.markdown import Markdown, PageWords, in_a_row
from seq2seq.ui.page import one_sentence
from seq2seq.ui.session import owner, run_store


@dataclass(frozen=True)
class ChosenModel:
    """A model that can be picked: how it is called in links, its configuration, and how good it is."""

    reference: str
    config: RunConfig
    step: int
    exact_match: float
    n: int
    by_kind: tuple[tuple[str, int, float], ...] = ()  # of each kind of input: how many there were, how many are right

    @property
    def task(self) -> Task:
        """The task it was trained on."""
        return self.config.task


Fits = Callable[[RunConfig], bool]


def recurs(config: RunConfig) -> bool:
    """Whether a run's model is a recurrent one."""
    return isinstance(config.model, RecurrentConfig)


def writes_step_by_step(config: RunConfig) -> bool:
    """Whether a run's model can be stepped through on the Attention page.

    A Transformer without the causal mask sees the future: it computes everything anew with each token it writes.
    """
    return recurs(config) or (isinstance(config.model, TransformerConfig) and config.model.causal)


def choose_model(
    words: PageWords, default: str, fits: Fits = recurs, id: str = "model", label: Markdown | None = None
) -> ChosenModel:
    """A control that picks one of the models that `fits`; the default is a shipped one."""
    choices = fitting_models(words, fits, id)
    warn_of_others(choices, words, id)
    name = partial(model_name, choices, words)
    return choices[choice(id, label or words.say("attention.model"), list(choices), default, name, width=420)]


def fitting_models(
    words: PageWords, fits: Fits, id: str = "model", names: Sequence[str] | None = None
) -> dict[str, ChosenModel]:
    """The models that can be picked by a control; names: of the shipped ones, default: those of every page."""
    known = _known(words, id, to_be_picked() if names is None else names)
    return {reference: model for reference, model in known.items() if fits(model.config)}


def model_name(choices: Mapping[str, ChosenModel], words: PageWords, reference: str) -> str:
    """What a learner sees of a model."""
    model, say = choices[reference].config, words.say
    parts = {
        "task": _task_name(model.task, words), "cell": say(f"cell.{model.model.cell}"),
        "attention": say(f"attention.{model.model.attention}"),
    }  # fmt: skip
    key = "attention.shipped" if reference in shipped_names() else "attention.mine"
    return say(key, run=reference[:4], **parts)


def warn_of_others(choices: Container[str], words: PageWords, id: str = "model") -> None:
    """Say so, if the model asked for is none of those that can be picked."""
    wanted = _wanted(id)
    if wanted and wanted not in choices:
        known = wanted in shipped_names() or run_store().get(wanted) is not None
        key = "attention.cannot_show" if known else "attention.no_such_run"
        st.warning(words.say(key, run=wanted[:40]), icon=":material/link_off:")


def _task_name(task: Task, words: PageWords) -> str:
    """What a task is called; of recall, with its distance: models differ in little else."""
    name = words.say(f"train.task.{task.name}")
    return f"{name} ({task.distance})" if isinstance(task, Recall) else name


def _known(words: PageWords, id: str, names: Sequence[str]) -> dict[str, ChosenModel]:
    """Models that can be picked: this browser's runs that have weights, the link's, and the shipped ones.

    A store in trouble gets its sentence, and takes none of the shipped ones away.
    """
    found: dict[str, ChosenModel] = {}
    with one_sentence(words):
        store = run_store()
        linked = store.get(_wanted(id))
        for run in [*([linked] if linked else []), *store.recent(owner())]:
            step, last = store.checkpoint_step(run.id), store.last_report(run.id)
            if step is not None and last is not None:
                found[run.id] = ChosenModel(run.id, run.config, step, last["exact_match"], last["n"])
    for name in names:
        card = shipped_card(name)
        config, test = RunConfig.from_dict(card["config"]), card["test"]
        kinds = tuple((kind, row["n"], row["exact_match"]) for kind, row in test.get("by_kind", {}).items())
        found[name] = ChosenModel(name, config, card["trained"]["steps"], test["exact_match"], test["n"], kinds)
    return found


def _wanted(id: str) -> str:
    """The model asked for: by the link where it says something new, else by the control."""
    told = st.query_params.get(id, "")
    return told if says_new(id) else str(st.session_state.get(id) or told)


def describe_kinds(picked: ChosenModel, words: PageWords) -> list[Markdown]:
    """How good a model is on each kind of input, in a sentence; none where its task has no kinds."""
    told = [
        words.say("card.kind", kind=words.say(f"kind.{kind}"), exact=f"{exact:.1%}", n=n)
        for kind, n, exact in picked.by_kind
    ]
    return [words.say("card.kinds", list=in_a_row(told, words.say("states.list")))] if told else []


def describe(picked: ChosenModel, words: PageWords) -> Markdown:
    """How good a model is, and what it is, in a line; on inputs of several kinds, how good on each."""
    return in_a_row([_described(picked, words), *describe_kinds(picked, words)])


def _described(picked: ChosenModel, words: PageWords) -> Markdown:
    say, model = words.say, picked.config.model
    if isinstance(model, TransformerConfig):
        return say(
            "attention.card.transformer", task=_task_name(picked.task, words), layers=model.layers, heads=model.heads,
            width=model.head_width, steps=f"{picked.step:,}", exact=f"{picked.exact_match:.1%}", n=f"{picked.n:,}",
        )  # fmt: skip
    both = say("attention.both") if isinstance(model, RecurrentConfig) and model.bidirectional else ""
    return say(
        "attention.card", task=_task_name(picked.task, words), cell=say(f"cell.{model.cell}"),
        attention=say(f"attention.{model.attention}"), both=f" ({both})" if both else "",
        steps=f"{picked.step:,}", exact=f"{picked.exact_match:.1%}", n=f"{picked.n:,}",
    )  # fmt: skip
