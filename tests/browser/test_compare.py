"""The Compare page in a real browser: widths one by one, a figure that explains itself, a phone, a model that is none."""

import pytest
from playwright.sync_api import expect

from tests.browser.player import player, step, steps

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def test_the_main_journey(visit):
    """All is right up to three; from four on the better search finds the worse output; normalised, it does not."""
    page = visit("/compare-decoders", **QUIET)
    found = player(page)
    expect(found.locator("h3")).to_contain_text("Width 1")
    found.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(found.locator("h3")).to_contain_text("Width 4")
    assert step(found) == 3
    expect(found).to_contain_text("Fewer are right than before")
    cells = found.locator("figure[data-view=by-length]")
    cells.scroll_into_view_if_needed()
    cells.locator(".mark-rect").first.locator("path").nth(0).click()
    expect(found.locator(".asked .name")).to_contain_text(
        "Exact match of width 1 on sources of 2 tokens", timeout=30_000
    )
    found.focus()
    page.keyboard.press("End")
    expect(found).to_have_attribute("data-step", str(steps(found) - 1))
    expect(found.locator("h3")).to_contain_text("The best output of all")
    page.get_by_role("button", name="Normalise by length").click()
    expect(found).to_contain_text("200 of 200", timeout=30_000)


def test_a_phone_and_a_link_to_nobody(visit):
    page = visit("/compare-decoders?model=nobody", width=390, height=844, **QUIET)
    found = player(page)
    expect(page.get_by_text("nobody")).to_be_visible()
    box = found.locator("figure[data-view=overview] .picture svg").bounding_box()
    assert box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
