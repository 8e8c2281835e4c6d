"""The player in a real browser: keys, buttons, scrubber, playing, themes, links."""

import re

import pytest
from playwright.sync_api import expect

from seq2seq.words import Words
from tests.browser.player import player, step, steps, told

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def test_home_shows_a_story_that_can_be_stepped(visit):
    page = visit("/", **QUIET)
    found = player(page)
    assert step(found) == 0 and steps(found) > 50
    before = told(found)
    found.get_by_role("button", name="Next step").click()
    expect(found).to_have_attribute("data-step", "1")
    assert told(found) != before
    found.get_by_role("button", name="Previous step").click()
    expect(found).to_have_attribute("data-step", "0")
    assert told(found) == before


def test_keys_move_it_and_count_once(visit):
    page = visit("/attention", **QUIET)
    found = player(page)
    found.focus()
    last = steps(found) - 1
    for key, expected in [
        ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", last), ("ArrowRight", last), ("Home", 0),
        ("ArrowLeft", 0), ("PageDown", 8), ("PageDown", 14), ("PageUp", 8), ("PageUp", 0),
    ]:  # fmt: skip
        page.keyboard.press(key)
        expect(found).to_have_attribute("data-step", str(expected))
    scrubber = found.get_by_role("slider", name="Step")
    scrubber.focus()
    page.keyboard.press("ArrowRight")
    expect(found).to_have_attribute("data-step", "1")


def test_steps_rehearsed_in_idle_moments_leave_the_picture_as_it_was(visit):
    page = visit("/attention?step=7", **QUIET)
    found = player(page)
    figure = found.locator("figure").first
    expect(figure).to_have_attribute("data-rehearsed", "true")
    assert step(found) == 7
    shown = figure.locator("svg").inner_html()
    found.focus()
    for key, expected in (("ArrowRight", 8), ("ArrowLeft", 7)):
        page.keyboard.press(key)
        expect(found).to_have_attribute("data-step", str(expected))
        page.wait_for_timeout(200)
        assert (figure.locator("svg").inner_html() == shown) == (expected == 7)


def test_space_plays_and_stops_but_on_a_button_stays_the_buttons(visit):
    page = visit("/attention", **QUIET)
    found = player(page)
    found.get_by_role("combobox", name="Speed").select_option("4")
    found.focus()
    page.keyboard.press("Space")
    expect(found.get_by_role("button", name="Pause")).to_be_visible()
    expect(found.locator(".telling")).to_have_attribute("aria-live", "off")
    expect(found).not_to_have_attribute("data-step", "0")
    page.keyboard.press("Space")
    expect(found.get_by_role("button", name="Play")).to_be_visible()
    expect(found.locator(".telling")).to_have_attribute("aria-live", "polite")
    now = step(found)
    found.get_by_role("button", name="Next step").focus()
    page.keyboard.press("Space")
    expect(found).to_have_attribute("data-step", str(now + 1))


def test_the_scrubber_goes_anywhere(visit):
    found = player(visit("/attention", **QUIET))
    found.get_by_role("slider", name="Step").fill("20")
    expect(found).to_have_attribute("data-step", "20")


def test_gliding_arrives(visit):
    """With movement on, every picture ends exactly on its step, and the work of it is measured."""
    page = visit("/attention")
    found = player(page)
    found.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(60)  # faster than the glide: it is cut short and goes on
    expect(found).to_have_attribute("data-step", "10")
    page.wait_for_timeout(500)
    counts = page.evaluate("['player-step', 'player-frame'].map(n => performance.getEntriesByName(n).length)")
    assert counts[0] >= 1 and counts[1] >= 5


def test_the_picture_shows_the_step_in_hand(visit):
    """Weights appear with the softmax, an output token with its choice."""
    page = visit("/attention", **QUIET)
    found = player(page)
    found.focus()
    shown = []
    for _ in range(steps(found)):
        title = told(found)
        ribbons = found.locator("figure[data-view=overview] text").all_text_contents()
        shown.append((title, any(re.fullmatch(r"0\.\d\d|1\.00", text) for text in ribbons)))
        page.keyboard.press("ArrowRight")
    for title, weights in shown:
        if title.startswith("Softmax"):
            assert weights
        if title.startswith("Encoder"):
            assert not weights


def test_the_step_goes_into_the_address_and_comes_back(visit):
    page = visit("/attention", **QUIET)
    found = player(page)
    found.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"[?&]step=5\b"))
    page.reload()
    found = player(page)
    expect(found).to_have_attribute("data-step", "5")


def test_another_input_keeps_the_mounted_pictures(visit):
    page = visit("/attention", **QUIET)
    found = player(page)
    found.locator("figure[data-view=heat-map] svg").first.evaluate("svg => { svg.dataset.mark = 'mine' }")
    page.get_by_role("textbox", name="Input").fill("stressed")
    page.get_by_role("textbox", name="Input").press("Enter")
    expect(found).to_have_attribute("data-steps", str(1 + 8 + 1 + 9 * 6 + 1), timeout=30_000)
    expect(found.locator("figure[data-view=heat-map] svg[data-mark=mine]")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_nothing_sticks_out(visit, scheme, width):
    page = visit("/attention", width=width, color_scheme=scheme, **QUIET)
    found = player(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for figure in found.locator("figure").all():
        outer, inner = figure.bounding_box(), figure.locator("svg").first.bounding_box()
        assert inner["width"] > 0.7 * (outer["width"] - 40)
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1
    dark = found.evaluate("node => node.classList.contains('dark')")
    assert dark == (scheme == "dark")


def test_typed_markup_is_inert(visit):
    page = visit("/attention", **QUIET)
    page.get_by_role("textbox", name="Input").fill("<svg/onload=alert(1)>")
    page.get_by_role("textbox", name="Input").press("Enter")
    found = player(page)
    expect(found.locator("figure[data-view=overview]")).to_contain_text("<")
    found.focus()
    page.keyboard.press("End")
    page.on("dialog", lambda dialog: pytest.fail("something typed was run"))
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelectorAll('svg[onload]').length") == 0


def test_chinese(visit):
    page = visit("/attention?lang=zh", **QUIET)
    words = Words("zh")
    found = player(page)
    expect(page.get_by_role("heading", name=words.say("page.attention.title"), exact=True)).to_be_visible()
    found.get_by_role("button", name=words.say("player.next")).click()
    expect(found).to_have_attribute("data-step", "1")
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", name="Attention", exact=True)).to_be_visible()
