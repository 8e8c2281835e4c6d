"""A model by its configuration."""

from typing import Any

from seq2seq.models.config import ConvConfig, ModelConfig, TransformerConfig
from seq2seq.models.convolutional import Convolutional
from seq2seq.models.model import Seq2Seq
from seq2seq.models.recurrent import Recurrent
from seq2seq.models.transformer import Transformer


def make_model(config: ModelConfig, source: int, target: int) -> Seq2Seq[Any]:
    """A model over `source` and `target` vocabularies of the given sizes, its weights drawn at random."""
    if isinstance(config, ConvConfig):
        return Convolutional(config, source, target)
    if isinstance(config, TransformerConfig):
        return Transformer(config, source, target)
    return Recurrent(config, source, target)
