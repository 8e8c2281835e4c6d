"""A trained model ready to decode, whether it came with the studio or was just trained."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

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
from seq2seq.training.checkpoint import load_weights, unpack
from seq2seq.training.config import RunConfig
from seq2seq.training.store import RunStore
from seq2seq.training.trainer import Trainer


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
        trace = record_decoding(self.recurrent, *self.read(text, target), change=change)
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
        return replace(record_convolution(self.model, *self.read(text, target)), wanted=self.wanted(text))

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
        trace = record_transformer(self.transformer, *self.read(text, target), change=change)
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


def load_trained(reference: str, store: RunStore | None = None) -> Trained:
    """The model of a run's id or a shipped name, on the CPU, as far as it is trained.

    Raises: InputError if there is none, it has no checkpoint yet, or its weights are damaged.
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
    saved = store.checkpoint(reference)
    if saved is None:
        raise InputError("input.no_checkpoint", run=reference)
    return _build(reference, run.config, run.config.task.vocabularies(), saved[1])


def _build(name: str, config: RunConfig, vocabularies: tuple[Vocabulary, Vocabulary], data: bytes) -> Trained:
    checkpoint = unpack(data)
    with torch.device("meta"):  # no random numbers are drawn for weights that are about to be replaced
        model = make_model(config.model, len(vocabularies[0]), len(vocabularies[1]))
    load_weights(model, checkpoint.weights, assign=True)
    model.eval().requires_grad_(False)
    return Trained(name, config, vocabularies, model, checkpoint.facts["step"])
