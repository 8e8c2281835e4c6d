"""Exact match by length for other seeds, without keeping the weights: what lies around the shipped models' curves.

    python -m seq2seq.studies.measure_lengths [SEED …]

Each curve goes into the file as soon as it is measured; curves that are there already are not measured again.
"""

import json
import sys

from seq2seq.studies.lengths import CURVES, stored_curves
from seq2seq.studies.ship import score_trained, train_to_the_end
from seq2seq.studies.shipped import lengths_name, lengths_recipe
from seq2seq.tasks.sequences import Copy, Reverse

SEEDS = (2, 3)


def measure(seeds: list[int]) -> None:
    """Train and score reverse and copy, without and with attention, for each seed."""
    curves = stored_curves()
    done = {(curve["name"], curve["seed"]) for curve in curves}
    for seed in seeds:
        for task in (Reverse, Copy):
            for attention in ("none", "general"):
                name = lengths_name(task.name, attention)
                if (name, seed) in done:
                    continue
                trained = train_to_the_end(lengths_recipe(task, attention, seed=seed), f"{name}, seed {seed}")
                curves.append({"name": name, "seed": seed, **score_trained(*trained)})
                CURVES.parent.mkdir(parents=True, exist_ok=True)
                CURVES.write_text("[\n" + ",\n".join(map(json.dumps, curves)) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    measure([int(argument) for argument in sys.argv[1:]] or list(SEEDS))
