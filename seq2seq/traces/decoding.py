"""The record of one source read and one output written."""

from dataclasses import dataclass

import numpy as np

from seq2seq.traces.reading import Gates, ReadingTrace

NEVER_WRITTEN = ("⟨pad⟩", "⟨bos⟩")


@dataclass(frozen=True, kw_only=True)
class DecodingTrace(ReadingTrace):
    """Everything that happened between a typed source and the output, float32, one example.

    S source positions, T output steps (the last is ⟨eos⟩ unless the length ran out), D units of the decoder, E of an
    embedding, V target tokens. Axes in brackets; None where the model has no attention; asking and energy only where
    it is additive.
    """

    attention: str  # none, additive, dot, general or scaled_dot
    asks_before: bool  # Bahdanau's wiring: the state before the step is the query

    output: tuple[str, ...]  # as chosen, ⟨eos⟩ included
    forced: bool  # chosen by a given target, not by the model
    vocabulary: tuple[str, ...]  # target tokens

    fed: np.ndarray  # (T, E) embeddings of the tokens that the decoder reads, ⟨bos⟩ first
    decoder: tuple[Gates, ...]  # layer → gate → (T, D)
    query: np.ndarray | None  # (T, D)
    keys: np.ndarray | None  # (S, D) what the query is compared with
    asking: np.ndarray | None  # (T, D) the query times its matrix
    energy: np.ndarray | None  # (T, S, D) the tanh whose product with v is the score
    scores: np.ndarray | None  # (T, S) before the softmax
    weights: np.ndarray | None  # (T, S) rows summing to 1
    context: np.ndarray | None  # (T, D)
    readout: np.ndarray  # (T, D) what the output layer reads
    logits: np.ndarray  # (T, V)
    log_probs: np.ndarray  # (T, V)

    @property
    def text(self) -> str:
        """The output as one string, without ⟨eos⟩."""
        return "".join(self.output[:-1] if self.finished else self.output)

    @property
    def finished(self) -> bool:
        """Whether the model ended the output itself."""
        return bool(self.output) and self.output[-1] == "⟨eos⟩"

    @property
    def chosen(self) -> np.ndarray:
        """(T,) vocabulary numbers of the output."""
        numbers = {token: number for number, token in enumerate(self.vocabulary)}
        return np.array([numbers[token] for token in self.output], dtype=np.int64)

    def ranking(self, step: int) -> np.ndarray:
        """Vocabulary numbers at a step, most probable first, without the tokens that are never written."""
        order = np.argsort(-self.log_probs[step], kind="stable")
        return np.array([number for number in order if self.vocabulary[number] not in NEVER_WRITTEN])

    @property
    def log_prob(self) -> float:
        """Log-probability of the whole output, natural."""
        return float(self.log_probs[np.arange(len(self.output)), self.chosen].sum())
