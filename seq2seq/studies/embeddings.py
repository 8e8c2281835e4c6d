"""A model's embedding tables on their way, from before training to its end. Imports no torch."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from seq2seq.models.config import RecurrentConfig
from seq2seq.studies.shipped import WEIGHTS, shipped_card, shipped_config, shipped_names
from seq2seq.tasks import InputError
from seq2seq.traces import EmbeddingTrace
from seq2seq.training.snapshots import EMBEDDINGS, Tables, pack_tables, unpack_tables
from seq2seq.training.store import RunStore, newest_checkpoint

KINDS = ("source", "target")


def snapshot_file(name: str) -> Path:
    """Where the snapshots of a shipped model lie, beside its weights."""
    return WEIGHTS / f"{name}.snapshots.safetensors"


def write_shipped_snapshots(name: str, snapshots: dict[int, Tables]) -> None:
    """All snapshots of a shipped model as one file: "STEP source", "STEP target"."""
    tables = {f"{step} {key}": table for step, kept in snapshots.items() for key, table in kept.items()}
    snapshot_file(name).write_bytes(pack_tables(tables))


def read_shipped_snapshots(name: str) -> dict[int, Tables]:
    """The snapshots of a shipped model by step; of one that kept none, its tables as they came out."""
    if not snapshot_file(name).exists():
        weights = unpack_tables((WEIGHTS / f"{name}.safetensors").read_bytes())
        return {shipped_card(name)["trained"]["steps"]: _tables_of(weights, "weights.")}
    found: dict[int, Tables] = {}
    for key, table in unpack_tables(snapshot_file(name).read_bytes()).items():
        step, kind = key.split()
        found.setdefault(int(step), {})[kind] = table
    return dict(sorted(found.items()))


def _tables_of(weights: Tables, prefix: str = "") -> Tables:
    names = {kind: f"{prefix}{kind}_embedding.weight" for kind in KINDS}
    return {kind: weights[name] for kind, name in names.items() if name in weights}


def _check(kept: Mapping[int, Tables], tokens: Mapping[str, Sequence[str]], width: int) -> None:
    """Every snapshot must have both tables, a finite row of `width` numbers for each token.

    Raises: InputError if one has not.
    """
    for tables in kept.values():
        for kind in KINDS:
            table = tables.get(kind)
            if table is None or table.shape != (len(tokens[kind]), width) or table.dtype != np.float32:
                raise InputError("input.damaged_checkpoint")
            if not np.isfinite(table).all():
                raise InputError("input.not_finite_weights")


def load_embeddings(reference: str, store: RunStore | None = None, step: int | None = None) -> EmbeddingTrace:
    """The embedding tables of a run's id or a shipped name, from before training to now; step: as in `load_trained`.

    Raises: InputError if there is no such run, it kept nothing, or its tables are damaged.
    """
    if reference in shipped_names():
        kept, config = read_shipped_snapshots(reference), shipped_config(reference)
        card = shipped_card(reference)
        tokens = {kind: tuple(card[f"{kind}_tokens"]) for kind in ("source", "target")}
    else:
        store = store or RunStore()
        run = store.get(reference)
        if run is None:
            raise InputError("input.no_such", what="run", value=reference, choices=", ".join(shipped_names()))
        config = run.config
        now, data = newest_checkpoint(store, reference, step)
        snapshots = store.snapshots(reference, EMBEDDINGS)  # a run from before there were snapshots has none
        kept = {step: unpack_tables(data) for step, data in snapshots if step < now}
        kept[now] = _tables_of(unpack_tables(data), "weights.")
        tokens = dict(zip(KINDS, (tuple(v.tokens) for v in config.task.vocabularies()), strict=True))
    width = config.model.embedding if isinstance(config.model, RecurrentConfig) else config.model.hidden
    _check(kept, tokens, width)
    steps = sorted(kept)
    return EmbeddingTrace(
        reference, config.task.name, tuple(steps), tokens,
        {kind: np.stack([kept[step][kind] for step in steps]) for kind in ("source", "target")},
    )  # fmt: skip
