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
from seq2seq.traces.states import StateCloud, StatePath, StatePoint, StatesTrace

__all__ = [
    "Change", "DecodingTrace", "DisturbContext", "DisturbUnit", "Gates", "LookElsewhere", "ReadInstead", "StateCloud",
    "StatePath", "StatePoint", "StatesTrace", "WriteInstead", "shared_out",
]  # fmt: skip
