"""Seq2Seq Studio: see how encoder-decoder models read, attend, mask and search.

One way through the house: task → model → run (training) → trace (decoding) → story → player.
"""

import os

# Two OpenMP threads that spin while they wait collapse as soon as anything else runs on the machine;
# the policy is read once, when torch is first imported, so it is set before anything can import it.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.1.0"
