"""The parts of the page Inside the cell: the cells, the input, the unit, and the story of the reading."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from seq2seq.models.config import RecurrentConfig
from seq2seq.stories.cell import MOST_CELLS, SORTS, Subject, cell_story, explain_subjects, to_try
from seq2seq.stories.explain import SeveralExplainer
from seq2seq.stories.stored import CELL_INPUT, CELL_MODEL
from seq2seq.stories.tokens import quoted
from seq2seq.tasks import LONGEST_INPUT, Task
from seq2seq.tasks.recall import SYMBOLS, Recall
from seq2seq.ui.address import says_new
from seq2seq.ui.controls import choice, line
from seq2seq.ui.decoding import traced
from seq2seq.ui.markdown import Markdown, PageWords, code, in_a_row
from seq2seq.ui.models import ChosenModel, choose_model, describe, recurs
from seq2seq.ui.page import told_or_last
from seq2seq.ui.session import trained
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

BESIDE = ("recall-lstm-none", "recall-gru-none", "recall-rnn-none")  # what stands in each place at first
MOST, FAR = "most", "Cvzsywutxxsuvyzwtsvux"
NOTHING: dict[str, Any] = {"cells": "1", "layer": "1", "way": "forward", "unit": MOST, "sort": "change", "if": "none"}


def _set(**values: Any) -> Callable[[], None]:
    """A callback that sets every control of the page; what an earlier one set is not left over."""
    models = {f"cell{k + 1}": name for k, name in enumerate(BESIDE)}
    return lambda: st.session_state.update(NOTHING | models | {"input": CELL_INPUT, "cell-typed": True} | values)


FAR_MODELS = {f"cell{k + 1}": name.replace("recall", "recall20") for k, name in enumerate(BESIDE)}
CELL_TRIES: dict[str, Callable[[], None]] = {
    "side": _set(cells="3"),
    "far": _set(cells="3", input=FAR, **FAR_MODELS),
    "forget": _set(
        cell1="recall20-lstm-none", input=FAR,
        **{"if": "clamp", "clamp-gate": "f", "clamp-value": 0.0, "clamp-at": "11", "clamp-units": "all"},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """What the page looks into: models on one input, a layer and direction, a unit, an order of the units."""

    models: tuple[ChosenModel, ...]
    text: str
    layer: int
    way: str
    unit: int | None
    sort: str

    @property
    def subjects(self) -> tuple[tuple[str, int, int, str], ...]:
        """For each cell: reference, updates, layer and direction, as far as it has them."""
        found = []
        for model in self.models:
            shape = model.config.recurrent
            way = self.way if self.way in shape.directions else "forward"
            found.append((model.reference, model.step, min(self.layer, shape.layers - 1), way))
        return tuple(found)


def choose_cells(words: PageWords) -> Chosen:
    """The controls: in the first row the cells and their input, in the second what to follow in them."""
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        counts = [str(k + 1) for k in range(MOST_CELLS)]
        count = int(choice("cells", say("cell.count"), counts, "1", lambda k: say(f"cell.count.{k}"), width=180))
        models = [choose_model(words, CELL_MODEL, id="cell1", label=say("cell.model"))]
        same = models[0].task.name
        for k in range(1, count):
            fitting = BESIDE[k] if same == "recall" else models[0].reference
            models.append(
                choose_model(words, fitting, lambda config: recurs(config) and config.task.name == same, f"cell{k + 1}",
                             say(f"cell.model.{k + 1}"))
            )  # fmt: skip
        text = _chosen_input(models[0].task, words)
    with st.container(key="cell-details", horizontal=True, vertical_alignment="bottom"):
        layer, way = _layer_and_way([model.config.recurrent for model in models], words)
        unit = _unit(min(len_of(model) for model in models), words)
        sort = choice("sort", say("cell.sort"), SORTS, "change", lambda id: say(f"cell.sort.{id}"), width=230,
                      help=say("cell.sort.help"))  # fmt: skip
    if count == 1:
        st.caption(describe(models[0], words) + _chance(models[0].task, words))
    else:
        reached = [
            say(
                "cell.reached", cell=say(f"cell.{model.config.model.cell}"), exact=f"{model.exact_match:.1%}", n=model.n
            )
            for model in models
        ]
        st.caption(" · ".join(reached) + _chance(models[0].task, words))
    return Chosen(tuple(models), text, layer, way, unit, sort)


def len_of(model: ChosenModel) -> int:
    """Units of one direction of a model's encoder."""
    return model.config.model.hidden


def _chance(task: Task, words: PageWords) -> Markdown:
    """What guessing would reach, where that is worth saying."""
    return Markdown(f" · {words.say('cell.chance')}" if isinstance(task, Recall) else "")


