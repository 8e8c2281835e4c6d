"""Every test has a run store of its own, and one torch thread, as a worker has."""

import os

import pytest

os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
os.environ["OMP_NUM_THREADS"] = "1"


@pytest.fixture(autouse=True)
def home(tmp_path_factory, monkeypatch):
    """A fresh folder for runs; nothing a test does reaches the user's own."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("SEQ2SEQ_HOME", str(folder))
    monkeypatch.setenv("SEQ2SEQ_WORKERS", "0")  # a test that wants workers starts them
    monkeypatch.delenv("SEQ2SEQ_STORE", raising=False)
    return folder
