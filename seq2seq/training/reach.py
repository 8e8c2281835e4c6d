"""How far back learning reaches in a model, written down: norms over held-out pairs, and one example in full."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from seq2seq.models.cells import cell_weights
from seq2seq.models.model import Seq2Seq
from seq2seq.models.recurrent import Recurrent
from seq2seq.tasks import PAD, Task
from seq2seq.traces.gradients import GradientTrace
from seq2seq.training.gradients import example_losses, forced_logits, in_double, local_factors, state_gradients

WATCHED = 64  # held-out pairs, always the same ones, whose gradients are averaged


def watched_pairs(task: Task) -> tuple[Tensor, Tensor]:
    """Source (B, S) and target (B, T) of the held-out pairs that gradients are taken on."""
    source, target = task.batch(task.sample("dev", WATCHED), *task.vocabularies())
    return torch.from_numpy(source), torch.from_numpy(target)


def reach_norms(model: Recurrent, task: Task) -> dict[str, Any]:
    """Mean norms of the loss's derivative by each state of the first layer, position by position, for a report.

    Pairs of unequal length are averaged where they have a token; pads count for nothing.
    """
    source, target = watched_pairs(task)
    found = state_gradients(in_double(model), source, target, each=True)
    count = (source != PAD).sum(0).clamp(min=1)

    def mean(values: Tensor | None) -> list[float] | None:
        return None if values is None else [float(f"{v:.4e}") for v in (values.norm(dim=-1).sum(0) / count).tolist()]

    return {"h": mean(found.h), "c": mean(found.c), "n": WATCHED}


def record_gradients(model: Seq2Seq[Any], task: Task, updates: int, shown: int = 0) -> GradientTrace:
    """Everything the backward pass brings to the encoder, of one layer read one way; `shown`: the pair told in full."""
    if not isinstance(model, Recurrent):
        raise TypeError(f"a {type(model).__name__} has no recurrence to go back along")
    looking = in_double(model)
    source, target = watched_pairs(task)
    found = state_gradients(looking, source, target, each=True)
    one, wanted = source[shown : shown + 1], target[shown : shown + 1]
    with torch.no_grad():
        logits = forced_logits(looking, one, wanted)
        _, record = looking.encode_glass(one)
    gates = {name: array(values[0]) for name, values in record.layers[0]["forward"].items()}
    weights = cell_weights(looking.encoder, 0)
    vocabularies = task.vocabularies()

    def of(values: Tensor | None) -> np.ndarray | None:
        return None if values is None else array(values[shown])

    def norms(values: Tensor | None) -> np.ndarray | None:
        return None if values is None else array(values.norm(dim=-1))

    h_norms = norms(found.h)
    assert h_norms is not None
    return GradientTrace(
        model.config.cell, model.config.attention, updates,
        tuple(vocabularies[0].decode(one[0].tolist())), tuple(vocabularies[1].decode(wanted[0].tolist())),
        float(example_losses(logits, wanted)[0]),
        array(found.h[shown]), of(found.c), of(found.looked), array(found.start_h[shown]), of(found.start_c),
        array(local_factors(looking, one)), gates, array(weights.u), array(weights.b_u), h_norms, norms(found.c),
    )  # fmt: skip


def array(values: Tensor) -> np.ndarray:
    return values.detach().numpy()
