"""What the embeddings of the sorting model make of the alphabet: python -m seq2seq.bench.embeddings [SEED …].

Prints a row of Markdown for each seed and table; the axis is the table's own first component at that moment.
"""

import sys
from dataclasses import replace

import numpy as np

from seq2seq.stories.embeddings.measures import Geometry
from seq2seq.studies.shipped import RECIPES
from seq2seq.traces import EmbeddingTrace
from seq2seq.training.trainer import Trainer


def measure(seed: int) -> list[str]:
    """Train once and measure both tables, before and after."""
    config = RECIPES["sort-gru-general"]
    trainer = Trainer(replace(config, training=replace(config.training, seed=seed)))
    names = {"source": trainer.source_vocabulary.tokens, "target": trainer.target_vocabulary.tokens}
    before, exact = trainer.embeddings(), 0.0
    for report in trainer.run():
        exact = report.exact_match
    after, rows = trainer.embeddings(), []
    for kind in ("source", "target"):
        cells = []
        for tables in (before, after):  # each on its own axes: nothing of the end is in the beginning
            table = EmbeddingTrace("", config.task.name, (0,), names, {kind: np.stack([tables[kind]])})
            seen = Geometry(table, kind)
            share = seen.next_door(0) / len(seen.ordered)
            cells.append(f"{seen.order_seen(0):.2f} | {share:.0%}")
        cells.append(f"{seen.shares[0]:.0%}")
        rows.append(f"| {kind} | {seed} | {exact:.1%} | {' | '.join(cells)} |")
    return rows


if __name__ == "__main__":
    print("| table | seed | exact match | order, before | next door, before | order | next door | PC1 of variance |")
    print("|---|---|---|---|---|---|---|---|")
    for seed in map(int, sys.argv[1:] or (1, 2, 3)):
        print("\n".join(measure(seed)), flush=True)
