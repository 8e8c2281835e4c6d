"""What every search asks: given some hypotheses, what may come next, and how probable is it?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from seq2seq.models.model import Memory, Seq2Seq, State
from seq2seq.tasks import BOS, EOS, PAD, SPECIALS, InputError


@dataclass(frozen=True)
class Ahead:
    """What may follow R hypotheses: state after their last tokens; log_probs (R, V); weights (R, S) or None."""

    state: State
    log_probs: np.ndarray
    weights: np.ndarray | None


class Writer(Protocol):
    """A model that has read one source and is about to write; tokens by name.

    never: tokens that have a number and are never written. end: the number of what ends an output.
    """

    source: tuple[str, ...]
    vocabulary: tuple[str, ...]
    never: tuple[int, ...]
    end: int

    def begin(self) -> tuple[Sequence[int], State]:
        """The token before the first, and the state before it: one row."""
        ...

    def ahead(self, tokens: Sequence[int], state: State) -> Ahead:
        """What may follow, once each row has read its last token (R,)."""
        ...


class ModelWriter:
    """An encoder-decoder over one source (1, S).

    Raises: InputError, in `ahead`, if its weights lead to a probability that is no number.
    """

    never: tuple[int, ...] = (PAD, BOS)
    end = EOS

    @torch.inference_mode()
    def __init__(self, model: Seq2Seq, source: Tensor, names: tuple[str, ...], vocabulary: tuple[str, ...]) -> None:
        self.model, self.source, self.vocabulary = model, names, vocabulary
        self.memory: Memory = model.encode(source.to(model.device))
        self.memories: dict[int, Memory] = {1: self.memory}

    def begin(self) -> tuple[Sequence[int], State]:
        start: State = self.memory.start
        return [BOS], start

    @torch.inference_mode()
    def ahead(self, tokens: Sequence[int], state: State) -> Ahead:
        last = torch.tensor(tokens, device=self.model.device)
        after, step = self.model.step(last, state, self._memory(len(tokens)))
        weights = None if step.look is None else step.look.weights.cpu().numpy()
        log_probs = step.log_probs.double().cpu().numpy()
        if np.isnan(log_probs).any():
            raise InputError("input.not_finite")
        return Ahead(after, log_probs, weights)

    def _memory(self, rows: int) -> Memory:
        """The one source, once a row; every row reads the same. Kept: the rows are as many at most steps."""
        if rows not in self.memories:
            self.memories[rows] = self.memory.select(torch.zeros(rows, dtype=torch.long, device=self.model.device))
        return self.memories[rows]


@dataclass(frozen=True)
class Prefixes:
    """The state of a table: what each row has written."""

    rows: tuple[str, ...]

    def select(self, rows: Tensor) -> "Prefixes":
        return Prefixes(tuple(self.rows[int(row)] for row in rows))


class TableWriter:
    """A model that is a table: what was written → the probability of each token that may come next.

    Tokens are single characters, but for the last of the vocabulary, ⟨eos⟩.
    """

    never: tuple[int, ...] = ()

    def __init__(self, table: Mapping[str, Sequence[float]], vocabulary: tuple[str, ...]) -> None:
        if vocabulary[-1] != SPECIALS[EOS]:
            raise ValueError("the last token of a table is ⟨eos⟩")
        self.table, self.vocabulary, self.end = table, vocabulary, len(vocabulary) - 1
        self.source: tuple[str, ...] = ()

    def begin(self) -> tuple[Sequence[int], State]:
        return [-1], Prefixes(("",))

    def ahead(self, tokens: Sequence[int], state: Any) -> Ahead:
        written = [
            row + (self.vocabulary[token] if token >= 0 else "") for row, token in zip(state.rows, tokens, strict=True)
        ]
        with np.errstate(divide="ignore"):
            log_probs = np.log(np.array([self.table[text] for text in written], dtype=float))
        return Ahead(Prefixes(tuple(written)), log_probs, None)
