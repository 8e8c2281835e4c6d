"""The command line: the same engine as the app.

python -m seq2seq tasks | train | runs | decode | export | bench
"""

import argparse
import json
import os
import sys
from dataclasses import fields
from typing import Any

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
from seq2seq.studies.shipped import RECIPES, shipped_card, shipped_names
from seq2seq.tasks import TASKS, InputError, make_task
from seq2seq.training.config import DEVICES, OPTIMISERS, TRANSFORMER_RATE, RunConfig, TrainingConfig, usual_rate
from seq2seq.words import LANGUAGES, Words, say_error

OWNER = "command-line"
TASK_SETTINGS = {
    "distance": "recall, shift: from the symbol to its answer",
    "shortest": "letter tasks: fewest letters",
    "longest": "letter tasks: most letters",
}
SWITCHES = {
    "causal": "the decoder sees the outputs it must predict",
    "source-mask": "the encoder sees pads",
    "cross-mask": "the decoder sees pads of the source",
    "scaled": "scores are not divided by √d_k",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, or 2 for input that cannot be used."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except InputError as error:
        print(f"seq2seq: {say_error(error)}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output has gone, e.g. `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def build_parser() -> argparse.ArgumentParser:
    """All commands and options, with their defaults read from the configurations."""
    parser = argparse.ArgumentParser(prog="python -m seq2seq", description="Train and decode encoder-decoders.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--json", action="store_true", help="print JSON")
        sub.set_defaults(run=run)
        return sub

    command("tasks", list_tasks, "list what can be learnt")
    add_training(command("train", train_run, "train a model and keep it in the run store"))
    command("runs", list_runs, "list the runs of this user's store, newest first, and the shipped models")
    decode = command("decode", decode_texts, "decode greedily; without TEXT, one input a line from standard input")
    decode.add_argument("model", metavar="RUN", help="a run's id or a shipped model's name")
    decode.add_argument("text", metavar="TEXT", nargs="?")
    export = command("export", export_story, "write the story of one decoding as an HTML file that plays offline")
    export.add_argument("model", metavar="RUN", help="a run's id or a shipped model's name")
    export.add_argument("text", metavar="TEXT")
    export.add_argument("--out", required=True, metavar="F.html")
    for name, text in (("layer", "default: the top one"), ("head", "default: the mean of all")):
        export.add_argument(f"--{name}", type=int, metavar="N", help=f"transformer only, from 1; {text}")
    export.add_argument("--language", default="en", choices=list(LANGUAGES))
    bench = command("bench", measure, "measure what the studio promises, beside its peers (for developers)")
    bench.add_argument("--only", nargs="+", metavar="NAME", help="these benches only")
    bench.add_argument("--device", default="cpu", choices=[name for name in DEVICES if name != "auto"])
    bench.add_argument("--write", action="store_true", help="put the tables into BENCHMARKS.md")
    return parser


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


def list_tasks(options: argparse.Namespace) -> int:
    """`tasks`."""
    rows = []
    for name, task in TASKS.items():
        summary = (task.__doc__ or "").strip().splitlines()[0]
        rows.append({"task": name, "source": task.example.source, "target": task.example.target, "summary": summary})
    if options.json:
        print(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            print(f"{row['task']:10} {row['source']} → {row['target']}\n{'':10} {row['summary']}")
    return 0


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
    from seq2seq.training.store import RunStore
    from seq2seq.training.trainer import Report
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


def list_runs(options: argparse.Namespace) -> int:
    """`runs`."""
    from seq2seq.training.store import RunStore

    def row(name: str, state: str, config: RunConfig, step: int | None, exact_match: float | None) -> dict[str, Any]:
        shape = {"task": config.task.name, "cell": config.model.cell, "attention": config.model.attention}
        return {"run": name, "state": state, **shape, "step": step, "exact_match": exact_match}

    store = RunStore()
    rows = []
    for run in store.recent():
        last = store.last_report(run.id) or {}
        rows.append(row(run.id, run.state, run.config, last.get("step"), last.get("exact_match")))
    for name in shipped_names():
        card = shipped_card(name)
        rows.append(row(name, "shipped", RECIPES[name], card["trained"]["steps"], card["test"]["exact_match"]))
    for error in store.damaged():
        print(f"seq2seq: {say_error(error)}", file=sys.stderr)
    if options.json:
        print(json.dumps(rows))
        return 0
    for told in rows:
        score = "" if told["exact_match"] is None else f"{told['exact_match']:.1%}"
        print(f"{told['run']:22} {told['state']:9} {told['task']:9} {told['cell']:5} {told['attention']:11} {score}")
    return 0


def decode_texts(options: argparse.Namespace) -> int:
    """`decode`: one text, or a line at a time; a line that cannot be used is named and the rest go on."""
    from seq2seq.studies.trained import load_trained

    trained = load_trained(options.model)

    def show(text: str) -> None:
        trace = trained.write(text)
        if options.json:
            row = {"output": trace.text, "tokens": list(trace.output), "log_prob": round(trace.log_prob, 6)}
            print(json.dumps(row, ensure_ascii=False), flush=True)
        else:
            print(trace.text, flush=True)

    if options.text is not None:
        show(options.text)
        return 0
    status = 0
    for line in sys.stdin:
        try:
            show(line.rstrip("\n"))
        except InputError as error:
            status = 2
            print(
                json.dumps({"error": say_error(error)}) if options.json else f"seq2seq: {say_error(error)}",
                flush=True,
            )
    return status


def export_story(options: argparse.Namespace) -> int:
    """`export`."""
    from seq2seq.player.export import write_html
    from seq2seq.stories.convolution import ConvolutionExplainer, convolution_story
    from seq2seq.stories.decoding import decoding_story
    from seq2seq.stories.explain import DecodingExplainer, Explainer
    from seq2seq.stories.transformer import TransformerExplainer, transformer_decoding_story
    from seq2seq.studies.trained import load_trained
    from seq2seq.traces import ConvTrace, TransformerTrace

    trained = load_trained(options.model)
    trace, words = trained.write(options.text), Words(options.language)
    answer = trained.task.answer(trained.task.normalise(options.text))
    explainer: Explainer
    if isinstance(trace, ConvTrace):
        story, explainer = convolution_story(trace, words, options.model, answer), ConvolutionExplainer(trace, words)
    elif isinstance(trace, TransformerTrace):
        if not trace.causal:
            raise InputError("input.sees_the_future", run=options.model)
        layer = counted("layer", options.layer, trace.layers)
        head = counted("head", options.head, trace.heads)
        story = transformer_decoding_story(trace, words, options.model, answer, layer, head)
        explainer = TransformerExplainer(trace, words)
    else:
        story, explainer = decoding_story(trace, words, options.model, answer), DecodingExplainer(trace, words)
    try:
        path = write_html(story, options.out, story.title, options.language, explainer)
    except OSError as error:
        raise InputError("input.cannot_write", path=options.out, error=error.strerror) from error
    told = {"file": str(path), "bytes": path.stat().st_size, "output": trace.text}
    print(json.dumps(told, ensure_ascii=False) if options.json else told["file"])
    return 0


def counted(name: str, number: int | None, most: int) -> int | None:
    """One of so many, told from 1, counted from 0.

    Raises: InputError if there is no such one.
    """
    if number is not None and not 1 <= number <= most:
        raise InputError("input.out_of_range", name=name, value=number, low=1, high=most)
    return None if number is None else number - 1


def measure(options: argparse.Namespace) -> int:
    """`bench`."""
    from seq2seq.bench.benches import run_benches

    return run_benches(options)


if __name__ == "__main__":
    sys.exit(main())
