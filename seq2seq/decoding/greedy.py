"""Greedy decoding beside a beam: one of its rows as long as the beam keeps it, then a row of its own."""

from collections.abc import Callable

import numpy as np
import torch

from seq2seq.decoding.allowed import Allowed
from seq2seq.decoding.writer import Ahead, Writer
from seq2seq.traces.search import ROOT, GreedyPath


class Greedy:
    """What greedy decoding has written so far, and from which row of a step it goes on."""

    def __init__(self, allowed: Allowed) -> None:
        self.allowed, self.row = allowed, 0
        self.tokens: list[int] = []
        self.log_probs: list[float] = []
        self.nodes: list[int] = []

    @property
    def done(self) -> bool:
        """Whether it has ended, or is as long as it may be."""
        return len(self.tokens) == self.allowed.limits.longest or self.allowed.end in self.tokens[-1:]

    def write(self, log_probs: np.ndarray, node_of: Callable[[int, int], int] | None = None) -> None:
        """Write the most probable token of its row of log_probs (R, V); node_of: the candidate of a row and a token."""
        row = log_probs[self.row]
        token = int(np.argmax(row))
        self.tokens.append(token)
        self.log_probs.append(float(row[token]))
        self.nodes.append(node_of(self.row, token) if node_of else ROOT)

    def finish(self, writer: Writer, ahead: Ahead) -> GreedyPath:
        """Go on alone to the end, from its row of a step."""
        state = ahead.state
        while not self.done:
            ahead = writer.ahead(self.tokens[-1:], state.select(torch.tensor([self.row])))
            self.row, state = 0, ahead.state
            self.write(self.allowed.log_probs(ahead.log_probs, len(self.tokens)))
        return GreedyPath(tuple(self.tokens), tuple(self.log_probs), tuple(self.nodes))
