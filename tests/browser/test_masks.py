"""The Masks page in a real browser: rows see t cells, masks off move outputs, the leak is trained live."""

import re

import pytest
from playwright.sync_api import expect

from seq2seq.player.export import write_html
from seq2seq.stories.formulas import exact
from seq2seq.stories.masks import MasksExplainer, masks_story
from seq2seq.studies.masked import masked_batch
from seq2seq.studies.masks import letter_task, read_sentences
from seq2seq.studies.trained import load_trained
from seq2seq.words import Words
from tests.browser.player import go_to, player, steps, told

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def ask(found, number, name):
    """Click a number until it is explained: a cold server that still loads torch may be late the first time."""
    for _ in range(5):
        number.click()
        shown = found.locator(".asked .name")
        expect(shown).not_to_have_text("Looking it up …", timeout=30_000)
        if re.search(name, shown.inner_text()):
            return
        found.get_by_role("button", name="Close").click()
    raise AssertionError(f"nothing says {name!r}")


def trace():
    trained = load_trained("reverse-transformer")
    return masked_batch(trained, read_sentences(letter_task(trained.config), "attention studio mask"), 1, 0)


def test_the_main_journey(visit):
    """Row by row one cell more is visible; a hidden cell says 0, and a visible one its weight; and back."""
    page = visit("/masks", **QUIET)
    found = player(page)
    go_to(page, found, 5 + 4)  # the fourth row of the causal mask
    expect(found.locator("h3")).to_have_text("Output 4: row 4 sees 4 cells")
    ask(found, found.locator("figure[data-view=row] .mark-rect path").first, "Score of")
    found.get_by_role("button", name="Close").click()
    ask(found, found.locator("figure[data-view=overview] .mark-rect path").nth(60), "Weight of|may .* see")
    found.get_by_role("button", name="Close").click()
    found.focus()
    page.keyboard.press("End")
    expect(found.locator("h3")).to_have_text("Pads in the target: only the loss cares")
    page.keyboard.press("Home")
    expect(found).to_have_attribute("data-step", "0")


def test_masks_off_at_once(visit):
    """With masks on nothing moves; with one off, the words that are written are wrong."""
    page = visit("/masks", **QUIET)
    player(page)
    page.get_by_role("radio", name="2 · Switch one off").click()
    expect(page).to_have_url(re.compile("masks-part=off"))
    page.locator("figure[data-view=outputs] .picture svg").wait_for(timeout=60_000)
    found = player(page)
    expect(page.get_by_test_id("player")).to_have_count(1)
    go_to(page, found, 1)
    written = found.locator("figure[data-view=outputs] .mark-text text")
    expect(written.filter(has_text="ksam  ✓")).to_be_visible()
    assert not written.filter(has_text="✗").count()
    go_to(page, found, 3)
    expect(written.filter(has_text=re.compile("  ✗$"))).to_have_count(3)
    go_to(page, found, 5)
    assert "Target token 3 replaced" in told(found)


def test_the_leak_trained_here(visit):
    """Pressed, the button queues both runs; their curves grow while the page stands there; then they are stopped."""
    page = visit("/masks?leak-task=reverse", **QUIET)
    player(page)
    button = page.get_by_role("button", name="Train both here")
    button.scroll_into_view_if_needed()
    button.click()
    expect(page.get_by_text("0 of your 2 ")).to_be_visible(timeout=60_000)
    curves = page.locator("figure[data-view=curves] .mark-symbol path")
    expect(curves.nth(8)).to_be_attached(timeout=240_000)
    page.locator(".st-key-leak-stop button").click()
    expect(page.get_by_text("2 of your 2 ")).to_be_visible(timeout=60_000)
    expect(page).to_have_url(re.compile("leak-runs=mine"))


def test_an_exported_file_plays_with_the_network_off(browser, tmp_path):
    words, recorded = Words("en"), trace()
    story = masks_story(recorded, words, "reverse-transformer", 1)
    file = write_html(story, tmp_path / "story.html", explainer=MasksExplainer(recorded, words))
    context = browser.new_context(offline=True, **QUIET)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    found = player(page)
    go_to(page, found, 4)
    found.locator("figure[data-view=overview] .mark-rect path").nth(40).click()
    expect(found.locator(".asked math").last).to_be_visible()
    shown = found.locator(".asked math").last.text_content().replace("=", "").strip()
    assert shown == exact(0.0) or float(shown) <= 1
    go_to(page, found, steps(found) - 1)
    assert not complaints
    context.close()
