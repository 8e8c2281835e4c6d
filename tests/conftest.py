"""Every test has a run store of its own, and one torch thread, as a worker has; those that want a browser share one."""

import os

import pytest

from seq2seq.bench.browser import FLAGS, chromium

PATIENCE = 15_000  # ms that a browser test waits for what it expects, unless it says otherwise: machines are busy

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


@pytest.fixture(scope="session")
def browser():
    path = chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs a Chromium")
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()
