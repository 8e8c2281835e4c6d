"""Decoding step by step: who chooses the next token is the only difference between the decoders."""

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor

from seq2seq.models.model import Memory, Seq2Seq, State, Step, untouched
from seq2seq.tasks import BOS, EOS, PAD

Chooser = Callable[[int, Step], Tensor]  # (step number, what it computed) → next token (B,)
Hand = Callable[[int, str, Tensor], Tensor]  # (step number, name, value) → the value to go on with; see `Touch`


def best_token(scores: Tensor) -> Tensor:
    """The largest of the scores (…, V) as a token number; ⟨pad⟩ and ⟨bos⟩ are never written."""
    return scores[..., EOS:].argmax(-1) + EOS


def most_probable(number: int, step: Step) -> Tensor:
    """Greedy: the token with the largest probability."""
    return best_token(step.log_probs)


def forced_by(target: Tensor) -> Chooser:
    """Teacher forcing (@williams1989): the target (B, T), whatever the model would choose; ⟨eos⟩ behind its end."""

    def choose(number: int, step: Step) -> Tensor:
        if number >= target.shape[1]:
            return torch.full_like(target[:, 0], EOS)
        return target[:, number]

    return choose


def walk(
    model: Seq2Seq, memory: Memory, choose: Chooser, longest: int, hand: Hand | None = None
) -> Iterator[tuple[Tensor, Tensor, Step]]:
    """Take at most `longest` steps from ⟨bos⟩; stop when every row of the batch has written ⟨eos⟩.

    Yields: chosen tokens (B,), PAD in rows that had ended before; log-probability of each (B,), 0 there; the step.
    """
    rows = len(memory.mask)
    token = torch.full((rows,), BOS, device=memory.mask.device)
    ended = torch.zeros(rows, dtype=torch.bool, device=memory.mask.device)
    state: State = memory.start
    for number in range(longest):
        state, step = model.step(token, state, memory, partial(hand, number) if hand else untouched)
        token = choose(number, step)
        log_prob = step.log_probs.gather(1, token[:, None])[:, 0]
        yield token.masked_fill(ended, PAD), log_prob.masked_fill(ended, 0.0), step
        ended = ended | (token == EOS)
        if bool(ended.all()):
            return


@torch.inference_mode()
def greedy(model: Seq2Seq, source: Tensor, longest: int) -> tuple[Tensor, Tensor]:
    """The most probable token at each step.

    Args:    source (B, S), padded with PAD; longest: most steps to take.
    Returns: tokens (B, T), ⟨eos⟩ included, PAD behind it; log-probability of each row (B,), natural.
    """
    memory = model.encode(source)
    tokens, log_probs, _ = zip(*walk(model, memory, most_probable, longest), strict=True)
    return torch.stack(tokens, 1), torch.stack(log_probs, 1).sum(1)
