"""Pages share one store a process: each test gets a fresh one."""

import pytest

from seq2seq.ui import session, silence


@pytest.fixture(autouse=True)
def fresh_store():
    session.run_store.clear()
    silence._store_trouble.clear()
    yield
    session.run_store.clear()
