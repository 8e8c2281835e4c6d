"""How good a model is, on pairs it never trained on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from seq2seq.decoding import best_token, greedy
from seq2seq.models.model import Seq2Seq
from seq2seq.tasks import BOS, EOS, PAD, Batch, Pair, Task, Vocabulary


@dataclass(frozen=True)
class Score:
    """On n pairs: mean loss per target token and token accuracy under teacher forcing, exact match free-running.

    The counts behind the shares: `right_tokens` of `tokens` under teacher forcing, `right` outputs of n.
    """

    loss: float
    token_accuracy: float
    exact_match: float
    n: int
    tokens: int
    right_tokens: int
    right: int
    outputs: tuple[str, ...]  # the free-running outputs, in order


def to_device(batch: Batch, device: torch.device) -> tuple[Tensor, Tensor]:
    """Source (B, S) and target (B, T) as tensors on the device."""
    source, target = (torch.from_numpy(part) for part in batch)
    if device.type == "cuda":  # copied while the GPU still works on the step before
        return tuple(part.pin_memory().to(device, non_blocking=True) for part in (source, target))  # type: ignore[return-value]
    return source.to(device), target.to(device)


def shift_right(target: Tensor) -> Tensor:
    """Decoder inputs under teacher forcing, (B, T): ⟨bos⟩, then the target without its last token."""
    return torch.cat([torch.full_like(target[:, :1], BOS), target[:, :-1]], 1)


def token_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Mean cross-entropy per target token, natural, ⟨eos⟩ counted, PAD not. logits (B, T, V), target (B, T)."""
    return cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=PAD)


Right = Callable[[int, str], bool]  # (row, what was written there) → whether it is right


def right_of(task: Task, pairs: Sequence[Pair]) -> Right | None:
    """Who says whether an output is right where several may be; None: only the target is."""
    return (lambda row, output: bool(task.accepts(pairs[row].source, output))) if task.several else None


@torch.inference_mode()
def evaluate(
    model: Seq2Seq, batch: Batch, vocabulary: Vocabulary, chunk: int = 500, right: Right | None = None
) -> Score:
    """Score the model on a batch of held-out pairs; `chunk` rows at a time, so that memory stays bounded.

    right: who says what an exact match is; None: an output that is the target.
    """
    training = model.training
    model.eval()
    loss = right_tokens = tokens = exact = 0.0
    outputs: list[str] = []
    for start in range(0, len(batch.source), chunk):
        part = Batch(batch.source[start : start + chunk], batch.target[start : start + chunk])
        source, target = to_device(part, model.device)
        logits, real = model(source, shift_right(target)), target != PAD
        count = float(real.sum())
        loss += float(token_loss(logits, target)) * count
        right_tokens += float(((best_token(logits) == target) & real).sum())
        tokens += count
        written, _ = greedy(model, source, target.shape[1])
        longer = target.shape[1] - written.shape[1]
        written = torch.nn.functional.pad(written, (0, longer), value=PAD)
        texts = ["".join(vocabulary.decode([n for n in row if n != PAD])) for row in written.tolist()]
        if right is None:
            exact += float((written == target).all(1).sum())
        else:
            ended = (written == EOS).any(1).tolist()
            exact += sum(
                end and right(start + row, text) for row, (end, text) in enumerate(zip(ended, texts, strict=True))
            )
        outputs += texts
    model.train(training)
    n = len(batch.source)
    counts = (int(tokens), int(right_tokens), int(exact))
    return Score(loss / tokens, right_tokens / tokens, exact / n, n, *counts, tuple(outputs))
