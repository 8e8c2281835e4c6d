"""Every bench by its name, and the command that runs them."""

import argparse
import errno
import json
import os
from collections.abc import Callable
from functools import partial

from seq2seq.bench.pages import measure_first_picture, measure_reruns, measure_whatif
from seq2seq.bench.player import measure_player
from seq2seq.bench.search import measure_search
from seq2seq.bench.table import FILE, Result, describe_machine, markdown, write
from seq2seq.bench.trace import measure_trace
from seq2seq.bench.training import measure_training, measure_training_on
from seq2seq.bench.transformer import measure_transformer, measure_transformer_on
from seq2seq.tasks import InputError
from seq2seq.training.device import device_name, pick_device

BENCHES: dict[str, Callable[[], Result]] = {
    "training": measure_training,
    "transformer": measure_transformer,
    "player": measure_player,
    "trace": measure_trace,
    "search": measure_search,
    "rerun": measure_reruns,
    "first-picture": measure_first_picture,
    "whatif": measure_whatif,
}


def chosen(names: list[str] | None, device: str) -> dict[str, Callable[[], Result]]:
    """The benches asked for; on another device than the CPU there are those that train.

    Raises: InputError if there is no such bench or no such device.
    """
    elsewhere = {
        "training": partial(measure_training_on, device),
        "transformer": partial(measure_transformer_on, device),
    }
    there = BENCHES if device == "cpu" else elsewhere
    for name in names or []:
        if name not in there:
            raise InputError("input.no_such", what="bench", value=name, choices=", ".join(there))
    if device != "cpu":
        pick_device(device)
    return {name: there[name] for name in names or there}


def run_benches(options: argparse.Namespace) -> int:
    """`bench`: measure, print the tables as they come, and write them down if asked; a miss is told, no failure."""
    benches = chosen(options.only, options.device)
    if options.write and not FILE.exists():
        raise InputError("input.cannot_write", path=FILE, error=os.strerror(errno.ENOENT))
    machine = describe_machine(None if options.device == "cpu" else device_name(options.device))
    results = []
    for name, measure in benches.items():
        results.append(measure())
        if not options.json:
            print(f"{name}\n\n{markdown(results[-1], machine)}\n", flush=True)
        if options.write:
            write(results[-1:], machine)
    if options.json:
        rows = [{"bench": result.name, **row.to_dict()} for result in results for row in result.rows]
        print(json.dumps({"machine": machine, "rows": rows}, ensure_ascii=False))
    elif options.write:
        print(f"Written to {FILE.name}.")
    return 0
