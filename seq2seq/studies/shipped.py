"""Models that come with the studio: the recipe of each, where it lies, and its card. Imports no torch."""

import json
from typing import Any

from seq2seq.folders import ASSETS
from seq2seq.models.config import CELLS, ConvConfig, RecurrentConfig, TransformerConfig
from seq2seq.tasks import Dates, DatesShort, Recall, Synonyms, Task
from seq2seq.tasks.random_target import RandomTarget
from seq2seq.tasks.sequences import Copy, LetterTask, Reverse, Sort
from seq2seq.training.config import TRANSFORMER_RATE, RunConfig, TrainingConfig

WEIGHTS = ASSETS / "weights"
LENGTHS_HIDDEN = (64, 32, 128)


def lengths_recipe(task: type[LetterTask], attention: str, hidden: int = 64, seed: int = 1) -> RunConfig:
    """Strings of 1 to 20 letters through one vector, or with attention beside it: same size, same data."""
    return RunConfig(
        task(shortest=1, longest=20),
        RecurrentConfig(cell="gru", attention=attention, hidden=hidden),
        TrainingConfig(steps=1500, until=None, learning_rate=4e-3, seed=seed, device="cpu", by_length=20),
    )


def to_be_picked() -> list[str]:
    """Names of the shipped models that any page may look into; the others belong to a page that compares them."""
    return [name for name in shipped_names() if not name.startswith(("lengths-", "positions-", "masks-", "search-"))]


def lengths_name(task: str, attention: str, hidden: int = LENGTHS_HIDDEN[0]) -> str:
    """What such a model is called: "lengths-copy-none", or with its size where that is another than the first."""
    return f"lengths-{task}-{attention}" + ("" if hidden == LENGTHS_HIDDEN[0] else f"-{hidden}")


# Where a Transformer's tokens stand: encoder's and decoder's positions, and what each pair is tried on.
POSITION_WAYS = (
    ("sinusoidal", "sinusoidal"), ("none", "sinusoidal"), ("sinusoidal", "none"), ("none", "none"),
    ("learned", "learned"),
)  # fmt: skip
POSITION_TASKS: dict[str, Task] = {
    "reverse": Reverse(longest=8), "sort": Sort(longest=8, distinct=True), "sort-repeats": Sort(longest=8)
}  # fmt: skip


def positions_name(task: str, encoder: str, decoder: str) -> str:
    """What such a model is called; task: one of POSITION_TASKS."""
    return f"positions-{task}-{encoder}-{decoder}"


def positions_recipe(task: str, encoder: str, decoder: str, seed: int = 1) -> RunConfig:
    """The same small Transformer, told where tokens stand in one of several ways."""
    return RunConfig(
        POSITION_TASKS[task],
        TransformerConfig(encoder_positions=encoder, decoder_positions=decoder),
        TrainingConfig(steps=600, until=None, learning_rate=TRANSFORMER_RATE, seed=seed, device="cpu"),
    )


MASK_TASKS: dict[str, Task] = {"reverse": Reverse(longest=8), "random-target": RandomTarget()}


def masks_name(task: str, causal: bool) -> str:
    """What a model with the causal mask, or without it, is called; task: one of MASK_TASKS."""
    return f"masks-{task}-{'causal' if causal else 'leaking'}"


def masks_recipe(task: str, causal: bool, seed: int = 1) -> RunConfig:
    """The same small Transformer with the causal mask, or without it."""
    return RunConfig(
        MASK_TASKS[task],
        TransformerConfig(causal=causal),
        TrainingConfig(steps=600, until=None, learning_rate=TRANSFORMER_RATE, seed=seed, device="cpu"),
    )


RECIPES: dict[str, RunConfig] = {
    "dates-gru-additive": RunConfig(
        Dates(),
        RecurrentConfig(cell="gru", attention="additive", bidirectional=True, hidden=64),
        TrainingConfig(steps=1200, until=None, learning_rate=3e-3, device="cpu"),
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
        TrainingConfig(steps=3000, until=None, learning_rate=3e-3, device="cpu"),
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
    "reverse-conv": RunConfig(
        Reverse(),
        # three layers of width 3: a state of the top one has seen 7 positions
        ConvConfig(layers=3, kernel=3, hidden=64),
        TrainingConfig(steps=1000, until=None, learning_rate=4e-3, device="cpu"),
    ),
    "reverse-transformer": RunConfig(
        Reverse(),
        TransformerConfig(),
        TrainingConfig(steps=1000, until=None, learning_rate=TRANSFORMER_RATE, device="cpu"),
    ),
    "dates-transformer": RunConfig(
        Dates(),
        TransformerConfig(),
        TrainingConfig(steps=5000, until=None, learning_rate=TRANSFORMER_RATE, device="cpu"),
    ),
    **{
        positions_name(task, *ways): positions_recipe(task, *ways)
        for task in ("reverse", "sort")
        for ways in POSITION_WAYS
    },
    **{
        positions_name("sort-repeats", *ways): positions_recipe("sort-repeats", *ways)
        for ways in (("none", "none"), ("none", "sinusoidal"), ("sinusoidal", "sinusoidal"))
    },
    **{masks_name(task, causal): masks_recipe(task, causal) for task in MASK_TASKS for causal in (True, False)},
    **{
        lengths_name(task.name, attention, hidden): lengths_recipe(task, attention, hidden)
        for hidden in LENGTHS_HIDDEN
        for task in (Reverse, Copy)
        for attention in ("none", "general")
    },
    # what search can be seen on: many right answers and one wrong one, a few right answers, one not found yet
    "search-synonyms": RunConfig(
        Synonyms(),
        RecurrentConfig(cell="gru", attention="general", bidirectional=True, hidden=64),
        TrainingConfig(steps=1200, until=None, learning_rate=4e-3, device="cpu"),
    ),
    "search-dates-short": RunConfig(
        DatesShort(),
        RecurrentConfig(cell="gru", attention="general", bidirectional=True, hidden=64),
        TrainingConfig(steps=1500, until=None, learning_rate=4e-3, device="cpu"),
    ),
    "search-reverse-half": RunConfig(
        Reverse(),
        RecurrentConfig(cell="gru", attention="none", hidden=64),
        TrainingConfig(steps=900, until=None, learning_rate=4e-3, device="cpu"),
    ),
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
SEARCHED = ("search-synonyms", "search-reverse-half", "search-dates-short")
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
