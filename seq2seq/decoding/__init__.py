"""From probabilities to an output: every decoder walks on the model's one `step`."""

from seq2seq.decoding.beam import beam_search
from seq2seq.decoding.exact import exact_search
from seq2seq.decoding.judge import judge
from seq2seq.decoding.sampling import cut_down, distribution, sample
from seq2seq.decoding.walk import best_token, forced_by, greedy, most_probable, walk
from seq2seq.decoding.writer import Ahead, ModelWriter, TableWriter, Writer

__all__ = [
    "Ahead", "ModelWriter", "TableWriter", "Writer", "beam_search", "best_token", "cut_down", "distribution",
    "exact_search", "forced_by", "greedy", "judge", "most_probable", "sample", "walk",
]  # fmt: skip
