"""What happened, as labelled NumPy arrays. No torch past this line."""

from seq2seq.traces.change import (
    Change,
    DisturbContext,
    DisturbUnit,
    LookElsewhere,
    ReadInstead,
    WriteInstead,
    shared_out,
)
from seq2seq.traces.decoding import DecodingTrace, Gates
from seq2seq.traces.embeddings import EmbeddingTrace
from seq2seq.traces.preparing import BatchTrace, CutTrace, Heap, MergeRecord

__all__ = [
    "BatchTrace", "Change", "CutTrace", "DecodingTrace", "DisturbContext", "DisturbUnit", "EmbeddingTrace", "Gates",
    "Heap", "LookElsewhere", "MergeRecord", "ReadInstead", "WriteInstead", "shared_out",
]  # fmt: skip
