"""The record of one source read by a Transformer, and one output written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from seq2seq.traces.change import Change
from seq2seq.traces.reading import Gates
from seq2seq.traces.writing import WritingTrace

Side = Literal["encoder", "decoder"]
Block = Literal["self", "cross"]
ATTENTIONS: tuple[tuple[Side, Block], ...] = (("encoder", "self"), ("decoder", "self"), ("decoder", "cross"))


@dataclass(frozen=True, kw_only=True)
class TransformerTrace(WritingTrace):
    """Everything that happened between a typed source and the output, float32, one example.

    S source positions, T output steps, d features, N heads of d_k = d / N features each, F units inside the
    feed-forward block, V target tokens. Axes in brackets.

    What a layer holds, by name. Blocks "self", in the decoder "cross", and "feed", each with
        BLOCK.x         (L, d)  what the block reads: post-norm the layer's state, pre-norm its LayerNorm
        BLOCK.out       (L, d)  what it gives: W_O heads + b, or W₂ inner + b₂
        BLOCK.residual  (L, d)  post-norm x + out; pre-norm the layer's state + out
        BLOCK.norm      (L, d)  the LayerNorm: post-norm of the residual, pre-norm of what the block then reads
    of an attention besides
        q (L, d); k, v (M, d); dots = Q Kᵀ, scores = dots / √d_k and weights (N, L, M); heads (L, d), joined
    and feed.inner (L, F), and h (L, d), the layer's state. L queries, M keys: in "cross" T and S, else L = M.
    dots and scores of masked pairs are there too; `visible` says which are masked, and there weights are exactly 0.
    """

    heads: int
    norm: str  # post or pre
    scaled: bool
    causal: bool
    positions: tuple[str, str]  # encoder's and decoder's: sinusoidal, learned or none

    source: tuple[str, ...]  # as read: typed, or changed
    unknown: tuple[bool, ...]  # which of them the model read as ⟨unk⟩
    numbers: tuple[int, ...]  # vocabulary numbers of the source, as read

    source_tokens: np.ndarray  # (S, d) √d E[x]
    source_places: np.ndarray  # (S, d) P
    embedded: np.ndarray  # (S, d) their sum
    target_tokens: np.ndarray  # (T, d) of what the decoder reads, ⟨bos⟩ first
    target_places: np.ndarray  # (T, d)
    fed: np.ndarray  # (T, d) their sum

    encoder: tuple[Gates, ...]  # layer → name → array
    states: np.ndarray  # (S, d) what the encoder leaves: the top layer's h, pre-norm its LayerNorm
    decoder: tuple[Gates, ...]

    parameters: Mapping[str, np.ndarray]  # the model's weights by name, as torch names them; shared, not copied
    change: Change | None = None  # what was done differently from the model's own way

    @property
    def layers(self) -> int:
        """How many layers the encoder has; the decoder has as many."""
        return len(self.encoder)

    @property
    def width(self) -> int:
        """How many features a state has, d."""
        return int(self.embedded.shape[1])

    @property
    def head_width(self) -> int:
        """How many features a head reads, d_k."""
        return self.width // self.heads

    @property
    def read(self) -> tuple[str, ...]:
        """The tokens that the decoder reads, one an output step: the output, shifted right."""
        return ("⟨bos⟩", *self.output[:-1])

    def gates(self, side: Side, layer: int) -> Gates:
        """What a layer computed, by name."""
        return (self.encoder if side == "encoder" else self.decoder)[layer]

    def tokens(self, side: Side, block: Block) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Who asks and who is asked, in an attention: tokens of the queries, tokens of the keys."""
        own = self.source if side == "encoder" else self.read
        return own, self.source if block == "cross" else own

    def visible(self, side: Side, block: Block) -> np.ndarray:
        """(L, M) bool: which keys each query sees. A single sentence has no pads, so only the causal mask hides."""
        own, asked = self.tokens(side, block)
        seen = np.ones((len(own), len(asked)), dtype=bool)
        return np.tril(seen) if (side, block) == ("decoder", "self") and self.causal else seen

    @property
    def scores(self) -> None:
        """None: what `weights` averages over has no one row of scores."""
        return None

    @property
    def weights(self) -> np.ndarray:
        """(T, S) of the decoder's top layer: the mean over its heads; rows sum to 1."""
        return self.decoder[-1]["cross.weights"].mean(0)

    @property
    def head_weights(self) -> np.ndarray:
        """(N, T, S) of the decoder's top layer, head by head."""
        return self.decoder[-1]["cross.weights"]
