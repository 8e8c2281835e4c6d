"""What is learnt: tasks, their vocabularies and their data. Knows nothing of models."""

from collections.abc import Mapping
from typing import Any

from seq2seq.tasks.addition import Addition
from seq2seq.tasks.dates import Dates
from seq2seq.tasks.dates_short import DatesShort
from seq2seq.tasks.random_target import RandomTarget
from seq2seq.tasks.recall import Recall
from seq2seq.tasks.sequences import Copy, Reverse, Sort
from seq2seq.tasks.shift import Shift
from seq2seq.tasks.synonyms import Synonyms
from seq2seq.tasks.task import LONGEST_INPUT, Batch, InputError, Pair, Split, Task, pad
from seq2seq.tasks.vocabulary import BOS, EOS, PAD, SPECIALS, UNK, Vocabulary

TASKS: dict[str, type[Task]] = {
    task.name: task
    for task in (Dates, Reverse, Copy, Sort, Addition, Recall, Shift, RandomTarget, Synonyms, DatesShort)
}


def make_task(settings: Mapping[str, Any]) -> Task:
    """The task of these settings, as `Task.settings` gives them.

    Raises: InputError if there is no such task or setting.
    """
    options = dict(settings)
    name = options.pop("name", None)
    if name not in TASKS:
        raise InputError("input.no_such", what="task", value=name, choices=", ".join(TASKS))
    try:
        return TASKS[name](**options)
    except TypeError:
        raise InputError("input.no_such_setting", name=", ".join(options)) from None


__all__ = [
    "BOS", "EOS", "LONGEST_INPUT", "PAD", "SPECIALS", "TASKS", "UNK", "Batch", "InputError", "Pair", "Split",
    "Task", "Vocabulary", "make_task", "pad",
]  # fmt: skip
