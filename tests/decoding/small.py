"""Small random tables and models to search in."""

import itertools

import numpy as np
import torch

from seq2seq.decoding import ModelWriter, TableWriter, Writer
from seq2seq.models.config import ConvConfig, RecurrentConfig, TransformerConfig
from seq2seq.models.make import make_model
from seq2seq.tasks import Vocabulary

SHAPES = {
    "gru": RecurrentConfig("gru", "general", embedding=5, hidden=6),
    "lstm-none": RecurrentConfig("lstm", "none", layers=2, embedding=5, hidden=6),
    "conv": ConvConfig(layers=2, hidden=6),
    "transformer": TransformerConfig(layers=2, hidden=8, heads=2, feed_forward=12),
    "leaking": TransformerConfig(layers=1, hidden=8, heads=2, feed_forward=12, causal=False),
}


def model_writer(shape: str, seed: int, letters: str = "abc", source: str = "abcab") -> ModelWriter:
    """A random model that has read a source; its weights are large, so that it prefers something."""
    vocabulary = Vocabulary.of(letters)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = make_model(SHAPES[shape], len(vocabulary), len(vocabulary)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2)
    return ModelWriter(model, torch.tensor([vocabulary.encode(source)]), tuple(source), vocabulary.tokens)


def table_writer(seed: int, letters: str = "ab", longest: int = 4) -> TableWriter:
    """A table of random probabilities for everything up to a length."""
    rng, vocabulary = np.random.default_rng(seed), (*letters, "⟨eos⟩")
    table = {
        "".join(text): rng.dirichlet(np.full(len(vocabulary), 0.7))
        for length in range(longest)
        for text in itertools.product(letters, repeat=length)
    }
    return TableWriter(table, vocabulary)


def every_output(writer: Writer, longest: int, barred: tuple[int, ...] = ()) -> dict[tuple[int, ...], float]:
    """Every output's log-probability, by walking through all of them: ended, or cut off at the longest length."""
    found: dict[tuple[int, ...], float] = {}
    last, start = writer.begin()

    def walk(tokens, total, last, state):
        ahead = writer.ahead(last, state)
        for number, log_prob in enumerate(ahead.log_probs[0]):
            if number in writer.never or number in barred or not np.isfinite(log_prob):
                continue
            grown = (*tokens, number)
            if number == writer.end or len(grown) == longest:
                found[grown] = total + float(log_prob)
            else:
                walk(grown, total + float(log_prob), [number], ahead.state)

    walk((), 0.0, last, start)
    return found
