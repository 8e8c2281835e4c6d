"""`train`: in this process, kept in the store like any other run."""

import argparse
import json
import os
import sys
from dataclasses import fields

from seq2seq.models.config import (
    ATTENTIONS,
    CELLS,
    CONV,
    KERNELS,
    NORMS,
    PADDINGS,
    POSITIONS,
    READOUTS,
    TRANSFORMER,
    RecurrentConfig,
    config_kind,
    model_config,
)
from seq2seq.tasks import TASKS, make_task
from seq2seq.training.config import DEVICES, OPTIMISERS, TRANSFORMER_RATE, RunConfig, TrainingConfig, usual_rate
from seq2seq.words import say_error

OWNER = "command-line"
TASK_SETTINGS = {
    "distance": "recall, shift: from the symbol to its answer",
    "shortest": "letter tasks: fewest letters",
    "longest": "letter tasks: most letters",
    "ways": "synonyms: right ways to write each figure",
    "empty": "synonyms: targets that are empty, in per cent",
}
SWITCHES = {
    "causal": "the decoder sees the outputs it must predict",
    "source-mask": "the encoder sees pads",
    "cross-mask": "the decoder sees pads of the source",
    "scaled": "scores are not divided by √d_k",
}


def add_training(train: argparse.ArgumentParser) -> None:
    """The options of `train`: the task, the network, the way it is trained."""
    train.add_argument("--task", default="reverse", choices=list(TASKS))
    train.add_argument("--cell", default=RecurrentConfig.cell, choices=[*CELLS, CONV, TRANSFORMER])
    train.add_argument("--attention", choices=ATTENTIONS, help="recurrent cells only")
    train.add_argument("--bidirectional", action="store_const", const=True, help="recurrent cells only")
    for name in ("layers", "embedding", "hidden"):
        train.add_argument(f"--{name}", type=int, metavar="N")
    train.add_argument("--forget-bias", type=float, metavar="B", help="LSTM only")
    train.add_argument(
        "--recurrent-scale", type=float, metavar="F", help="times the recurrent matrices, when they are drawn"
    )
    train.add_argument("--kernel", type=int, choices=KERNELS, help="conv only: width of a window")
    train.add_argument("--readout", choices=READOUTS, help="conv only: a decoder, or one linear layer a position")
    train.add_argument("--padding", choices=PADDINGS, help="conv without decoder only: what the encoder sees")
    for name, text in (("heads", "of every attention"), ("feed-forward", "units inside the feed-forward block")):
        train.add_argument(f"--{name}", type=int, metavar="N", help=f"transformer only: {text}")
    train.add_argument("--norm", choices=NORMS, help="transformer only: LayerNorm after each residual, or before")
    for side in ("encoder", "decoder"):
        train.add_argument(f"--{side}-positions", choices=POSITIONS, help="transformer only")
    for name, text in SWITCHES.items():
        train.add_argument(
            f"--no-{name}", dest=name.replace("-", "_"), action="store_const", const=False,
            help=f"transformer only: {text}",
        )  # fmt: skip
    train.add_argument("--optimiser", "--optimizer", default=TrainingConfig.optimiser, choices=OPTIMISERS)
    train.add_argument(
        "--learning-rate", type=float, metavar="R",
        help=f"default {TrainingConfig.learning_rate}, of a Transformer {TRANSFORMER_RATE}",
    )  # fmt: skip
    train.add_argument(
        "--warm-up", type=int, default=TrainingConfig.warm_up, metavar="N",
        help="updates over which the learning rate rises to its full value; 0: none",
    )  # fmt: skip
    train.add_argument(
        "--decay-to", type=float, default=TrainingConfig.decay_to, metavar="SHARE",
        help="share of the learning rate that is left at the last update; 1: it does not fall",
    )  # fmt: skip
    train.add_argument(
        "--weight-decay", type=float, default=TrainingConfig.weight_decay, metavar="L", help="adamw only"
    )
    for name in ("steps", "batch", "seed"):
        train.add_argument(f"--{name}", type=int, default=getattr(TrainingConfig, name), metavar="N")
    train.add_argument("--until", type=float, metavar="SHARE", help="stop at this exact match on held-out pairs")
    train.add_argument(
        "--clip", type=limit_or_none, default=TrainingConfig.clip, metavar="NORM",
        help="clip the gradients to this norm; none: never",
    )  # fmt: skip
    train.add_argument("--reach", action="store_true", help="reports also say how far back learning reaches")
    train.add_argument(
        "--by-length", type=int, default=0, metavar="N", help="reports also score N pairs of each length (letter tasks)"
    )
    for name, text in TASK_SETTINGS.items():
        train.add_argument(f"--{name}", type=int, metavar="N", help=text)
    train.add_argument("--device", default="auto", choices=DEVICES)


def limit_or_none(text: str) -> float | None:
    """A number, or the word none."""
    return None if text == "none" else float(text)


def config_from(options: argparse.Namespace) -> RunConfig:
    """The run that the options of `train` describe."""
    asked = {field.name: getattr(options, field.name) for field in fields(config_kind(options.cell))}
    model = model_config({name: value for name, value in asked.items() if value is not None})
    way = {field.name: getattr(options, field.name) for field in fields(TrainingConfig)}
    if way["learning_rate"] is None:
        way["learning_rate"] = usual_rate(model)
    training = TrainingConfig(**way)
    settings = {name: getattr(options, name) for name in TASK_SETTINGS}
    given = {name: value for name, value in settings.items() if value is not None}
    return RunConfig(make_task({"name": options.task, **given}), model, training)


def train_run(options: argparse.Namespace) -> int:
    """`train`: in this process, kept in the store like any other run."""
    config = config_from(options)  # before torch is loaded: a wrong setting is told at once

    import threading

    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    from seq2seq.training.device import pick_device, share_the_machine
    from seq2seq.training.reports import Report
    from seq2seq.training.store import RunStore
    from seq2seq.training.worker import train_claimed

    if "OMP_NUM_THREADS" not in os.environ:
        share_the_machine()  # at these sizes one thread is faster than two even alone: see BENCHMARKS.md
    pick_device(config.training.device)
    store, worker = RunStore(), f"cli-{os.getpid()}"
    run = store.get(store.submit(config, OWNER, worker=worker))
    assert run is not None
    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    from rich.console import Console

    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("training", total=config.training.steps)

        def watch(report: Report) -> None:
            text = f"loss {report.loss:.3f}  exact match {report.exact_match:.1%}"
            progress.update(bar, completed=report.step, description=text)

        try:
            state = train_claimed(store, run, worker, threading.Event(), watch)
        except KeyboardInterrupt:
            store.finish(run.id, worker, "stopped")  # or, once its lease runs out, a worker would go on with it
            print(f"seq2seq: stopped; run {run.id} keeps its last checkpoint", file=sys.stderr)
            return 130
    last = store.last_report(run.id)
    ended = store.get(run.id)
    if state != "finished" or last is None:
        print(f"seq2seq: {say_error(ended.error) if ended and ended.error else state}", file=sys.stderr)
        return 1
    result = {
        "run": run.id,
        "exact_match": last["exact_match"],
        "token_accuracy": last["token_accuracy"],
        "held_out": last["n"],
        "steps": last["step"],
        "seconds": round(last["seconds"], 2),
        "target_tokens_per_second": round(store.mean_rate(run.id)),
        "device": ended.device if ended else None,
    }
    if options.json:
        print(json.dumps(result))
    else:
        print("\n".join(f"{name:26} {value}" for name, value in result.items()))
    return 0
