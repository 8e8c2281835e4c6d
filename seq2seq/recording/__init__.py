"""A model at work, written down as a trace: the last place that knows torch."""

from seq2seq.recording.decoding import LONGEST_OUTPUT, record_decoding

__all__ = ["LONGEST_OUTPUT", "record_decoding"]
