"""The record of one source read and one output written."""

from dataclasses import dataclass

import numpy as np

from seq2seq.traces.reading import Gates, ReadingTrace
from seq2seq.traces.writing import WritingTrace


@dataclass(frozen=True, kw_only=True)
class DecodingTrace(ReadingTrace, WritingTrace):
    """Everything that happened between a typed source and the output, float32, one example.

    S source positions, T output steps (the last is ⟨eos⟩ unless the length ran out), D units of the decoder, E of an
    embedding, V target tokens. Axes in brackets; None where the model has no attention; asking and hidden only where
    it is additive.
    """

    attention: str  # none, additive, dot, general or scaled_dot
    asks_before: bool  # Bahdanau's wiring: the state before the step is the query

    fed: np.ndarray  # (T, E) embeddings of the tokens that the decoder reads, ⟨bos⟩ first
    decoder: tuple[Gates, ...]  # layer → gate → (T, D)
    query: np.ndarray | None  # (T, D)
    keys: np.ndarray | None  # (S, D) what the query is compared with
    asking: np.ndarray | None  # (T, D) the query times its matrix
    hidden: np.ndarray | None  # (T, S, D) the tanh whose product with v is the score
    scores: np.ndarray | None  # (T, S) before the softmax
    weights: np.ndarray | None  # (T, S) rows summing to 1
    context: np.ndarray | None  # (T, D)
