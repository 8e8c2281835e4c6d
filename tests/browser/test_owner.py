"""Whose run it is, in a frame on another site; and what stays usable when the server is gone."""

import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import expect

from tests.browser.player import player
from tests.browser.test_faults import free_port, serve

pytestmark = pytest.mark.browser


class Host(BaseHTTPRequestHandler):
    """A page of another site that shows the studio in a frame."""

    def __init__(self, address, *rest):
        self.address = address
        super().__init__(*rest)

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f'<iframe src="{self.address}" width="1200" height="850"></iframe>'.encode())

    def log_message(self, *_):
        pass


def test_a_run_survives_a_reload_in_a_frame_on_another_site(server, browser):
    """127.0.0.1 and localhost are two sites: there the Strict cookie is refused, and a partitioned one is kept."""
    with HTTPServer(("127.0.0.1", 0), partial(Host, f"{server}/train?lang=en&steps=3")) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(f"http://localhost:{host.server_port}/")
        frame = page.frame_locator("iframe")
        frame.get_by_role("button", name="Train", exact=True).click()
        expect(frame.get_by_text("Finished")).to_be_visible(timeout=90_000)  # the worker may have torch to load
        page.goto(f"http://localhost:{host.server_port}/")  # a new session, and an address that names no run
        expect(frame.get_by_text("Finished")).to_be_visible(timeout=60_000)
        kept = [cookie for cookie in context.cookies() if cookie["name"] == "seq2seq_owner"]
        assert [(cookie["sameSite"], cookie["secure"]) for cookie in kept] == [("None", True)]
        page.goto(f"{server}/train?lang=en")  # the same site, no frame
        page.wait_for_function("document.cookie.includes('seq2seq_owner')")
        kept = [cookie for cookie in context.cookies() if cookie["name"] == "seq2seq_owner"]
        assert sorted(cookie["sameSite"] for cookie in kept) == ["None", "Strict"]
        assert len({cookie["value"] for cookie in kept}) == 2  # who was framed is nobody here
        context.close()
        host.shutdown()


def test_what_was_sent_stays_usable_when_the_server_is_gone(browser, tmp_path):
    """Streamlit's dialog would make the page inert; it comes back by itself with the server."""
    port = free_port()
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    with serve(tmp_path, port) as first:
        page.goto(f"http://127.0.0.1:{port}/attention?lang=en", timeout=60_000)
        shown = player(page)
        expect(shown).to_have_attribute("data-step", "0", timeout=30_000)
        first.kill()
        first.wait()
        gone = page.get_by_text("The server does not answer.")
        expect(gone).to_be_visible(timeout=30_000)
        expect(page.get_by_role("dialog")).to_have_count(0)
        shown.get_by_role("button", name="Next step").click()
        expect(shown).to_have_attribute("data-step", "1")
    with serve(tmp_path, port):
        expect(gone).to_have_count(0, timeout=60_000)
    page.close()
