"""Real servers and a real browser to measure with. Playwright is a tool of development: imported only when asked."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from seq2seq.folders import ROOT
from seq2seq.tasks import InputError

APART = Path(__file__).parent / "apart"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
PATIENCE = 60  # seconds until a server must have begun


def chromium() -> str | None:
    """The browser in CHROMIUM, or installed on this machine, or fetched by Playwright."""
    for path in (os.environ.get("CHROMIUM"), *map(shutil.which, NAMES)):
        if path and Path(path).exists():
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        fetched = playwright.chromium.executable_path
    return fetched if Path(fetched).exists() else None


@contextmanager
def browsing() -> Iterator[Any]:
    """A headless Chromium.

    Raises: InputError if Playwright or the browser is missing.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise InputError("input.no_browser") from error
    path = chromium()
    if path is None:
        raise InputError("input.no_browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def served(command: list[str], log: Path, environment: dict[str, str] | None = None) -> Iterator[str]:
    """The address of a Streamlit server, which ends with the context; what it says goes into a file."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.port", str(port), "--server.headless", "true"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, *options], cwd=ROOT, env=os.environ | (environment or {}),
            stdout=out, stderr=out,
        )  # fmt: skip
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Return once the address answers."""
    for _ in range(4 * PATIENCE):
        try:
            urlopen(address, timeout=1).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.25)
    raise InputError("input.no_server")


@contextmanager
def studio(home: Path, workers: int) -> Iterator[str]:
    """The studio, with a store of its own."""
    environment = {"SEQ2SEQ_HOME": str(home), "SEQ2SEQ_WORKERS": str(workers)}
    with served(["seq2seq.ui.serve"], home / "server.log", environment) as address:
        yield address


@contextmanager
def peer(name: str) -> Iterator[str]:
    """One of the small Streamlit apps that we are held against."""
    program = ["streamlit", "run", str(APART / f"{name}.py")]
    with tempfile.TemporaryDirectory() as folder, served(program, Path(folder) / "server.log") as address:
        yield address


def open_page(browser: Any, address: str, **options: Any) -> Any:
    """A page in a browser context of its own, with nothing in its cache."""
    context = browser.new_context(**({"viewport": {"width": 1280, "height": 1800}, "locale": "en-US"} | options))
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(address, wait_until="commit")
    return page
