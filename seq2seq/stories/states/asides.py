"""Where the name of a place on a way stands: on the side where least is in its way."""

from collections.abc import Sequence

import numpy as np

REACH, WIDE, TALL = 22, 640, 400  # pixels from a head to its name; the picture beside the lesson's text, about
SIDES = tuple((float(np.cos(a)), float(np.sin(a))) for a in np.pi / 4 * np.array([2, 1, 3, 0, 4, 7, 5, 6]))
SLACK = 0.2  # so little less room than on the best side is enough: the name stays where it was, or stands above

NAME = np.array([2.1, 0.95])  # width and height of a sentence's name and token, in reaches
HEAD = np.array([1.4, 0.8])  # how far the middle of a name must be from another's head, across or up

Aside = tuple[float, float]
Taken = tuple[np.ndarray, np.ndarray]


def reach_of(frame: Sequence[np.ndarray]) -> float:
    """How far a name stands from its head, in the units of the places that are drawn."""
    drawn = np.vstack(frame)
    extent = drawn.max(0) - drawn.min(0)
    return max(float(REACH * max(extent[0] / WIDE, extent[1] / TALL)), 1e-9)


def drawn_line(way: np.ndarray) -> np.ndarray:
    """Places along the line through a way, close enough to keep clear of."""
    if len(way) < 2:
        return way
    shares = np.linspace(0, 1, 8, endpoint=False)[:, None]
    between = [a + (b - a) * shares for a, b in zip(way[:-1], way[1:], strict=True)]
    return np.vstack([*between, way[-1:]])


def choose_aside(
    place: np.ndarray, crowd: np.ndarray, reach: float, last: Aside | None, taken: Sequence[Taken] = ()
) -> Aside:
    """The side (x to the right, y upwards) of a place on which a name has room among a crowd (N, 2).

    taken: middles and sizes of what a wide name must not lie on if that can be.
    """
    sides = ([last] if last else []) + [(x * far, y * far) for far in ((1, 1.9) if taken else (1,)) for x, y in SIDES]
    room = []
    for side in sides:
        away = np.linalg.norm(crowd - (place + reach * np.array(side)), axis=1) if len(crowd) else np.array([reach])
        on = sum((np.abs(at - middle_of(place, side, reach)) < size * reach).all() for at, size in taken)
        room.append(min(float(away.min()) / reach, 1.0) - float(on))
    return next(side for side, free in zip(sides, room, strict=True) if free >= max(room) - SLACK)


def middle_of(place: np.ndarray, side: Aside, reach: float) -> np.ndarray:
    """Where the name of a place stands when it is a wide one, beside which more room is left."""
    return place + reach * np.array(side) * (1.4, 1.0)


def way_asides(ways: Sequence[np.ndarray], dots: np.ndarray) -> list[list[Aside]]:
    """For each place on each way, gone one after the other, the side of its name."""
    reach, gone, found = reach_of([dots, *ways]), dots, []
    for way in ways:
        sides: list[Aside] = []
        for k, place in enumerate(way):
            crowd = np.vstack([gone, drawn_line(way[: k + 1])])
            sides.append(choose_aside(place, crowd, reach, sides[-1] if sides else None))
        found.append(sides)
        gone = np.vstack([gone, drawn_line(way)])
    return found


def written_asides(ways: Sequence[np.ndarray], dots: np.ndarray, kept: int = 3) -> list[list[Aside]]:
    """The same for ways that are gone side by side, of which the last places are drawn: names avoid each other too."""
    reach = reach_of([dots, *ways])
    found: list[list[Aside]] = [[] for _ in ways]
    for k in range(max(map(len, ways))):
        lines = [drawn_line(way[max(0, k + 1 - kept) : k + 1]) for way in ways if k < len(way)]
        crowd = np.vstack([dots, *lines])
        names: list[Taken] = []
        for j, way in enumerate(ways):
            if k >= len(way):
                continue
            heads = [(other[k], HEAD) for o, other in enumerate(ways) if o != j and k < len(other)]
            side = choose_aside(way[k], crowd, reach, found[j][-1] if found[j] else None, [*names, *heads])
            found[j].append(side)
            names.append((middle_of(way[k], side, reach), NAME))
    return found
