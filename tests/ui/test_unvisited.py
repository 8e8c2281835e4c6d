"""A server that nobody visits: its workers do what waits all the same, and it has loaded nothing that only they need."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seq2seq.folders import APP
from seq2seq.training.store import RunStore
from tests.training.trouble import SMALL

WAYS = {
    "streamlit": ["streamlit", "run", str(APP), "--server.headless", "true", "--server.port"],
    "command": ["seq2seq", "app", "--headless", "--port"],
}


@pytest.mark.parametrize("way", WAYS)
def test_a_run_that_waits_is_trained_before_anybody_comes(way, home):
    store = RunStore()
    run = store.submit(SMALL, "me")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *WAYS[way], str(port)], cwd=APP.parent, stdout=log, stderr=log,
            env=os.environ | {"SEQ2SEQ_WORKERS": "1"},
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 100
        while not store.get(run).over and time.monotonic() < deadline and server.poll() is None:
            time.sleep(0.1)
        assert store.get(run).state == "finished", (home / "log").read_text()
        maps = Path(f"/proc/{server.pid}/maps")
        assert not maps.exists() or "libtorch" not in maps.read_text()
    finally:
        server.terminate()
        server.wait(30)
