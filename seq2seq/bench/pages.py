"""How long a page keeps a learner waiting: its first picture, and a rerun while two runs train beside it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from seq2seq.bench.browser import ROOT, browsing, open_page, peer, studio
from seq2seq.bench.player import percentiles
from seq2seq.bench.table import Bar, Result, Row
from seq2seq.models.config import RecurrentConfig
from seq2seq.tasks import make_task
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.pool import WorkerPool
from seq2seq.training.store import RunStore

VISITS, CHANGES, ROUNDS, BESIDE, WHAT_IFS = 9, 40, 2, 2, 25
WARM_UP = 10  # seconds after the first visit, which starts the worker and has torch loaded

# From the click until, at the beginning of a frame, the answer is there, the script has ended, nothing stale is left.
SETTLE = """void (window.settled = new Promise((done, fail) => {
  const app = document.querySelector('[data-testid=stApp]'), read = () => ANSWER, before = read();
  addEventListener('click', () => {
    const began = performance.now();
    const look = () => {
      const now = performance.now(), running = app.dataset.testScriptState === 'running';
      if (read() !== before && !running && !document.querySelector('[data-stale=true]')) done(now - began);
      else if (now - began < 30000) requestAnimationFrame(look);
      else fail(new Error('nothing changed in 30 s'));
    };
    requestAnimationFrame(look);
  }, { once: true, capture: true });
}))"""


def first_seen(browser: Any, address: str, selector: str) -> float:
    """Seconds from asking for a page until something on it is visible, in a browser that has never been there."""
    began = time.perf_counter()
    page = open_page(browser, address)
    page.locator(selector).first.wait_for()
    took = time.perf_counter() - began
    page.context.close()
    return took


def measure_first_picture() -> Result:
    """`first-picture`: home's first picture against the first text of an empty Streamlit page, in turn."""
    ours, theirs = [], []
    picture, text = "figure[data-ready=true] svg", "[data-testid=stMarkdown] p"
    with (
        browsing() as browser,
        tempfile.TemporaryDirectory() as home,
        studio(Path(home), 1) as mine,
        peer("empty") as empty,
    ):
        for visit in range(VISITS + 1):
            ours.append(first_seen(browser, mine, picture))
            theirs.append(first_seen(browser, empty, text))
            time.sleep(0 if visit else WARM_UP)
    row = Row("first picture", median(ours[1:]), "s", median(theirs[1:]), Bar(high=1.5, ratio=True), threads=0)
    how = (
        f"A warm server, a browser with an empty cache, medians of {VISITS} visits, in turn: home until its first "
        "picture is drawn, against a page of a single `st.write` until its text is seen."
    )
    return Result("first-picture", [row], how)


@contextmanager
def training_beside(home: Path) -> Iterator[None]:
    """Two long runs, training in worker programs of their own."""
    store = RunStore(f"sqlite:///{home / 'beside.db'}")
    training = TrainingConfig(steps=100_000, until=None, device="cpu")
    config = RunConfig(make_task({"name": "reverse"}), RecurrentConfig(), training)
    runs = [store.submit(config, "bench") for _ in range(BESIDE)]
    pool = WorkerPool(store, BESIDE, home / "beside").start()
    try:
        while not all((store.last_report(run) or {"step": 0})["step"] for run in runs):
            time.sleep(0.2)
        yield
    finally:
        for run in runs:
            store.ask_to_stop(run, "bench")
        pool.close()


