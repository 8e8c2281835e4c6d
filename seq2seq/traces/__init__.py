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
from seq2seq.traces.field import FieldRun, FieldTrace
from seq2seq.traces.reading import Gates, ReadingTrace

__all__ = [
    "BorrowStart", "BottleneckTrace", "Change", "ClampGate", "ConvTrace", "DecodingTrace", "DisturbContext",
    "DisturbStart", "DisturbUnit", "Disturbed", "EraseState", "FieldRun", "FieldTrace", "Gates", "LengthScore",
    "LookElsewhere", "ReadInstead", "ReadingTrace", "Scores", "Side", "WriteInstead", "shared_out",
]  # fmt: skip
