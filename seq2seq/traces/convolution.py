"""The record of one source read by convolutions, and one output written."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from seq2seq.traces.reading import Gates
from seq2seq.traces.writing import WritingTrace


@dataclass(frozen=True, kw_only=True)
class ConvTrace(WritingTrace):
    """Everything that happened between a typed source and the output, float32, one example.

    S source positions (without a decoder one more, the source's own ⟨eos⟩), T output steps, C units of a layer, V
    target tokens, k the width of a window. Axes in brackets. Without a decoder, `decoder` is empty, `fed` too.
    """

    kernel: int
    causal: bool  # the encoder sees to the left only
    source: tuple[str, ...]  # as read
    unknown: tuple[bool, ...]  # which of them the model read as ⟨unk⟩
    numbers: tuple[int, ...]  # vocabulary numbers of the source, as read

    embedded: np.ndarray  # (S, C) e: token and place
    encoder: tuple[Gates, ...]  # layer → a, b, gate, glu, h → (S, C)
    fed: np.ndarray  # (T, C) embeddings of what the decoder reads, ⟨bos⟩ first: token and place
    decoder: tuple[Gates, ...]  # layer → a … glu, residual, query, context, h → (T, C); scores, weights → (T, S)

    parameters: Mapping[str, np.ndarray]  # the model's weights by name, as torch names them; shared, not copied

    @property
    def layers(self) -> int:
        """How many layers the encoder has; a decoder has as many."""
        return len(self.encoder)

    @property
    def before(self) -> int:
        """How many positions of a window lie to the left of the encoder position in hand."""
        return self.kernel - 1 if self.causal else self.kernel // 2

    @property
    def values(self) -> np.ndarray:
        """(S, C) z + e: what attention mixes."""
        return self.encoder[-1]["h"] + self.embedded

    @property
    def scores(self) -> np.ndarray | None:
        """(T, S) of the decoder's top layer."""
        return self.decoder[-1]["scores"] if self.decoder else None

    @property
    def weights(self) -> np.ndarray | None:
        """(T, S) of the decoder's top layer."""
        return self.decoder[-1]["weights"] if self.decoder else None

    def seen(self, layer: int, i: int) -> tuple[int, int]:
        """First and last source position that the state of an encoder layer (−1: the embeddings) at i depends on."""
        depth, behind = layer + 1, self.kernel - 1 - self.before
        return max(0, i - depth * self.before), min(len(self.source) - 1, i + depth * behind)
