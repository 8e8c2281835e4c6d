"""From probabilities to an output: every decoder walks on the model's one `step`."""

from seq2seq.decoding.record import LONGEST_OUTPUT, record_decoding
from seq2seq.decoding.walk import best_token, forced_by, greedy, most_probable, walk

__all__ = ["LONGEST_OUTPUT", "best_token", "forced_by", "greedy", "most_probable", "record_decoding", "walk"]
