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
from seq2seq.traces.decoding import DecodingTrace, Gates

__all__ = [
    "BorrowStart", "BottleneckTrace", "Change", "DecodingTrace", "DisturbContext", "DisturbStart", "DisturbUnit",
    "Disturbed", "Gates",
    "LengthScore", "LookElsewhere", "ReadInstead", "Scores", "Side", "WriteInstead", "shared_out",
]  # fmt: skip
