"""One source in two orders, read by two models that differ in one switch: the encoder's positions."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from seq2seq.stories.positions import Shuffled, put_in_order, shuffle_story
from seq2seq.stories.story import Story
from seq2seq.studies.shipped import POSITION_TASKS, positions_name
from seq2seq.tasks import InputError
from seq2seq.words import Words

if TYPE_CHECKING:
    from seq2seq.studies.trained import Trained

SHORTEST, LONGEST = 3, 12  # letters that are read
SHUFFLES = ("1", "2", "3", "4")  # random orders, by their seeds
ORDERS = (*SHUFFLES, "backwards", "swap", "ends")
TASKS = ("reverse", "sort", "sort-repeats")
MODELS = {"without": ("none", "sinusoidal"), "with": ("sinusoidal", "sinusoidal")}
Load = Callable[[str], "Trained"]


def model_names(task: str) -> dict[str, str]:
    """The two shipped models of a task, by whether their encoder has positions."""
    return {way: positions_name(task, *sides) for way, sides in MODELS.items()}


def read_letters(text: str) -> str:
    """The letters of a typed text; spaces do not count.

    Raises: InputError if there is anything else in it, or too little, or too much.
    """
    letters = "".join(text.lower().split())
    strange = next((sign for sign in letters if not "a" <= sign <= "z"), None)
    if strange:
        raise InputError("input.letters_only", sign=strange)
    if not SHORTEST <= len(letters) <= LONGEST:
        raise InputError("input.letters_count", length=len(letters), low=SHORTEST, high=LONGEST)
    return letters


def order_of(how: str, count: int) -> tuple[int, ...]:
    """Which token comes to stand at each place; how: one of ORDERS. Never all where they were."""
    places = list(range(count))
    if how == "backwards":
        return tuple(places[::-1])
    if how in ("swap", "ends"):
        other = 1 if how == "swap" else count - 1
        places[0], places[other] = places[other], places[0]
        return tuple(places)
    rng = np.random.default_rng(int(how))
    while True:
        order = tuple(rng.permutation(count).tolist())
        if order != tuple(places):
            return order


def record_shuffled(task: str, text: str, how: str, load: Load) -> dict[str, Shuffled]:
    """Both orders of a text, read by both models of a task."""
    order = order_of(how, len(text))
    other = "".join(put_in_order(text, order))
    pairs = {}
    for way, name in model_names(task).items():
        model = load(name)
        pairs[way] = Shuffled(model.record_transformer(text), model.record_transformer(other), order)
    return pairs


def answers(task: str, text: str, how: str) -> tuple[str, str]:
    """What is right for the text, and for its other order."""
    rearrange = POSITION_TASKS[task].answer
    other = "".join(put_in_order(text, order_of(how, len(text))))
    return rearrange(text) or "", rearrange(other) or ""


def told_shuffled(task: str, text: str, how: str, words: Words, load: Load) -> Story:
    """The story of it."""
    pairs = record_shuffled(task, text, how, load)
    return shuffle_story(pairs, words, f"{task}|{text}", answers(task, text, how))
