"""A trained model ready to decode, whether it came with the studio or was just trained."""

from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any, TypeVar

import numpy as np
import torch

from seq2seq.decoding import ModelWriter
from seq2seq.models.convolutional import Convolutional
from seq2seq.models.make import make_model
from seq2seq.models.model import Seq2Seq
from seq2seq.models.recurrent import Recurrent
from seq2seq.models.transformer import Transformer
from seq2seq.recording import record, record_convolution, record_decoding, record_transformer
from seq2seq.studies.shipped import WEIGHTS, shipped_card, shipped_names
from seq2seq.tasks import InputError, Task, Vocabulary
from seq2seq.traces import Change, ConvTrace, DecodingTrace, TransformerTrace
from seq2seq.training.checkpoint import DAMAGED, load_weights, unpack
from seq2seq.training.config import RunConfig
from seq2seq.training.store import RunStore, newest_checkpoint

Trace = TypeVar("Trace")


@dataclass(frozen=True)
class Trained:
    """A model with what it needs to read and write; `step` updates old. Never to be changed: it is shared."""

    name: str
    config: RunConfig
    vocabularies: tuple[Vocabulary, Vocabulary]
    model: Seq2Seq[Any]
    step: int

    @property
    def task(self) -> Task:
        """The task it was trained on."""
        return self.config.task

    def record(self, text: str, target: str | None = None, change: Change | None = None) -> DecodingTrace:
        """Everything that happens between a typed text and the output; forced along `target` if one is given.

        Raises: InputError if the text cannot be used, or the model is not a recurrent one.
        """
        return finite(record_decoding(self.recurrent, *self.read(text, target), change=change))

    @property
    def recurrent(self) -> Recurrent:
        """The model, where it is a recurrent one.

        Raises: InputError if it is of another kind.
        """
        if not isinstance(self.model, Recurrent):
            raise InputError("input.other_model", run=self.name)
        return self.model

    def record_convolution(self, text: str, target: str | None = None) -> ConvTrace:
        """The same of a convolutional model.

        Raises: InputError if the text cannot be used, or the model is of another kind.
        """
        if not isinstance(self.model, Convolutional):
            raise InputError("input.other_model", run=self.name)
        return finite(record_convolution(self.model, *self.read(text, target)))

    @property
    def transformer(self) -> Transformer:
        """The model, where it is a Transformer.

        Raises: InputError if it is of another kind.
        """
        if not isinstance(self.model, Transformer):
            raise InputError("input.other_model", run=self.name)
        return self.model

    def record_transformer(
        self, text: str, target: str | None = None, change: Change | None = None
    ) -> TransformerTrace:
        """The same of a Transformer.

        Raises: InputError if the text cannot be used, or the model is of another kind.
        """
        return finite(record_transformer(self.transformer, *self.read(text, target), change=change))

    def write(self, text: str) -> DecodingTrace | ConvTrace | TransformerTrace:
        """Whatever kind of model it is: everything that happens between a typed text and the output."""
        return record(self.model, *self.read(text, None))

    def writer(self, text: str) -> ModelWriter:
        """The model once it has read a typed text, for every kind of search.

        Raises: InputError if the text cannot be used.
        """
        tokens, (source, target), _ = self.read(text, None)
        return ModelWriter(self.model, torch.tensor([source.encode(tokens)]), tuple(tokens), target.tokens)

    def read(self, text: str, target: str | None) -> tuple[list[str], tuple[Vocabulary, Vocabulary], list[str] | None]:
        """A typed text and a given target as tokens, and the vocabularies between them."""
        tokens = self.task.read(text, self.vocabularies[0])
        return tokens, self.vocabularies, None if target is None else self.task.tokenise(target)


def finite(trace: Trace) -> Trace:
    """The trace, if every number in it is finite; the model's own weights are checked when they are loaded.

    Raises: InputError if one is not: weights that are finite but huge may still lead there.
    """
    if not _is_finite(trace):
        raise InputError("input.not_finite")
    return trace


def _is_finite(value: object) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype.kind != "f" or bool(np.isfinite(value).all())
    if is_dataclass(value):
        return all(_is_finite(part) for name, part in vars(value).items() if name != "parameters")
    if isinstance(value, Mapping):
        return all(map(_is_finite, value.values()))
    return not isinstance(value, tuple) or all(map(_is_finite, value))


def load_trained(reference: str, store: RunStore | None = None, step: int | None = None) -> Trained:
    """The model of a run's id or a shipped name, on the CPU; step: of a run, after how many updates.

    None: as far as it is trained. A store keeps the newest checkpoint of a run alone.
    Raises: InputError if there is none, it has no checkpoint yet, its weights are damaged, or are of another update.
    """
    if reference in shipped_names():
        card = shipped_card(reference)
        config = RunConfig.from_dict(card["config"])
        vocabularies = (Vocabulary(tuple(card["source_tokens"])), Vocabulary(tuple(card["target_tokens"])))
        return _build(reference, config, vocabularies, (WEIGHTS / f"{reference}.safetensors").read_bytes())
    store = store or RunStore()
    run = store.get(reference)
    if run is None:
        raise InputError("input.no_such", what="run", value=reference, choices=", ".join(shipped_names()))
    now, data = newest_checkpoint(store, reference, step)
    found = _build(reference, run.config, run.config.task.vocabularies(), data)
    if found.step != now:
        raise InputError(DAMAGED)
    return found


def _build(name: str, config: RunConfig, vocabularies: tuple[Vocabulary, Vocabulary], data: bytes) -> Trained:
    checkpoint = unpack(data)
    with torch.device("meta"):  # no random numbers are drawn for weights that are about to be replaced
        model = make_model(config.model, len(vocabularies[0]), len(vocabularies[1]))
    load_weights(model, checkpoint.weights, assign=True)
    model.eval().requires_grad_(False)
    return Trained(name, config, vocabularies, model, checkpoint.facts["step"])
