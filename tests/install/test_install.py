"""The ways in, each as a stranger goes it: a fresh copy of the repository, a new environment, then a browser.

`make app` makes its environment by the commands that README gives for a machine without make (a test holds that), so
one new environment serves both; the wheel gets a second one, and its repository is deleted before it is used.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import venv
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from seq2seq.folders import PACKAGE

pytestmark = [pytest.mark.install, pytest.mark.timeout(1800)]

ROOT = PACKAGE.parent
LEFT_OUT = (
    ".venv",
    ".git",
    ".peers",
    "build",
    "shots",
    "*.egg-info",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    "vega.js",
)
PATIENCE = 120  # seconds until a server must answer: what is new is compiled first
LIGHT = "rgb(247, 248, 250)"  # the background that .streamlit/config.toml names


@pytest.fixture(scope="module", autouse=True)
def registry():
    """Whether pip reaches one; without there is nothing to test here."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--no-deps", "--ignore-installed"]
    told = subprocess.run([*command, "filelock==4.2.11"], capture_output=True, text=True)
    if told.returncode:
        pytest.skip(f"pip reaches no registry: {told.stderr.strip().splitlines()[-1]}")


@pytest.fixture
def repository(tmp_path):
    """A fresh copy, as a clone is: nothing made in it yet."""
    return shutil.copytree(ROOT, tmp_path / "repository", ignore=shutil.ignore_patterns(*LEFT_OUT))


@pytest.fixture
def environment(tmp_path):
    """That of a new shell, with a store apart and no workers; pip does not compile (said to it by a "no")."""
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH", "MAKEFLAGS")}
    return kept | {"SEQ2SEQ_HOME": str(tmp_path / "home"), "SEQ2SEQ_WORKERS": "0", "CI": "true", "PIP_NO_COMPILE": "no"}


def programs(folder: Path) -> Path:
    """Where an environment keeps its programs."""
    return folder / ("Scripts" if os.name == "nt" else "bin")


def run(command, cwd, environment):
    told = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(command, port, cwd, environment, seconds=PATIENCE):
    """The address of a server that this command starts; it ends with the context."""
    log = cwd / "server.log"
    with log.open("wb") as out:
        command = [str(part) for part in command]
        process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        for _ in range(4 * seconds):
            try:
                urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, log.read_text(encoding="utf-8")
                time.sleep(0.25)
        yield f"http://127.0.0.1:{port}"
    finally:
        if os.name == "posix":
            os.killpg(process.pid, 15)  # make, and what it started
        else:
            process.terminate()
        process.wait(timeout=30)
    assert "Traceback" not in log.read_text(encoding="utf-8", errors="replace")


def see_the_player(browser, address, path="/"):
    """Open a page: its first picture is drawn, by our own drawing library, in our own colours."""
    from playwright.sync_api import expect

    page = browser.new_context(color_scheme="light").new_page()
    page.goto(address + path, timeout=60_000)
    expect(page.locator("figure[data-ready=true]").first).to_be_visible(timeout=60_000)
    assert page.locator(".stApp").evaluate("(app) => getComputedStyle(app).backgroundColor") == LIGHT
    page.context.close()


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")
def test_make_app_then_plain_streamlit(repository, environment, browser):
    commands = run(["make", "-n", "app", f"PYTHON={sys.executable}"], repository, environment)
    assert f"{sys.executable} -m venv .venv" in commands and "-r requirements.txt" in commands
    port = free_port()
    command = ["make", "app", f"PYTHON={sys.executable}", f"PORT={port}"]
    with served(command, port, repository, environment, seconds=1500) as address:
        library = urlopen(f"{address}/_stcore/bidi-components/seq2seq.player/vega.js", timeout=30).read()
        assert b"vegaEmbed" in library[-200:]  # Streamlit knows the player, and make has made what it needs
    found = programs(repository / ".venv")
    installed = run([found / "python", "-m", "pip", "list", "--format=freeze"], repository, environment)
    assert "streamlit==" in installed and "pytest==" not in installed  # only what the app needs

    (repository / "seq2seq" / "player" / "web" / "vega.js").unlink()  # which plain pip and git do not bring
    command = [found / "streamlit", "run", "app.py", "--server.port", port]
    with served(command, port, repository, environment) as address:
        see_the_player(browser, address)


def test_a_wheel_without_the_repository(repository, environment, tmp_path, browser):
    venv.create(tmp_path / "new", with_pip=True)
    python = programs(tmp_path / "new") / "python"
    run([python, "-m", "pip", "install", "--quiet", "."], repository, environment)
    shutil.rmtree(repository)
    folder = tmp_path / "elsewhere"
    folder.mkdir()

    def seq2seq(*arguments):
        return run([python, "-m", "seq2seq", *arguments], folder, environment)

    (package,) = (tmp_path / "new").rglob("site-packages/seq2seq")
    assert (package / "player" / "web" / "vega.js").exists()
    assert json.loads(seq2seq("decode", "dates-gru-additive", "3 mars 2021", "--json"))["output"] == "2021-03-03"
    seq2seq("export", "reverse-gru-general", "hello", "--out", "hello.html")
    assert "module_vega" in (folder / "hello.html").read_text(encoding="utf-8")
    shown = "from seq2seq import show; print(show('reverse-transformer', 'abc')._repr_html_()[:7])"
    assert run([python, "-c", shown], folder, environment).strip() == "<iframe"
    assert (programs(tmp_path / "new") / "seq2seq").exists()
    port = free_port()
    with served([python, "-m", "seq2seq", "app", "--port", port], port, folder, environment) as address:
        see_the_player(browser, address, "/attention")
