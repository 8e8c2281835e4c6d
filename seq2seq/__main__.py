"""The command line: the same engine as the app.

python -m seq2seq app | tasks | train | runs | decode | export | bench
"""

import argparse
import os
import sys
from typing import Any

from seq2seq.commands.app import add_serving, open_app
from seq2seq.commands.decode import add_decoding, decode_texts
from seq2seq.commands.export import add_exporting, export_story
from seq2seq.commands.runs import list_runs
from seq2seq.commands.tasks import list_tasks
from seq2seq.commands.train import add_training, train_run
from seq2seq.tasks import InputError
from seq2seq.training.config import DEVICES
from seq2seq.words import say_error


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

    app = commands.add_parser("app", help="start the app and open it in the browser", description="Start the app.")
    app.set_defaults(run=open_app)
    add_serving(app)
    command("tasks", list_tasks, "list what can be learnt")
    add_training(command("train", train_run, "train a model and keep it in the run store"))
    command("runs", list_runs, "list the runs of this user's store, newest first, and the shipped models")
    add_decoding(
        command(
            "decode", decode_texts, "decode, greedily by default; without TEXT, one input a line from standard input"
        )
    )
    add_exporting(command("export", export_story, "write the story of one decoding as an HTML file that plays offline"))
    bench = command("bench", measure, "measure what the studio promises, beside its peers (for developers)")
    bench.add_argument("--only", nargs="+", metavar="NAME", help="these benches only")
    bench.add_argument("--device", default="cpu", choices=[name for name in DEVICES if name != "auto"])
    bench.add_argument("--write", action="store_true", help="put the tables into BENCHMARKS.md")
    return parser


def measure(options: argparse.Namespace) -> int:
    """`bench`."""
    from seq2seq.bench.benches import run_benches

    return run_benches(options)


if __name__ == "__main__":
    sys.exit(main())
