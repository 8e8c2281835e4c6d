"""`runs`: the runs of the store, newest first, and the shipped models."""

import argparse
import json
import sys
from typing import Any

from seq2seq.studies.shipped import RECIPES, shipped_card, shipped_names
from seq2seq.training.config import RunConfig
from seq2seq.words import say_error


def list_runs(options: argparse.Namespace) -> int:
    """`runs`."""
    from seq2seq.training.store import RunStore

    store = RunStore()
    rows = []
    for run in store.recent():
        last = store.last_report(run.id) or {}
        rows.append(described(run.id, run.state, run.config, last.get("step"), last.get("exact_match")))
    for name in shipped_names():
        card = shipped_card(name)
        trained, test = card["trained"]["steps"], card["test"]["exact_match"]
        rows.append(described(name, "shipped", RECIPES[name], trained, test))
    for error in store.damaged():
        print(f"seq2seq: {say_error(error)}", file=sys.stderr)
    if options.json:
        print(json.dumps(rows))
        return 0
    for row in rows:
        score = "" if row["exact_match"] is None else f"{row['exact_match']:.1%}"
        print(f"{row['run']:22} {row['state']:9} {row['task']:9} {row['cell']:5} {row['attention']:11} {score}")
    return 0


def described(name: str, state: str, config: RunConfig, step: int | None, exact_match: float | None) -> dict[str, Any]:
    """A run as a row to print."""
    shape = {"task": config.task.name, "cell": config.model.cell, "attention": config.model.attention}
    return {"run": name, "state": state, **shape, "step": step, "exact_match": exact_match}
