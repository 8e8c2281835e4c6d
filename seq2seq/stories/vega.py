"""Plain Vega: the frame of a specification, and the marks that every diagram is drawn with.

Where a mark's place or look is given as text, it is a Vega expression; it may read the clock, signals and `datum`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from seq2seq.stories.signals import CLOCK, Signal, palette_signals

Spec = dict[str, Any]
Mark = dict[str, Any]
VALUES = {  # states and their changes: a diverging scale centred on 0
    "name": "value", "type": "linear", "domain": [-1, 0, 1], "clamp": True, "interpolate": "lab",
    "range": [{"signal": "negative"}, {"signal": "neutral"}, {"signal": "positive"}],
}  # fmt: skip
SHARES = {  # weights and probabilities
    "name": "share", "type": "linear", "domain": [0, 1], "clamp": True, "range": {"scheme": "viridis"},
}  # fmt: skip


def diagram(
    width: int,
    height: float,
    signals: Sequence[Signal],
    data: Sequence[Mapping[str, Any]],
    marks: Sequence[Mark],
    **more: Any,
) -> Spec:
    """A template whose geometry is ours: no padding, its size set by the player; clock and palette are declared.

    data: named, empty datasets and their transforms; more: scales, axes. Where a dataset has a `key`, one or more of
    its fields, a row that comes takes over the nodes of the row with the same key that goes: making nodes is what
    costs when a step shows other rows.
    """
    keys = {one["name"]: one["key"] for one in data if "key" in one}
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": width,
        "height": height,
        "padding": 0,
        "autosize": "none",
        "signals": [CLOCK, *signals, *palette_signals()],
        "data": [_placed(one) for one in data],
        **more,
        "marks": [_keyed(one, keys) for one in marks],
    }


def _placed(data: Mapping[str, Any]) -> dict[str, Any]:
    """A dataset as Vega knows it; a key of several fields becomes one, `place`."""
    made = {name: held for name, held in data.items() if name != "key"}
    fields = data.get("key", "").split()
    if len(fields) > 1:
        expression = " + ' ' + ".join(f"datum.{field}" for field in fields)
        made["transform"] = [*made.get("transform", []), {"type": "formula", "expr": expression, "as": "place"}]
    return made


def _keyed(mark: Mark, keys: Mapping[str, str]) -> Mark:
    """A mark with its dataset's key; a line's points keep their order instead."""
    if "marks" in mark:
        mark = mark | {"marks": [_keyed(one, keys) for one in mark["marks"]]}
    key = keys.get(mark.get("from", {}).get("data"))
    return mark if key is None or mark["type"] == "line" else mark | {"key": "place" if " " in key else key}


def value(name: str, initial: Any) -> Signal:
    """A signal that the story's data set."""
    return {"name": name, "value": initial}


def derived(name: str, expression: str) -> Signal:
    """A signal that follows others."""
    return {"name": name, "update": expression}


def filtered(name: str, source: str, expression: str, **more: str) -> dict[str, Any]:
    """The rows of a dataset for which an expression holds; more: its key."""
    return {"name": name, "source": source, "transform": [{"type": "filter", "expr": expression}], **more}


def _encoded(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Texts are expressions; numbers, and Vega's own {"scale": …} or a list of tests, are taken as they are."""

    def encoded(held: Any) -> Any:
        if isinstance(held, str):
            return {"signal": held}
        return held if isinstance(held, Mapping | list) else {"value": held}

    return {name: encoded(held) for name, held in properties.items() if held is not None}


def mark(
    kind: str, data: str | None = None, *, clickable: bool = False, silent: bool = False, **properties: Any
) -> Mark:
    """A mark of any kind; `data` None: one of it. clickable: with a hand; silent: the pointer goes through it."""
    if clickable:
        properties = {"cursor": {"value": "pointer"}, **properties}
    made: Mark = {"type": kind, "encode": {"update": _encoded(properties)}}
    if data:
        made["from"] = {"data": data}
    if silent:
        made["interactive"] = False
    return made


def text(
    words: str, x: str | float, y: str | float, data: str | None = None, align: str = "center", color: str = "ink",
    size: str | float = 13, **more: Any,
) -> Mark:  # fmt: skip
    """Text at a point, its middle at y; `words` is an expression: `quoted_text` makes one of a plain sentence."""
    more = {"silent": True, **more}
    place = {"x": x, "y": y, "align": {"value": align}, "baseline": {"value": "middle"}}
    return mark("text", data, **({**place, "text": words, "fill": color, "fontSize": size} | more))


def quoted_text(sentence: str) -> str:
    """A plain sentence as a Vega expression."""
    escaped = sentence.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ")
    return f"'{escaped}'"


def rect(
    x: str | float, y: str | float, width: str | float, height: str | float, data: str | None = None, **more: Any
) -> Mark:
    """A rectangle; `fill`, `stroke`, … come as expressions."""
    return mark("rect", data, x=x, y=y, width=width, height=height, **more)
