"""Where a model's states lie: many sentences read at once on the glass path, a few followed token by token."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from seq2seq.decoding.walk import forced_by, most_probable, walk
from seq2seq.models.cells import Gates
from seq2seq.models.model import EncoderRecord
from seq2seq.models.recurrent import Recurrent, RecurrentState
from seq2seq.recording.decoding import LONGEST_OUTPUT
from seq2seq.tasks import Batch, Vocabulary
from seq2seq.traces import StatePath

PARTS = {"h": ("h",), "c": ("c",), "both": ("h", "c")}


def joined(gates: Gates | RecurrentState, part: str, layer: int = 0) -> Tensor:
    """The part of a state that is looked at, (…, D): h, c, or both side by side."""
    if isinstance(gates, RecurrentState):
        gates = {"h": gates.h[layer]} | ({"c": gates.c[layer]} if gates.c else {})
    return torch.cat([gates[name] for name in PARTS[part]], -1)


def read_so_far(record: EncoderRecord, lengths: Tensor, part: str, layer: int) -> Tensor:
    """States (B, S, D) after 1, 2, … tokens were read: forward from the left, backward, if it does, from the right.

    The last of each sentence is what the decoder starts with. Behind a sentence's end: 0.
    """
    gates = record.layers[layer]
    steps = torch.arange(record.embedded.shape[1])
    real = steps < lengths[:, None]  # (B, S)
    mirrored = (lengths[:, None] - 1 - steps).clamp(min=0)
    rows = torch.arange(len(lengths))[:, None]
    found = [
        gates[way][name][rows, mirrored] if way == "backward" else gates[way][name]
        for name in PARTS[part]
        for way in gates
    ]
    return torch.cat(found, -1) * real[..., None]


@torch.inference_mode()
def record_final(model: Recurrent, batch: Batch, part: str, layer: int) -> np.ndarray:
    """The states (B, D) in which the encoder ends and the decoder starts."""
    memory, _ = model.encode_glass(torch.from_numpy(batch.source))
    return joined(memory.start, part, layer).numpy()


@torch.inference_mode()
def record_reading(model: Recurrent, batch: Batch, part: str, layer: int) -> np.ndarray:
    """The states (B, S, D) after each token that was read."""
    memory, record = model.encode_glass(torch.from_numpy(batch.source))
    return read_so_far(record, memory.mask.sum(1), part, layer).numpy()


@torch.inference_mode()
def record_writing(model: Recurrent, batch: Batch, at: int, part: str, layer: int) -> np.ndarray:
    """The decoder's states (B, D) that write output `at`, counted from 1, the right answer fed up to there."""
    memory = model.encode(torch.from_numpy(batch.source))
    *_, (_, _, step) = walk(model, memory, forced_by(torch.from_numpy(batch.target)), at)
    return joined(step.layers[layer], part).numpy()


@torch.inference_mode()
def record_path(
    model: Recurrent, text: str, source: Sequence[str], vocabularies: tuple[Vocabulary, Vocabulary], part: str,
    layer: int,
) -> StatePath:  # fmt: skip
    """The way of one sentence, token by token, and on through the tokens that the model writes."""
    memory, record = model.encode_glass(torch.tensor([vocabularies[0].encode(source)]))
    read = read_so_far(record, memory.mask.sum(1), part, layer)[0]
    encoder = torch.cat([torch.zeros_like(read[:1]), read])  # before the first token it is zero
    tokens, _, steps = zip(*walk(model, memory, most_probable, LONGEST_OUTPUT), strict=True)
    decoder = [joined(memory.start, part, layer), *(joined(step.layers[layer], part) for step in steps)]
    output = tuple(vocabularies[1].tokens[int(token)] for token in tokens)
    return StatePath(text, tuple(source), output, encoder.numpy(), torch.cat(decoder).numpy())
