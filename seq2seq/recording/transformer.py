"""Decode one source with a Transformer on the glass path, and write down everything."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
from torch import Tensor

from seq2seq.decoding.walk import Chooser, forced_by, most_probable, walk
from seq2seq.models.model import Step
from seq2seq.models.transformer import WAY, Transformer
from seq2seq.recording.changes import choose_instead, touched
from seq2seq.recording.decoding import LONGEST_OUTPUT
from seq2seq.tasks import BOS, EOS, UNK, Vocabulary
from seq2seq.traces import Change, Gates, ReadInstead, TransformerTrace

Layers = Sequence[dict[str, Tensor]]


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
    if not source:
        raise ValueError("there is nothing to read: the source has no token")
    source_vocabulary, target_vocabulary = vocabularies
    if isinstance(change, ReadInstead):
        source = [*source[: change.position], change.token, *source[change.position + 1 :]]
    numbers = source_vocabulary.encode(source)
    tensor = torch.tensor([numbers], device=model.device)
    memory, read = model.encode_glass(tensor)
    choose: Chooser = most_probable
    if target is not None:
        forced = [*target_vocabulary.encode(target), EOS]
        choose, longest = forced_by(torch.tensor([forced], device=model.device)), len(forced)
    choose = choose_instead(choose, change, target_vocabulary)
    tokens, _, steps = zip(*walk(model, memory, choose, longest, partial(touched, change)), strict=True)
    written = torch.stack(tokens, 1)  # (1, T)
    previous = torch.cat([torch.full_like(written[:, :1], BOS), written[:, :-1]], 1)
    if target is not None and not model.config.causal:
        readout, layers = model.decode_glass(previous, memory)
        logits = model.output(readout)
        read_out = {"readout": readout[0], "logits": logits[0], "log_probs": logits[0].log_softmax(-1)}
    else:
        layers = [_stitched(model, layer, steps) for layer in range(model.config.layers)]
        read_out = {
            name: torch.stack([getattr(step, name)[0] for step in steps]) for name in ("readout", "logits", "log_probs")
        }
    stands = model.source_place(len(source), device=model.device)
    fed, places = model.embed_target(previous)[0], model.target_place(previous.shape[1], device=model.device)
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
        source_tokens=_array(read.embedded[0] - stands),
        source_places=_array(stands),
        embedded=_array(read.embedded[0]),
        target_tokens=_array(fed - places),
        target_places=_array(places),
        fed=_array(fed),
        encoder=tuple(_arrays(layer[WAY]) for layer in read.layers),
        states=_array(memory.states[0]),
        decoder=tuple(_arrays(layer) for layer in layers),
        **{name: _array(value) for name, value in read_out.items()},
        parameters={name: _array(value) for name, value in model.named_parameters()},
        change=change,
    )


def _stitched(model: Transformer, layer: int, steps: Sequence[Step]) -> dict[str, Tensor]:
    """A decoder layer's values of all steps, as (1, …) of a whole target.

    A step knows no later key: the dots and scores of masked pairs, which no step needs, are made up for here, so that
    the mask can be shown over something; their weights are 0.
    """
    rows = [step.layers[layer] for step in steps]
    found = {
        name: torch.stack([row[name] for row in rows], 1)
        for name, value in rows[0].items()
        if value.ndim == 2 and name not in ("cross.k", "cross.v")
    }
    found |= {name: rows[0][name] for name in ("cross.k", "cross.v")}
    for name in ("dots", "scores", "weights"):
        found[f"cross.{name}"] = torch.stack([row[f"cross.{name}"] for row in rows], 2)
    attention = model.decoder_layers()[layer].attention
    dots = torch.einsum("bntd,bnsd->bnts", attention.split(found["self.q"]), attention.split(found["self.k"]))
    later = {"dots": dots, "scores": dots * attention.scale, "weights": torch.zeros_like(dots)}
    for name, whole in later.items():
        for t, row in enumerate(rows):
            whole[:, :, t, : t + 1] = row[f"self.{name}"]
        found[f"self.{name}"] = whole
    return found


def _array(value: Tensor) -> np.ndarray:
    return value.detach().cpu().numpy()


def _arrays(gates: dict[str, Tensor]) -> Gates:
    return {name: _array(value[0]) for name, value in gates.items()}
