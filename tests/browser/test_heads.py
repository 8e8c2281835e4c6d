"""The Heads page in a real browser: head after head, heads crossed out, heads of one's choice switched off."""

import re

import pytest
from playwright.sync_api import expect

from seq2seq.player.export import write_html
from seq2seq.stories.formulas import exact
from seq2seq.stories.heads import HeadsExplainer, heads_story
from seq2seq.studies.heads import heads_trace, measured
from seq2seq.studies.trained import load_trained
from seq2seq.words import Words
from tests.browser.player import go_to, player, steps

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}
MODEL = "reverse-transformer"
FIRST_GONE = 26  # the step that takes the first head away


def opened(page, number=0):
    page.get_by_test_id("player").nth(number).wait_for(timeout=60_000)
    found = page.get_by_test_id("player").nth(number)
    expect(found.locator("figure .picture svg").first).to_be_visible(timeout=30_000)
    return found


def crosses(found, view):
    """How many heads are crossed out."""
    paths = found.locator(f"figure[data-view={view}] .mark-path path").all()
    return sum(float(path.get_attribute("stroke-opacity") or 1) > 0.5 for path in paths)


def test_the_main_journey(visit):
    """A head in hand explains itself down to a score; one after the other they go; then all are gone; and back."""
    page = visit("/heads", **QUIET)
    found = opened(page)
    go_to(page, found, 10)
    expect(found.locator("h3")).to_contain_text("d1.2")
    assert crosses(found, "overview") == 0
    cell = found.locator("figure[data-view=head] .mark-rect path").nth(6)
    cell.scroll_into_view_if_needed()
    cell.click()
    expect(found.locator(".asked .name")).to_contain_text("Weight", timeout=30_000)
    trace = load_trained(MODEL).record_transformer("studio")
    told = found.locator(".asked math").last.text_content().replace("=", "").strip()
    weights = trace.decoder[0]["self.weights"][1]
    assert told in {exact(float(weights[q, j])) for q in range(7) for j in range(q + 1)}
    found.get_by_role("button", name="Close").click()
    go_to(page, found, FIRST_GONE + 3)
    overview = found.locator("figure[data-view=overview]")
    overview.scroll_into_view_if_needed()  # a picture out of sight rests
    expect(overview).to_contain_text("4 of 24 off")
    assert crosses(found, "overview") == 4
    found.focus()
    page.keyboard.press("End")
    expect(found).to_have_attribute("data-step", str(steps(found) - 1))
    expect(found.locator("h3")).to_contain_text("of 24 heads can go")
    overview.scroll_into_view_if_needed()
    expect(overview).to_contain_text("24 of 24 off")
    assert crosses(found, "overview") == 24
    page.keyboard.press("Home")
    expect(found).to_have_attribute("data-step", "0")


def test_heads_of_ones_choice_are_switched_off_and_stay_in_the_link(visit):
    page = visit("/heads", **QUIET)
    opened(page)
    pill = page.get_by_role("button", name="d1.2", exact=True)
    pill.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    pill.click()
    expect(page).to_have_url(re.compile(r"off=d1\.2"), timeout=60_000)
    off = opened(page, 1)
    expect(off.locator("h3")).to_contain_text("Without d1.2")
    off.locator("figure[data-view=off]").scroll_into_view_if_needed()
    expect(off.locator("figure[data-view=off]")).to_contain_text("1 of 24 off")
    assert crosses(off, "off") == 1
    page.reload()
    off = opened(page, 1)
    expect(off.locator("h3")).to_contain_text("Without d1.2")
    share = off.locator(".asks").first
    share.click()
    expect(off.locator(".asked .name")).to_contain_text("Exact match on 400", timeout=30_000)


def test_the_page_fits_a_phone(visit):
    page = visit("/heads", width=390, height=844, **QUIET)
    found = opened(page)
    box = found.locator("figure[data-view=overview] .picture svg").bounding_box()
    assert box["width"] <= 390 and box["height"] > box["width"]  # three blocks, one below the other
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_exported_file_plays_with_the_network_off(browser, tmp_path):
    trace, words = heads_trace(load_trained(MODEL), "abc", measured(MODEL)), Words("en")
    file = write_html(heads_story(trace, words), tmp_path / "story.html", explainer=HeadsExplainer(trace, words))
    context = browser.new_context(offline=True, **QUIET)
    page, complaints, asked = context.new_page(), [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    found = player(page)
    found.focus()
    page.keyboard.press("End")
    expect(found.locator("h3")).to_contain_text("heads can go")
    found.locator("figure[data-view=shares]").scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # a picture that was out of sight is drawn at this step only now
    found.locator("figure[data-view=shares] .mark-rect").nth(1).locator("path").nth(3).click()
    expect(found.locator(".asked math").last).to_be_visible()
    assert not complaints and asked == [file.as_uri()]
    context.close()
