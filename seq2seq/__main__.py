"""The command line: the same engine as the app.

python -m seq2seq tasks | train | runs | decode | export | bench
"""

import argparse
import json
import os
import sys
from typing import Any

from seq2seq.commands.decode import add_decoding, decode_texts
from seq2seq.commands.train import add_training, train_run
from seq2seq.studies.shipped import RECIPES, shipped_card, shipped_names
from seq2seq.tasks import TASKS, InputError
from seq2seq.training.config import DEVICES, RunConfig
from seq2seq.words import LANGUAGES, Words, say_error


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
    add_decoding(
        command(
            "decode", decode_texts, "decode, greedily by default; without TEXT, one input a line from standard input"
        )
    )
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


def export_story(options: argparse.Namespace) -> int:
    """`export`."""
    from seq2seq.commands.inputs import check_text, facts_of, judge
    from seq2seq.player.export import write_html
    from seq2seq.stories.convolution import ConvolutionExplainer, convolution_story
    from seq2seq.stories.decoding import decoding_story
    from seq2seq.stories.explain import DecodingExplainer, Explainer
    from seq2seq.stories.transformer import TransformerExplainer, transformer_decoding_story
    from seq2seq.studies.trained import load_trained
    from seq2seq.traces import ConvTrace, TransformerTrace

    text, trained = check_text(options.text), load_trained(options.model)
    trace, words = trained.write(text), Words(options.language)
    known = facts_of(trained, text)
    told: dict[str, Any] = {"output": trace.text, "tokens": list(trace.output), "ended": trace.finished}
    judge(trained, told)
    answer, flaw = known["expected"], told["flaw"]
    explainer: Explainer
    if isinstance(trace, ConvTrace):
        story = convolution_story(trace, words, options.model, answer, flaw=flaw)
        explainer = ConvolutionExplainer(trace, words)
    elif isinstance(trace, TransformerTrace):
        if not trace.causal:
            raise InputError("input.sees_the_future", run=options.model)
        layer = counted("layer", options.layer, trace.layers)
        head = counted("head", options.head, trace.heads)
        story = transformer_decoding_story(trace, words, options.model, answer, layer, head, flaw)
        explainer = TransformerExplainer(trace, words)
    else:
        story = decoding_story(trace, words, options.model, answer, flaw=flaw)
        explainer = DecodingExplainer(trace, words)
    try:
        path = write_html(story, options.out, story.title, options.language, explainer)
    except OSError as error:
        raise InputError("input.cannot_write", path=options.out, error=error.strerror) from error
    told |= {"file": str(path), "bytes": path.stat().st_size, **known}
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
