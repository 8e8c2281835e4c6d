"""What happened, as labelled NumPy arrays. No torch past this line."""

from seq2seq.traces.decoding import DecodingTrace, Gates

__all__ = ["DecodingTrace", "Gates"]
