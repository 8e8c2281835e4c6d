"""A story in a notebook: in the notebook's colours whatever the system's are, and as high as it is."""

import pytest
from playwright.sync_api import expect

from seq2seq import show
from tests.browser.player import player

pytestmark = pytest.mark.browser
NOTEBOOKS = [  # what the page around says of its theme, and how the story is dressed
    ("<body>", "light"),
    ('<body data-jp-theme-light="true">', "light"),
    ('<body data-jp-theme-light="false">', "dark"),
    ('<body data-vscode-theme-kind="vscode-dark">', "dark"),
    ('<html theme="dark"><body>', "dark"),
]


def test_it_is_dressed_as_the_notebook_is(browser, tmp_path):
    story = show("reverse-gru-general", "abc", step=5)._repr_html_()
    for system, notebooks in (("dark", NOTEBOOKS), ("light", NOTEBOOKS[2:3])):
        page = browser.new_context(color_scheme=system, reduced_motion="reduce").new_page()
        for around, theme in notebooks:
            (tmp_path / "notebook.html").write_text(f"<!doctype html>{around}{story}", encoding="utf-8")
            page.goto((tmp_path / "notebook.html").as_uri())
            found = page.frame_locator("iframe").locator("html")
            expect(found).to_have_attribute("data-theme", theme)
            background = found.evaluate("(root) => getComputedStyle(root.querySelector('body')).backgroundColor")
            assert background == {"light": "rgb(247, 248, 250)", "dark": "rgb(15, 20, 26)"}[theme], (system, around)
        page.context.close()


def test_it_opens_at_its_step_and_fills_its_frame(browser, tmp_path):
    page = browser.new_context(reduced_motion="reduce").new_page()
    story = show("reverse-transformer", "abc", step=9)._repr_html_()
    (tmp_path / "notebook.html").write_text(f"<!doctype html><body>{story}", encoding="utf-8")
    page.goto((tmp_path / "notebook.html").as_uri())
    frame = page.frame_locator("iframe")
    expect(player(frame)).to_have_attribute("data-step", "9")
    expect(frame.locator("figure[data-ready=true]").first).to_be_visible()
    inside = "() => { const f = document.querySelector('iframe'); return f.contentDocument.body.scrollHeight - f.clientHeight; }"
    page.wait_for_function(f"Math.abs(({inside})()) <= 1")
    assert page.locator("iframe").evaluate("(frame) => frame.clientHeight") > 1200
    page.context.close()
