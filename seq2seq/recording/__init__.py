"""A model at work, written down as a trace: the last place that knows torch."""

from seq2seq.recording.convolution import record_convolution
from seq2seq.recording.decoding import LONGEST_OUTPUT, record_decoding
from seq2seq.recording.record import record
from seq2seq.recording.transformer import record_transformer

__all__ = ["LONGEST_OUTPUT", "record", "record_convolution", "record_decoding", "record_transformer"]
