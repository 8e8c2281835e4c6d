"""What happened, as labelled NumPy arrays. No torch past this line."""

from seq2seq.traces.change import (
    Change,
    ClampGate,
    DisturbContext,
    DisturbUnit,
    EraseState,
    LookElsewhere,
    ReadInstead,
    WriteInstead,
    shared_out,
)
from seq2seq.traces.decoding import DecodingTrace
from seq2seq.traces.reading import Gates, ReadingTrace

__all__ = [
    "Change", "ClampGate", "DecodingTrace", "DisturbContext", "DisturbUnit", "EraseState", "Gates", "LookElsewhere",
    "ReadInstead", "ReadingTrace", "WriteInstead", "shared_out",
]  # fmt: skip
