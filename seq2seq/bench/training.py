"""Training speed, ours against JoeyNMT's: each by its own command, on the same network and data, in turn."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from seq2seq.bench.joeynmt import Schedule, require_peer, watch
from seq2seq.bench.table import Bar, Result, Row
from seq2seq.models.config import ModelConfig, RecurrentConfig, TransformerConfig
from seq2seq.tasks import InputError, make_task
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.store import RunStore

GOAL, ROUNDS = 0.99, 3  # exact match of a whole output; times that each side runs, in turn
SPEED_UPDATES = 200
NETWORK = RecurrentConfig(bidirectional=True, hidden=64)
SPEED = RunConfig(
    make_task({"name": "reverse"}), NETWORK, TrainingConfig(steps=SPEED_UPDATES, until=None, device="cpu")
)
# Each side's best of a few tried for reaching the goal soonest.
RACE = replace(SPEED, training=TrainingConfig(steps=300, until=GOAL, batch=32, learning_rate=0.006, device="cpu"))
PEER_SPEED = Schedule(batch=128, learning_rate=0.004, updates=SPEED_UPDATES, every=50)
PEER_RACE = Schedule(batch=128, learning_rate=0.006, updates=1000, every=10)


@dataclass(frozen=True)
class Timing:
    """One training: tokens a second, seconds without start-up, seconds of the whole command."""

    rate: float
    training: float
    whole: float


def train_ours(config: RunConfig, threads: int) -> Timing:
    """Run our command, as a person would."""
    options: dict[str, Any] = {"--task": config.task.name, **shape_options(config.model)}
    options |= {f"--{name}": getattr(config.training, name) for name in ("steps", "batch", "seed", "device")}
    options |= {"--learning-rate": config.training.learning_rate}
    options |= {} if config.training.until is None else {"--until": config.training.until}
    command = [sys.executable, "-m", "seq2seq", "train", *(str(part) for pair in options.items() for part in pair)]
    command += ["--json", *(["--bidirectional"] if getattr(config.model, "bidirectional", False) else [])]
    with tempfile.TemporaryDirectory() as home:
        store = RunStore(f"sqlite:///{home}/runs.db")
        environment = os.environ | {"SEQ2SEQ_STORE": store.url, "OMP_NUM_THREADS": str(threads)}
        began = time.time()
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:

            def wait_for(seen: Callable[[dict[str, Any]], Any]) -> float:
                while process.poll() is None:
                    if any(seen(store.last_report(run.id) or {}) for run in store.recent()):
                        break
                    time.sleep(0.05)
                return time.time()

            started = wait_for(lambda report: report)  # the untrained model is scored, as when JoeyNMT says "EPOCH 1"
            reached = wait_for(lambda report: report.get("done"))  # as when JoeyNMT logs its last validation
            told, _ = process.communicate()
        ended = time.time()
    if process.returncode:
        raise InputError("input.crashed", error=" ".join(command))
    result = json.loads(told)
    if config.training.until and result["exact_match"] < config.training.until:
        raise InputError("input.goal_missed", what="ours", reached=f"{result['exact_match']:.1%}")
    return Timing(result["target_tokens_per_second"], reached - started, ended - began)


def shape_options(model: ModelConfig) -> dict[str, Any]:
    """What our command is told of the network's shape."""
    names = ("layers", "hidden", "heads", "feed_forward", "norm") if isinstance(model, TransformerConfig) else (
        "attention", "hidden"
    )  # fmt: skip
    return {"--cell": model.cell} | {f"--{name.replace('_', '-')}": getattr(model, name) for name in names}


def train_peer(config: RunConfig, schedule: Schedule, threads: int) -> Timing:
    """Run JoeyNMT's command until its updates are done or, if ours has a goal, until a validation reaches it."""
    rates: list[float] = []
    best, goal = 0.0, config.training.until
    with tempfile.TemporaryDirectory() as folder:
        began = time.time()
        started = at = began
        for at, told in watch(config, schedule, Path(folder), threads):
            started = at if told.epoch == 1 else started
            rates += [told.rate] if told.rate else []
            best = max(best, (told.accuracy or 0.0) / 100)
            if goal and best >= goal:
                break
    if goal and best < goal:
        raise InputError("input.goal_missed", what="JoeyNMT", reached=f"{best:.1%}")
    return Timing(median(rates), at - started, at - began)


def compare(ours: RunConfig, peer: Schedule, threads: int) -> tuple[list[Timing], list[Timing]]:
    """Both sides, in turn, some rounds long."""
    mine, theirs = [], []
    for _ in range(ROUNDS):
        mine.append(train_ours(ours, threads))
        theirs.append(train_peer(ours, peer, threads))
    return mine, theirs


def row(name: str, unit: str, sides: tuple[list[Timing], list[Timing]], threads: int, bar: Bar | None = None) -> Row:
    """The medians of one field of the timings, side by side."""
    field = {"tokens/s": "rate", "s": "whole" if "command" in name else "training"}[unit]
    ours, peer = (median(getattr(timing, field) for timing in side) for side in sides)
    return Row(name, ours, unit, peer, bar, threads)


def measure_training() -> Result:
    """`training`: speed at one and at two threads, and the time to 99 % at one."""
    require_peer()
    rows = []
    for threads in (1, 2):
        sides = compare(SPEED, PEER_SPEED, threads)
        rows.append(row("target tokens, batch 128", "tokens/s", sides, threads, Bar(low=1.8, aim=2.5, ratio=True)))
    sides = compare(RACE, PEER_RACE, 1)
    rows.append(row("99 % exact match", "s", sides, 1, Bar(high=0.5, aim=0.2, ratio=True)))
    rows.append(row("99 % exact match, the whole command", "s", sides, 1))
    return Result("training", rows, HOW)


def measure_training_on(
    device: str, name: str = "training", speed: RunConfig = SPEED, race: RunConfig = RACE
) -> Result:
    """The same on another device, without a peer."""
    speed, race = (config.on(device) for config in (speed, race))
    rates = median(train_ours(speed, 1).rate for _ in range(ROUNDS))
    times = [train_ours(race, 1) for _ in range(ROUNDS)]
    rows = [
        Row("target tokens, batch 128", rates, "tokens/s"),
        Row("99 % exact match", median(time.training for time in times), "s"),
        Row("99 % exact match, the whole command", median(time.whole for time in times), "s"),
    ]
    return Result(f"{name}-{device}", rows, f"As above, on {device}, without a peer.")


HOW = (
    "Reverse, 26 letters, 4–10 long; GRU, embeddings 32, encoder 2 × 64, decoder 128, Luong's general attention. The "
    "peer is JoeyNMT 2.3.0 (`make peers`), run by its own command, without input feeding, dropout 0; it has all our "
    f"parameters but the 30 of the output's bias. Medians of {ROUNDS} runs, in turn. Tokens a second are each "
    f"program's own, over {SPEED_UPDATES} updates. Time to 99 %: training with validations, without start-up, each "
    f"side with the best schedule of a few tried (ours: at most {RACE.training.steps} updates, batch "
    f"{RACE.training.batch}, rate {RACE.training.learning_rate}; JoeyNMT: Adam, batch {PEER_RACE.batch}, rate "
    f"{PEER_RACE.learning_rate} after {PEER_RACE.warm_up} updates of warm-up, a validation every {PEER_RACE.every}); "
    "ours on 1,000 held-out pairs, JoeyNMT's on 200."
)
