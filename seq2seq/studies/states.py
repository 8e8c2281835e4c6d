"""The states of a trained model beside those it had before its first update."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from seq2seq.models.recurrent import Recurrent
from seq2seq.recording.states import record_final, record_path, record_reading, record_writing
from seq2seq.studies.trained import Trained, finite
from seq2seq.tasks import Batch, InputError
from seq2seq.tasks.labelled import Labelled, labelled_sample
from seq2seq.traces import StateCloud, StatePath, StatePoint, StatesTrace
from seq2seq.training.evaluate import evaluate

MOST_PATHS = 5
DATE_MONTH = 6  # "2021-0": the output of a date that begins its month


@dataclass(frozen=True)
class StateChoice:
    """Which states to look at: "final", "every" or "output" `at`; of an LSTM "h", "c" or "both"; of which layer."""

    which: str = "final"
    at: int = DATE_MONTH
    part: str = "h"
    layer: int = 0


def untrained(trained: Trained) -> Recurrent:
    """The model as it was before its first update: the same shape, the same seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(trained.config.training.seed)
        model = Recurrent(trained.config.recurrent, *map(len, trained.vocabularies))
    return model.eval().requires_grad_(False)


def record_states(trained: Trained, choice: StateChoice, texts: Sequence[str]) -> StatesTrace:
    """States of the held-out sample, before training and after, and the ways of the typed sentences.

    Raises: InputError if a text cannot be used, there are too many, or the sample is empty.
    """
    paths = record_paths(trained, choice, texts)
    sample = labelled_sample(trained.task)
    if choice.which == "output":  # those that are long enough
        sample = [one for one in sample if len(trained.task.tokenise(one.pair.target)) + 1 >= choice.at]
    if len(sample) < 3:
        raise InputError("input.task_too_small", split="test")
    batch = trained.task.batch([one.pair for one in sample], *trained.vocabularies)
    points = _points(trained, sample, choice.which)
    clouds = [
        StateCloud("untrained", _states(untrained(trained), batch, choice, points)),
        StateCloud("trained", _states(trained.recurrent, batch, choice, points)),
    ]
    if choice.which == "final" and trained.task.name == "dates":
        states = record_writing(trained.recurrent, batch, DATE_MONTH, choice.part, choice.layer)
        clouds.append(StateCloud("writing", states))
    trace = StatesTrace(
        cell=trained.config.model.cell,
        attention=trained.config.model.attention,
        task=trained.task.name,
        which=choice.which,
        at=choice.at if choice.which == "output" else DATE_MONTH,
        part=choice.part,
        layer=choice.layer,
        exact_match=evaluate(trained.model, batch, trained.vocabularies[1]).exact_match,
        sentences=tuple(one.pair.source for one in sample),
        answers=tuple(one.pair.target for one in sample),
        labels={name: tuple(one.labels[name] for one in sample) for name in sample[0].labels},
        points=points,
        clouds=tuple(clouds),
        paths=paths,
    )
    return finite(trace)


def record_paths(trained: Trained, choice: StateChoice, texts: Sequence[str]) -> tuple[StatePath, ...]:
    """The ways of the typed sentences.

    Raises: InputError if a text cannot be used, or there are too many.
    """
    if len(texts) > MOST_PATHS:
        raise InputError("states.too_many", count=len(texts), most=MOST_PATHS)
    read = [(text, trained.task.read(text, trained.vocabularies[0])) for text in texts or [""]]
    return tuple(
        record_path(trained.recurrent, "".join(tokens), tokens, trained.vocabularies, choice.part, choice.layer)
        for _, tokens in read
    )


def _points(trained: Trained, sample: Sequence[Labelled], which: str) -> tuple[StatePoint, ...]:
    """One point a sentence: at its end, or, of "every" position, somewhere in it, all positions alike."""
    tokens = [trained.task.tokenise(one.pair.source) for one in sample]
    if which == "every":
        rng = np.random.default_rng(0)
        ends = [int(rng.integers(len(source))) for source in tokens]
    else:
        ends = [len(source) - 1 for source in tokens]
    return tuple(StatePoint(n, end + 1, tokens[n][end]) for n, end in enumerate(ends))


def _states(model: Recurrent, batch: Batch, choice: StateChoice, points: Sequence[StatePoint]) -> np.ndarray:
    if choice.which == "output":
        return record_writing(model, batch, choice.at, choice.part, choice.layer)
    if choice.which == "final":
        return record_final(model, batch, choice.part, choice.layer)
    states = record_reading(model, batch, choice.part, choice.layer)
    return states[[point.sentence for point in points], [point.position - 1 for point in points]]
