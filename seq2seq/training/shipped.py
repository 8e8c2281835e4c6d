"""Models that come with the studio: how each is trained, and where it lies."""

import json
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seq2seq.models.config import CELLS, ConvConfig, RecurrentConfig
from seq2seq.tasks import Dates, Recall, Vocabulary
from seq2seq.tasks.sequences import Copy, LetterTask, Reverse
from seq2seq.training.config import RunConfig, TrainingConfig

if TYPE_CHECKING:
    from seq2seq.models.model import Seq2Seq
    from seq2seq.training.trainer import Trainer

WEIGHTS = Path(__file__).parents[2] / "assets" / "weights"
TESTED = 2000  # pairs of the test split that a shipped model is scored on
LENGTHS_HIDDEN = (64, 32, 128)
TESTED_BY_LENGTH = 500  # of each length, where a recipe asks for scores by length


def lengths_recipe(task: type[LetterTask], attention: str, hidden: int = 64, seed: int = 1) -> RunConfig:
    """Strings of 1 to 20 letters through one vector, or with attention beside it: same size, same data."""
    return RunConfig(
        task(shortest=1, longest=20),
        RecurrentConfig(cell="gru", attention=attention, hidden=hidden),
        TrainingConfig(steps=1500, until=None, learning_rate=4e-3, seed=seed, device="cpu", by_length=20),
    )


def to_be_picked() -> list[str]:
    """Names of the shipped models that any page may look into; the others belong to a page that compares them."""
    return [name for name in shipped_names() if not name.startswith("lengths-")]


def lengths_name(task: str, attention: str, hidden: int = LENGTHS_HIDDEN[0]) -> str:
    """What such a model is called: "lengths-copy-none", or with its size where that is another than the first."""
    return f"lengths-{task}-{attention}" + ("" if hidden == LENGTHS_HIDDEN[0] else f"-{hidden}")


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
    "reverse-gru-none": RunConfig(
        Reverse(),
        RecurrentConfig(cell="gru", attention="none", hidden=64),
        TrainingConfig(steps=1200, until=None, learning_rate=4e-3, device="cpu"),
    ),
    "reverse-conv": RunConfig(
        Reverse(),
        # three layers of width 3: a state of the top one has seen 7 positions
        ConvConfig(layers=3, kernel=3, hidden=64),
        TrainingConfig(steps=1000, until=None, learning_rate=4e-3, device="cpu"),
    ),
    **{
        lengths_name(task.name, attention, hidden): lengths_recipe(task, attention, hidden)
        for hidden in LENGTHS_HIDDEN
        for task in (Reverse, Copy)
        for attention in ("none", "general")
    },
    # one symbol held for a while, trained alike: after 5 letters of noise every cell still knows it; after 20 the
    # simple RNN is at chance, and the LSTM knows it only because its forget gates begin wide open
    **{
        f"recall-{cell}-none": RunConfig(
            Recall(distance=5),
            RecurrentConfig(cell=cell, attention="none", embedding=16, hidden=32),
            TrainingConfig(steps=2000, until=None, batch=64, learning_rate=2e-3, device="cpu"),
        )
        for cell in CELLS
    },
    **{
        f"recall20-{cell}-none": RunConfig(
            Recall(distance=20),
            RecurrentConfig(cell=cell, attention="none", embedding=16, hidden=32, forget_bias=3.0),
            TrainingConfig(steps=1500, until=None, batch=64, learning_rate=3e-3, device="cpu"),
        )
        for cell in CELLS
    },
}


def shipped_names() -> list[str]:
    """Names of the models that lie there, in the order of the recipes."""
    return [name for name in RECIPES if (WEIGHTS / f"{name}.json").exists()]


def shipped_card(name: str) -> dict[str, Any]:
    """How a shipped model was trained and how good it is."""
    return json.loads((WEIGHTS / f"{name}.json").read_text(encoding="utf-8"))


def train_shipped(name: str) -> dict[str, Any]:
    """Train a shipped model, score it on its test split, and write weights and card; returns the card."""
    from seq2seq.training.checkpoint import pack

    config = RECIPES[name]
    trainer, seconds = train_to_the_end(config, name)
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
    write_card(name, card)
    return card


def score_disturbed(name: str, model: "Seq2Seq[Any]", vocabularies: tuple[Vocabulary, Vocabulary]) -> dict[str, Any]:
    """What becomes of a model that is scored by length when it begins with another first state; else nothing."""
    config = RECIPES[name]
    if not config.training.by_length or not isinstance(config.task, LetterTask):
        return {}
    from seq2seq.models.recurrent import Recurrent
    from seq2seq.training.bottleneck import card_disturbed

    assert isinstance(model, Recurrent)

    return {"disturbed": card_disturbed(model, config.task, vocabularies)}


def score_again(name: str) -> dict[str, Any]:
    """Score a shipped model with other first states, its weights as they lie there; returns the card."""
    from seq2seq.training.trained import load_trained

    model = load_trained(name)
    card = shipped_card(name) | score_disturbed(name, model.model, model.vocabularies)
    write_card(name, card)
    return card


def write_card(name: str, card: Mapping[str, Any]) -> None:
    """Write it beside the weights."""
    text = json.dumps(card, indent=1, ensure_ascii=False)
    (WEIGHTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def train_to_the_end(config: RunConfig, name: str) -> tuple["Trainer", float]:
    """A trainer at the end of its run, and the seconds that it took."""
    from seq2seq.training.trainer import Trainer

    trainer = Trainer(config)
    began = time.perf_counter()
    for report in trainer.run():
        if report.step % 100 == 0:
            print(f"{name}: step {report.step}, exact match {report.exact_match:.3f}", flush=True)
    return trainer, time.perf_counter() - began


def score_trained(trainer: "Trainer", seconds: float) -> dict[str, Any]:
    """How a model was trained, and how good it is on its test split; by length too, where its run asks for it."""
    import torch

    from seq2seq.recording.by_length import pairs_by_length, score_by_length, scored_lengths
    from seq2seq.training.evaluate import evaluate

    task = trainer.config.task
    test = evaluate(trainer.model, trainer.batch(task.sample("test", TESTED)), trainer.target_vocabulary)
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
        },
    }
    if trainer.config.training.by_length and isinstance(task, LetterTask):
        held_out = pairs_by_length(task, "test", scored_lengths(task), TESTED_BY_LENGTH)
        vocabularies = (trainer.source_vocabulary, trainer.target_vocabulary)
        scores = score_by_length(trainer.model, task, vocabularies, held_out)
        scored["by_length"] = [score.to_dict() for score in scores]
    return scored


if __name__ == "__main__":
    import sys

    again = "--score" in sys.argv  # the cards of models that are there, without training
    names = [argument for argument in sys.argv[1:] if argument != "--score"]
    for chosen in names or RECIPES:
        print(json.dumps((score_again if again else train_shipped)(chosen)["test"]))
