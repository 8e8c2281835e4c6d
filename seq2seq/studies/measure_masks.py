"""Measures what the Masks page shows first.

    python -m seq2seq.studies.measure_masks [leak] [scale] [unmasked] [pads]

trains with three seeds, one thread, and writes assets/measured/masks.json after each run; runs that are there already
are not trained again. "pads" trains nothing: it puts pads behind held-out sources of a shipped model.
"""

import json
import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from seq2seq.decoding import best_token, greedy
from seq2seq.models.transformer import Transformer
from seq2seq.studies.masks import KEPT, MEASURED, SEEDS, SHAPES, leak_config, measured, scale_config, unmasked_config
from seq2seq.studies.shipped import MASK_TASKS
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import PAD, Pair, Vocabulary
from seq2seq.training import trainer as loop
from seq2seq.training.config import RunConfig
from seq2seq.training.evaluate import evaluate, shift_right
from seq2seq.training.trainer import Trainer

TESTED = 1000  # held-out pairs at the end of a run
PADS = (0, 1, 2, 3, 4, 6, 8, 12, 16)
PADDED = 500  # held-out pairs under each number of pads
PAD_MODEL = "reverse-transformer"
UNDER: dict[str, dict[str, bool]] = {
    "masked": {}, "encoder": {"source_mask": False}, "cross": {"cross_mask": False},
    "both": {"source_mask": False, "cross_mask": False},
}  # fmt: skip


def train(config: RunConfig) -> tuple[Trainer, list[dict[str, Any]]]:
    """A run to its end, and what of its reports is kept."""
    trainer, kept = Trainer(config), []
    for report in trainer.run():
        told = report.to_dict()
        kept.append({name: told[name] for name in KEPT})
    return trainer, kept


@torch.inference_mode()
def final_scores(trainer: Trainer) -> dict[str, Any]:
    """On the test split: loss and exact match under teacher forcing, exact match free-running."""
    trainer.model.eval()
    batch = trainer.batch(trainer.config.task.sample("test", TESTED))
    score = evaluate(trainer.model, batch, trainer.target_vocabulary)
    source, target = torch.from_numpy(batch.source), torch.from_numpy(batch.target)
    logits = trainer.model(source, shift_right(target))
    forced = ((best_token(logits) == target) | (target == PAD)).all(1)
    return {
        "n": score.n, "loss": score.loss, "token_accuracy": score.token_accuracy,
        "forced": float(forced.float().mean()), "free": score.exact_match,
    }  # fmt: skip


@torch.inference_mode()
def next_weights(trainer: Trainer) -> list[list[float]]:
    """What each head of the decoder's self-attention lays on the position behind the one that asks, layer by layer.

    Under teacher forcing, mean over the positions that have a token behind them: that token is the one to be written.
    """
    model = trainer.model
    assert isinstance(model, Transformer)
    batch = trainer.batch(trainer.config.task.sample("test", 200))
    source, target = torch.from_numpy(batch.source), torch.from_numpy(batch.target)
    memory, _ = model.encode_glass(source)
    previous = shift_right(target)
    _, layers = model.decode_glass(previous, memory)
    follows = (previous != PAD)[:, 1:]  # (B, T − 1)
    found = []
    for gates in layers:
        ahead = gates["self.weights"].diagonal(1, 2, 3)  # (B, N, T − 1)
        found.append([float(head[follows].mean()) for head in ahead.unbind(1)])
    return found


def measure_leak(found: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Both tasks with and without the causal mask."""
    for seed in SEEDS:
        for task in MASK_TASKS:
            for causal in (True, False):
                key = {"task": task, "causal": causal, "seed": seed}
                if not _has(found, key):
                    trainer, reports = train(leak_config(task, causal, seed))
                    ahead = next_weights(trainer)
                    found.append({**key, **final_scores(trainer), "ahead": ahead, "reports": reports})
                    yield found


def measure_scale(found: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """One head of 128 features, four of 16; scores scaled, and not."""
    for seed in SEEDS:
        for hidden, heads in SHAPES:
            for scaled in (True, False):
                key = {"hidden": hidden, "heads": heads, "scaled": scaled, "seed": seed}
                if not _has(found, key):
                    trainer, reports = train(scale_config(hidden, heads, scaled, seed))
                    found.append({**key, **final_scores(trainer), "reports": reports})
                    yield found


def measure_unmasked(found: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Models trained without padding masks, under ever more pads."""
    for seed in SEEDS:
        if not _has(found, {"seed": seed}):
            trainer, _ = train(unmasked_config(seed))
            trainer.model.eval()
            pairs = trainer.config.task.sample("test", PADDED)
            assert isinstance(trainer.model, Transformer)
            vocabularies = (trainer.source_vocabulary, trainer.target_vocabulary)
            rows = [{"pads": pads, **padded(trainer.model, pairs, vocabularies, pads)} for pads in PADS]
            found.append({"seed": seed, **final_scores(trainer), "rows": rows})
            yield found


def measure_pads(found: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """A shipped model under other masks, all sources of a length, with ever more pads behind them."""
    model = load_trained(PAD_MODEL)
    lengths = (4, 6, 8, 10)
    for length in lengths:
        pairs = [pair for pair in model.task.sample("test", 20 * PADDED) if len(pair.source) == length][:PADDED]
        for under, masks in UNDER.items():
            if not _has(found, {"length": length, "under": under}):
                other = model.transformer.under(**masks)
                rows = [{"pads": pads, **padded(other, pairs, model.vocabularies, pads)} for pads in PADS]
                found.append({"model": PAD_MODEL, "length": length, "under": under, "rows": rows})
                yield found


def padded(
    model: Transformer, pairs: list[Pair], vocabularies: tuple[Vocabulary, Vocabulary], pads: int
) -> dict[str, Any]:
    """Exact match, free-running, with so many pads behind the longest source."""
    source, target = vocabularies
    rows = [source.encode(list(pair.source)) for pair in pairs]
    width = max(map(len, rows)) + pads
    numbers = torch.tensor([[*row, *[PAD] * (width - len(row))] for row in rows])
    longest = max(len(pair.target) for pair in pairs) + 1
    written: Tensor = greedy(model, numbers, longest)[0]
    right = 0
    for row, pair in zip(written.tolist(), pairs, strict=True):
        right += "".join(target.decode([token for token in row if token != PAD])) == pair.target
    return {"right": right, "n": len(pairs)}


def _has(found: list[dict[str, Any]], key: Mapping[str, Any]) -> bool:
    return any(all(row.get(name) == value for name, value in key.items()) for row in found)


PARTS = {"leak": measure_leak, "scale": measure_scale, "unmasked": measure_unmasked, "pads": measure_pads}


def measure(parts: list[str]) -> None:
    """Measure some of it, and write after each run."""
    for part in parts:
        for found in PARTS[part](measured().get(part, [])):
            told = {**measured(), "command": "python -m seq2seq.studies.measure_masks", part: found}
            MEASURED.parent.mkdir(parents=True, exist_ok=True)
            MEASURED.write_text(json.dumps(told) + "\n", encoding="utf-8")
            last = {name: value for name, value in found[-1].items() if name not in ("reports", "rows")}
            print(part, json.dumps(last), flush=True)


if __name__ == "__main__":
    loop.SECONDS_BETWEEN_REPORTS = math.inf  # milestones only: by the clock, a busy machine would do little else
    measure(sys.argv[1:] or list(PARTS))
