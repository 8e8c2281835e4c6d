"""What a run tells of itself now and then, and how a stored report is read back: whole, or not at all.

Imports no torch: pages read reports before it is loaded.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Probe:
    """One held-out sentence, written greedily: tokens; scores and weights (T, S), or None without attention.

    layer: which decoder layer looked, counted from 1, where several look; the top one is kept. heads: (N, T, S), where
    a layer looks with several heads; `weights` is then their mean, and there is no one row of scores.
    """

    source: list[str]
    output: list[str]
    scores: list[list[float]] | None
    weights: list[list[float]] | None
    layer: int | None = None
    heads: list[list[list[float]]] | None = None


@dataclass(frozen=True)
class GradientNorm:
    """Norms of all gradients together over some updates: mean, largest, and how many updates were clipped."""

    mean: float
    largest: float
    clipped: int
    updates: int


@dataclass(frozen=True)
class Report:
    """How a run stands after `step` updates; scores on held-out pairs, `seconds` of training so far.

    train_loss: mean over the `batches` batches since the report before; counts as in `Score`. Reports made before
    there were such fields lack: gradient, the norm of all gradients together before clipping, since the report before;
    reach, the norms of the loss's derivative by every encoder state, and by_length, scores length by length, as
    `LengthScore.to_dict` gives them, where `TrainingConfig` asks for them.
    """

    step: int
    seconds: float
    train_loss: float | None
    loss: float
    token_accuracy: float
    exact_match: float
    n: int
    tokens: int
    right_tokens: int
    right: int
    batches: int
    tokens_per_second: float
    samples: list[dict[str, str]]
    probe: Probe
    done: bool = False
    gradient: GradientNorm | None = None
    reach: dict[str, Any] | None = None
    by_length: list[dict[str, Any]] | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self)


def is_finite(value: object) -> bool:
    """Whether no number in plain values (dicts, lists, numbers) is infinite or none at all."""
    if isinstance(value, dict):
        return all(map(is_finite, value.values()))
    if isinstance(value, list | tuple):
        return all(map(is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def pack_report(body: dict[str, Any]) -> str:
    """A report as its row keeps it.

    Raises: ValueError if a number in it is not finite.
    """
    return json.dumps(body, allow_nan=False)


def read_report(body: str, step: int) -> dict[str, Any] | None:
    """The report that a row keeps for an update; None if any part of it is not what `Report` says."""
    try:
        report = json.loads(body)
    except (ValueError, TypeError, RecursionError):
        return None
    if not _is_report(report) or report["step"] != step:
        return None
    return dict(report)


def of_one_kind(reports: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those whose probe is the same sentence, looked at in the same way, as in most of them: a run has but one."""
    kinds = [_kind(report["probe"]) for report in reports]
    usual = Counter(kinds).most_common(1)[0][0] if kinds else None
    return [report for report, kind in zip(reports, kinds, strict=True) if kind == usual]


def _kind(probe: dict[str, Any]) -> tuple[object, ...]:
    looks = (probe["weights"] is None, probe["scores"] is None, probe.get("layer"), len(probe.get("heads") or ()))
    return (*probe["source"], *looks)


# ---- what each part must be

Check = Callable[[Any], bool]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_positive(value: Any) -> bool:
    return _is_count(value) and value > 0


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= 1


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _record_of(needed: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    """A dict that has the needed keys, and whose values are all as they should be."""
    checks = needed | (optional or {})

    def check(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and needed.keys() <= value.keys()
            and all(check(value[key]) for key, check in checks.items() if key in value)
        )

    return check


def _is_probe(value: Any) -> bool:
    """Tokens, and maps of as many rows as tokens were written, as many columns as were read."""
    if not _has_probe_parts(value):
        return False
    maps = [value["scores"], value["weights"], *(value.get("heads") or ())]
    rows, columns = len(value["output"]), len(value["source"])
    if value["scores"] is not None and value["weights"] is None:
        return False
    return all(len(each) == rows and all(len(row) == columns for row in each) for each in maps if each is not None)


def _is_reach(value: Any) -> bool:
    return _list_of(_is_number)(value) and len(value) > 0 and min(value) >= 0


def _is_score(value: Any) -> bool:
    """Of n outputs of a length as many right ones, and letters at each place, as there can be."""
    return _has_score_parts(value) and max(value["right"], *value["places"], 0) <= value["n"]


_has_score_parts = _record_of(
    {"length": _is_positive, "n": _is_positive, "right": _is_count, "places": _list_of(_is_count)}
)
_is_map = _list_of(_list_of(_is_number))
_has_probe_parts = _record_of(
    {"source": _list_of(_is_text), "output": _list_of(_is_text), "scores": _or_none(_is_map),
     "weights": _or_none(_is_map)},
    {"layer": _or_none(_is_positive), "heads": _or_none(_list_of(_is_map))},
)  # fmt: skip
_is_report = _record_of(
    {
        "step": _is_count, "seconds": _is_number, "train_loss": _or_none(_is_number), "loss": _is_number,
        "token_accuracy": _is_share, "exact_match": _is_share, "n": _is_positive, "tokens_per_second": _is_number,
        "samples": _list_of(_record_of({"source": _is_text, "target": _is_text, "output": _is_text})),
        "probe": _is_probe, "done": lambda value: isinstance(value, bool), "tokens": _is_positive,
        "right_tokens": _is_count, "right": _is_count, "batches": _is_count,
    },
    {
        "gradient": _or_none(
            _record_of({"mean": _is_number, "largest": _is_number, "clipped": _is_count, "updates": _is_positive})
        ),
        "reach": _or_none(
            _record_of({"h": _is_reach, "c": _or_none(_is_reach), "n": _is_positive})
        ),
        "by_length": _or_none(_list_of(_is_score)),
    },
)  # fmt: skip
