"""Beam search that forgets nothing: every candidate is kept in the record, with what became of it.

At each step every hypothesis that was kept is expanded by every token; of all these candidates the `width` best that
have not ended go on, and those that ended are finished if they are among the `width` best of all. So does Hugging
Face's `generate`, which is our reference (tests/decoding/test_hugging_face.py).
"""

from typing import Any

import numpy as np
import torch

from seq2seq.decoding.allowed import Allowed, check_beam
from seq2seq.decoding.greedy import Greedy
from seq2seq.decoding.writer import Writer
from seq2seq.traces.search import (
    FINISHED,
    FULL,
    GUESS,
    KEPT,
    OUTSIDE,
    PRUNED,
    ROOT,
    BeamSettings,
    SearchTrace,
)


def beam_search(writer: Writer, asked: BeamSettings) -> SearchTrace:
    """Search for the output with the best score, `asked.width` hypotheses wide.

    Raises: InputError if it cannot be asked for so; see `check_beam` and `Allowed`.
    """
    check_beam(asked)
    allowed = Allowed(asked.limits, writer)
    tree, greedy = Tree(asked, writer.end), Greedy(allowed)
    tokens, state = writer.begin()
    for number in range(asked.limits.longest):
        ahead = writer.ahead(tokens, state)
        log_probs, rows = allowed.log_probs(ahead.log_probs, number), len(tree.kept)
        tree.look(None if ahead.weights is None else ahead.weights[:rows])
        tree.grow(log_probs[:rows])
        if not greedy.done:
            greedy.write(log_probs, tree.node_of)
        if tree.may_stop():
            break
        parents, tokens = tree.go_on()
        if not greedy.done:
            own = [row for row, node in enumerate(tree.kept) if node == greedy.nodes[-1]]
            if not own:  # the beam has dropped it: it gets the last row
                parents, tokens = [*parents, greedy.row], [*tokens, greedy.tokens[-1]]
            greedy.row = own[0] if own else len(parents) - 1
        state = ahead.state.select(torch.tensor(parents))
    return SearchTrace(
        source=writer.source, vocabulary=writer.vocabulary, asked=asked, end=writer.end,
        greedy=greedy.finish(writer, ahead), **tree.arrays(),
    )  # fmt: skip


class Tree:
    """The candidates so far, a block of equally long arrays for each step, and the hypotheses that go on."""

    def __init__(self, asked: BeamSettings, end: int) -> None:
        self.asked, self.end = asked, end
        self.blocks: list[dict[str, np.ndarray]] = []
        self.expanded: list[int] = []
        self.weights: list[np.ndarray] = []
        self.kept, self.totals = [ROOT], np.zeros(1)  # the hypotheses that are expanded next
        self.count = 0  # of candidates before the last step's
        self.best: list[float] = []  # the scores of the `width` best outputs so far, falling

    def look(self, weights: np.ndarray | None) -> None:
        """Keep where the hypotheses looked (R, S) to choose their next tokens."""
        self.expanded += self.kept
        if weights is not None:
            self.weights.append(weights)

    def grow(self, log_probs: np.ndarray) -> None:
        """Add every candidate of a step, log_probs (R, V) of the next tokens, and say what becomes of it."""
        asked, number = self.asked, len(self.blocks)
        totals = (self.totals[:, None] + log_probs).ravel()
        order = np.argsort(-totals, kind="stable")[: np.count_nonzero(totals > -np.inf)]
        rows, tokens = np.divmod(order, log_probs.shape[1])
        total, rank = totals[order], np.arange(len(order))
        ended = tokens == self.end
        status = np.where(ended, OUTSIDE, PRUNED)
        if number + 1 == asked.limits.longest:  # whoever has not ended is cut off here
            status[: asked.width] = FINISHED
        else:
            status[np.flatnonzero(ended[: asked.width])] = FINISHED
            status[np.flatnonzero(~ended)[: asked.width]] = KEPT
        self.count += len(self.blocks[-1]["token"]) if self.blocks else 0
        self.blocks.append(
            {
                "step": np.full(len(order), number), "parent": np.array(self.kept)[rows], "token": tokens,
                "log_prob": log_probs.ravel()[order], "total": total, "rank": rank, "status": status, "row": rows,
            }
        )  # fmt: skip
        if FINISHED in status[: asked.width]:
            finished = total[status == FINISHED].tolist()
            scores = [*self.best, *(asked.penalty.score(value, number + 1) for value in finished)]
            self.best = sorted(scores, reverse=True)[: asked.width]

    def may_stop(self) -> bool:
        """Whether no hypothesis is left that could go on, or none that needs to; see `BeamSettings.stop`."""
        asked, block, length = self.asked, self.blocks[-1], len(self.blocks)
        open_ones = block["total"][block["status"] == KEPT]
        if not len(open_ones):
            return True
        if len(self.best) < asked.width:
            return False
        if asked.stop == FULL or asked.width == 1:  # one hypothesis that has ended is greedy's, whatever the penalty
            return True
        most = asked.penalty.score if asked.stop == GUESS else self._bound
        return most(float(open_ones[0]), length) <= self.best[-1]

    def _bound(self, log_prob: float, length: int) -> float:
        return self.asked.penalty.bound(log_prob, length, self.asked.limits.longest)

    def go_on(self) -> tuple[list[int], list[int]]:
        """The rows and the tokens of the hypotheses that are expanded next."""
        block = self.blocks[-1]
        among = np.flatnonzero(block["status"] == KEPT)
        self.kept, self.totals = [self.count + int(n) for n in among], block["total"][among]
        return block["row"][among].tolist(), block["token"][among].tolist()

    def node_of(self, row: int, token: int) -> int:
        """The candidate that is one of the step's rows with one token more; ROOT of a row that is not the beam's."""
        block = self.blocks[-1]
        found = np.flatnonzero((block["row"] == row) & (block["token"] == token))
        return self.count + int(found[0]) if len(found) else ROOT

    def arrays(self) -> dict[str, Any]:
        """All candidates, field by field."""
        names = ("step", "parent", "token", "log_prob", "total", "rank", "status")
        joined: dict[str, Any] = {name: np.concatenate([block[name] for block in self.blocks]) for name in names}
        weights = np.concatenate(self.weights) if self.weights else None
        return {**joined, "expanded": np.array(self.expanded), "weights": weights}
