"""Which trained model a page looks into: one that came with the studio, a run of this browser, or the link's."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from seq2seq.models.config import RecurrentConfig, TransformerConfig
from seq2seq.studies.shipped import shipped_card, shipped_names, to_be_picked
from seq2seq.tasks import InputError, Task
from seq2seq.tasks.recall import Recall
from seq2seq.training.config import RunConfig
from seq2seq.training.records import RunRecord
from seq2seq.training.store import GONE_ON
from seq2seq.ui.address import says_new
from seq2seq.ui.controls import choice
from seq2seq.ui.markdown import Markdown, PageWords, in_a_row
from seq2seq.ui.page import one_sentence
from seq2seq.ui.session import owner, run_store, trained


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
Hold = Callable[[str, int], object]  # takes hold of a model by its reference and step; InputError if it cannot be used
TRIES = 3  # to take hold of a run that goes on meanwhile


def recurs(config: RunConfig) -> bool:
    """Whether a run's model is a recurrent one."""
    return isinstance(config.model, RecurrentConfig)


def writes_step_by_step(config: RunConfig) -> bool:
    """Whether a run's model can be stepped through on the Attention page.

    A Transformer without the causal mask sees the future: it computes everything anew with each token it writes.
    """
    return recurs(config) or (isinstance(config.model, TransformerConfig) and config.model.causal)


def choose_model(
    words: PageWords, default: str, fits: Fits = recurs, id: str = "model", label: Markdown | None = None,
    hold: Hold = trained,
) -> ChosenModel:  # fmt: skip
    """A control that picks one of the models that `fits`; the default is a shipped one. hold: see `usable`."""
    choices = fitting_models(words, fits, id)
    warn_of_others(choices, words, id)
    name = partial(model_name, choices, words)
    picked = choice(id, label or words.say("attention.model"), list(choices), default, name, width=420)
    return usable(choices, picked, default, words, id, hold)


def usable(
    choices: Mapping[str, ChosenModel],
    picked: str,
    default: str,
    words: PageWords,
    id: str = "model",
    hold: Hold = trained,
) -> ChosenModel:
    """The model picked, at the update its weights are of; where they cannot be used, a sentence, and another model.

    hold: takes hold of the weights, so that they stay those of this update while the page is written. The other model
    is the last that could be used, or the default, whose first picture needs no weights.
    """
    if picked == default:
        return choices[picked]
    try:
        found = _held(choices[picked], hold)
    except InputError as error:
        kept: ChosenModel | None = st.session_state.get(f"{id}-usable")
        if kept is None or kept.reference == picked or kept.reference not in choices:
            kept = choices[default]
        instead = words.say("attention.instead", name=model_name(choices, words, kept.reference))
        st.warning(f"{words.error(error)} {instead}", icon=":material/broken_image:")
        return kept
    st.session_state[f"{id}-usable"] = found
    return found


def _held(model: ChosenModel, hold: Hold) -> ChosenModel:
    """The model with its weights in hand; where a run has gone on since it was looked up, as it is now."""
    for _ in range(TRIES):
        try:
            hold(model.reference, model.step)
            return model
        except InputError as error:
            run = run_store().get(model.reference) if error.key == GONE_ON else None
            again = run and _chosen_run(run)
            if not again:
                raise
            model = again
    hold(model.reference, model.step)
    return model


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
            if chosen := _chosen_run(run):
                found[run.id] = chosen
    for name in names:
        card = shipped_card(name)
        config, test = RunConfig.from_dict(card["config"]), card["test"]
        kinds = tuple((kind, row["n"], row["exact_match"]) for kind, row in test.get("by_kind", {}).items())
        found[name] = ChosenModel(name, config, card["trained"]["steps"], test["exact_match"], test["n"], kinds)
    return found


def _chosen_run(run: RunRecord) -> ChosenModel | None:
    """A run as its weights are: with the update they are of, and how good they were then; None if it has none."""
    step = run_store().checkpoint_step(run.id)
    report = None if step is None else run_store().last_report(run.id, until=step)
    if step is None or report is None:
        return None
    return ChosenModel(run.id, run.config, step, report["exact_match"], report["n"])


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
        attention=say(f"attention.{model.attention}"), both=both,
        steps=f"{picked.step:,}", exact=f"{picked.exact_match:.1%}", n=f"{picked.n:,}",
    )  # fmt: skip
