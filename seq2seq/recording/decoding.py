"""Decode one source on the glass path and write down everything."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seq2seq.decoding.walk import walk
from seq2seq.models.model import EncoderRecord, Memory, Step
from seq2seq.models.recurrent import Recurrent, RecurrentState
from seq2seq.recording.begin import chooser_along, source_as_read
from seq2seq.recording.changes import choose_instead, erase_end, inside, start_instead, touched
from seq2seq.tasks import UNK, Vocabulary
from seq2seq.traces import BorrowStart, Change, DecodingTrace, DisturbStart, EraseState, Gates

LONGEST_OUTPUT = 64  # steps after which a model that never ends is stopped


@torch.inference_mode()
def record_decoding(
    model: Recurrent,
    source: Sequence[str],
    vocabularies: tuple[Vocabulary, Vocabulary],
    target: Sequence[str] | None = None,
    longest: int = LONGEST_OUTPUT,
    change: Change | None = None,
) -> DecodingTrace:
    """Read the source tokens and write greedily, or along a given target (teacher forcing), recording all.

    Args:   source and target: tokens, without special ones; longest: most steps to take; change: what to do
            differently.
    Raises: ValueError if the source is empty.
    """
    source_vocabulary, target_vocabulary = vocabularies
    source = source_as_read(source, change)
    numbers = source_vocabulary.encode(source)
    memory, read = model.encode_glass(torch.tensor([numbers], device=model.device), inside=partial(inside, change))
    if isinstance(change, EraseState):
        end = len(source) - 1 if change.way == "forward" else 0
        memory = replace(memory, start=erase_end(memory.start, change, end, model.config.hidden))
    if isinstance(change, BorrowStart):
        other, _ = model.encode_glass(torch.tensor([source_vocabulary.encode(change.source)], device=model.device))
        memory = replace(memory, start=other.start)
    elif not model.attention or isinstance(change, DisturbStart):
        memory = replace(memory, start=start_instead(memory.start, change))
    choose, longest = chooser_along(target, target_vocabulary, longest, model.device)
    choose = choose_instead(choose, change, target_vocabulary)
    tokens, _, steps = zip(*walk(model, memory, choose, longest, partial(touched, change)), strict=True)
    return DecodingTrace(
        cell=model.config.cell,
        attention=model.config.attention,
        asks_before=model.config.asks_before,
        source=tuple(source),
        unknown=tuple(number == UNK for number in numbers),
        output=tuple(target_vocabulary.tokens[int(token)] for token in tokens),
        forced=target is not None,
        vocabulary=target_vocabulary.tokens,
        **_encoder_side(memory, read),
        **_decoder_side(steps),
        parameters={name: value.detach().cpu().numpy() for name, value in model.named_parameters()},
        change=change,
    )


def _encoder_side(memory: Memory[RecurrentState], read: EncoderRecord) -> dict[str, Any]:
    """What the encoder left, as the trace's fields."""
    start = memory.start

    def arrays(gates: dict[str, Tensor]) -> Gates:
        return {name: value[0].cpu().numpy() for name, value in gates.items()}

    return {
        "embedded": read.embedded[0].cpu().numpy(),
        "encoder": tuple({way: arrays(gates) for way, gates in layer.items()} for layer in read.layers),
        "states": memory.states[0].cpu().numpy(),
        "start": tuple(
            arrays({"h": h} | ({"c": start.c[layer]} if start.c else {})) for layer, h in enumerate(start.h)
        ),
        "keys": None if memory.keys is None else memory.keys[0].cpu().numpy(),
    }


def _decoder_side(steps: Sequence[Step]) -> dict[str, Any]:
    """What the decoder's steps computed, one row a step, as the trace's fields."""

    def rows(values: Sequence[Tensor]) -> np.ndarray:
        return torch.stack([value[0] for value in values]).cpu().numpy()

    def looked(name: str) -> np.ndarray | None:
        values = [value for step in steps if (value := getattr(step.look, name, None)) is not None]
        return rows(values) if values else None

    return {
        "fed": rows([step.embedded for step in steps]),
        "decoder": tuple(
            {name: rows([step.layers[layer][name] for step in steps]) for name in steps[0].layers[layer]}
            for layer in range(len(steps[0].layers))
        ),
        **{name: looked(name) for name in ("query", "asking", "hidden", "scores", "weights", "context")},
        **{name: rows([getattr(step, name) for step in steps]) for name in ("readout", "logits", "log_probs")},
    }
