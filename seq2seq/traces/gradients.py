"""The backward pass through an encoder, written down: what the loss asks of each state, and how it gets there."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

STATES = ("h", "c")


@dataclass(frozen=True)
class GradientTrace:
    """One model's backward pass on one example, and norms over B held-out examples. Numbers in float64.

    S source positions, H units; a state is h, N = H, or for an LSTM h and c side by side, N = 2 H.
    h, c (S, H): ∂L/∂h_t and ∂L/∂c_t of this example's loss; looked (S, H): the part of h that attention brings straight
    from the outputs; start_h, start_c (H,): the part of the last state's that comes by the decoder's first state.
    factors (S, N, N): [t, j, u] = ∂state_t[j]/∂state_{t−1}[u]. gates: name → (S, H). u (G·H, H), b_u (G·H,): recurrent
    weights and their bias. h_norms, c_norms (B, S): ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ of each example.
    """

    cell: str
    attention: str
    updates: int
    source: tuple[str, ...]
    target: tuple[str, ...]
    loss: float
    h: np.ndarray
    c: np.ndarray | None
    looked: np.ndarray | None
    start_h: np.ndarray
    start_c: np.ndarray | None
    factors: np.ndarray
    gates: dict[str, np.ndarray]
    u: np.ndarray
    b_u: np.ndarray
    h_norms: np.ndarray
    c_norms: np.ndarray | None

    def of(self, name: str) -> np.ndarray:
        """∂L/∂h or ∂L/∂c, (S, H)."""
        found = self.h if name == "h" else self.c
        assert found is not None
        return found

    @property
    def states(self) -> tuple[str, ...]:
        """The parts of a state: h, and for an LSTM c."""
        return STATES if self.c is not None else STATES[:1]

    @cached_property
    def norms(self) -> np.ndarray:
        """‖∂L/∂h_t‖ of this example, (S,)."""
        return np.linalg.norm(self.h, axis=-1)

    @cached_property
    def whole(self) -> np.ndarray:
        """∂L/∂state_t, (S, N): h and c side by side."""
        return np.concatenate([self.of(name) for name in self.states], -1)

    @cached_property
    def stretch(self) -> np.ndarray:
        """Largest singular value of each local factor, (S,): no gradient can grow by more in that step."""
        return np.linalg.norm(self.factors, ord=2, axis=(1, 2))

    @cached_property
    def carried(self) -> np.ndarray:
        """‖∂L/∂state_{t−1}‖ ÷ ‖∂L/∂state_t‖ of what the recurrence carries, (S,); the first is of no use."""
        before = np.einsum("tju,tj->tu", self.factors, self.whole)
        below = np.linalg.norm(self.whole, axis=-1)
        return np.linalg.norm(before, axis=-1) / np.where(below > 0, below, 1.0)
