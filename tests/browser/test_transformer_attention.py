"""A Transformer on the Attention page: read at once, written step by step, one head after the other, and forced."""

import re

import pytest
from playwright.sync_api import expect

from seq2seq.stories.formulas import exact
from seq2seq.studies.trained import load_trained
from tests.browser.player import go_to, player, told
from tests.browser.test_whatif import pick, second

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def lines(found):
    """How many lines of self-attention are drawn."""
    paths = found.locator("figure[data-view=overview] .mark-path path").all()
    return sum(float(path.get_attribute("stroke-opacity") or 0) > 0.2 for path in paths)


def test_the_main_journey(visit):
    """From the try to the answer; a weight leads down to its score; another head; a forced look; and a link of it all."""
    trace = load_trained("reverse-transformer").record_transformer("studio")
    page = visit("/attention", **QUIET)
    expect(page.get_by_test_id("player").first).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="A Transformer’s heads").click()
    expect(page.get_by_test_id("player").first.locator("h3")).to_have_text("The Transformer, unrolled", timeout=120_000)
    found = player(page)
    go_to(page, found, 2)
    assert told(found).startswith("Encoder layer 1: every position looks")
    assert lines(found) == int((trace.encoder[0]["self.weights"][0] >= 0.1).sum())
    go_to(page, found, 11)
    assert told(found) == "Softmax turns scores into weights"
    bar = found.locator("figure[data-view=softmax] .mark-rect path").nth(11)
    found.locator("figure[data-view=softmax]").scroll_into_view_if_needed()  # what is out of sight does not run
    bar.click()
    expect(found.locator(".asked .name")).to_contain_text("head 1, cross-attention, decoder layer 2", timeout=15_000)
    said = found.locator(".asked math").last.text_content().replace("=", "").strip()
    assert said == exact(float(trace.decoder[1]["cross.weights"][0, 0, 5]))
    found.locator(".asked .asks").first.click()
    expect(found.locator(".asked .name")).to_contain_text("Score of source position")
    found.get_by_role("button", name="Close").click()
    go_to(page, found, 15)
    assert told(found) == "What was computed is kept: only “o” is new"
    found.focus()
    page.keyboard.press("End")
    expect(found.locator("h3")).to_have_text("Right: “oiduts”")

    pick(page, "Head", "mean of all")
    expect(found.locator("figure[data-view=heads]")).to_be_visible(timeout=30_000)
    expect(page).to_have_url(re.compile("look-head=mean"))
    pick(page, "Change", "where one output looks")
    other = second(page)
    expect(other.locator("h3")).to_have_text("“oiduts” becomes “otduts”")
    page.reload()
    expect(second(page).locator("h3")).to_have_text("“oiduts” becomes “otduts”")
    expect(page.get_by_test_id("player").first.locator("figure[data-view=heads]")).to_be_visible()
