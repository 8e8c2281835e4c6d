"""Train what comes with the studio: python -m seq2seq.studies.ship [--score] [NAME …].

Each model is trained by its recipe, scored on its test split, and written with its card; --score only scores again what
is scored under another first state, the weights as they lie there.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import torch

from seq2seq.models.model import Seq2Seq
from seq2seq.models.recurrent import Recurrent
from seq2seq.recording.by_length import pairs_by_length, score_by_length, scored_lengths
from seq2seq.studies.bottleneck import card_disturbed
from seq2seq.studies.embeddings import write_shipped_snapshots
from seq2seq.studies.shipped import RECIPES, SNAPSHOTS, WEIGHTS, shipped_card
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import Pair, Task, Vocabulary
from seq2seq.tasks.sequences import LetterTask
from seq2seq.training.checkpoint import pack
from seq2seq.training.config import RunConfig
from seq2seq.training.evaluate import evaluate, right_of
from seq2seq.training.snapshots import Tables, is_kept
from seq2seq.training.trainer import Trainer

TESTED = 2000  # pairs of the test split that a shipped model is scored on
UNWATCHED = 600.0  # seconds between reports that no milestone calls for: nobody looks at them
TESTED_BY_LENGTH = 500  # of each length, where a recipe asks for scores by length


def ship(name: str) -> dict[str, Any]:
    """Train a model, score it, and write weights, snapshots and card; returns the card."""
    config, kept = RECIPES[name], dict[int, Tables]()
    trainer, seconds = train_to_the_end(config, name, kept)
    source, target = config.task.vocabularies()
    card = {
        "config": config.to_dict(),
        **score_trained(trainer, seconds),
        **score_disturbed(name, trainer.model, (source, target)),
        "source_tokens": list(source.tokens),
        "target_tokens": list(target.tokens),
    }
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    (WEIGHTS / f"{name}.safetensors").write_bytes(pack(trainer.model, None, step=trainer.step))
    if name in SNAPSHOTS:
        write_shipped_snapshots(name, kept)
    write_card(name, card)
    return card


def train_to_the_end(config: RunConfig, name: str, kept: dict[int, Tables] | None = None) -> tuple[Trainer, float]:
    """A trainer at the end of its run, and the seconds that it took; `kept` gets embedding tables on the way."""
    trainer = Trainer(config)
    began = time.perf_counter()
    for report in trainer.run(UNWATCHED):
        if kept is not None and (is_kept(report.step) or report.done):
            kept[report.step] = trainer.embeddings()
        if report.step % 100 == 0:
            print(f"{name}: step {report.step}, exact match {report.exact_match:.3f}", flush=True)
    return trainer, time.perf_counter() - began


def score_trained(trainer: Trainer, seconds: float) -> dict[str, Any]:
    """How a model was trained, and how good it is on its test split; by length too, where its run asks for it."""
    task = trainer.config.task
    pairs = task.sample("test", TESTED)
    test = evaluate(trainer.model, trainer.batch(pairs), trainer.target_vocabulary, right=right_of(task, pairs))
    scored: dict[str, Any] = {
        "trained": {
            "date": date.today().isoformat(),
            "torch": torch.__version__,
            "threads": torch.get_num_threads(),
            "steps": trainer.step,
            "seconds": round(seconds, 1),
            "parameters": sum(parameter.numel() for parameter in trainer.model.parameters()),
        },
        "test": {
            "split": "test",
            "n": test.n,
            "exact_match": test.exact_match,
            "token_accuracy": test.token_accuracy,
            "loss": test.loss,
            **score_by_kind(task, pairs, test.outputs),
        },
    }
    if trainer.config.training.by_length and isinstance(task, LetterTask):
        held_out = pairs_by_length(task, "test", scored_lengths(task), TESTED_BY_LENGTH)
        vocabularies = (trainer.source_vocabulary, trainer.target_vocabulary)
        scores = score_by_length(trainer.model, task, vocabularies, held_out)
        scored["by_length"] = [score.to_dict() for score in scores]
    return scored


def score_by_kind(task: Task, pairs: Sequence[Pair], outputs: Sequence[str]) -> dict[str, Any]:
    """Of each kind of source how many there were and the share that is exactly right, where a task has kinds."""
    kinds = [task.kind(pair.source) for pair in pairs]
    right = [output == pair.target for output, pair in zip(outputs, pairs, strict=True)]
    rows = {kind: [good for good, own in zip(right, kinds, strict=True) if own == kind] for kind in task.kinds}
    scores = {kind: {"n": len(row), "exact_match": sum(row) / len(row)} for kind, row in rows.items() if row}
    return {"by_kind": scores} if scores else {}


def score_disturbed(name: str, model: Seq2Seq[Any], vocabularies: tuple[Vocabulary, Vocabulary]) -> dict[str, Any]:
    """What becomes of a model that is scored by length when it begins with another first state; else nothing."""
    config = RECIPES[name]
    if not (config.training.by_length and isinstance(config.task, LetterTask) and isinstance(model, Recurrent)):
        return {}
    return {"disturbed": card_disturbed(model, config.task, vocabularies)}


def score_again(name: str) -> dict[str, Any]:
    """Score a shipped model with other first states, its weights as they lie there; returns the card."""
    model = load_trained(name)
    card = shipped_card(name) | score_disturbed(name, model.model, model.vocabularies)
    write_card(name, card)
    return card


def write_card(name: str, card: Mapping[str, Any]) -> None:
    """Write it beside the weights."""
    text = json.dumps(card, indent=1, ensure_ascii=False)
    (WEIGHTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    again = "--score" in sys.argv  # the cards of models that are there, without training
    names = [argument for argument in sys.argv[1:] if argument != "--score"]
    for chosen in names or RECIPES:
        print(json.dumps((score_again if again else ship)(chosen)["test"]))
