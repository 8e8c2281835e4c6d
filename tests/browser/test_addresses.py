"""Addresses as people write them, what is in them, and where the server is reached, in a real browser."""

import csv
import io
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import quote, urlparse

import pytest
from playwright.sync_api import expect

from seq2seq.folders import APP
from seq2seq.player.bundle import WEB

HOSTILE = "![x](//foreign.test/M) [l](http://foreign.test) :red[r] $x$ :smile: :material/home: **b** `c` <img src=//foreign.test/y>"


@pytest.mark.parametrize(
    ("written", "address", "tab"),
    [
        ("/home?lang=en", "/", "Home · Seq2Seq Studio"),
        ("/Attention?lang=zh&text=abc", "/attention", "注意力 · Seq2Seq 工作室"),
        ("/state_space/?lang=en", "/state-space", "State space · Seq2Seq Studio"),
        ("/masks?masks-part=scale&draw=7&lang=en", "/self-attention", "Self-attention · Seq2Seq Studio"),
    ],
)  # fmt: skip
def test_an_address_that_means_a_page_leads_there(visit, written, address, tab):
    page = visit(written)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_title(tab)
    assert urlparse(page.url).path == address
    if "text=abc" in written:
        assert "text=abc" in page.url
    if "scale" in written:
        assert "selfatt-part=scale" in page.url and "draw=7" in page.url
        expect(page.get_by_role("radio", name="2 · The scale √dₖ")).to_be_checked()
        page.locator("figure[data-view=bars] .picture svg").wait_for()
    assert page.get_by_role("dialog").count() == 0


def test_an_address_that_means_none_gets_the_map_in_the_language_of_the_visitor(visit):
    page = visit("/nope", locale="zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有这个页面")
    expect(page).to_have_title("没有这个页面 · Seq2Seq 工作室")
    assert page.get_by_role("dialog").count() == 0
    page.locator(".st-key-ways a").first.click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("没有这个页面")


def test_the_language_is_told_and_adds_no_entry_to_the_history(visit):
    page = visit("/train")
    expect(page.get_by_role("heading", level=1)).to_have_text("Train")
    page.wait_for_function("new URLSearchParams(location.search).get('lang') === 'en'")
    assert page.evaluate("document.documentElement.lang") == "en"
    entries = page.evaluate("history.length")
    page.goto(page.url.replace("train?lang=en", "attention?text=abc"))
    player = page.get_by_test_id("player")
    expect(player).to_be_visible()
    page.wait_for_function("new URLSearchParams(location.search).get('lang') === 'en'")
    assert page.evaluate("history.length") == entries + 1, "one page, one press of Back"
    page.get_by_role("radio", name="中文").click()
    page.wait_for_function("document.documentElement.lang === 'zh'")
    expect(player).to_have_attribute("lang", "zh")
    page.go_back()
    page.wait_for_function("document.documentElement.lang === 'en'")


@pytest.mark.parametrize(
    "address",
    [f"/attention?model={quote(HOSTILE)}&lang=en", f"/train?run={quote(HOSTILE)}&lang=en", f"/heads?off={quote(HOSTILE)}&lang=en",
     f"/beam?model={quote(HOSTILE)}&lang=en"],
    ids=["attention", "train", "heads", "beam"],
)  # fmt: skip
def test_markup_in_an_address_is_shown_as_text(visit, address):
    """`visit` fails where another host is asked."""
    page = visit(address)
    told = page.get_by_test_id("stAlert").first
    expect(told).to_be_visible()
    expect(told).to_contain_text("![x](//")
    for element in ("img", "a", "strong", ".katex", "span[style*=color]"):
        assert told.locator(element).count() == 0, element


def test_a_table_taken_along_holds_no_formula(visit):
    page = visit("/masks?lang=en")
    rows = [
        {
            "a": "-2+3+cmd|' /C calc'!A0",
            "=b": ["=1", "+2"],
            "c": " =1",
            "d": "\n=1",
            "e": "＝1",
            "f": -0.5,
            "g": "-0.5",
        },
        {"a": "\t@x", "=b": "+1", "c": "a\rb", "d": "@", "e": "－1", "f": None, "g": 'plain, "quoted"'},
    ]
    script = (WEB / "save.js").read_text(encoding="utf-8")
    told = page.evaluate(
        "async ([script, rows]) => (await import(URL.createObjectURL(new Blob([script], {type: 'text/javascript'})))).csv(rows)",
        [script, rows],
    )
    read = list(csv.reader(io.StringIO(told, newline="")))
    assert [len(row) for row in read] == [7, 7, 7]
    assert read[0] == ["a", "'=b", "c", "d", "e", "f", "g"]
    for cell in [*read[0], *read[1], *read[2]]:
        assert cell in ("-0.5", "") or cell.lstrip()[:1] not in tuple("=+-@＝＋－＠"), cell
    assert read[1][5:] == ["-0.5", "-0.5"] and read[2][2] == "a\rb" and read[2][6] == 'plain, "quoted"'
    assert '"a\rb"' in told


# ---- a server of its own


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The port of a server just started as README says, which nobody has visited."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("fresh")
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(APP), "--server.port", str(port), "--server.headless", "true"],
            stdout=log, stderr=log, cwd=APP.parent, env={**os.environ, "SEQ2SEQ_HOME": str(home)},
        )  # fmt: skip
        try:
            for _ in range(120):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                    break
                except (urllib.error.URLError, OSError):
                    time.sleep(0.5)
            yield port
        finally:
            server.terminate()
            server.wait(20)


def test_the_first_visitor_may_come_by_a_link(fresh, browser):
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{fresh}/train?lang=en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Train")
    expect(page).to_have_title("Train · Seq2Seq Studio")
    page.wait_for_timeout(500)
    assert page.get_by_role("dialog").count() == 0
    page.close()


def test_the_server_is_reached_on_this_machine_only_and_says_how_it_is_to_be_read(fresh):
    with urllib.request.urlopen(f"http://127.0.0.1:{fresh}/train", timeout=10) as answer:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
    others = {"127.0.0.2", *(info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET))}
    for address in others - {"127.0.0.1"}:
        with socket.socket() as knock:
            knock.settimeout(3)
            assert knock.connect_ex((address, fresh)) != 0, address
