"""The tables that tell a Transformer where its tokens stand: the waves, and what a trained model learnt instead."""

import torch

from seq2seq.models.positions import sinusoids
from seq2seq.studies.trained import Trained
from seq2seq.tasks.sequences import LetterTask
from seq2seq.traces.places import PlacesTrace

SHOWN, WIDTH = 32, 64  # rows and features that are looked at


def record_waves() -> PlacesTrace:
    """The sinusoidal table; nobody trains it, so that no row is better known than another."""
    return _trace("sinusoidal", "encoder", SHOWN, sinusoids(SHOWN, WIDTH))


def record_learned(trained: Trained, side: str) -> PlacesTrace:
    """The table that a model learnt for one side.

    Raises: InputError if the model is no Transformer; ValueError if it learnt none.
    """
    model, task = trained.transformer, trained.task
    place = model.source_place if side == "encoder" else model.target_place
    if place.kind != "learned":
        raise ValueError(f"the {side}'s positions are {place.kind}")
    assert isinstance(task, LetterTask)
    read = task.longest + (side == "decoder")  # the decoder reads ⟨bos⟩ too
    return _trace("learned", side, read, place(SHOWN))


@torch.inference_mode()
def _trace(kind: str, side: str, read: int, table: torch.Tensor) -> PlacesTrace:
    return PlacesTrace(kind, side, read, table.numpy(), (table @ table.T).numpy())
