"""A trained model ready to decode, whether it came with the studio or was just trained."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, is_dataclass, replace
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
from seq2seq.traces.wanted import Wanted
from seq2seq.training.checkpoint import DAMAGED, load_weights, unpack
from seq2seq.training.config import RunConfig
from seq2seq.training.store import RunStore, newest_checkpoint
from seq2seq.training.trainer import Trainer

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
        trace = finite(record_decoding(self.recurrent, *self.read(text, target), change=change))
        return replace(trace, wanted=self.wanted(text))

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
        trace = finite(record_convolution(self.model, *self.read(text, target)))
        return replace(trace, wanted=self.wanted(text))

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
        trace = finite(record_transformer(self.transformer, *self.read(text, target), change=change))
        return replace(trace, wanted=self.wanted(text))

    def write(self, text: str) -> DecodingTrace | ConvTrace | TransformerTrace:
        """Whatever kind of model it is: everything that happens between a typed text and the output."""
        return replace(record(self.model, *self.read(text, None)), wanted=self.wanted(text))

    def wanted(self, text: str) -> Wanted:
        """What should be written for a typed text."""
        source = self.task.normalise(text)
        answer = self.task.answer(source)
        tokens = None if answer is None else tuple(self.task.tokenise(answer))
        return Wanted(self.task.name, tokens, self.task.needs(source))

    def along(self, text: str) -> Callable[[tuple[int, ...]], DecodingTrace | ConvTrace | TransformerTrace]:
        """What records the model as it is made to write any beginning of an output, its tokens by number.

        Raises: InputError if the text cannot be used. What it returns raises IndexError if there is no such token.
        """
        tokens, vocabularies, _ = self.read(text, None)
        names = vocabularies[1].tokens

        def recorded(written: tuple[int, ...]) -> DecodingTrace | ConvTrace | TransformerTrace:
            if any(not 0 <= number < len(names) for number in written):
                raise IndexError(written)
            return record(self.model, tokens, vocabularies, [names[number] for number in written])

        return recorded

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


def trained_by(trainer: Trainer, name: str = "mine") -> Trained:
    """What a trainer has made of its model so far, on the CPU; it may train on without changing it."""
    model = deepcopy(trainer.model).cpu().eval().requires_grad_(False)
    return Trained(name, trainer.config, (trainer.source_vocabulary, trainer.target_vocabulary), model, trainer.step)


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
