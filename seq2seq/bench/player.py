"""A step in the player against a step of a Streamlit slider, in one browser: from the key to the picture."""

import string
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from seq2seq.bench.browser import browsing, open_page, peer, studio
from seq2seq.bench.cells import POSITIONS, UNITS, three_cells
from seq2seq.bench.table import Bar, Result, Row
from seq2seq.stories.cell import MOST_CELLS

LENGTHS, CUT, LOADS = (10, 20, 40), 100, 3  # tokens in; most steps timed of one story; times that a page is opened
LAYER_TOKENS, LAYER_PICTURES = 20, 6  # letters on the Self-attention page, and how many pictures it draws
PAGES = {  # stories that are stepped through, and how many pictures each of them draws
    "Positions": ("positions", 3),
    "Heads": ("heads", 4),
    "Greedy and beam, width 10": (f"beam?model=reverse-gru-general&text={string.ascii_lowercase[:19]}&width=10", 3),
}
SLIDES = 30  # slider steps beside each length
MEASURES = {"player-step": ("reduce", 20), "player-frame": ("no-preference", 320)}  # motion, milliseconds to wait
BARS = {"player-step": Bar(high=16), "player-frame": Bar(high=33)}

# From the key until the chart's title says another step; then two frames of rest, so that no step meets the next.
SLIDE = """() => new Promise((done, fail) => {
  setTimeout(() => fail(new Error("nothing changed in 30 s")), 30000);
  const chart = document.querySelector('[data-testid=stVegaLiteChart]');
  const read = () => chart.querySelector('.role-title text, .role-title-text text')?.textContent;
  const before = read();
  let began;
  addEventListener('keydown', () => { began = performance.now(); }, { once: true, capture: true });
  const watcher = new MutationObserver(() => {
    if (began === undefined || read() === undefined || read() === before) return;
    watcher.disconnect();
    done(performance.now() - began);
  });
  watcher.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
})"""


def percentiles(times: list[float]) -> tuple[float, float]:
    """The median and the 95th of a hundred."""
    cuts = quantiles(times, n=20)
    return cuts[9], cuts[18]


def attention_page(tokens: int) -> str:
    """The Attention page with reverse-gru-general on so many letters."""
    return f"attention?text={(string.ascii_lowercase * 3)[:tokens]}"


def layer_page(tokens: int) -> str:
    """The Self-attention page with reverse-transformer on so many letters: the encoder's top layer looks at itself."""
    return f"self-attention?gather={(string.ascii_lowercase * 3)[:tokens]}&look=encoder-self&layer=2"


def stepping(browser: Any, address: str, name: str, pictures: int) -> list[float]:
    """The player's median and 95th percentile on one page, each the median over its loads."""
    loads = [percentiles(player_times(browser, address, name, pictures)) for _ in range(LOADS)]
    return [median(cuts) for cuts in zip(*loads, strict=True)]


def player_times(browser: Any, address: str, name: str, pictures: int) -> list[float]:
    """The player's own measures while → is pressed, once so many pictures are drawn."""
    motion, wait = MEASURES[name]
    page = open_page(browser, address, reduced_motion=motion)
    player = page.get_by_test_id("player").first  # of a page with several stories
    player.locator("figure[data-ready=true]").nth(pictures - 1).wait_for()
    page.wait_for_timeout(1500)
    player.focus()
    page.evaluate("performance.clearMeasures()")
    for _ in range(min(CUT, int(player.get_attribute("data-steps")) - 1)):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(wait)
    times = page.evaluate(f"performance.getEntriesByName('{name}').map(entry => entry.duration)")
    page.context.close()
    return list(times)


def slider_times(browser: Any, address: str) -> list[float]:
    """Times of as many slider steps, each after the one before has come to rest."""
    page = open_page(browser, address)
    page.locator("[data-testid=stVegaLiteChart] svg").wait_for()
    page.wait_for_timeout(1000)
    page.get_by_role("slider").focus()
    times = []
    for _ in range(SLIDES):
        page.evaluate(f"void (window.slide = ({SLIDE})())")
        page.keyboard.press("ArrowRight")
        times.append(page.evaluate("window.slide"))
        page.wait_for_timeout(300)
    page.context.close()
    return times


def measure_player() -> Result:
    """`player`: the bars are p95 of ours; the slider beside it is the usual way."""
    rows = []
    with (
        browsing() as browser,
        tempfile.TemporaryDirectory() as home,
        studio(Path(home), 0) as ours,
        peer("slider") as slider,
    ):
        for tokens in LENGTHS:
            theirs = percentiles(slider_times(browser, slider))
            for name, bar in BARS.items():
                mine = stepping(browser, f"{ours}/{attention_page(tokens)}", name, 5)
                beside = theirs if name == "player-step" else (None, None)  # a slider glides through no frames
                rows += [
                    Row(f"{name}, {tokens} tokens, p50", mine[0], "ms", beside[0], threads=0),
                    Row(f"{name}, {tokens} tokens, p95", mine[1], "ms", beside[1], bar, threads=0),
                ]
        title = f"Self-attention, {LAYER_TOKENS} queries × {LAYER_TOKENS} keys"
        for name, bar in BARS.items():
            mine = stepping(browser, f"{ours}/{layer_page(LAYER_TOKENS)}", name, LAYER_PICTURES)
            rows += [
                Row(f"{name}, {title}, p50", mine[0], "ms", threads=0),
                Row(f"{name}, {title}, p95", mine[1], "ms", bar=bar, threads=0),
            ]
        for title, (address, pictures) in PAGES.items():
            mine = stepping(browser, f"{ours}/{address}", "player-step", pictures)
            rows += [
                Row(f"player-step, {title}, p50", mine[0], "ms", threads=0),
                Row(f"player-step, {title}, p95", mine[1], "ms", bar=BARS["player-step"], threads=0),
            ]
        page, title = three_cells(Path(home)), f"{MOST_CELLS} cells side by side, {UNITS} units, {POSITIONS} positions"
        for name, bar in BARS.items():
            mine = stepping(browser, f"{ours}/{page}", name, 1 + 3 * MOST_CELLS)
            rows += [
                Row(f"{name}, {title}, p50", mine[0], "ms", threads=0),
                Row(f"{name}, {title}, p95", mine[1], "ms", bar=bar, threads=0),
            ]
    how = (
        "`reverse-gru-general` on the Attention page, stepped by →: the player's own measures, from the key until "
        "every visible picture is drawn (movement off), and of a gliding frame; medians of "
        f"{LOADS} loads. The peer is a Streamlit slider over "
        "one small bar chart, from the key until the chart has changed in the page; same browser, in turn. The cells: "
        "RNN, GRU and LSTM of 64 units on the page Inside the cell. Self-attention: `reverse-transformer`, one "
        "layer of four heads in six pictures. Positions and Heads: their first stories. "
        "Greedy and beam: `reverse-gru-general`, all 10 × 28 candidates of each of some 20 steps."
    )
    return Result("player", rows, how)
