"""The leak as the page looks at it: runs measured or trained here, and the maps of one of each. Imports no torch."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from seq2seq.studies.masks import leak_config, measured
from seq2seq.studies.shipped import MASK_TASKS, masks_name
from seq2seq.tasks import Pair
from seq2seq.tasks.random_target import RandomTarget
from seq2seq.tasks.sequences import LetterTask
from seq2seq.traces.masks import LeakMap, LeakRun, LeakTrace
from seq2seq.traces.run_report import RunReport

# Letters of the pair whose maps are shown: the most there are. Of a shorter target the decoder reads the ⟨eos⟩ too
# where a neighbour is longer; alone it does not, and a model that reads ahead misses it there.
LETTERS = 8
SIDES = {"causal": True, "leaking": False}
Maps = dict[str, LeakMap]


def leak_trace(task: str, runs: Iterable[LeakRun], maps: Maps | None = None) -> LeakTrace:
    """Runs of one of MASK_TASKS, and the maps of one of each side if they are there."""
    letters = MASK_TASKS[task]
    assert isinstance(letters, RandomTarget | LetterTask)
    bound = letters.entropy if isinstance(letters, RandomTarget) else None
    lengths = tuple(range(letters.shortest, letters.longest + 1))
    steps = leak_config(task, True).training.steps
    return LeakTrace(task, bound, letters.letters, lengths, tuple(runs), steps, maps or {})


def leak_run(causal: bool, seed: int, reports: Sequence[Mapping[str, Any]], **ends: Any) -> LeakRun:
    """One run by its reports; ends: forced, free and n, where it was scored at its end."""
    return LeakRun(causal, seed, told_reports(reports), **ends)


def told_reports(reports: Sequence[Mapping[str, Any]]) -> tuple[RunReport, ...]:
    """Those every so many updates, and the last: a slow machine reports more often."""
    last = reports[-1]["step"] if reports else 0
    kept = [row for row in reports if row["step"] % 25 == 0 or row["step"] in (10, 20, 40, 60, 80, 90, 110, last)]
    return tuple(RunReport(row["step"], row["loss"], row["exact_match"], row["n"]) for row in kept)


def measured_runs(task: str) -> list[LeakRun]:
    """What comes with the studio."""
    rows = [row for row in measured().get("leak", []) if row["task"] == task]
    return [
        leak_run(row["causal"], row["seed"], row["reports"], forced=row["forced"], free=row["free"], n=row["n"])
        for row in rows
    ]


def shown_pair(task: str) -> Pair:
    """The held-out pair whose maps are shown: of the longest, no letter twice in its target."""
    pairs = MASK_TASKS[task].sample("test", 400)
    return next(pair for pair in pairs if len(pair.target) == LETTERS == len(set(pair.target)))


def shipped_maps(task: str) -> Maps:
    """What the shipped models of both sides look at."""
    return leak_maps(task, {side: masks_name(task, causal) for side, causal in SIDES.items()})


def leak_maps(task: str, references: Mapping[str, str]) -> Maps:
    """What the models of both sides look at, by their names or run ids."""
    from seq2seq.studies.masked import look_ahead

    pair = shown_pair(task)
    return {side: look_ahead(reference, pair) for side, reference in references.items()}
