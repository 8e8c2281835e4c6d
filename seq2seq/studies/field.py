"""Where a receptive field ends, measured: models without a decoder, each to write a letter from d positions back.

    python -m seq2seq.studies.field

measures what the Convolution page shows first (three seeds, one thread) and writes assets/measured/field.json.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from seq2seq.folders import ASSETS
from seq2seq.models.config import ConvConfig
from seq2seq.tasks import make_task
from seq2seq.tasks.shift import Shift
from seq2seq.traces import FieldRun, FieldTrace
from seq2seq.training.config import RunConfig, TrainingConfig

MEASURED = ASSETS / "measured" / "field.json"
SEEDS = (1, 2, 3)
DEEPEST = 4  # layers; with six, even what the field holds is not learnt in these few updates
LETTERS, ALL_INSIDE = 26, 6
SHAPES = [
    *((3, layers, "same") for layers in (4, 1, 2, 3)), (5, 2, "same"), (7, 2, "same"), (3, 4, "causal"),
    (5, 1, "same"), (7, 1, "same"), (5, 4, "same"), (7, 4, "same"), (3, 2, "causal"), (5, 3, "same"), (7, 3, "same"),
]  # fmt: skip


def distances(kernel: int, layers: int, padding: str) -> tuple[int, ...]:
    """What is worth asking: every distance to a little beyond the field's edge; of a wide field not all inside."""
    reach = ConvConfig(layers=layers, kernel=kernel, readout="positions", padding=padding).reach[0]
    inside = range(reach) if reach <= ALL_INSIDE else (0, reach // 2, reach - 2, reach - 1)
    return (*inside, *range(reach, reach + 4))


def field_config(kernel: int, layers: int, padding: str, distance: int, seed: int = 1) -> RunConfig:
    """A small model for one distance; the sources of one shape are equally long for every distance."""
    farthest = distances(kernel, layers, padding)[-1]
    sizes = {"shortest": farthest + 5, "longest": farthest + 9, "letters": LETTERS}
    return RunConfig(
        make_task({"name": "shift", "distance": distance, **sizes}),
        ConvConfig(layers=layers, kernel=kernel, hidden=48, readout="positions", padding=padding),
        TrainingConfig(steps=400, until=0.99, batch=32, learning_rate=1e-2, seed=seed, device="cpu"),
    )


def field_run(config: RunConfig, report: Mapping[str, Any]) -> FieldRun:
    """What a run's last report says of letters.

    It counts all tokens; blanks and ends, which need no letter, are taken off as if all were right. Were one wrong, the
    share of letters would be higher than what is said.
    """
    task = config.task
    assert isinstance(task, Shift)
    free = report["n"] * (task.distance + 1)
    right, letters = max(0, report["right_tokens"] - free), report["tokens"] - free
    return FieldRun(task.distance, config.training.seed, right, letters, report["n"], report["step"])


def field_trace(kernel: int, layers: int, padding: str, runs: Sequence[FieldRun]) -> FieldTrace:
    """The runs of one shape, by distance and seed."""
    ordered = tuple(sorted(runs, key=lambda run: (run.distance, run.seed)))
    return FieldTrace(kernel, layers, padding, 1 / LETTERS, distances(kernel, layers, padding), ordered)


def measured() -> list[dict[str, Any]]:
    """What comes with the studio: one entry a shape."""
    return json.loads(MEASURED.read_text(encoding="utf-8"))["shapes"] if MEASURED.exists() else []


def measured_trace(kernel: int, layers: int, padding: str) -> FieldTrace | None:
    """The shipped runs of one shape, if it was measured."""
    for shape in measured():
        if (shape["kernel"], shape["layers"], shape["padding"]) == (kernel, layers, padding):
            return field_trace(kernel, layers, padding, [FieldRun(**run) for run in shape["runs"]])
    return None


def measure(kernel: int, layers: int, padding: str) -> dict[str, Any]:
    """Train every distance with every seed."""
    from seq2seq.training.trainer import Trainer

    runs = []
    for distance in distances(kernel, layers, padding):
        for seed in SEEDS:
            config = field_config(kernel, layers, padding, distance, seed)
            *_, last = Trainer(config).run()
            runs.append(field_run(config, last.to_dict()))
            print(f"k {kernel} L {layers} {padding} d {distance} seed {seed}: {runs[-1].share:.3f}", flush=True)
    return {"kernel": kernel, "layers": layers, "padding": padding, "runs": [asdict(run) for run in runs]}


if __name__ == "__main__":
    found: list[dict[str, Any]] = []
    MEASURED.parent.mkdir(parents=True, exist_ok=True)
    for shape in SHAPES:
        found.append(measure(*shape))
        told = {"command": "python -m seq2seq.studies.field", "seeds": SEEDS, "shapes": found}
        MEASURED.write_text(json.dumps(told) + "\n", encoding="utf-8")
