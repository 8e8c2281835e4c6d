"""Decode one source on the glass path and write down everything."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from seq2seq.decoding.walk import Chooser, forced_by, most_probable, walk
from seq2seq.models.recurrent import Recurrent, RecurrentState
from seq2seq.tasks import EOS, UNK, Vocabulary
from seq2seq.traces import DecodingTrace

LONGEST_OUTPUT = 64  # steps after which a model that never ends is stopped


@torch.inference_mode()
def record_decoding(
    model: Recurrent,
    source: Sequence[str],
    vocabularies: tuple[Vocabulary, Vocabulary],
    target: Sequence[str] | None = None,
    longest: int = LONGEST_OUTPUT,
) -> DecodingTrace:
    """Read the source tokens and write greedily, or along a given target (teacher forcing), recording all.

    Args:   source and target: tokens, without special ones; longest: most steps to take.
    Raises: ValueError if the source is empty.
    """
    if not source:
        raise ValueError("there is nothing to read: the source has no token")
    source_vocabulary, target_vocabulary = vocabularies
    numbers = source_vocabulary.encode(source)
    memory, read = model.encode_glass(torch.tensor([numbers], device=model.device))
    choose: Chooser = most_probable
    if target is not None:
        forced = [*target_vocabulary.encode(target), EOS]
        choose, longest = forced_by(torch.tensor([forced], device=model.device)), len(forced)
    tokens, _, steps = zip(*walk(model, memory, choose, longest), strict=True)

    def over_steps(values: Sequence[Tensor | None]) -> np.ndarray | None:
        """One row a step: (T, …)."""
        present = [value[0] for value in values if value is not None]
        return torch.stack(present).cpu().numpy() if present else None

    def required(values: Sequence[Tensor | None]) -> np.ndarray:
        stacked = over_steps(values)
        assert stacked is not None
        return stacked

    config, start = model.config, memory.start
    assert isinstance(start, RecurrentState)
    return DecodingTrace(
        cell=config.cell,
        attention=config.attention,
        asks_before=config.asks_before,
        source=tuple(source),
        unknown=tuple(number == UNK for number in numbers),
        output=tuple(target_vocabulary.tokens[int(token)] for token in tokens),
        forced=target is not None,
        vocabulary=target_vocabulary.tokens,
        encoder=tuple(
            {way: {name: value[0].cpu().numpy() for name, value in gates.items()} for way, gates in layer.items()}
            for layer in read.layers
        ),
        states=memory.states[0].cpu().numpy(),
        start=tuple(
            {"h": h[0].cpu().numpy()} | ({"c": start.c[layer][0].cpu().numpy()} if start.c else {})
            for layer, h in enumerate(start.h)
        ),
        decoder=tuple(
            {name: required([step.layers[layer][name] for step in steps]) for name in steps[0].layers[layer]}
            for layer in range(config.layers)
        ),
        query=over_steps([step.query for step in steps]),
        scores=over_steps([step.scores for step in steps]),
        weights=over_steps([step.weights for step in steps]),
        context=over_steps([step.context for step in steps]),
        readout=required([step.readout for step in steps]),
        log_probs=required([step.log_probs for step in steps]),
    )