def browser_reruns(page: Any, toggle: Any, answer: str) -> list[float]:
    """Milliseconds from each of some clicks on a switch until the page has settled; `answer`: what must change."""
    toggle.wait_for()
    page.wait_for_timeout(1500)
    times = []
    for _ in range(CHANGES // ROUNDS):
        page.evaluate(SETTLE.replace("ANSWER", answer))
        toggle.click()
        times.append(page.evaluate("window.settled"))
        page.wait_for_timeout(200)
    page.context.close()
    return times


def on_train(browser: Any, address: str) -> list[float]:
    """Reruns of the Train page: "both ways", among the settings that are folded away."""
    page = open_page(browser, f"{address}/train?lang=en")
    page.locator(".st-key-more summary").first.click()
    return browser_reruns(page, page.locator(".st-key-bidirectional-en label").first, "location.search")


def on_peer(browser: Any, address: str) -> list[float]:
    """Reruns of the smallest page that has a switch."""
    page = open_page(browser, address)
    text = "document.querySelector('[data-testid=stMarkdown]')?.textContent"
    return browser_reruns(page, page.locator("[data-testid=stCheckbox] label").first, text)


def measure_whatif() -> Result:
    """`whatif`: from the click on another source position to look at until the picture of both outputs is drawn."""
    times: list[float] = []
    outputs = """[...document.querySelectorAll('*')].map((host) =>
      host.shadowRoot?.querySelector('figure[data-view=outputs] svg')?.textContent ?? '').join('')"""
    with tempfile.TemporaryDirectory() as home, browsing() as browser, studio(Path(home), 1) as mine:
        page = open_page(browser, f"{mine}/attention?lang=en&if=look&if-only=1")
        page.locator("figure[data-view=outputs][data-ready=true]").wait_for(timeout=60_000)
        page.wait_for_timeout(1000 * WARM_UP)
        chooser = page.get_by_role("combobox", name="Look only at")
        chooser.scroll_into_view_if_needed()
        for change in range(WHAT_IFS):
            page.wait_for_timeout(500)
            chooser.click()
            option = page.locator("div[role=option]").nth(2 + change % 4)
            option.wait_for()
            page.evaluate(SETTLE.replace("ANSWER", outputs))
            option.click()
            times.append(page.evaluate("window.settled"))
    half, most = percentiles(times[5:])  # the first ones decode what is then remembered no faster, but warm up
    rows = [Row("what-if, p50", half, "ms", threads=0), Row("what-if, p95", most, "ms", bar=Bar(high=400), threads=0)]
    how = (
        f"Attention page, `studio`, {WHAT_IFS - 5} times: output 2 made to look only at another letter; from the click "
        "until both outputs are drawn anew and Streamlit's script has ended."
    )
    return Result("whatif", rows, how)


def server_reruns(home: Path) -> list[float]:
    """Milliseconds of such a rerun on the server alone, in a process of its own."""
    environment = os.environ | {"SEQ2SEQ_HOME": str(home), "SEQ2SEQ_WORKERS": "0"}
    command = [sys.executable, "-m", "seq2seq.bench.apart.reruns", str(CHANGES)]
    told = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    )
    return list(json.loads(told.stdout.splitlines()[-1]))


def measure_reruns() -> Result:
    """`rerun`: a switch on the Train page, in the browser and on the server alone, while two runs train."""
    ours: list[float] = []
    theirs: list[float] = []
    with tempfile.TemporaryDirectory() as folder, training_beside(home := Path(folder)):
        server = percentiles(server_reruns(home))
        with browsing() as browser, studio(home, 0) as mine, peer("toggle") as smallest:
            for _ in range(ROUNDS):
                ours += on_train(browser, mine)
                theirs += on_peer(browser, smallest)
    seen, peers = percentiles(ours), percentiles(theirs)
    rows = [
        Row("rerun in the browser, p50", seen[0], "ms", peers[0], threads=0),
        Row("rerun in the browser, p95", seen[1], "ms", peers[1], Bar(high=250), threads=0),
        Row("rerun on the server, p50", server[0], "ms", threads=0),
        Row("rerun on the server, p95", server[1], "ms", bar=Bar(high=80), threads=0),
    ]
    how = (
        f"{CHANGES} switches of “both ways” on the Train page while {BESIDE} runs train in worker programs. Browser: "
        "from the click until the answer is there, Streamlit's script has ended and nothing stale is left. Its peer: a "
        "page of one switch and one line, in turn. Server: one `AppTest.run()` of app.py and the page, no browser."
    )
    return Result("rerun", rows, how)
