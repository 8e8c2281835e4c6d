"""The record of two embedding tables, from before training to its end."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

SPECIAL = 4  # ⟨pad⟩ ⟨bos⟩ ⟨eos⟩ ⟨unk⟩ come first in every table


@dataclass(frozen=True)
class EmbeddingTrace:
    """The source and the target table at each snapshot, float32.

    K snapshots, V tokens of a table, E numbers of a row. Of a model that kept no snapshots K is 1: how it came out.
    """

    name: str  # of the model
    task: str
    steps: tuple[int, ...]  # (K,) updates, the first 0 where the beginning was kept
    tokens: Mapping[str, tuple[str, ...]]  # "source", "target" → (V,)
    tables: Mapping[str, np.ndarray]  # "source", "target" → (K, V, E)
