"""Recorded runs: what a page shows at once of a training that takes minutes, and the very weights it ended with.

    python -m seq2seq.studies.recordings [NAME …]

writes `assets/runs/`. Each is an ordinary run whose reports were kept; a test takes its last gradients again from its
weights. Imports no torch: pages read recordings before their first picture.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from seq2seq.folders import ASSETS
from seq2seq.models.config import RecurrentConfig
from seq2seq.tasks import InputError, Recall
from seq2seq.training.config import RunConfig, TrainingConfig

RUNS = ASSETS / "runs"
KEPT = ("step", "train_loss", "loss", "exact_match", "n", "right", "batches", "gradient", "reach", "done")


def recall_run(
    cell: str, attention: bool = False, distance: int = 20, forget_bias: float = 1.0, scale: float = 1.0, seed: int = 1
) -> RunConfig:
    """A run on recall whose reports say how far back learning reaches; one is trained in seconds."""
    bias = forget_bias if cell == "lstm" else RecurrentConfig.forget_bias
    model = RecurrentConfig(
        cell, "general" if attention else "none", embedding=16, hidden=32, forget_bias=bias, recurrent_scale=scale
    )
    training = TrainingConfig(400, 0.99, 64, "adamw", 0.01, seed, "cpu", reach=True)
    return RunConfig(Recall(distance), model, training)


def clipping_run(clip: float | None, scale: float = 4.0, seed: int = 1) -> RunConfig:
    """A run whose gradients explode at first; plain gradient descent, because Adam would divide their size away."""
    model = RecurrentConfig("rnn", "none", embedding=16, hidden=32, recurrent_scale=scale)
    training = TrainingConfig(200, None, 64, "sgd", 0.3, seed, "cpu", clip=clip, reach=True)
    return RunConfig(Recall(10), model, training)


RECORDED: dict[str, RunConfig] = {
    **{f"recall-{cell}": recall_run(cell) for cell in ("rnn", "gru")},
    **{f"recall-lstm-{bias}": recall_run("lstm", forget_bias=bias) for bias in (0, 1, 3)},
    **{f"recall-{cell}-attention": recall_run(cell, attention=True) for cell in ("rnn", "gru", "lstm")},
    "clipped": clipping_run(1.0),
    "unclipped": clipping_run(None),
}


def recording_of(config: RunConfig) -> str | None:
    """The name of the recording of exactly this run, if there is one."""
    return next((name for name, recorded in RECORDED.items() if recorded == config and _file(name).exists()), None)


@cache
def recorded_reports(name: str) -> list[dict[str, Any]]:
    """The reports of a recording, in order."""
    found: list[dict[str, Any]] = json.loads(_file(name).read_text(encoding="utf-8"))["reports"]
    return found


def recorded_weights(name: str) -> bytes:
    """The weights a recording ended with."""
    return _file(name).with_suffix(".safetensors").read_bytes()


def _file(name: str) -> Path:
    return RUNS / f"{name}.json"


def record_run(name: str) -> dict[str, Any]:
    """Train a recording again and write it; returns its last report."""
    import torch

    from seq2seq.training.checkpoint import pack
    from seq2seq.training.trainer import Trainer

    config, reports, error = RECORDED[name], [], None
    trainer = Trainer(config)
    try:
        for report in trainer.run():
            told = report.to_dict()
            if report.step % 10 == 0 or report.step % 25 == 0 or report.done:  # not those that time alone called for
                reports.append({key: told[key] for key in KEPT})
    except InputError as problem:
        error = problem.key
    RUNS.mkdir(parents=True, exist_ok=True)
    made = {"torch": torch.__version__, "threads": torch.get_num_threads()}
    told = {"config": config.to_dict(), "made": made, "error": error, "reports": reports}
    _file(name).write_text(json.dumps(told, separators=(",", ":")) + "\n", encoding="utf-8")
    _file(name).with_suffix(".safetensors").write_bytes(pack(trainer.model, None, step=trainer.step))
    last: dict[str, Any] = reports[-1]
    return last


if __name__ == "__main__":
    import sys

    for chosen in sys.argv[1:] or RECORDED:
        last = record_run(chosen)
        print(chosen, last["step"], last["exact_match"], flush=True)
