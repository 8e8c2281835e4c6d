"""Multi-head attention: as PyTorch computes it fast, and as the paper writes it, over the same weights.

@vaswani2017, section 3.2. The heads split the features, not the sequence: every head sees
every position, through its own d_k = d / N features of Q, K and V.
"""

import math

from torch import Tensor, nn
from torch.nn.functional import linear, scaled_dot_product_attention

from seq2seq.models.cells import Gates, Touch, untouched


class MultiHead(nn.Module):
    """N attentions side by side. The rows of `project` are W_Q, W_K and W_V, one below the other; `output` is W_O."""

    def __init__(self, width: int, heads: int, scaled: bool = True) -> None:
        super().__init__()
        self.width, self.heads = width, heads
        self.project = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.scale = 1 / math.sqrt(width // heads) if scaled else 1.0
        nn.init.xavier_uniform_(self.project.weight)
        nn.init.zeros_(self.project.bias)
        nn.init.zeros_(self.output.bias)

    def project_all(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Q, K and V of the same x (B, T, d), each (B, N, T, d_k): self-attention."""
        q, k, v = self.split(self.project(x), 3)
        return q, k, v

    def project_query(self, x: Tensor) -> Tensor:
        """Q (B, N, T, d_k) of x (B, T, d): who asks."""
        project = self.project
        return self.split(linear(x, project.weight[: self.width], project.bias[: self.width]), 1)[0]

    def project_memory(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """K and V of x (B, S, d), each (B, N, S, d_k): who is asked. In cross-attention x is the encoder's."""
        project = self.project
        k, v = self.split(linear(x, project.weight[self.width :], project.bias[self.width :]), 2)
        return k, v

    def split(self, x: Tensor, parts: int) -> tuple[Tensor, ...]:
        """Features into parts and heads: (B, T, parts · d) → parts × (B, N, T, d_k)."""
        return tuple(part.transpose(1, 2) for part in x.unflatten(-1, (parts, self.heads, -1)).unbind(2))

    def attend(
        self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, causal: bool = False, touch: Touch = untouched,
        place: str = "",
    ) -> Tensor:  # fmt: skip
        """The fast path: q (B, N, T, d_k); k, v (B, N, S, d_k); mask (…, T, S) bool, True = visible; → (B, T, d)."""
        mixed = scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal, scale=self.scale)
        mixed = touch(f"{place} heads", mixed)  # (B, N, T, d_k)
        return self.output(joined(mixed))

    def attend_glass(
        self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, touch: Touch = untouched, place: str = ""
    ) -> Gates:
        """The same as the paper writes it, every intermediate kept.

        Returns: q (B, N, T, d_k), k and v (B, N, S, d_k); dots = Q Kᵀ, scores = dots / √d_k and weights, each
                 (B, N, T, S), the weights exactly 0 where masked; heads (B, T, d), joined; out (B, T, d) = W_O heads
                 + b.
        """
        dots = q @ k.transpose(-1, -2)  # (B, N, T, d_k) (B, N, d_k, S) → (B, N, T, S)
        scores = dots * self.scale
        visible = scores if mask is None else scores.masked_fill(~mask, -math.inf)
        weights = touch(f"{place} weights", visible.softmax(-1))
        mixed = weights @ v  # (B, N, T, S) (B, N, S, d_k) → (B, N, T, d_k)
        heads = joined(touch(f"{place} heads", mixed))  # (B, T, d): one head beside the other
        out = self.output(heads)
        return {
            "q": q, "k": k, "v": v, "dots": dots, "scores": scores, "weights": weights, "heads": heads, "out": out
        }  # fmt: skip


def joined(x: Tensor) -> Tensor:
    """One head beside the other: (B, N, T, d_k) → (B, T, d)."""
    return x.transpose(1, 2).flatten(2)
