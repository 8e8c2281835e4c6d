"""What is killed while somebody looks: the worker, then the server. The run goes on all the same, and the page with it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from seq2seq.bench.browser import ROOT
from seq2seq.training.store import RunStore
from seq2seq.training.trainer import is_milestone
from tests.browser.player import player

pytestmark = pytest.mark.browser


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serve(home, port):
    """A server of this test's own, that may be killed; what it writes goes into its home."""
    environment = os.environ | {"SEQ2SEQ_HOME": str(home), "SEQ2SEQ_WORKERS": "1"}
    command = [sys.executable, "-m", "seq2seq.ui.serve", "--server.port", str(port), "--server.headless", "true"]
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        for _ in range(120):
            try:
                urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.25)
        yield process
    finally:
        process.kill()
        process.wait()


def workers(server):
    """Process ids of a server's workers."""
    listed = subprocess.run(["pgrep", "-P", str(server.pid), "-f", "seq2seq.training.worker"], capture_output=True)
    return [int(pid) for pid in listed.stdout.split()]


def wait_until(page, true, seconds=40):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        page.wait_for_timeout(100)


def test_a_run_outlives_its_worker_and_its_server(browser, tmp_path):
    port, store = free_port(), RunStore(f"sqlite:///{tmp_path / 'runs.db'}")
    page = browser.new_context(reduced_motion="reduce", locale="en-US").new_page()
    with serve(tmp_path, port) as server:
        page.goto(f"http://127.0.0.1:{port}/train?steps=50000&until=0&hidden=32&batch=32")
        page.get_by_role("button", name="Train", exact=True).click()
        player(page)
        (run,) = store.recent()
        wait_until(page, lambda: store.checkpoint_step(run.id))
        (worker,) = workers(server)
        os.kill(worker, signal.SIGKILL)
        expect(
            page.get_by_text(re.compile(r"Its worker died at [\d:\u2060]+; it will go on from update"))
        ).to_be_visible(timeout=10_000)
        expect(page.get_by_text(re.compile("it went on from update [1-9]"))).to_be_visible(timeout=40_000)
        reached = store.checkpoint_step(run.id)
        wait_until(page, lambda: store.checkpoint_step(run.id) > reached)
        server.kill()
        server.wait()
        lost_at = store.get(run.id).lost_at
        wait_until(page, lambda: store.get(run.id).state == "queued")  # its worker saw its input close
        assert store.get(run.id).lost_at == lost_at  # and gave the run back in good order
    with serve(tmp_path, port):
        wait_until(page, lambda: store.get(run.id).state == "running")
        expect(page.get_by_text("Training on")).to_be_visible(timeout=20_000)  # the page that was open, untouched
        before = store.last_report(run.id)["step"]
        wait_until(page, lambda: store.last_report(run.id)["step"] > before)
        page.locator(".st-key-stop").get_by_role("button").click()  # it does not only look alive
        expect(page.get_by_text("Stopped; what it learnt is kept")).to_be_visible(timeout=20_000)
        expect(player(page).locator("h3")).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.context.close()
    steps = {report["step"] for report in store.reports(run.id)}
    assert {step for step in range(max(steps)) if is_milestone(step)} <= steps  # no report is missing
    assert "Traceback" not in (tmp_path / "server.log").read_text(encoding="utf-8", errors="replace")
