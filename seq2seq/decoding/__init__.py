"""From probabilities to an output: every decoder walks on the model's one `step`."""

from seq2seq.decoding.walk import best_token, forced_by, greedy, most_probable, walk

__all__ = ["best_token", "forced_by", "greedy", "most_probable", "walk"]
