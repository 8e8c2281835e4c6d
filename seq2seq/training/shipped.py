"""Models that come with the studio: how each is trained, and where it lies."""

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

from seq2seq.models.config import RecurrentConfig
from seq2seq.tasks import Dates, Reverse, Sort
from seq2seq.training.config import RunConfig, TrainingConfig

WEIGHTS = Path(__file__).parents[2] / "assets" / "weights"
TESTED = 2000  # pairs of the test split that a shipped model is scored on

RECIPES: dict[str, RunConfig] = {
    "dates-gru-additive": RunConfig(
        Dates(),
        RecurrentConfig(cell="gru", attention="additive", bidirectional=True, hidden=64),
        TrainingConfig(steps=600, until=None, learning_rate=3e-3, device="cpu"),
    ),
    "reverse-gru-general": RunConfig(
        Reverse(shortest=1, longest=20),
        # both ways: read one way only, it learns to look one position beside the letter it writes
        RecurrentConfig(cell="gru", attention="general", bidirectional=True, hidden=32),
        TrainingConfig(steps=3000, until=None, learning_rate=4e-3, device="cpu"),
    ),
    **{
        f"reverse-gru-{attention.replace('_', '-')}": RunConfig(
            Reverse(),
            RecurrentConfig(cell="gru", attention=attention, bidirectional=True, hidden=32),
            TrainingConfig(steps=1000, until=None, learning_rate=4e-3, device="cpu"),
        )
        for attention in ("additive", "dot", "scaled_dot")
    },
    # the whole date in one vector: what the last state carries can be looked at
    "dates-lstm-none": RunConfig(
        Dates(),
        RecurrentConfig(cell="lstm", attention="none", hidden=128),
        TrainingConfig(steps=2000, until=None, learning_rate=3e-3, device="cpu"),
    ),
    "dates-rnn-none": RunConfig(
        Dates(),
        # at 0.003, which suits the LSTM, it learns almost nothing: 0.3 % after 2,000 updates
        RecurrentConfig(cell="rnn", attention="none", hidden=128),
        TrainingConfig(steps=4000, until=None, learning_rate=1e-3, device="cpu"),
    ),
    # nobody tells it the alphabet: what its embeddings make of it is looked at on the Tokens page
    "sort-gru-general": RunConfig(
        Sort(),
        # both ways: read one way only, the alphabet shows in the neighbours, but not always in the first component
        RecurrentConfig(cell="gru", attention="general", bidirectional=True, hidden=32),
        TrainingConfig(steps=1500, until=None, learning_rate=4e-3, device="cpu"),
    ),
    "reverse-gru-none": RunConfig(
        Reverse(),
        RecurrentConfig(cell="gru", attention="none", hidden=64),
        TrainingConfig(steps=1200, until=None, learning_rate=4e-3, device="cpu"),
    ),
}
SNAPSHOTS = ("sort-gru-general",)  # models whose embedding tables are kept on the way


def shipped_names() -> list[str]:
    """Names of the models that lie there, in the order of the recipes."""
    return [name for name in RECIPES if (WEIGHTS / f"{name}.json").exists()]


def shipped_card(name: str) -> dict[str, Any]:
    """How a shipped model was trained and how good it is."""
    return json.loads((WEIGHTS / f"{name}.json").read_text(encoding="utf-8"))


def shipped_config(name: str) -> RunConfig:
    """The configuration of a shipped model."""
    return RunConfig.from_dict(shipped_card(name)["config"])


def train_shipped(name: str) -> dict[str, Any]:
    """Train a shipped model, score it on its test split, and write weights and card; returns the card."""
    import torch

    from seq2seq.training.checkpoint import pack
    from seq2seq.training.evaluate import evaluate
    from seq2seq.training.snapshots import is_kept, write_shipped_snapshots
    from seq2seq.training.trainer import Trainer

    config = RECIPES[name]
    trainer = Trainer(config)
    began = time.perf_counter()
    kept = {}
    for report in trainer.run():
        if is_kept(report.step) or report.done:
            kept[report.step] = trainer.embeddings()
        if report.step % 100 == 0:
            print(f"{name}: step {report.step}, exact match {report.exact_match:.3f}", flush=True)
    test = evaluate(trainer.model, trainer.batch(config.task.sample("test", TESTED)), trainer.target_vocabulary)
    source, target = config.task.vocabularies()
    card = {
        "config": config.to_dict(),
        "trained": {
            "date": date.today().isoformat(),
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
            "steps": trainer.step,
            "seconds": round(time.perf_counter() - began, 1),
            "parameters": sum(parameter.numel() for parameter in trainer.model.parameters()),
        },
        "test": {
            "split": "test",
            "n": test.n,
            "exact_match": test.exact_match,
            "token_accuracy": test.token_accuracy,
            "loss": test.loss,
        },
        "source_tokens": list(source.tokens),
        "target_tokens": list(target.tokens),
    }
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    (WEIGHTS / f"{name}.safetensors").write_bytes(pack(trainer.model, None, step=trainer.step))
    if name in SNAPSHOTS:
        write_shipped_snapshots(name, kept)
    text = json.dumps(card, indent=1, ensure_ascii=False)
    (WEIGHTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return card


if __name__ == "__main__":
    import sys

    for chosen in sys.argv[1:] or RECIPES:
        print(json.dumps(train_shipped(chosen)["test"]))
