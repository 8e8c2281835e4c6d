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
from seq2seq.traces.convolution import ConvTrace
from seq2seq.traces.decoding import DecodingTrace, Gates
from seq2seq.traces.field import FieldRun, FieldTrace

__all__ = [
    "Change", "ConvTrace", "DecodingTrace", "DisturbContext", "DisturbUnit", "FieldRun", "FieldTrace", "Gates",
    "LookElsewhere", "ReadInstead", "WriteInstead", "shared_out",
]  # fmt: skip
