"""Who tells a Transformer what comes first, measured: encoder and decoder with positions of each kind, and without.

    python -m seq2seq.studies.positions [PART OF A NAME …]

measures what the Positions page shows first (three seeds, one thread) and writes assets/measured/positions.json; each
run goes into the file as soon as it is done, and runs that are there are not measured again.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from itertools import product
from math import factorial, prod
from typing import Any

from seq2seq.folders import ASSETS
from seq2seq.models.config import TransformerConfig
from seq2seq.studies.shipped import POSITION_TASKS, POSITION_WAYS, positions_name, positions_recipe
from seq2seq.traces.positions import PositionRun, PositionsTrace
from seq2seq.training.config import RunConfig

MEASURED = ASSETS / "measured" / "positions.json"
SEEDS = (1, 2, 3)
KINDS = ("sinusoidal", "learned", "none")
ALL_WAYS = tuple(product(KINDS, KINDS))
GUESSED = 2000  # held-out pairs that the chance level is taken over
FIRST = ("reverse", "sort-none-none", "sort-sinusoidal-sinusoidal", "sort-repeats-none", "sort-repeats-sinusoidal-s")


@cache
def chance(task: str) -> float:
    """The share that is exactly right where the letters are known and their order is guessed.

    Of L letters, one after the other in any order, ∏ count! of L! orders look the same; the mean over held-out targets.
    """
    targets = [pair.target for pair in POSITION_TASKS[task].sample("dev", GUESSED)]
    return sum(_same_orders(target) / factorial(len(target)) for target in targets) / len(targets)


def _same_orders(text: str) -> int:
    return prod(factorial(count) for count in Counter(text).values())


def position_run(config: RunConfig, report: Mapping[str, Any], letters: int | None = None) -> PositionRun:
    """What a run's last report says; of the held-out pairs in it, the longest."""
    model, sample = config.model, max(report["samples"], key=lambda sample: len(sample["source"]))
    assert isinstance(model, TransformerConfig)
    return PositionRun(
        model.encoder_positions, model.decoder_positions, config.training.seed, report["right"], letters, report["n"],
        report["step"], (sample["source"], sample["target"], sample["output"]),
    )  # fmt: skip


def positions_trace(task: str, runs: Sequence[PositionRun]) -> PositionsTrace:
    """The runs on one task, in the order of the ways and seeds."""
    ordered = tuple(sorted(runs, key=lambda run: (ALL_WAYS.index(run.ways), run.seed)))
    return PositionsTrace(task, chance(task), ALL_WAYS, ordered)


def measured_trace(task: str) -> PositionsTrace:
    """The runs on one task that come with the studio."""
    held = [entry["run"] for entry in stored_runs() if entry["task"] == task]
    return positions_trace(task, [PositionRun(**run | {"sample": tuple(run["sample"])}) for run in held])


def stored_runs() -> list[dict[str, Any]]:
    """Every run measured so far, and on which task."""
    return json.loads(MEASURED.read_text(encoding="utf-8"))["runs"] if MEASURED.exists() else []


def measure(task: str, encoder: str, decoder: str, seed: int) -> PositionRun:
    """Train one model to its end, and look at what it writes for held-out pairs."""
    from seq2seq.training.evaluate import evaluate
    from seq2seq.training.trainer import Trainer

    config = positions_recipe(task, encoder, decoder, seed)
    trainer = Trainer(config)
    *_, last = trainer.run()
    written = evaluate(trainer.model, trainer.confirmed, trainer.target_vocabulary).outputs
    pairs = zip(written, trainer.held_out, strict=True)
    return position_run(config, last.to_dict(), sum(sorted(output) == sorted(pair.target) for output, pair in pairs))


def to_measure(asked: Sequence[str]) -> Iterator[tuple[str, str, str, int]]:
    """Task, positions and seed of every run whose name begins with one of those asked; first what matters most."""
    whole = [(task, *ways, seed) for task in POSITION_TASKS for ways in ALL_WAYS for seed in SEEDS]

    def rank(entry: tuple[str, str, str, int]) -> tuple[bool, bool, int]:
        task, encoder, decoder, seed = entry
        name = positions_name(task, encoder, decoder).removeprefix("positions-")
        return (encoder, decoder) not in POSITION_WAYS, not name.startswith(FIRST), seed

    for entry in sorted(whole, key=rank):
        name = positions_name(*entry[:3]).removeprefix("positions-")
        if not asked or any(name.startswith(part) for part in asked):
            yield entry


def measure_all(asked: Sequence[str]) -> None:
    """Measure what is not there yet."""
    for task, encoder, decoder, seed in to_measure(asked):
        found = stored_runs()
        done = {(entry["task"], entry["run"]["encoder"], entry["run"]["decoder"], entry["run"]["seed"])
                for entry in found}  # fmt: skip
        if (task, encoder, decoder, seed) in done:
            continue
        run = measure(task, encoder, decoder, seed)
        print(f"{positions_name(task, encoder, decoder)} seed {seed}: {run.share:.3f} ({run.letters})", flush=True)
        found.append({"task": task, "run": asdict(run)})
        levels = {name: chance(name) for name in POSITION_TASKS}
        told = {"command": "python -m seq2seq.studies.positions", "seeds": SEEDS, "chance": levels, "runs": found}
        MEASURED.parent.mkdir(parents=True, exist_ok=True)
        lines = json.dumps(told).replace('{"task": ', '\n{"task": ')
        MEASURED.write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    measure_all(sys.argv[1:])
