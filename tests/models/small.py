"""Small random models, every shape of them."""

import itertools

import torch

from seq2seq.models.config import ATTENTIONS, CELLS, RecurrentConfig
from seq2seq.models.recurrent import Recurrent
from seq2seq.tasks import PAD

SOURCE, TARGET = 11, 9  # sizes of the vocabularies

CONFIGS = [
    RecurrentConfig(cell, attention, bidirectional, layers, embedding=5, hidden=6)
    for cell, attention, bidirectional, layers in itertools.product(CELLS, ATTENTIONS, (False, True), (1, 2))
]


def name_of(config: RecurrentConfig) -> str:
    """A configuration in a few words, for a test's name."""
    return f"{config.cell}-{config.attention}-{'both' if config.bidirectional else 'one'}-{config.layers}"


def build(config: RecurrentConfig, seed: int = 0) -> Recurrent:
    """A random model, its weights larger than at the start of training, so that differences show."""
    torch.manual_seed(seed)
    model = Recurrent(config, SOURCE, TARGET).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2)
    return model


def draw(rows: int = 4, length: int = 6, vocabulary: int = SOURCE, seed: int = 1) -> torch.Tensor:
    """Random token numbers (rows, length), padded behind random lengths; the first row is full."""
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randint(4, vocabulary, (rows, length), generator=generator)
    lengths = torch.randint(1, length + 1, (rows,), generator=generator)
    lengths[0] = length
    return tokens.masked_fill(torch.arange(length) >= lengths[:, None], PAD)
