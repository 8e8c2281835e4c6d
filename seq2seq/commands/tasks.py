"""`tasks`: what can be learnt."""

import argparse
import json

from seq2seq.tasks import TASKS


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
