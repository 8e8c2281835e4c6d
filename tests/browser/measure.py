"""How long a step takes: python -m tests.browser.measure [tokens …]. Prints p50 and p95 of `player-step`, tween off.

Starts a server of its own; each length is decoded by reverse-gru-general, so that tokens in = tokens out.
"""

import json
import os
import string
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.find import chromium

PORT = 8765


def measure(lengths: list[int]) -> list[dict[str, float]]:
    """One row a length: steps, and the milliseconds of a step and of a gliding frame."""
    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for length in lengths:
            row: dict[str, float] = {"tokens": length}
            for name, motion in (("player-step", "reduce"), ("player-frame", "no-preference")):
                context = browser.new_context(viewport={"width": 1280, "height": 1800}, reduced_motion=motion)
                page = context.new_page()
                text = (string.ascii_lowercase * 3)[:length]
                page.goto(f"http://127.0.0.1:{PORT}/attention?text={text}")
                player = page.get_by_test_id("player")
                player.locator("figure[data-ready=true]").nth(4).wait_for(timeout=60_000)
                page.wait_for_timeout(1500)
                player.focus()
                page.evaluate("performance.clearMeasures()")
                steps = int(player.get_attribute("data-steps"))
                for _ in range(steps - 1):
                    page.keyboard.press("ArrowRight")
                    page.wait_for_timeout(20 if motion == "reduce" else 320)
                times = page.evaluate(f"performance.getEntriesByName('{name}').map(entry => entry.duration)")
                cuts = quantiles(times, n=20)
                row |= {"steps": steps, f"{name} p50": round(cuts[9], 2), f"{name} p95": round(cuts[18], 2)}
                context.close()
            rows.append(row)
        browser.close()
    return rows


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"SEQ2SEQ_HOME": home, "SEQ2SEQ_WORKERS": "1"}
        command = [sys.executable, "-m", "seq2seq.ui.serve", "--server.port", str(PORT), "--server.headless", "true"]
        server = subprocess.Popen(command, cwd=Path(__file__).parents[2], env=environment, stdout=subprocess.DEVNULL)
        try:
            while True:
                try:
                    urlopen(f"http://127.0.0.1:{PORT}/_stcore/health", timeout=1)
                    break
                except OSError:
                    time.sleep(0.3)
            for told in measure([int(text) for text in sys.argv[1:]] or [10, 20]):
                print(json.dumps(told))
        finally:
            server.terminate()