def _example(task: Task) -> str:
    """What stands in the input before anything is typed."""
    if isinstance(task, Recall):
        if task.distance == len(CELL_INPUT) - 1:
            return CELL_INPUT
        return FAR if task.distance == len(FAR) - 1 else task.sample("test", 1)[0].source
    return task.example.source


def _chosen_input(task: Task, words: PageWords) -> str:
    """The text typed; where a model of another task was picked, an input of that task."""
    say, kept, example = words.say, st.session_state, _example(task)
    name, last = kept.get("cell-example", (task.name, example))
    typed = kept.pop("cell-typed", False) or says_new("input")  # by a try, or a link
    if example != last and not typed and (name != task.name or kept.get("input") == last):
        kept["input"] = example
    kept["cell-example"] = (task.name, example)
    return line("input", say("cell.input"), example, 10 * LONGEST_INPUT, help=say("cell.input.help"))


def _layer_and_way(shapes: list[RecurrentConfig], words: PageWords) -> tuple[int, str]:
    """Layer (from 0) and direction, to be chosen only where there is a choice."""
    say, layer, way = words.say, 0, "forward"
    layers = max(shape.layers for shape in shapes)
    if layers > 1:
        layer = int(choice("layer", say("cell.layer"), [str(k + 1) for k in range(layers)], "1", width=110)) - 1
    if any(shape.bidirectional for shape in shapes):
        way = choice("way", say("cell.way"), ("forward", "backward"), "forward", lambda id: say(f"inside.way.{id}"),
                     width=150)  # fmt: skip
    return layer, way


def _unit(units: int, words: PageWords) -> int | None:
    """The unit to follow; None for the one that changes most."""
    say = words.say

    def name(id: str) -> str:
        return say("cell.unit.most") if id == MOST else say("cell.unit.one", unit=int(id) + 1)

    ids = [MOST, *map(str, range(units))]
    picked = choice("unit", say("cell.unit"), ids, MOST, name, width=250, help=say("cell.unit.help"))
    return None if picked == MOST else int(picked)


@dataclass(frozen=True)
class Looked:
    """What was chosen, and the story of it (JSON)."""

    chosen: Chosen
    story: str


def look_inside(chosen: Chosen, words: PageWords) -> Looked:
    """The story of the reading; if the input cannot be used, a sentence why, and the last that could, or an example.

    Raises: InputError if not even that can be told.
    """

    def tell(each: Chosen) -> str:
        return _told(each.subjects, each.text, each.unit, each.sort, words.language)

    example = replace(chosen, text=_example(chosen.models[0].task))
    told, story = told_or_last("looked", chosen, tell, words, [example])
    if told is chosen:
        _remark(chosen, words)
    return Looked(told, story)


def _remark(chosen: Chosen, words: PageWords) -> None:
    """What should be known about this input: unknown tokens, or another length than the model was trained on."""
    task = chosen.models[0].task
    tokens = task.tokenise(task.normalise(chosen.text))
    unknown = task.vocabularies()[0].unknown(tokens)
    if unknown:
        shown = in_a_row([code(quoted(token)) for token in unknown[:12]])
        st.info(words.say("input.some_unknown", tokens=shown), icon=":material/help:")
    distances = sorted({model.task.distance for model in chosen.models if isinstance(model.task, Recall)})
    for distance in distances:
        if distance != len(tokens) - 1 or tokens[0] not in SYMBOLS:
            text = words.say("cell.noise", distance=distance, length=len(tokens) - 1)
            st.info(text, icon=":material/straighten:")


def inside_explainer(looked: Looked, words: PageWords) -> Callable[[], SeveralExplainer]:
    """What explains the numbers of the story, made when the first one is asked."""
    return lambda: explain_subjects(subjects(looked.chosen.subjects, looked.chosen.text), words.plain)


def subjects(which: tuple[tuple[str, int, int, str], ...], text: str) -> list[Subject]:
    """The cells with their traces."""
    return [
        Subject(str(k + 1), reference, traced(reference, step, text), layer, way)
        for k, (reference, step, layer, way) in enumerate(which)
    ]


@st.cache_data(max_entries=32, show_spinner=False)
def _told(which: tuple[tuple[str, int, int, str], ...], text: str, unit: int | None, sort: str, language: str) -> str:
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    first = [(reference, layer, way) for reference, _, layer, way in which]
    if (first, text, unit, sort) == ([(CELL_MODEL, 0, "forward")], CELL_INPUT, None, "change"):
        return stored_story(f"cell-{language}")
    cells = subjects(which, text)
    reference, step, layer, way = which[0]
    task = trained(reference, step).task
    answer, flaws = task.answer("".join(cells[0].trace.source)), [task.flaw(cell.trace.text) for cell in cells]
    trials = [traced(reference, step, text, change) for change in to_try(cells[0])]
    return cell_story(cells, Words(language), unit, sort, answer, trials, flaws).to_json()
