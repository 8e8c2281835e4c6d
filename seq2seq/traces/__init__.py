"""What happened, as labelled NumPy arrays. No torch past this line."""

from seq2seq.traces.bottleneck import BottleneckTrace, Disturbed, LengthScore, Scores, Side
from seq2seq.traces.change import (
    BorrowStart,
    Change,
    DisturbContext,
    DisturbStart,
    DisturbUnit,
    LookElsewhere,
    ReadInstead,
    WriteInstead,
    shared_out,
)
from seq2seq.traces.convolution import ConvTrace
from seq2seq.traces.decoding import DecodingTrace, Gates
from seq2seq.traces.field import FieldRun, FieldTrace

__all__ = [
    "BorrowStart", "BottleneckTrace", "Change", "ConvTrace", "DecodingTrace", "DisturbContext", "DisturbStart",
    "DisturbUnit", "Disturbed", "FieldRun", "FieldTrace", "Gates", "LengthScore", "LookElsewhere", "ReadInstead",
    "Scores", "Side", "WriteInstead", "shared_out",
]  # fmt: skip
