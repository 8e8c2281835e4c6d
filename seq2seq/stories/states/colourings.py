"""By what the points of a cloud can be coloured: a number and a shape each, so that no eye needs colour alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from babel import Locale
from babel.dates import get_month_names

from seq2seq.stories.states.measured import Measured
from seq2seq.stories.tokens import quoted
from seq2seq.words import Words

SHAPES = 6  # circle, square, triangle, diamond, cross, triangle downwards
# classes are no concepts, so the palette has no colour for them: Vega's tableau10
CLASS_COLOURS = ("#4c78a8", "#f58518", "#e45756", "#72b7b2", "#54a24b", "#eeca3b")
COLOURS = len(CLASS_COLOURS)
OTHER_SHAPE = 3  # of what is rare
CLASSES = 12  # the others are one class more

# how a colouring's number becomes a colour: round a circle, one of a few, from little to much, or below and above 0
CYCLIC, MANY, AMOUNT, SIGNED = "cyclic", "many", "amount", "signed"


@dataclass(frozen=True)
class Entry:
    """One line of a legend."""

    label: str
    u: float
    shape: int = 0


@dataclass(frozen=True)
class Colouring:
    """Colour number u and shape of every point, what to call each, and the legend."""

    id: str
    name: str
    kind: str
    u: tuple[float, ...]
    shapes: tuple[int, ...]
    names: tuple[str, ...]
    legend: tuple[Entry, ...]
    grouped: str | None  # the label whose groups it shows; None: a quantity


def colouring_ids(task: str) -> tuple[str, ...]:
    """What can be chosen for a task."""
    own = ("month", "language", "year", "both") if task == "dates" else ("last", "first", "length")
    return (*own, "position", "token", "unit")


def colourings(measured: Measured, words: Words, unit: int | None = None) -> tuple[Colouring, ...]:
    """Every colouring of a trace, in the order of their ids."""
    return tuple(_colouring(measured, words, id, unit) for id in colouring_ids(measured.trace.task))


def _colouring(measured: Measured, words: Words, id: str, unit: int | None) -> Colouring:
    if id == "unit":
        return _unit(measured, words, unit)
    name, labels = words.say(f"states.by.{id}"), measured.trace.label(id)
    if id in ("year", "length", "position"):
        return _amount(id, name, labels)
    if id == "month":
        return _ordered(id, name, labels, dict(get_month_names("abbreviated", locale=words.language)))
    if id == "both":
        return _classes(id, name, labels, {key: _both(key, words) for key in sorted(set(labels))}, words)
    if id == "language":
        called = {code: str(Locale.parse(code).get_display_name(words.language)) for code in sorted(set(labels))}
        return _classes(id, name, labels, called, words)
    called = {token: quoted(str(token)) for token in sorted(set(labels.tolist()))}
    if id in ("first", "last") and len(called) > CLASSES:
        return _ordered(id, name, labels, called)
    return _classes(id, name, labels, called, words)


def _both(key: str, words: Words) -> str:
    century, order = key.split()
    return words.say(f"states.order.{order}", century=f"{century}00–{century}99")


def _ordered(id: str, name: str, labels: np.ndarray, called: dict) -> Colouring:
    """Classes in a circle: of twelve only those have one shape whose colours lie opposite each other."""
    number = {key: n for n, key in enumerate(called)}
    rows = [number[label] for label in labels.tolist()]
    shape = [n % SHAPES for n in range(len(called))]
    legend = tuple(Entry(label, n / len(called), shape[n]) for n, label in enumerate(called.values()))
    u = tuple(n / len(called) for n in rows)
    names = tuple(called[label] for label in labels.tolist())
    return Colouring(id, name, CYCLIC, u, tuple(shape[n] for n in rows), names, legend, id)


def _classes(id: str, name: str, labels: np.ndarray, called: dict, words: Words) -> Colouring:
    """Classes without an order, the most frequent ones; what is rare shares one colour."""
    kept = list(called)
    if len(kept) > CLASSES:
        kept = [label for label, _ in Counter(labels.tolist()).most_common(CLASSES - 1)]
    number = {key: n for n, key in enumerate(kept)}
    u = tuple(float(number[label] % COLOURS) if label in number else -1.0 for label in labels.tolist())
    shapes = tuple(_shape(number[label]) if label in number else OTHER_SHAPE for label in labels.tolist())
    legend = [Entry(called[key], n % COLOURS, _shape(n)) for key, n in number.items()]
    if len(kept) < len(called):
        legend.append(Entry(words.say("states.other"), -1.0, OTHER_SHAPE))
    names = tuple(called[label] for label in labels.tolist())
    return Colouring(id, name, MANY, u, shapes, names, tuple(legend), id)


def _shape(n: int) -> int:
    """The shape of class n: those of one colour have two, and one shape is shared by two colours far apart."""
    return (n + n // COLOURS * (SHAPES // 2)) % SHAPES


def _amount(id: str, name: str, labels: np.ndarray) -> Colouring:
    low, high = int(labels.min()), int(labels.max())
    u = tuple(float(value) for value in (labels - low) / max(1, high - low))
    marks = sorted({round(low + (high - low) * share) for share in (0, 0.25, 0.5, 0.75, 1)})
    legend = tuple(Entry(str(mark), (mark - low) / max(1, high - low)) for mark in marks)
    return Colouring(id, name, AMOUNT, u, (0,) * len(u), tuple(map(str, labels.tolist())), legend, None)


def _unit(measured: Measured, words: Words, unit: int | None) -> Colouring:
    """One unit of the trained states; unless one is named, the one that weighs most in the first component."""
    trained = measured.trace.trained
    states = measured.trace.clouds[trained].states
    if unit is None or not 0 <= unit < states.shape[1]:
        unit = int(np.abs(measured.projections[trained].components[0]).argmax())
    values = states[:, unit].astype(float)
    largest = float(max(np.abs(values).max(), 1e-9))
    u = tuple(float(value) for value in values / largest)
    legend = tuple(Entry(f"{share * largest:.2f}".replace("-", "−"), share) for share in (-1, -0.5, 0, 0.5, 1))
    names = tuple(f"{value:.3f}".replace("-", "−") for value in values)
    name = words.say("states.by.unit", unit=unit + 1)
    return Colouring("unit", name, SIGNED, u, (0,) * len(u), names, legend, None)


def index_of(found: Sequence[Colouring], id: str) -> int:
    """Number of a colouring."""
    return next(n for n, one in enumerate(found) if one.id == id)
