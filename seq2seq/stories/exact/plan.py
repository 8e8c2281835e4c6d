"""Where each beginning stands in the picture of the search: across as a tree, down by what it still promises."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from seq2seq.traces.contest import ContestTrace
from seq2seq.traces.exact import ExactTrace
from seq2seq.traces.search import ROOT

WHOLE = 260  # beginnings in the picture up to which every one has a place of its own
MOST_LOOSE = 2600  # of those that were not looked behind, drawn of a larger tree
BELOW, FURTHEST = 1.1, 2.2  # how far the picture reaches below the worst output, and at most below the best
UNIT = 1000  # of a path: the width and the height of the tree


@dataclass
class Plan:
    """Places between 0 and 1: x from left to right, y from 0 (what is certain) down to `floor`."""

    trace: ExactTrace
    floor: float
    whole: bool  # whether every beginning in the picture has a place of its own
    x: dict[int, float] = field(default_factory=dict)
    span: dict[int, float] = field(default_factory=dict)  # the room that a beginning and all behind it take
    inside: dict[int, list[int]] = field(default_factory=dict)  # the beginnings behind each that are in the picture

    def y(self, score: float) -> float:
        """How far down a score stands; what is lower than the picture stands at its edge."""
        return float(min(1.0, max(0.0, score / self.floor)))

    def at(self, node: int) -> tuple[float, float]:
        """Where a beginning stands."""
        return self.x[node], 0.0 if node == ROOT else self.y(float(self.trace.bound[node]))


def lowest(contest: ContestTrace) -> float:
    """The lowest score in the picture."""
    scores = [found.output.score for found in contest.found]
    best = contest.exact.best.score
    return min(-0.05, max(BELOW * min(scores), FURTHEST * best))


def make_plan(contest: ContestTrace) -> Plan:
    """Lay out what was looked behind, and what is made there as far as it is in the picture."""
    trace, floor = contest.exact, lowest(contest)
    visible = (trace.bound >= floor) | (trace.order < trace.expansions)
    plan = Plan(trace, floor, int(visible.sum()) <= WHOLE)
    for node in trace.expanded.tolist():
        plan.inside[node] = [child for child in trace.behind(node).tolist() if visible[child]]
    _spread(plan)
    if not plan.whole:
        _fan(plan)
    return plan


def _spread(plan: Plan) -> None:
    """Places side by side for what has no more behind it, and the middle of those for what has."""
    trace, taken = plan.trace, 0.0

    def place(node: int) -> float:
        nonlocal taken
        kids = plan.inside.get(node, [])
        if not plan.whole:
            kids = [child for child in kids if trace.order[child] < trace.expansions]
        if not kids:
            plan.x[node], plan.span[node] = taken + 0.5, 1.0
            taken += 1
            return 1.0
        plan.span[node] = sum(place(child) for child in kids)
        plan.x[node] = (plan.x[kids[0]] + plan.x[kids[-1]]) / 2
        return plan.span[node]

    place(ROOT)
    plan.x = {node: x / taken for node, x in plan.x.items()}
    plan.span = {node: room / taken for node, room in plan.span.items()}


def _fan(plan: Plan) -> None:
    """In a large tree, what was not looked behind stands just below where it was made; no two in one place."""
    trace = plan.trace
    seen: set[tuple[int, int]] = set()
    slot = max(0.004, min(plan.span.values()))
    for node in trace.expanded.tolist():
        loose = [child for child in plan.inside[node] if child not in plan.x]
        for k, child in enumerate(loose):
            x = min(1.0, max(0.0, plan.x[node] + slot * 0.8 * ((k + 0.5) / len(loose) - 0.5)))
            spot = round(x * 250), round(plan.y(float(trace.bound[child])) * 200)
            if spot not in seen and len(seen) < MOST_LOOSE:
                seen.add(spot)
                plan.x[child], plan.span[child] = x, 0.0


# ---- paths


def paths_of(plan: Plan, told: Iterable[int]) -> list[dict[str, object]]:
    """What appears at each told moment, as paths in a square of UNIT by UNIT.

    Args: told: how many expansions each moment shows, rising.
    Returns: rows {from, made (edges to what was made), looked (edges to what was looked behind), dots}.
    """
    trace, steps = plan.trace, np.array(sorted(set(told)))
    made: defaultdict[int, list[str]] = defaultdict(list)
    looked: defaultdict[int, list[str]] = defaultdict(list)
    dots: defaultdict[int, list[str]] = defaultdict(list)
    for node in plan.x:
        if node == ROOT:
            continue
        edge = _edge(plan, int(trace.parent[node]), node)
        made[_when(steps, int(trace.born[node]))].append(edge)
        if trace.order[node] < trace.expansions:
            when = _when(steps, int(trace.order[node]))
            looked[when].append(edge)
            dots[when].append(f"M{_pair(plan.at(node))}h0")
    return [
        {"from": int(when), "made": "".join(made[when]), "looked": "".join(looked[when]), "dots": "".join(dots[when])}
        for when in steps.tolist()
        if when in made or when in looked
    ]


def _when(steps: np.ndarray, e: int) -> int:
    """The first moment that shows expansion `e`."""
    return int(steps[min(len(steps) - 1, int(np.searchsorted(steps, e + 1)))])


def _pair(spot: tuple[float, float]) -> str:
    return f"{spot[0] * UNIT:.0f},{spot[1] * UNIT:.0f}"


def _edge(plan: Plan, parent: int, node: int) -> str:
    """A line in a large tree, a curve in a small one."""
    start, end = plan.at(parent), plan.at(node)
    if not plan.whole:
        return f"M{_pair(start)}L{_pair(end)}"
    middle = start[1] + 0.55 * (end[1] - start[1])
    return f"M{_pair(start)}C{_pair((start[0], middle))} {_pair((end[0], middle))} {_pair(end)}"


def route(plan: Plan, nodes: Iterable[int]) -> str:
    """The edges along a path, as far as they are in the picture."""
    edges, before = "", ROOT
    for node in nodes:
        if node not in plan.x:
            break
        edges += _edge(plan, before, node)
        before = node
    return edges


def ticks(floor: float) -> list[float]:
    """Round numbers from 0 down to the floor, four to eight of them."""
    for size in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100):
        if -floor / size <= 8:
            break
    return [0.0 - size * k for k in range(int(-floor / size) + 1)]
