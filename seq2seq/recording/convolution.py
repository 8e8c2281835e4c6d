"""Decode one source with a convolutional model on the glass path, and write down everything."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seq2seq.decoding.walk import walk
from seq2seq.models.convolutional import WAY, Convolutional
from seq2seq.models.model import EncoderRecord, Step
from seq2seq.recording.begin import chooser_along, source_as_read
from seq2seq.recording.decoding import LONGEST_OUTPUT
from seq2seq.tasks import UNK, Vocabulary
from seq2seq.traces import ConvTrace


@torch.inference_mode()
def record_convolution(
    model: Convolutional,
    source: Sequence[str],
    vocabularies: tuple[Vocabulary, Vocabulary],
    target: Sequence[str] | None = None,
    longest: int = LONGEST_OUTPUT,
) -> ConvTrace:
    """Read the source tokens and write greedily, or along a given target (teacher forcing), recording all.

    Args:   source and target: tokens, without special ones; longest: most steps to take.
    Raises: ValueError if the source is empty.
    """
    source_vocabulary, target_vocabulary = vocabularies
    tensor = torch.tensor([source_vocabulary.encode(source_as_read(source))], device=model.device)
    read, _, _ = model.read_source(tensor)
    memory, record = model.encode_glass(tensor)
    choose, longest = chooser_along(target, target_vocabulary, longest, model.device)
    tokens, _, steps = zip(*walk(model, memory, choose, longest), strict=True)
    numbers = tuple(read[0].tolist())
    return ConvTrace(
        kernel=model.config.kernel,
        causal=model.causal_encoder,
        source=(*source, *(source_vocabulary.tokens[number] for number in numbers[len(source) :])),
        unknown=tuple(number == UNK for number in numbers),
        numbers=numbers,
        output=tuple(target_vocabulary.tokens[int(token)] for token in tokens),
        forced=target is not None,
        vocabulary=target_vocabulary.tokens,
        **_encoder_side(record),
        **_decoder_side(steps),
        parameters={name: value.detach().cpu().numpy() for name, value in model.named_parameters()},
    )


def _encoder_side(record: EncoderRecord) -> dict[str, Any]:
    """What the encoder computed, as the trace's fields."""
    layers = (layer[WAY] for layer in record.layers)
    return {
        "embedded": record.embedded[0].cpu().numpy(),
        "encoder": tuple({name: value[0].cpu().numpy() for name, value in gates.items()} for gates in layers),
    }


def _decoder_side(steps: Sequence[Step]) -> dict[str, Any]:
    """What the decoder's steps computed, one row a step, as the trace's fields."""

    def rows(values: Sequence[Tensor]) -> np.ndarray:
        return torch.stack([value[0] for value in values]).cpu().numpy()

    fed = rows([step.embedded for step in steps])
    return {
        "fed": fed if steps[0].layers else fed[:0],
        "decoder": tuple(
            {name: rows([step.layers[layer][name] for step in steps]) for name in steps[0].layers[layer]}
            for layer in range(len(steps[0].layers))
        ),
        **{name: rows([getattr(step, name) for step in steps]) for name in ("readout", "logits", "log_probs")},
    }
