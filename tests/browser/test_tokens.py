"""The Tokens page as a learner uses it: merges by keyboard, a number that explains itself, the other two parts."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.player import player, step, steps, told

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def test_a_learner_watches_a_text_being_cut(visit):
    page = visit("/tokens", **QUIET)
    found = player(page)
    assert steps(found) == 48
    found.focus()
    for expected in range(1, 8):
        page.keyboard.press("ArrowRight")
        expect(found).to_have_attribute("data-step", str(expected))
    expect(found.locator("h3")).to_have_text("Merge 3: count all pairs of neighbours")
    page.keyboard.press("ArrowRight")
    expect(found.locator('figure[data-view="levels"] svg')).to_contain_text("18 in the text, rows in the table: 170")
    page.keyboard.press("ArrowLeft")
    expect(found.locator('figure[data-view="levels"] svg')).to_contain_text("19 in the text, rows in the table: 169")
    # a bar explains itself
    found.locator("figure[data-view=pairs] .mark-rect path").first.click()
    expect(found.locator(".asked .name")).to_contain_text("“␣” + “20”", timeout=15_000)
    assert found.locator(".asked math").last.text_content().replace("=", "").strip() == "245"

    box = page.get_by_role("textbox", name="Text to cut")
    box.fill("3 ☃ mars")
    box.press("Enter")
    expect(found.locator('figure[data-view="levels"] svg')).to_contain_text("⟨unk⟩ 3", timeout=20_000)
    expect(page).to_have_url(re.compile("cut-text="), timeout=20_000)
    box.fill("")
    box.press("Enter")
    expect(page.get_by_text(re.compile("nothing to read"))).to_be_visible(timeout=20_000)
    expect(found).to_be_visible()


def test_the_other_parts_are_one_click_away_and_can_be_linked(visit):
    page = visit("/tokens", **QUIET)
    player(page)
    page.get_by_role("radio", name="Batch").or_(page.get_by_role("button", name="Batch", exact=True)).first.click()
    expect(page).to_have_url(re.compile("part=batch"), timeout=20_000)
    found = player(page)
    expect(found).to_have_attribute("data-steps", "8", timeout=20_000)
    found.focus()
    page.keyboard.press("End")
    expect(found.locator("h3")).to_contain_text("buckets of width 2")
    assert step(found) == 7 and "pads" in told(found)
    page.get_by_role("button", name=re.compile("alphabet nobody taught")).click()
    expect(page).to_have_url(re.compile("part=embeddings"), timeout=20_000)
    expect(player(page)).to_have_attribute("data-steps", "20", timeout=20_000)
    expect(page.locator(".js-plotly-plot")).to_be_visible(timeout=20_000)
    page.reload()
    expect(player(page)).to_have_attribute("data-steps", "20", timeout=20_000)
