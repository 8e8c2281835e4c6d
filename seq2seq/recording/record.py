"""Any model at work, written down as the trace of its kind."""

from collections.abc import Sequence
from typing import Any

from seq2seq.models.convolutional import Convolutional
from seq2seq.models.model import Seq2Seq
from seq2seq.models.recurrent import Recurrent
from seq2seq.models.transformer import Transformer
from seq2seq.recording.convolution import record_convolution
from seq2seq.recording.decoding import LONGEST_OUTPUT, record_decoding
from seq2seq.recording.transformer import record_transformer
from seq2seq.tasks import Vocabulary
from seq2seq.traces import ConvTrace, DecodingTrace, TransformerTrace


def record(
    model: Seq2Seq[Any],
    source: Sequence[str],
    vocabularies: tuple[Vocabulary, Vocabulary],
    target: Sequence[str] | None = None,
    longest: int = LONGEST_OUTPUT,
) -> DecodingTrace | ConvTrace | TransformerTrace:
    """Read the source tokens and write greedily, or along a given target, recording all.

    Raises: TypeError if nothing records this kind of model.
    """
    if isinstance(model, Convolutional):
        return record_convolution(model, source, vocabularies, target, longest)
    if isinstance(model, Transformer):
        return record_transformer(model, source, vocabularies, target, longest)
    if isinstance(model, Recurrent):
        return record_decoding(model, source, vocabularies, target, longest)
    raise TypeError(f"nothing records a {type(model).__name__}")
