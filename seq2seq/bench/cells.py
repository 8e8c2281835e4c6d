"""The page Inside the cell at its fullest: three cells of 64 units side by side, 20 positions."""

import threading
from pathlib import Path
from urllib.parse import urlencode

from seq2seq.models.config import CELLS, RecurrentConfig
from seq2seq.tasks.recall import Recall
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.store import RunStore
from seq2seq.training.worker import train_claimed

UNITS, POSITIONS = 64, 20
TASK = Recall(distance=POSITIONS - 1)


def three_cells(home: Path) -> str:
    """Train one run of each cell into the store of a studio's home, barely; returns the page's address on it."""
    store, places = RunStore(f"sqlite:///{home / 'runs.db'}"), {}
    for k, cell in enumerate(CELLS):
        config = RunConfig(
            TASK, RecurrentConfig(cell, "none", embedding=16, hidden=UNITS),
            TrainingConfig(steps=2, until=None, batch=8, device="cpu"),
        )  # fmt: skip
        run = store.get(store.submit(config, "bench", worker="bench"))
        assert run
        train_claimed(store, run, "bench", threading.Event())
        places[f"cell{k + 1}"] = run.id
    text = TASK.sample("test", 1)[0].source
    return "inside-the-cell?" + urlencode({"cells": len(CELLS), "input": text} | places)
