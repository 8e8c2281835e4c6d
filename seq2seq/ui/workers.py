"""The workers of this server. Knows nothing of Streamlit: they begin before it does."""

import threading

from seq2seq.training.pool import WorkerPool, worker_count

_starting = threading.Lock()
_pool: WorkerPool | None = None


def start_workers() -> None:
    """Start this machine's workers, once a server: runs that wait go on whether or not anybody looks.

    A store that cannot be opened yet is waited for, by the workers themselves.

    Raises: InputError if SEQ2SEQ_WORKERS or SEQ2SEQ_STORE cannot be meant; StoreError if runs can lie nowhere.
    """
    global _pool
    with _starting:
        if worker_count() and _pool is None:
            _pool = WorkerPool().start()


def pool() -> WorkerPool | None:
    """The workers of this server, if it has any."""
    return _pool
