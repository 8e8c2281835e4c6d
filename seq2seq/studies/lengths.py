"""What can be sent through the models that are scored by length, and the curves of other seeds, measured once."""

import json
from collections.abc import Sequence
from typing import Any

from seq2seq.folders import ASSETS
from seq2seq.tasks import InputError
from seq2seq.tasks.sequences import LetterTask

CURVES = ASSETS / "measured" / "lengths.json"
MOST = 25  # letters that can be sent through: five more than any in training
LENDERS = ("packmyboxwithfivedozenliquorjugs", "howrazorbackjumpingfrogscanlevel")  # whose last state is borrowed


def stored_curves() -> list[dict[str, Any]]:
    """Every curve measured so far: name, seed, how it was trained, scores by length."""
    return json.loads(CURVES.read_text(encoding="utf-8")) if CURVES.exists() else []


def read_source(task: LetterTask, text: str) -> tuple[str, ...]:
    """The letters of a typed text; spaces do not count.

    Raises: InputError if there is anything else in it, or too little, or too much.
    """
    source, most = "".join(task.normalise(text).split()), MOST
    strange = next((sign for sign in source if not "a" <= sign <= "z"), None)
    if strange:
        raise InputError("input.letters_only", sign=strange)
    if not 2 <= len(source) <= most:
        raise InputError("input.letters_count", length=len(source), low=2, high=most)
    return tuple(source)


def lent(source: Sequence[str]) -> tuple[str, ...]:
    """The letters, as many as the source has, whose last state is borrowed: another text than the source."""
    text = LENDERS["".join(source)[:4] == LENDERS[0][:4]]
    return tuple(text[: len(source)])
