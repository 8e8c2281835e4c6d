"""A story: steps that are told, and views that move with them. Data only; the player shows it.

A view is a template (a Vega or Vega-Lite specification), named datasets and signals. The same template with other
data is the same mounted picture in the browser. Every view reads one continuous parameter, `step`.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import Any, Literal

import numpy as np

from seq2seq.stories.formulas import Formula
from seq2seq.stories.sources import Listing, Passage, listing

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Question:
    """Asked before the step that answers it: options with one right one, and why it is right.

    replies: what is said to whoever picks an option, as each wrong one was made from something one may well think;
    "" for the right one, which `why` answers.
    """

    id: str
    kind: Literal["token", "position", "compare", "true-false"]
    prompt: str
    options: tuple[str, ...]
    right: int
    why: str
    replies: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One step: a title, a sentence or two, its chapter, a formula, and the lines of our source that computed it.

    question: what may be asked before this step is shown.
    """

    title: str
    text: str
    chapter: int = 0
    formula: Formula | None = None
    passage: Passage | None = None
    question: Question | None = None


@dataclass(frozen=True)
class View:
    """One picture of a story; `alternatives` says in words what it shows, for each step."""

    id: str
    title: str
    hint: str  # how to read it
    spec: Mapping[str, Any]
    mode: Literal["vega", "vega-lite"]
    alternatives: Sequence[str]
    data: Mapping[str, Rows]
    table: str  # the dataset that a learner takes along as CSV
    signals: Mapping[str, Any] = field(default_factory=dict)
    wide: bool = False


@dataclass(frozen=True)
class Story:
    """Steps and views that share one clock.

    follow: stay at the last step while more are added; linked: the step goes into the page's address.
    sizes: the numbers behind the letters that name sizes, S, D, V and so on, for the table of symbols.
    """

    id: str
    title: str
    steps: Sequence[Step]
    views: Sequence[View]
    chapters: Sequence[str]
    labels: Mapping[str, str]  # what the player's controls are called
    formulas: Sequence[str] = ()  # MathML with slots
    start: int = 0
    follow: bool = False
    linked: bool = True
    sizes: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> str:
        """As one string, ready for the player.

        Raises: NotFinite if it holds a number that is not finite, ValueError if it holds a value JSON does not know.
        """
        listings = list(dict.fromkeys(listing(step.passage) for step in self.steps if step.passage))
        return to_json(
            {
                "id": self.id,
                "title": self.title,
                "labels": self.labels,
                "chapters": self.chapters,
                "formulas": self.formulas,
                "start": self.start,
                "follow": self.follow,
                "linked": self.linked and not self.follow,
                "steps": [_step(step, listings) for step in self.steps],
                "listings": [listing.told() for listing in listings],
                "views": [_view(view) for view in self.views],
                "sizes": self.sizes,
            }
        )


def _step(step: Step, listings: list[Listing]) -> dict[str, Any]:
    row: dict[str, Any] = {"title": step.title, "text": step.text, "chapter": step.chapter}
    if step.formula:
        row["formula"] = [step.formula[0], *step.formula[1]]
    if step.passage:
        shown = listing(step.passage)
        row["code"] = [listings.index(shown), *shown.lit(step.passage)]
    if step.question:
        row["question"] = asdict(step.question)
    return row


def _view(view: View) -> dict[str, Any]:
    spec = json.dumps(view.spec, sort_keys=True)
    return {
        "id": view.id,
        "title": view.title,
        "hint": view.hint,
        "mode": view.mode,
        "wide": view.wide,
        "template": blake2b(spec.encode(), digest_size=8).hexdigest(),
        "spec": view.spec,
        "data": view.data,
        "table": view.table,
        "signals": view.signals,
        "alternatives": view.alternatives,
    }


class NotFinite(ValueError):
    """What was to be told holds a number that is not finite."""


def to_json(value: Any) -> str:
    """The one serialiser: plain numbers, floats to four significant digits, nothing that is not finite."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def plain(value: Any) -> Any:
    """The value with NumPy's numbers and arrays made Python's, and floats cut to what a picture needs."""
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotFinite(f"a story holds finite numbers only, not {value}")
        return float(f"{value:.4g}")
    if isinstance(value, int):
        return value
    raise ValueError(f"a story cannot hold a {type(value).__name__}")
