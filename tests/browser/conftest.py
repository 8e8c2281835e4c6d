"""A real server with real workers, and a visitor that writes down what it should not see."""

from urllib.parse import urlparse

import pytest

from seq2seq.bench.browser import studio


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of the app, with a store of its own and two workers."""
    home = tmp_path_factory.mktemp("browser-home")
    with studio(home, 2) as address:
        yield address
    assert "Traceback" not in (home / "server.log").read_text(encoding="utf-8", errors="replace")


EMULATED = {"color_scheme", "reduced_motion"}  # what a page can be given; all else needs a context of its own


@pytest.fixture(scope="session")
def everybody(browser):
    """A context that tests share one after the other: what the app is made of is fetched, and compiled, once."""
    context = browser.new_context(locale="en-US")
    yield context
    context.close()


@pytest.fixture
def visit(server, browser, everybody):
    """visit(path, **options) opens a page; afterwards it must have seen no error and asked no other host."""
    contexts, pages, errors, foreign = [], [], [], []

    def harmless(message):
        # On a deep link Streamlit's own client first asks for its server below the page's path, then at the root.
        return message.location.get("url", "").endswith(("/_stcore/health", "/_stcore/host-config"))

    def open_page(path="/", width=1280, height=900, **options):
        if options.keys() <= EMULATED and not pages:  # a second visitor of one test is somebody else
            page = everybody.new_page()
            page.emulate_media(**options)
        else:
            contexts.append(browser.new_context(**{"locale": "en-US"} | options))
            page = contexts[-1].new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(30_000)
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" and not harmless(m) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda r: foreign.append(r.url) if is_foreign(r.url) else None)
        page.goto(server + path)
        return page

    def is_foreign(url):
        parts = urlparse(url)
        return parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlparse(server).netloc

    yield open_page
    for page in everybody.pages:
        page.evaluate("localStorage.clear()")
        page.close()
    everybody.clear_cookies()
    for context in contexts:
        context.close()
    assert not errors, errors
    assert not foreign, foreign
