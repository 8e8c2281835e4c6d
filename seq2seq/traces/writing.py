"""The record of one output as it was written, by whatever kind of model."""

from dataclasses import dataclass

import numpy as np

from seq2seq.traces.wanted import Wanted

NEVER_WRITTEN = ("⟨pad⟩", "⟨bos⟩")


@dataclass(frozen=True, kw_only=True)
class WritingTrace:
    """T output steps, the last of which is ⟨eos⟩ unless the length ran out; V target tokens; D units are read out."""

    output: tuple[str, ...]  # as chosen, ⟨eos⟩ included
    forced: bool  # chosen by a given target, not by the model
    vocabulary: tuple[str, ...]  # target tokens
    readout: np.ndarray  # (T, D) what the output layer reads
    logits: np.ndarray  # (T, V)
    log_probs: np.ndarray  # (T, V)
    wanted: Wanted | None = None  # what should have been written, where the task is known

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
