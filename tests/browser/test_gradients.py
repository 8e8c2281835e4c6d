"""The main journey on the Gradients page: back from the loss to the symbol, a question, a number, another cell."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.player import player, steps, told

pytestmark = pytest.mark.browser
PATIENCE = 150_000  # a busy machine: the first explanation loads torch, workers start behind everything else
QUIET = {"reduced_motion": "reduce"}


def test_back_to_the_symbol_and_through_training(visit):
    page = visit("/gradients", **QUIET)
    found = player(page)
    expect(page.get_by_role("heading", name="Gradients", exact=True)).to_be_visible()
    river = found.locator("figure").first
    found.focus()
    for _ in range(11):
        page.keyboard.press("ArrowRight")
    expect(found.locator("h3")).to_contain_text("Position 11")
    expect(found.get_by_text("how many times smaller will it be?")).to_be_visible()  # before it is answered
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(found.locator("h3")).to_contain_text("At the symbol: 2.1·10⁻⁶")
    expect(river.locator("svg")).to_contain_text("2.1·10⁻⁶")
    found.get_by_text("2.1·10⁻⁶", exact=True).last.click()  # in the formula
    expect(found.get_by_text(re.compile("at position 1, RNN, this example"))).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("End")
    assert told(found).startswith("The recurrent matrix twice as large")
    assert page.get_by_text("LSTM b=1 + att.").count() >= 1

    page.get_by_text("Through training", exact=True).click()
    expect(page.get_by_text("What is left at the symbol")).to_be_visible(timeout=PATIENCE)
    found = player(page)
    assert steps(found) > 10 and "reach-part=training" in page.url


@pytest.mark.timeout(300)
def test_a_missing_run_is_trained_and_drawn(visit):
    page = visit("/gradients?reach-part=clipping&clip-scale=3.0", **QUIET)
    page.get_by_role("button", name=re.compile("Train what is missing")).click()
    expect(page.get_by_test_id("player")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".st-key-stop-followed")).to_be_hidden(timeout=PATIENCE)  # nothing is left to be stopped
    found = player(page)
    expect(found.locator("h3")).to_contain_text("After 200 updates", timeout=PATIENCE)
