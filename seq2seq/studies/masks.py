"""What the Masks page shows as measured, and the runs that it trains live. Imports no torch."""

import json
from typing import Any

from seq2seq.folders import ASSETS
from seq2seq.models.config import TransformerConfig
from seq2seq.studies.shipped import MASK_TASKS, masks_recipe
from seq2seq.tasks import InputError
from seq2seq.tasks.random_target import RandomTarget
from seq2seq.tasks.sequences import LetterTask
from seq2seq.training.config import TRANSFORMER_RATE, RunConfig, TrainingConfig

MEASURED = ASSETS / "measured" / "masks.json"
SEEDS = (1, 2, 3)
FEWEST, MOST, LONGEST = 2, 4, 12  # sentences of a batch that is drawn, letters of one
SHAPES = ((128, 1), (64, 4))  # d and N: d_k is 128 and 16
KEPT = ("step", "loss", "token_accuracy", "exact_match", "n")  # of each report


def leak_config(task: str, causal: bool, seed: int = 1) -> RunConfig:
    """The run that a dot of the leak stands for; task: one of MASK_TASKS."""
    return masks_recipe(task, causal, seed)


def scale_config(hidden: int, heads: int, scaled: bool, seed: int = 1) -> RunConfig:
    """The same task for a model whose scores are divided by √d_k, or not."""
    return RunConfig(
        MASK_TASKS["reverse"],
        TransformerConfig(hidden=hidden, heads=heads, scaled=scaled),
        TrainingConfig(steps=500, until=None, learning_rate=TRANSFORMER_RATE, seed=seed, device="cpu"),
    )


def unmasked_config(seed: int = 1) -> RunConfig:
    """A model that always saw the pads of its batch, in the encoder and from the decoder."""
    return RunConfig(
        MASK_TASKS["reverse"],
        TransformerConfig(source_mask=False, cross_mask=False),
        TrainingConfig(steps=600, until=None, learning_rate=TRANSFORMER_RATE, seed=seed, device="cpu"),
    )


def bound(config: RunConfig) -> float | None:
    """The lowest loss of a model that sees no token it must predict, where that is known."""
    return config.task.entropy if isinstance(config.task, RandomTarget) else None


def measured() -> dict[str, Any]:
    """What comes with the studio, by part."""
    return json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}


def letter_task(config: RunConfig) -> LetterTask:
    """The task of a run, where its sentences are words and their letters the tokens.

    Raises: InputError if it is of another kind.
    """
    if not isinstance(config.task, LetterTask):
        raise InputError("input.other_model", run=config.task.name)
    return config.task


def read_sentences(task: LetterTask, text: str) -> tuple[tuple[str, ...], ...]:
    """The words of a typed line, each as its letters.

    Raises: InputError if there are too few or too many, or one cannot be used.
    """
    found = task.normalise(text).split()
    if not FEWEST <= len(found) <= MOST:
        raise InputError("input.masks_count", count=len(found))
    for word in found:
        strange = next((sign for sign in word if not "a" <= sign <= "z"), None)
        if strange:
            raise InputError("input.letters_only", sign=strange)
        if len(word) > LONGEST:
            raise InputError("input.masks_long", sentence=word[:20], length=len(word), most=LONGEST)
    return tuple(tuple(word) for word in found)
