"""The Self-attention page in a real browser: matrix by matrix, a weight leads down to a query's feature, and back."""

import re

import pytest
from playwright.sync_api import expect

from seq2seq.stories.formulas import exact
from seq2seq.stories.stored import SELF_ATTENTION_HEAD, SELF_ATTENTION_QUERY
from seq2seq.studies.trained import load_trained
from tests.browser.player import player, steps

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def titled(page, found, pattern):
    """Step on until the title matches."""
    found.focus()
    for _ in range(steps(found)):
        if re.search(pattern, found.locator("h3").inner_text()):
            return
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(150)
    pytest.fail(f"no step is called {pattern}")


def test_the_main_journey(visit):
    """A weight of the heat map explains itself down to a feature of the query; the last step shows the last row."""
    page = visit("/self-attention", **QUIET)
    found = player(page)
    titled(page, found, "Softmax")
    trace = load_trained("reverse-transformer").record_transformer("studio")
    weights = trace.encoder[0]["self.weights"][SELF_ATTENTION_HEAD]
    own = found.locator("figure[data-view=heat-map] .mark-rect path").nth(SELF_ATTENTION_QUERY * 6)
    own.scroll_into_view_if_needed()
    own.click()
    expect(found.locator(".asked .name")).to_contain_text("takes from source position 1", timeout=15_000)
    told = found.locator(".asked math").last.text_content().replace("=", "").strip()
    assert told == exact(float(weights[SELF_ATTENTION_QUERY, 0]))
    for name in ("Score of", "times key", "Query of"):  # a weight, a score, a product, a feature
        found.locator(".asked .asks").first.click()
        expect(found.locator(".asked .name")).to_contain_text(name)
    found.get_by_role("button", name="Close").click()
    found.focus()
    page.keyboard.press("End")
    expect(found.locator("h3")).to_contain_text("o (6)")
    page.keyboard.press("Home")
    expect(found).to_have_attribute("data-step", "0")


def test_at_first_everything_is_seen_and_can_be_asked(visit):
    page = visit("/self-attention", **QUIET)
    found = player(page)
    found.locator("figure[data-view=heat-map] .mark-rect path").nth(7).click()
    expect(found.locator(".asked .name")).to_contain_text("Weight", timeout=15_000)


def test_a_hidden_row_cannot_be_asked_and_a_shown_one_can(visit):
    page = visit("/self-attention?step=4", **QUIET)
    found = player(page)
    cell = found.locator("figure[data-view=heat-map] .mark-rect path").first
    cell.scroll_into_view_if_needed()
    cell.click(force=True)
    page.wait_for_timeout(700)
    expect(found.locator(".asked")).to_be_hidden()


def test_controls_move_the_picture_and_stay_in_the_link(visit):
    page = visit("/self-attention", **QUIET)
    found = player(page)
    page.get_by_role("button", name="The decoder looks at the source").click()
    expect(found.locator("h2").first).to_contain_text("decoder layer 2, cross-attention", timeout=30_000)
    expect(page).to_have_url(re.compile("look=decoder-cross"))
    page.reload()
    found = player(page)
    expect(found.locator("h2").first).to_contain_text("decoder layer 2, cross-attention", timeout=30_000)
    page.get_by_role("textbox", name="Input").fill("kernel")
    page.get_by_role("textbox", name="Input").press("Enter")
    expect(found.locator(".text")).to_contain_text("kernel", timeout=30_000)
