"""Seq2Seq Studio: see how encoder-decoder models read, attend, mask and search.

One way through the house: task → model → run (training) → trace (decoding) → story → player.
In a notebook: `from seq2seq import show; show("reverse-gru-general", "hello")`.
"""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seq2seq.notebook import show

# Two OpenMP threads that spin while they wait collapse as soon as anything else runs on the machine;
# the policy is read once, when torch is first imported, so it is set before anything can import it.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.1.0"
__all__ = ["show"]


def __getattr__(name: str) -> Any:
    """`show` is imported when it is asked for: it brings torch, which most of the house does without."""
    if name != "show":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from seq2seq.notebook import show

    return show
