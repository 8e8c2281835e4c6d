"""Where a token stands, as a vector that is added to what it is."""

from functools import lru_cache

import torch
from torch import Tensor, nn

PLACES = 64  # positions that a learned table has a row for; all behind them share the last one's


def sinusoids(count: int, width: int, device: torch.device | None = None) -> Tensor:
    """PE(p, 2i) = sin(p / 10000^(2i/d)), PE(p, 2i+1) = cos(the same): waves of ever longer period.

    Args:    count positions; width d, even.
    Returns: (count, d), float32.
    Source:  @vaswani2017, section 3.5.
    """
    positions = torch.arange(count, device=device, dtype=torch.float64)
    rates = 10000.0 ** (-torch.arange(0, width, 2, device=device, dtype=torch.float64) / width)  # (d/2,)
    angles = positions[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1).float()  # (count, d): sin, cos, sin, cos, …


class Positions(nn.Module):
    """Position vectors (count, d) of one of three kinds: sinusoidal, learned, or none (zeros)."""

    def __init__(self, kind: str, width: int) -> None:
        super().__init__()
        self.kind, self.width = kind, width
        if kind == "learned":
            self.table = nn.Embedding(PLACES, width)
            nn.init.normal_(self.table.weight, std=0.5)

    def forward(self, count: int, start: int = 0, device: torch.device | None = None) -> Tensor:
        """Vectors of the positions from `start` to `count` (not included), (count − start, d)."""
        if self.kind == "learned":
            return self.table(torch.arange(start, count, device=device).clamp(max=PLACES - 1))
        if self.kind == "sinusoidal":
            return waves(max(count, PLACES), self.width, device)[start:count]
        return torch.zeros(count - start, self.width, device=device)


@lru_cache(maxsize=64)
@torch.inference_mode(False)  # kept, and added to what is trained
def waves(count: int, width: int, device: torch.device | None) -> Tensor:
    """The sinusoids, kept. Shared: never to be changed."""
    return sinusoids(count, width, device)
