"""Decode one source with a Transformer on the glass path, and write down everything."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from seq2seq.decoding.walk import walk
from seq2seq.models.model import Memory, Step
from seq2seq.models.multi_head import joined
from seq2seq.models.transformer import WAY, Transformer, TransformerState
from seq2seq.recording.begin import chooser_along, source_as_read
from seq2seq.recording.changes import choose_instead, touched
from seq2seq.recording.decoding import LONGEST_OUTPUT
from seq2seq.tasks import BOS, UNK, Vocabulary
from seq2seq.traces import Change, Gates, TransformerTrace


@torch.inference_mode()
def record_transformer(
    model: Transformer,
    source: Sequence[str],
    vocabularies: tuple[Vocabulary, Vocabulary],
    target: Sequence[str] | None = None,
    longest: int = LONGEST_OUTPUT,
    change: Change | None = None,
) -> TransformerTrace:
    """Read the source tokens and write greedily, or along a given target (teacher forcing), recording all.

    A model without the causal mask computes every state anew with each token it writes; what is recorded of its free
    running is each step's own last row. Along a given target the whole is read at once, future included, as in
    training.

    Args:   source and target: tokens, without special ones; longest: most steps to take; change: what to do
            differently.
    Raises: ValueError if the source is empty.
    """
    source_vocabulary, target_vocabulary = vocabularies
    source = source_as_read(source, change)
    numbers = source_vocabulary.encode(source)
    memory, read = model.encode_glass(torch.tensor([numbers], device=model.device))
    choose, longest = chooser_along(target, target_vocabulary, longest, model.device)
    choose = choose_instead(choose, change, target_vocabulary)
    tokens, _, steps = zip(*walk(model, memory, choose, longest, partial(touched, change)), strict=True)
    written = torch.stack(tokens, 1)  # (1, T)
    previous = torch.cat([torch.full_like(written[:, :1], BOS), written[:, :-1]], 1)
    whole = target is not None and not model.config.causal
    layers, read_out = _read_whole(model, memory, previous) if whole else _read_stepwise(model, steps)
    return TransformerTrace(
        heads=model.config.heads,
        norm=model.config.norm,
        scaled=model.config.scaled,
        causal=model.config.causal,
        positions=(model.config.encoder_positions, model.config.decoder_positions),
        source=tuple(source),
        unknown=tuple(number == UNK for number in numbers),
        numbers=tuple(numbers),
        output=tuple(target_vocabulary.tokens[int(token)] for token in tokens),
        forced=target is not None,
        vocabulary=target_vocabulary.tokens,
        **_embedded(model, read.embedded[0], model.embed_target(previous)[0]),
        encoder=tuple(_arrays(layer[WAY]) for layer in read.layers),
        states=_array(memory.states[0]),
        decoder=tuple(_arrays(layer) for layer in layers),
        readout=_array(read_out["readout"]),
        logits=_array(read_out["logits"]),
        log_probs=_array(read_out["log_probs"]),
        parameters={name: _array(value) for name, value in model.named_parameters()},
        change=change,
    )


def _embedded(model: Transformer, embedded: Tensor, fed: Tensor) -> dict[str, Any]:
    """What both sides read, (S, d) and (T, d), and its two parts: the token and the place."""
    stands = model.source_place(len(embedded), device=model.device)
    turns = model.target_place(len(fed), device=model.device)
    sides = {
        "source_tokens": embedded - stands, "source_places": stands, "embedded": embedded,
        "target_tokens": fed - turns, "target_places": turns, "fed": fed,
    }  # fmt: skip
    return {name: _array(value) for name, value in sides.items()}


def _read_whole(
    model: Transformer, memory: Memory[TransformerState], previous: Tensor
) -> tuple[list[dict[str, Tensor]], dict[str, Tensor]]:
    """The decoder's layers and what is read out of them, over a whole target at once."""
    readout, layers = model.decode_glass(previous, memory)
    logits = model.output(readout)
    return layers, {"readout": readout[0], "logits": logits[0], "log_probs": logits[0].log_softmax(-1)}


def _read_stepwise(model: Transformer, steps: Sequence[Step]) -> tuple[list[dict[str, Tensor]], dict[str, Tensor]]:
    """The same, each row as its step computed it."""
    layers = [_stitched(model, layer, steps) for layer in range(model.config.layers)]
    names = ("readout", "logits", "log_probs")
    return layers, {name: torch.stack([getattr(step, name)[0] for step in steps]) for name in names}


def _stitched(model: Transformer, layer: int, steps: Sequence[Step]) -> dict[str, Tensor]:
    """A decoder layer's values of all steps, as (1, …) of a whole target.

    A step knows no later key: the dots and scores of masked pairs, which no step needs, are made up for here, so that
    the mask can be shown over something; their weights are 0.
    """
    rows = [step.layers[layer] for step in steps]
    later, the_same = ("self.dots", "self.scores", "self.weights"), ("cross.k", "cross.v")
    found = {name: rows[0][name] for name in the_same}
    for name in rows[0]:
        if name not in (*later, *the_same):
            found[name] = torch.cat([row[name][..., -1:, :] for row in rows], -2)  # what is the step's own
    dots = found["self.q"] @ found["self.k"].transpose(-1, -2)
    scores = dots * model.decoder_layers()[layer].attention.scale
    for name, whole in zip(later, (dots, scores, torch.zeros_like(dots)), strict=True):
        for t, row in enumerate(rows):
            whole[:, :, t : t + 1, : t + 1] = row[name]
        found[name] = whole
    return found


def _array(value: Tensor) -> np.ndarray:
    return value.detach().cpu().numpy()


def _arrays(gates: dict[str, Tensor]) -> Gates:
    """Of the only row; q, k and v of all heads side by side, as W_Q, W_K and W_V give them."""
    whole = {name: joined(value) if name.endswith((".q", ".k", ".v")) else value for name, value in gates.items()}
    return {name: _array(value[0]) for name, value in whole.items()}
