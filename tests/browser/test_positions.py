"""The Positions page in a real browser: two orders, clocks that turn, switches, and a setting trained live."""

import re

import pytest
from playwright.sync_api import expect

from seq2seq.player.export import write_html
from seq2seq.stories.positions import ShuffleExplainer, shuffle_story
from seq2seq.studies.shuffled import answers, record_shuffled
from seq2seq.studies.trained import load_trained
from seq2seq.words import Words
from tests.browser.player import go_to, player, steps

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def ask(page, found, mark, answer):
    """Click a number until it is explained: on a busy machine the first question waits for torch, and is lost."""
    mark.scroll_into_view_if_needed()
    name = found.locator(".asked .name")
    for _ in range(5):
        mark.click()
        expect(name).not_to_have_text("Looking it up …", timeout=20_000)
        if re.search(answer, name.inner_text()):
            return
        page.wait_for_timeout(3000)
    expect(name).to_contain_text(re.compile(answer))


def test_the_main_journey(visit):
    """Shuffled, put back in order: equal to rounding; the same output. With positions everything moves."""
    page = visit("/positions", **QUIET)
    found = player(page)
    go_to(page, found, 4)
    expect(found.locator("h3")).to_have_text("Put back in order: 0 of 6 states differ")
    chips = found.locator("figure[data-view=shuffle] .mark-text text").filter(has_text=re.compile("^= "))
    expect(chips).to_have_count(6)
    go_to(page, found, 6)
    expect(found.locator("h3")).to_contain_text("no output changes")
    page.keyboard.press("End")
    expect(found.locator("h3")).to_contain_text("outputs change")
    expect(found.locator("figure[data-view=shuffle] .mark-text text").filter(has_text=re.compile("^≠ "))).to_have_count(
        6
    )
    ask(page, found, found.locator("figure[data-view=far] .mark-symbol path").last, "probability")
    found.locator(".asked .asks").first.click()
    expect(found.locator(".asked math").first).to_be_visible()
    found.get_by_role("button", name="Close").click()


def test_the_clocks_turn_and_their_numbers_explain_themselves(visit):
    page = visit("/positions", **QUIET)
    player(page)
    page.get_by_role("radio", name="2 · How a position is told").click()
    page.locator("figure[data-view=table] .picture svg").wait_for(timeout=60_000)
    table = player(page)
    go_to(page, table, 4)
    hands = table.locator("figure[data-view=clocks] .mark-rule line")
    expect(hands).to_have_count(32)
    before = hands.first.get_attribute("y2")
    go_to(page, table, 5)
    assert hands.first.get_attribute("y2") != before
    cell = table.locator("figure[data-view=table] .mark-rect path").nth(64 * 3)  # position 3, its first feature
    ask(page, table, cell, "Feature 1 of position 3")
    expect(table.locator(".asked math").last).to_contain_text("0.1411")  # sin 3


def test_controls_move_the_picture_and_stay_in_the_link(visit):
    page = visit("/positions", **QUIET)
    found = player(page)
    box = page.get_by_role("textbox", name="Letters to read")
    box.fill("planet")
    box.press("Enter")
    expect(found.locator("h3")).to_contain_text("planet", timeout=30_000)
    order = page.get_by_role("combobox", name="Other order")
    order.click()
    page.get_by_role("option", name="backwards").click()
    expect(page).to_have_url(re.compile("shuffle-order=backwards"))
    go_to(page, found, 1)
    expect(found.locator("h3")).to_contain_text("tenalp")
    page.reload()
    found = player(page)
    go_to(page, found, 1)
    expect(found.locator("h3")).to_contain_text("tenalp", timeout=30_000)


def test_a_setting_of_ones_own(visit):
    """Pressed, the button queues a run; measured dots go, and it can be stopped."""
    page = visit("/positions?positions-part=sides", **QUIET)
    board = player(page)
    dots = board.locator("figure[data-view=board] .mark-symbol path")
    expect(dots.first).to_be_visible()
    button = page.get_by_role("button", name="Train it here")
    button.scroll_into_view_if_needed()
    button.click()
    expect(page.get_by_text("0 of your 1 ")).to_be_visible(timeout=30_000)
    expect(dots).to_have_count(0)  # what was measured before has gone
    page.locator(".st-key-board-stop button").click()
    expect(page.get_by_text("1 of your 1 ")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("part", ["order", "table", "sides"])
def test_on_a_phone_nothing_scrolls_sideways(visit, part):
    page = visit(f"/positions?positions-part={part}", width=390, height=844, **QUIET)
    player(page)
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0


def test_an_exported_file_plays_with_the_network_off(browser, tmp_path):
    words, pairs = Words("en"), record_shuffled("reverse", "abcd", "ends", load_trained)
    story = shuffle_story(pairs, words, "test", answers("reverse", "abcd", "ends"))
    file = write_html(story, tmp_path / "story.html", explainer=ShuffleExplainer(pairs, words))
    context = browser.new_context(offline=True, **QUIET)
    page, complaints, asked = context.new_page(), [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    found = player(page)
    go_to(page, found, steps(found) - 1)
    found.locator("figure[data-view=far] .mark-symbol path").last.click()
    expect(found.locator(".asked math").last).to_be_visible()
    assert not complaints and asked == [file.as_uri()]
    context.close()
