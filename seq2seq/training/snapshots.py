"""Snapshots: parts of a model as they were on the way, spaced as learning is, few and small.

What a snapshot holds is its `part`: "embeddings" are the two tables, by name "source" and "target". Imports no torch:
a page reads them before it is loaded.
"""

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from seq2seq.tasks import InputError

EMBEDDINGS = "embeddings"
LEADING = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0)  # updates are 10, 15, 20, … times a power of ten
LARGEST = 1_000_000  # bytes of one snapshot: with at most 28 steps to a run, 28 MB
Tables = dict[str, np.ndarray]


def is_kept(step: int) -> bool:
    """Whether the report of this step brings a snapshot; it depends on the step alone, so going on changes nothing."""
    if step == 0:
        return True
    power = 10 ** (len(str(step)) - 1)
    return step / power in LEADING


def pack_tables(tables: Tables) -> bytes:
    """Arrays by name as one block of bytes (safetensors)."""
    return save({name: np.ascontiguousarray(table, dtype=np.float32) for name, table in tables.items()})


def unpack_tables(data: bytes) -> Tables:
    """What `pack_tables` packed.

    Raises: InputError if the bytes are cut short or no such tables.
    """
    try:
        return load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise InputError("input.damaged_checkpoint") from error
