"""Which candidates of a beam search are drawn as nodes, and where: a row of its own in the lane of its status.

Lanes from top to bottom: finished outputs on a shelf of their own, the hypotheses that go on in the order of their
rank, the best of those that were dropped, and greedy's path where the beam no longer goes with it. Heights in pixels.
"""

from dataclasses import dataclass

import numpy as np

from seq2seq.traces.search import FINISHED, KEPT, OUTSIDE, PRUNED, ROOT, SearchTrace

HEAD, LABEL = 26, 20  # pixels: the numbers of the steps, the name of a lane
SHELF_ROW, KEPT_ROW, DROPPED_ROW, LANE_ROW = 30, 34, 19, 32
TIGHT, FEW = 26, 6  # the first two where there are more than so many in a lane
FEWEST, MOST = 2, 5  # dropped candidates drawn in a step
SHELF, GOES_ON, DROPPED, ALONE = range(4)  # lanes


@dataclass(frozen=True)
class Drawn:
    """A candidate in the picture: its number, step, lane, and the height of its middle."""

    node: int
    step: int
    lane: int
    y: float


class Layout:
    """The places of a search's candidates."""

    def __init__(self, trace: SearchTrace) -> None:
        self.trace = trace
        self.columns = [self.column(step) for step in range(trace.steps)]
        shelf, kept, dropped = (max((len(lanes[k]) for lanes in self.columns), default=0) for k in range(3))
        self.shelf_row, self.kept_row = SHELF_ROW if shelf <= FEW else TIGHT, KEPT_ROW if kept <= FEW else TIGHT
        self.shelf_top = HEAD
        self.kept_top = self.shelf_top + LABEL + shelf * self.shelf_row
        self.dropped_top = self.kept_top + LABEL + max(kept, 1) * self.kept_row
        self.lane_top = self.dropped_top + LABEL + dropped * DROPPED_ROW
        lone = [step for step, node in enumerate(trace.greedy.node) if node == ROOT]
        self.alone = lone[0] + 1 if lone else 0  # columns shown once greedy's path goes on without the beam
        self.height = self.lane_top + (LABEL + LANE_ROW if self.alone else 0) + 4
        self.root_y = self.kept_top + LABEL + self.kept_row / 2
        self.drawn = {drawn.node: drawn for step in range(trace.steps) for drawn in self.placed(step)}

    def column(self, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The candidates of a step that are drawn: finished, kept, dropped; best first in each."""
        trace, nodes = self.trace, np.flatnonzero(self.trace.step == step)
        status = trace.status[nodes]
        out = nodes[(status == PRUNED) | (status == OUTSIDE)]
        shown = out[: min(MOST, max(FEWEST, trace.asked.width))]
        greedy = [n for n in trace.greedy.node if n in out and n not in shown]  # where greedy leaves the beam
        return nodes[status == FINISHED], nodes[status == KEPT], np.append(shown, greedy).astype(int)

    def placed(self, step: int) -> list[Drawn]:
        """The nodes of a step."""
        tops = (self.shelf_top, self.kept_top, self.dropped_top)
        rows = (self.shelf_row, self.kept_row, DROPPED_ROW)
        found = []
        for lane, (nodes, row) in enumerate(zip(self.columns[step], rows, strict=True)):
            top = tops[lane] + LABEL
            found += [Drawn(int(node), step, lane, top + (k + 0.5) * row) for k, node in enumerate(nodes)]
        return found

    def y(self, node: int) -> float:
        """The height of a candidate that is drawn, or of the root."""
        return self.root_y if node == ROOT else self.drawn[node].y

    @property
    def greedy(self) -> list[float]:
        """The height of greedy's path at each of its steps."""
        lane = self.lane_top + LABEL + LANE_ROW / 2
        return [self.drawn[node].y if node in self.drawn else lane for node in self.trace.greedy.node]
