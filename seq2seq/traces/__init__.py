"""What happened, as labelled NumPy arrays. No torch past this line."""

from seq2seq.traces.bottleneck import BottleneckTrace, Disturbed, LengthScore, Scores, Side
from seq2seq.traces.change import (
    BorrowStart,
    Change,
    ClampGate,
    DisturbContext,
    DisturbStart,
    DisturbUnit,
    EraseState,
    LookElsewhere,
    ReadInstead,
    WriteInstead,
    shared_out,
)
from seq2seq.traces.convolution import ConvTrace
from seq2seq.traces.decoding import DecodingTrace
from seq2seq.traces.embeddings import EmbeddingTrace
from seq2seq.traces.field import FieldRun, FieldTrace
from seq2seq.traces.preparing import BatchTrace, CutTrace, Heap, MergeRecord
from seq2seq.traces.reading import Gates, ReadingTrace
from seq2seq.traces.states import StateCloud, StatePath, StatePoint, StatesTrace
from seq2seq.traces.transformer import TransformerTrace
from seq2seq.traces.writing import WritingTrace

__all__ = [
    "BatchTrace", "BorrowStart", "BottleneckTrace", "Change", "ClampGate", "ConvTrace", "CutTrace", "DecodingTrace",
    "DisturbContext", "DisturbStart", "DisturbUnit", "Disturbed", "EmbeddingTrace", "EraseState", "FieldRun",
    "FieldTrace", "Gates", "Heap", "LengthScore", "LookElsewhere", "MergeRecord", "ReadInstead", "ReadingTrace",
    "Scores", "Side", "StateCloud", "StatePath", "StatePoint", "StatesTrace", "TransformerTrace", "WriteInstead",
    "WritingTrace", "shared_out",
]  # fmt: skip
