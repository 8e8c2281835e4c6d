"""The Exact page in a real browser: a proof closes, the verdict falls, numbers explain themselves, one's own answer."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.player import step, steps

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def opened(page, number=0):
    page.get_by_test_id("player").nth(number).wait_for(timeout=60_000)
    found = page.get_by_test_id("player").nth(number)
    expect(found.locator("figure .picture svg").first).to_be_visible(timeout=30_000)
    return found


def in_sight(found, view):
    figure = found.locator(f"figure[data-view={view}]")
    figure.scroll_into_view_if_needed()
    return figure


def test_the_main_journey(visit):
    """The bar, the jump of the bar, the proof, the verdict; a number explained; then why not my answer."""
    page = visit("/exact", **QUIET)
    found = opened(page)
    expect(found.locator("h3")).to_contain_text("first to beat")
    expect(in_sight(found, "tree")).to_contain_text("−6.358")
    found.focus()
    page.keyboard.press("ArrowRight")
    expect(found.locator("h3")).to_contain_text("nothing at all")
    expect(in_sight(found, "tree")).to_contain_text("−4.090")
    found.focus()
    page.keyboard.press("End")
    expect(found).to_have_attribute("data-step", str(steps(found) - 1))
    table = in_sight(found, "outputs")
    expect(table).to_contain_text("Search error: a better output exists")
    expect(table).to_contain_text("Model error: the best output is wrong")
    expect(table).to_contain_text("exact, proved")
    own = opened(page, 1)
    own.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(own).to_have_attribute("data-step", "2")
    expect(own).to_contain_text("the beam of 3 drops it")
    expect(in_sight(own, "candidates")).to_contain_text("二八")
    found.locator(".asks").first.click()
    expect(found.locator(".asked .name")).to_contain_text("Log-probability of", timeout=30_000)  # it brings torch
    expect(found.locator(".asked math").last).to_contain_text("−")
    found.get_by_role("button", name="Close").click()


def test_a_wider_beam_and_an_answer_stay_in_the_link(visit):
    page = visit("/exact", **QUIET)
    opened(page)
    page.get_by_role("button", name=re.compile("A wider beam does worse")).click()
    expect(page).to_have_url(re.compile("width=10"), timeout=60_000)
    mine = page.get_by_label("My answer", exact=True)
    mine.fill("")
    mine.press("Enter")
    expect(page).to_have_url(re.compile("mine="), timeout=30_000)
    page.reload()
    own = opened(page, 1)
    expect(own.locator("h3")).to_contain_text("∅", timeout=30_000)
    assert step(own) == 0


def test_an_odd_answer_gets_a_sentence_and_nothing_breaks(visit):
    page = visit("/exact", **QUIET)
    opened(page, 1)
    mine = page.get_by_label("My answer", exact=True)
    mine.fill("<svg onload=alert(1)>")
    mine.press("Enter")
    expect(page.get_by_text("is not a token the model can write")).to_be_visible(timeout=60_000)
    assert opened(page, 1).locator("h3").count() == 1


def test_the_page_fits_a_phone(visit):
    page = visit("/exact", width=390, height=844, **QUIET)
    found = opened(page)
    assert found.locator("figure[data-view=tree] .picture svg").bounding_box()["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
