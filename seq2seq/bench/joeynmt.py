"""JoeyNMT as a peer: the same network on the same data, trained by its own program, read from its own log.

It lives in an environment of its own, made by `make peers`: nothing of the studio needs it.
"""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seq2seq.folders import ROOT
from seq2seq.models.config import RecurrentConfig, TransformerConfig
from seq2seq.tasks import InputError, Pair
from seq2seq.training.config import RunConfig

PYTHON = ROOT / ".peers" / "joeynmt" / "bin" / "python"
TRAIN_PAIRS, DEV_PAIRS = 60_000, 200
NAMES = {"general": "luong", "additive": "bahdanau"}  # our attentions in its words
PATTERNS: dict[str, tuple[re.Pattern[str], Any]] = {
    "parameters": (re.compile(r"Total params: (\d+)"), int),
    "epoch": (re.compile(r"EPOCH (\d+)"), int),
    "rate": (re.compile(r"Tokens per Sec: +(\d+),"), float),
    "accuracy": (re.compile(r"sequence_accuracy: +([\d.]+)"), float),
}


@dataclass(frozen=True)
class Schedule:
    """How JoeyNMT trains: what was best of those tried for the purpose (see BENCHMARKS.md)."""

    batch: int
    learning_rate: float
    updates: int
    every: int  # updates between two validations
    warm_up: int = 30


@dataclass(frozen=True)
class Told:
    """What a line of its log says: parameters, that an epoch begins, tokens a second, or a validation in per cent."""

    parameters: int | None = None
    epoch: int | None = None
    rate: float | None = None
    accuracy: float | None = None


def read_line(line: str) -> Told | None:
    """What is in a line of JoeyNMT's log, if it is one of those that count."""
    for field, (pattern, read) in PATTERNS.items():
        if found := pattern.search(line):
            return Told(**{field: read(found[1])})
    return None


def same_network(config: RunConfig) -> dict[str, Any]:
    """Our network in JoeyNMT's words. One weight differs: its output layer has no bias."""
    ours = config.model
    if isinstance(ours, TransformerConfig):
        side: dict[str, Any] = {"type": "transformer", "num_layers": ours.layers, "num_heads": ours.heads}
        side |= {"embeddings": {"embedding_dim": ours.hidden, "scale": True}, "hidden_size": ours.hidden}
        side |= {"ff_size": ours.feed_forward, "dropout": 0.0, "layer_norm": ours.norm}
        return {"encoder": side, "decoder": side}
    assert isinstance(ours, RecurrentConfig)
    sides: dict[str, Any] = {"type": "recurrent", "rnn_type": ours.cell, "num_layers": ours.layers, "dropout": 0.0}
    sides |= {"embeddings": {"embedding_dim": ours.embedding}}
    decoder = {"hidden_size": ours.width, "attention": NAMES[ours.attention], "init_hidden": "last"}
    return {
        "encoder": {**sides, "hidden_size": ours.hidden, "bidirectional": ours.bidirectional},
        "decoder": {**sides, **decoder, "hidden_dropout": 0.0, "input_feeding": False},
    }


def peer_settings(config: RunConfig, schedule: Schedule, folder: Path) -> dict[str, Any]:
    """The whole configuration of a JoeyNMT run that reads from and writes to a folder."""
    side = {"level": "char", "max_length": 100}
    return {
        "name": config.task.name,
        "model_dir": str(folder / "model"),
        "use_cuda": False,
        "random_seed": config.training.seed,
        "data": {
            "train": str(folder / "train"), "dev": str(folder / "dev"), "dataset_type": "plain",
            "src": {"lang": "src", **side}, "trg": {"lang": "trg", **side},
        },
        "training": {
            "optimizer": "adam", "learning_rate": schedule.learning_rate, "learning_rate_min": 0.0001,
            "scheduling": "warmupinversesquareroot", "learning_rate_warmup": schedule.warm_up,
            "batch_size": schedule.batch, "batch_type": "sentence", "normalization": "tokens", "clip_grad_norm": 1.0,
            "epochs": 1000, "updates": schedule.updates, "validation_freq": schedule.every,
            "logging_freq": schedule.every, "print_valid_sents": [], "early_stopping_metric": "loss",
            "keep_best_ckpts": 1,
        },
        "testing": {
            "batch_size": DEV_PAIRS, "beam_size": 1, "eval_metrics": ["sequence_accuracy"],
            "max_output_length": max(len(pair.target) for pair in config.task.sample("dev", DEV_PAIRS)) + 2,
        },
        "model": {"initializer": "xavier", "tied_embeddings": False, **same_network(config)},
    }  # fmt: skip


def write_files(config: RunConfig, schedule: Schedule, folder: Path) -> Path:
    """Its configuration (JSON is YAML too) and the pairs as plain text, drawn as ours are; returns the first."""

    def put(split: str, pairs: list[Pair]) -> None:
        for side, texts in zip(("src", "trg"), zip(*pairs, strict=True), strict=True):
            (folder / f"{split}.{side}").write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")

    endless = config.task.pairs("train", np.random.default_rng(config.training.seed))
    put("train", [next(endless) for _ in range(TRAIN_PAIRS)])
    put("dev", config.task.sample("dev", DEV_PAIRS))
    path = folder / "joeynmt.yaml"
    path.write_text(json.dumps(peer_settings(config, schedule, folder), indent=1), encoding="utf-8")
    return path


def require_peer() -> None:
    """Raise InputError, which says how to get it, if JoeyNMT is not there."""
    if not PYTHON.exists():
        raise InputError("input.no_joeynmt")


def watch(config: RunConfig, schedule: Schedule, folder: Path, threads: int) -> Iterator[tuple[float, Told]]:
    """Train; yield what each line of the log says, with the time it came at (`time.time`). Ends with the reader."""
    settings = write_files(config, schedule, folder)
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "PYTHONUNBUFFERED": "1"}
    command = [str(PYTHON), "-m", "joeynmt", "train", str(settings), "--skip-test"]
    with subprocess.Popen(
        command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        last: list[str] = []
        try:
            for line in process.stdout:
                last = [*last[-4:], line.strip()]
                if told := read_line(line):
                    yield time.time(), told
        finally:
            process.terminate()
        if process.wait() > 0:
            raise InputError("input.peer_failed", error=" / ".join(last)[-300:])
