"""A model's embedding tables on their way, from before training to its end. Imports no torch."""

from pathlib import Path

import numpy as np

from seq2seq.studies.shipped import WEIGHTS, shipped_card, shipped_config, shipped_names
from seq2seq.tasks import InputError
from seq2seq.traces import EmbeddingTrace
from seq2seq.training.snapshots import EMBEDDINGS, Tables, pack_tables, unpack_tables
from seq2seq.training.store import RunStore


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
    return {kind: weights[f"{prefix}{kind}_embedding.weight"] for kind in ("source", "target")}


def load_embeddings(reference: str, store: RunStore | None = None) -> EmbeddingTrace:
    """The embedding tables of a run's id or a shipped name, from before training to now.

    Raises: InputError if there is no such run, or it kept nothing.
    """
    if reference in shipped_names():
        kept, task = read_shipped_snapshots(reference), shipped_config(reference).task
        card = shipped_card(reference)
        tokens = {kind: tuple(card[f"{kind}_tokens"]) for kind in ("source", "target")}
    else:
        store = store or RunStore()
        run = store.get(reference)
        if run is None:
            raise InputError("input.no_such", what="run", value=reference, choices=", ".join(shipped_names()))
        kept = {step: unpack_tables(data) for step, data in store.snapshots(reference, EMBEDDINGS)}
        task = run.config.task
        if saved := store.checkpoint(reference):  # as it is now; of a run from before there were snapshots, only that
            kept = {step: tables for step, tables in kept.items() if step <= saved[0]}
            kept[saved[0]] = _tables_of(unpack_tables(saved[1]), "weights.")
        if not kept:
            raise InputError("input.no_checkpoint", run=reference)
        tokens = dict(zip(("source", "target"), (tuple(v.tokens) for v in task.vocabularies()), strict=True))
    steps = sorted(kept)
    return EmbeddingTrace(
        reference, task.name, tuple(steps), tokens,
        {kind: np.stack([kept[step][kind] for step in steps]) for kind in ("source", "target")},
    )  # fmt: skip
