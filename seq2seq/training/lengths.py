"""Exact match by length for other seeds, without keeping the weights: what lies around the shipped models' curves.

    python -m seq2seq.training.lengths [SEED …]

Each curve goes into the file as soon as it is measured; curves that are there already are not measured again.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seq2seq.tasks import InputError
from seq2seq.tasks.sequences import Copy, LetterTask, Reverse
from seq2seq.training.ship import score_trained, train_to_the_end
from seq2seq.training.shipped import lengths_name, lengths_recipe

CURVES = Path(__file__).parents[2] / "assets" / "curves" / "lengths.json"
SEEDS = (2, 3)
MOST = 25  # letters that can be sent through: five more than any in training
LENDERS = ("packmyboxwithfivedozenliquorjugs", "howrazorbackjumpingfrogscanlevel")  # whose last state is borrowed


def stored_curves() -> list[dict[str, Any]]:
    """Every curve measured so far: name, seed, how it was trained, scores by length."""
    return json.loads(CURVES.read_text(encoding="utf-8")) if CURVES.exists() else []


def measure(seeds: list[int]) -> None:
    """Train and score reverse and copy, without and with attention, for each seed."""
    curves = stored_curves()
    done = {(curve["name"], curve["seed"]) for curve in curves}
    for seed in seeds:
        for task in (Reverse, Copy):
            for attention in ("none", "general"):
                name = lengths_name(task.name, attention)
                if (name, seed) in done:
                    continue
                trained = train_to_the_end(lengths_recipe(task, attention, seed=seed), f"{name}, seed {seed}")
                curves.append({"name": name, "seed": seed, **score_trained(*trained)})
                CURVES.parent.mkdir(parents=True, exist_ok=True)
                CURVES.write_text("[\n" + ",\n".join(map(json.dumps, curves)) + "\n]\n", encoding="utf-8")


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


if __name__ == "__main__":
    measure([int(argument) for argument in sys.argv[1:]] or list(SEEDS))
