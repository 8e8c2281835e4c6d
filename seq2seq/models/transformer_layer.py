"""One layer of a Transformer: attention blocks and a feed-forward block, each with its residual and its LayerNorm.

Post-norm, LayerNorm(x + f(x)): @vaswani2017, section 3.1. Pre-norm, x + f(LayerNorm(x)):
@xiong2020. LayerNorm itself: @ba2016.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from seq2seq.models.cells import Gates, Touch, untouched
from seq2seq.models.config import TransformerConfig
from seq2seq.models.multi_head import MultiHead

Block = Callable[[Tensor], Tensor]
GlassBlock = Callable[[Tensor], Gates]  # what it computes, by name, "out" among it


class TransformerLayer(nn.Module):
    """Blocks "self", in a decoder "cross", then "feed"."""

    def __init__(self, config: TransformerConfig, decoder: bool) -> None:
        super().__init__()
        width = config.hidden
        self.pre, self.side = config.norm == "pre", "decoder" if decoder else "encoder"
        self.attention = MultiHead(width, config.heads, config.scaled)
        self.cross = MultiHead(width, config.heads, config.scaled) if decoder else None
        self.inner = nn.Linear(width, config.feed_forward)
        self.outer = nn.Linear(config.feed_forward, width)
        self.norm_self = nn.LayerNorm(width)
        self.norm_cross = nn.LayerNorm(width) if decoder else None
        self.norm_feed = nn.LayerNorm(width)

    def norm(self, block: str) -> nn.LayerNorm:
        """The LayerNorm of a block."""
        found = {"self": self.norm_self, "cross": self.norm_cross, "feed": self.norm_feed}[block]
        assert found is not None
        return found

    # ---- fast path

    def around(self, block: str, x: Tensor, f: Block) -> Tensor:
        """A block with its residual and its norm."""
        norm = self.norm(block)
        return x + f(norm(x)) if self.pre else norm(x + f(x))

    def feed(self, x: Tensor) -> Tensor:
        """max(0, W₁ x + b₁), then W₂ and b₂: the same at every position, (B, T, d) → (B, T, d)."""
        return self.outer(self.inner(x).relu())

    def forward(
        self, x: Tensor, mask: Tensor | None, causal: bool = False, memory: tuple[Tensor, Tensor] | None = None,
        memory_mask: Tensor | None = None, touch: Touch = untouched, place: str = "",
    ) -> Tensor:  # fmt: skip
        """The layer over x (B, T, d); memory: K and V (B, N, S, d_k) of the encoder, for a decoder."""

        def look_at_itself(x: Tensor) -> Tensor:
            return self.attention.attend(*self.attention.project_all(x), mask, causal, touch, f"{place} self")

        def look_at_source(x: Tensor) -> Tensor:
            assert self.cross and memory
            q = self.cross.project_query(x)
            return self.cross.attend(q, *memory, memory_mask, touch=touch, place=f"{place} cross")

        x = self.around("self", x, look_at_itself)
        if self.cross:
            x = self.around("cross", x, look_at_source)
        return self.around("feed", x, self.feed)

    # ---- glass path

    def around_glass(self, block: str, x: Tensor, f: GlassBlock) -> tuple[Tensor, Gates]:
        """The same, keeping everything: what the block reads ("x"), its own values, "residual" and "norm"."""
        norm = self.norm(block)
        if self.pre:
            normed = norm(x)
            gates = {"x": normed, **f(normed)}
            residual = x + gates["out"]
            after = residual
        else:
            gates = {"x": x, **f(x)}
            residual = x + gates["out"]
            after = normed = norm(residual)
        kept = {**gates, "residual": residual, "norm": normed}
        return after, {f"{block}.{name}": value for name, value in kept.items()}

    def feed_glass(self, x: Tensor) -> Gates:
        inner = self.inner(x).relu()
        return {"inner": inner, "out": self.outer(inner)}

    def forward_glass(
        self, x: Tensor, mask: Tensor | None, before: tuple[Tensor, Tensor] | None = None,
        memory: tuple[Tensor, Tensor] | None = None, memory_mask: Tensor | None = None, touch: Touch = untouched,
        place: str = "",
    ) -> Gates:  # fmt: skip
        """The layer over x (B, T, d), every intermediate by name ("self.q", "cross.weights", "feed.inner", …, "h").

        before: K and V (B, N, t, d_k) of the positions before x, which were kept and are not computed again.
        """

        def look_at_itself(x: Tensor) -> Gates:
            q, k, v = self.attention.project_all(x)
            if before:
                k, v = (torch.cat(pair, 2) for pair in zip(before, (k, v), strict=True))
            return self.attention.attend_glass(q, k, v, mask, touch, f"{place} self")

        def look_at_source(x: Tensor) -> Gates:
            assert self.cross and memory
            q = self.cross.project_query(x)
            return self.cross.attend_glass(q, *memory, memory_mask, touch, f"{place} cross")

        x, kept = self.around_glass("self", x, look_at_itself)
        if self.cross:
            x, looked = self.around_glass("cross", x, look_at_source)
            kept |= looked
        x, fed = self.around_glass("feed", x, self.feed_glass)
        return kept | fed | {"h": x}
