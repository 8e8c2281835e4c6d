"""A batch through a Transformer on the glass path, written down under its masks, and with some of them off."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from seq2seq.decoding import greedy
from seq2seq.models.cells import Gates
from seq2seq.models.transformer import WAY, Transformer
from seq2seq.tasks import BOS, EOS, PAD, Vocabulary
from seq2seq.traces.masks import MaskedLook, MasksTrace, Switched, SwitchesTrace

Sentences = Sequence[Sequence[str]]
Vocabularies = tuple[Vocabulary, Vocabulary]
MASKS = {"encoder": "source_mask", "cross": "cross_mask", "causal": "causal"}  # as `Transformer.under` calls them


@torch.inference_mode()
def record_masks(
    model: Transformer, sources: Sentences, targets: Sentences, vocabularies: Vocabularies, layer: int, head: int
) -> MasksTrace:
    """The sentences as one batch, each forced along its target (without ⟨eos⟩): one head of one layer."""
    source, target = padded(sources, targets, vocabularies)
    memory, read = model.encode_glass(source)
    previous = shifted(target)
    _, layers = model.decode_glass(previous, memory)
    across = memory.mask[:, None, None, :]  # (B, 1, 1, S)
    S, T = source.shape[1], target.shape[1]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    seen = {
        "encoder": (read.layers[layer][WAY], "self", across.expand(-1, 1, S, S)),
        "self": (layers[layer], "self", causal.expand(len(source), 1, T, T)),
        "cross": (layers[layer], "cross", across.expand(-1, 1, T, S)),
    }
    config = model.config
    return MasksTrace(
        layer=layer,
        head=head,
        heads=config.heads,
        head_width=config.head_width,
        scale=config.head_width**-0.5 if config.scaled else 1.0,
        sources=tuple(map(tuple, sources)),
        targets=tuple((*target, "⟨eos⟩") for target in targets),
        source_ids=source.numpy(),
        target_ids=target.numpy(),
        looks={place: _look(*found, head) for place, found in seen.items()},
    )


def _look(gates: Gates, block: str, visible: Tensor, head: int) -> MaskedLook:
    """What one head of a block computed, and what it would weigh without a mask."""
    q, k = (gates[f"{block}.{name}"][:, head].numpy() for name in "qk")
    scores, weights = (gates[f"{block}.{name}"][:, head] for name in ("scores", "weights"))
    return MaskedLook(q, k, scores.numpy(), visible[:, 0].numpy(), weights.numpy(), scores.softmax(-1).numpy())


def padded(sources: Sentences, targets: Sentences, vocabularies: Vocabularies, pads: int = 0) -> tuple[Tensor, Tensor]:
    """Both sides of a batch as ids, (B, S) and (B, T), with so many pads behind the longest source."""
    rows = [vocabularies[0].encode(source) for source in sources]
    wanted = [[*vocabularies[1].encode(target), EOS] for target in targets]
    return _filled(rows, pads), _filled(wanted, 0)


def _filled(rows: Sequence[Sequence[int]], pads: int) -> Tensor:
    width = max(map(len, rows)) + pads
    return torch.tensor([[*row, *[PAD] * (width - len(row))] for row in rows])


def shifted(target: Tensor) -> Tensor:
    """What the decoder reads, (B, T): ⟨bos⟩, then the target without its last token."""
    return torch.cat([torch.full_like(target[:, :1], BOS), target[:, :-1]], 1)


@torch.inference_mode()
def record_switches(
    model: Transformer, sources: Sentences, targets: Sentences, vocabularies: Vocabularies, pads: int, at: int
) -> SwitchesTrace:
    """The batch as it is; with more pads; with each padding mask off; with a token replaced, causal mask on and off.

    `base`: no sentence has a neighbour that is longer, and nothing is replaced. at: the target token to be replaced,
    counted from 0, in every sentence that has one there.
    """
    source, target = padded(sources, targets, vocabularies, pads)
    letter = next(token for token in reversed(vocabularies[1].tokens) if all(token not in row for row in targets))
    other = vocabularies[1].encode([letter])[0]

    def switched(name: str, off: tuple[str, ...] = (), changed: bool = False) -> Switched:
        under = model.under(**{MASKS[mask]: False for mask in off})
        previous = shifted(target)
        if changed:
            previous = replaced(previous, at, other)
        log_probs = under(source, previous).log_softmax(-1).numpy()
        written = () if changed or "causal" in off else _written(under, source, target.shape[1] + 1, vocabularies[1])
        return Switched(name, off, pads, changed, log_probs, written)

    base = _alone(model, sources, targets, vocabularies, target.shape[1])
    settings = (
        switched("padded"), switched("encoder", ("encoder",)), switched("cross", ("cross",)),
        switched("both", ("encoder", "cross")), switched("changed", (), True), switched("open", ("causal",)),
        switched("causal", ("causal",), True),
    )  # fmt: skip
    return SwitchesTrace(
        tuple(map(tuple, sources)), tuple((*row, "⟨eos⟩") for row in targets), target.numpy(), vocabularies[1].tokens,
        at, letter, pads, base, settings,
    )  # fmt: skip


def replaced(previous: Tensor, at: int, other: int) -> Tensor:
    """The decoder's input (B, T) with the target token of position `at` replaced, where there is one."""
    changed = previous.clone()
    column = changed[:, at + 1]
    changed[:, at + 1] = torch.where(column > EOS, torch.full_like(column, other), column)
    return changed


def _alone(
    model: Transformer, sources: Sentences, targets: Sentences, vocabularies: Vocabularies, height: int
) -> Switched:
    """Each sentence by itself, without any pad."""
    tables: list[np.ndarray] = []
    written: list[str] = []
    for row, wanted in zip(sources, targets, strict=True):
        source, target = padded([row], [wanted], vocabularies)
        table = model(source, shifted(target)).log_softmax(-1)[0].numpy()
        tables.append(np.pad(table, ((0, height - len(table)), (0, 0))))
        written += _written(model, source, height + 1, vocabularies[1])
    return Switched("alone", (), 0, False, np.stack(tables), tuple(written))


def _written(model: Transformer, source: Tensor, longest: int, vocabulary: Vocabulary) -> tuple[str, ...]:
    """What it writes by itself, as plain text."""
    tokens = greedy(model, source, longest)[0].tolist()
    return tuple("".join(vocabulary.decode([token for token in row if token != PAD])) for row in tokens)
