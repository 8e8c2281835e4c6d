"""The bottleneck in the browser: length by length, a number explained, the vector disturbed, both trained live."""

import time

import pytest
from playwright.sync_api import expect

from seq2seq.player.export import write_html
from seq2seq.stories.bottleneck import BottleneckExplainer, bottleneck_story
from seq2seq.stories.formulas import exact
from seq2seq.studies.bottleneck import bottleneck_trace
from seq2seq.studies.shipped import shipped_card
from seq2seq.words import Words
from tests.browser.player import go_to, player, step, steps, told

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def test_length_by_length_a_number_and_noise(visit):
    page = visit("/bottleneck", **QUIET)
    found = player(page)
    go_to(page, found, 7)
    question = found.get_by_role("region", name="Predict first")  # asked before 8 letters
    expect(question).to_be_visible()
    question.get_by_role("button", name="near its end").click()
    go_to(page, found, 8)
    assert told(found) == "8 letters: 38 bits"
    row = next(row for row in shipped_card("lengths-reverse-none")["by_length"] if row["length"] == 8)
    assert f"{row['right'] / row['n']:.1%}" in found.locator(".text").inner_text()

    bar = found.locator("figure[data-view=places] .mark-rect path").first
    bar.scroll_into_view_if_needed()
    for _ in range(6):  # a cold server loads torch first, and the player does not wait for ever
        bar.click()
        asked = found.locator(".asked .name")
        expect(asked).not_to_have_text("Looking it up …", timeout=30_000)
        if "place 1" in asked.inner_text():
            break
    expect(asked).to_contain_text("place 1")
    result = found.locator(".asked math").last.text_content().replace("=", "").strip()
    assert result == exact(row["places"][0] / row["n"])

    page.get_by_role("button", name="Put a little noise into it").click()
    second = page.get_by_test_id("player").nth(1)
    expect(second.locator("figure[data-view=overview][data-ready=true]")).to_be_visible(timeout=30_000)
    assert told(second) == "8 letters" and "noise of 0.1" in second.locator(".text").inner_text()
    go_to(page, second, 9)
    slider = page.get_by_role("slider", name="Noise").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(second.locator(".text")).to_contain_text("noise of 0.15", timeout=15_000)
    expect(second).to_have_attribute("data-step", "9")  # the same story: the learner stays at the same length
    assert step(page.get_by_test_id("player").first) == 8


def test_both_are_trained_and_wound_back(visit):
    page = visit("/bottleneck?bn-longest=4&bn-updates=150&bn-h=32&bn-live=copy", **QUIET)
    player(page)
    button = page.get_by_role("button", name="Train both")
    button.scroll_into_view_if_needed()
    button.click()
    board = page.get_by_test_id("player").nth(1)
    expect(board.locator("figure[data-view=growing][data-ready=true]")).to_be_visible(timeout=60_000)
    deadline, seen = time.monotonic() + 90, set()
    while time.monotonic() < deadline and page.get_by_text("Finished").count() < 2:
        seen.add(board.locator(".text").inner_text())
        page.wait_for_timeout(200)
    assert page.get_by_text("Finished").count() == 2 and len(seen) > 1
    expect(board.locator("h3")).to_have_text("After 150 updates")
    assert steps(board) == 4
    board.focus()
    page.keyboard.press("Home")
    expect(board.locator("h3")).to_have_text("Before training")
    page.reload()
    expect(page.get_by_test_id("player").nth(1).locator("h3")).to_have_text("After 150 updates", timeout=30_000)


def test_the_file_that_is_saved_plays_and_explains_offline(browser, tmp_path):
    trace, words = bottleneck_trace("copy", 32, "offline"), Words("en")
    explainer = BottleneckExplainer(trace, words)
    file = write_html(bottleneck_story(trace, words), tmp_path / "story.html", explainer=explainer)
    context = browser.new_context(offline=True, **QUIET)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    found = player(page)
    go_to(page, found, steps(found) - 1)
    assert told(found) == "This much fits"
    found.locator("figure[data-view=places] .mark-rect path").first.click()
    expect(found.locator(".asked .name")).to_contain_text("place 1")
    assert not complaints
    context.close()
