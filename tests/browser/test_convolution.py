"""The Convolution page in a real browser: the fan grows, numbers explain themselves, the cliff is trained live."""

import re

import pytest
from playwright.sync_api import expect

from seq2seq.player.export import write_html
from seq2seq.stories.convolution import ConvolutionExplainer, convolution_story
from seq2seq.stories.formulas import exact
from seq2seq.studies.trained import load_trained
from seq2seq.words import Words
from tests.browser.player import go_to, player, steps

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def players(page):
    """The decoding's player and the field's."""
    page.get_by_test_id("player").nth(1).wait_for(timeout=30_000)
    found = page.get_by_test_id("player")
    expect(found.first.locator("figure .picture svg").first).to_be_visible()
    return found.first, found.nth(1)


def edges(found):
    """How many edges of a fan are drawn."""
    paths = found.locator("figure[data-view=overview] .mark-path path").all()
    return sum(float(path.get_attribute("stroke-opacity") or 1) > 0.5 for path in paths)


def test_the_main_journey(visit):
    """Layer by layer the fan grows by k − 1; a number leads down to one weight; the output is right; and back."""
    page = visit("/convolution", **QUIET)
    found, _ = players(page)
    counted = []
    for layer in range(3):
        go_to(page, found, 6 + 5 * layer)  # everything of this layer is there
        counted.append(edges(found))
    assert counted == [3, 3 + 9, 3 + 9 + 15]  # each layer: as many windows of 3 as the field above was wide
    cell = found.locator("figure[data-view=cell] .mark-rect path").nth(14)
    cell.scroll_into_view_if_needed()
    cell.click()
    expect(found.locator(".asked .name")).to_be_visible(timeout=15_000)
    found.locator(".asked .asks").first.click()
    expect(found.locator(".asked .name")).to_contain_text(re.compile("in the window|unit"))
    found.get_by_role("button", name="Close").click()
    found.focus()
    page.keyboard.press("End")
    expect(found.locator("h3")).to_have_text("Right: “retupmoc”")
    weight = found.locator("figure[data-view=heat-map] .mark-rect path").nth(7)
    weight.click()
    trace = load_trained("reverse-conv").record_convolution("computer")
    expect(found.locator(".asked .name")).to_contain_text("Decoder layer 3, output 1", timeout=15_000)
    told = found.locator(".asked math").last.text_content().replace("=", "").strip()
    assert told == exact(float(trace.weights[0, 7]))
    found.get_by_role("button", name="Close").click()
    found.focus()
    page.keyboard.press("Home")
    expect(found).to_have_attribute("data-step", "0")


def test_controls_move_the_picture_and_stay_in_the_link(visit):
    page = visit("/convolution", **QUIET)
    found, field = players(page)
    page.get_by_role("textbox", name="Input").fill("kernel")
    page.get_by_role("textbox", name="Input").press("Enter")
    expect(found.locator(".text")).to_contain_text("kernel")
    layers = page.get_by_role("combobox", name="Layers L")
    layers.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    layers.click()
    page.get_by_role("option", name="2", exact=True).click()
    expect(page).to_have_url(re.compile("field-layers=2"))
    expect(page).to_have_url(re.compile("read=kernel"))
    expect(field).to_have_attribute("data-steps", "6")
    page.reload()
    found, field = players(page)
    expect(found.locator(".text")).to_contain_text("kernel")
    expect(field).to_have_attribute("data-steps", "6")


def test_a_cliff_of_ones_own(visit):
    """Pressed, the button queues runs; their dots appear while the page stands there."""
    page = visit("/convolution?field-layers=1", **QUIET)
    _, field = players(page)
    button = page.get_by_role("button", name="Train it here")
    button.scroll_into_view_if_needed()
    button.click()
    expect(page.get_by_text("0 of your 5 ")).to_be_visible()
    dots = field.locator("figure[data-view=field] .mark-symbol path")
    expect(dots).to_have_count(0)  # what was measured before has gone
    expect(dots.first).to_be_visible(timeout=90_000)
    page.locator(".st-key-field-stop button").click()
    expect(page.get_by_text("5 of your 5 ")).to_be_visible(timeout=60_000)
    expect(dots.first).to_be_visible()


def test_an_exported_file_plays_with_the_network_off(browser, tmp_path):
    trace, words = load_trained("reverse-conv").record_convolution("abcd"), Words("en")
    story = convolution_story(trace, words, "reverse-conv", "dcba")
    file = write_html(story, tmp_path / "story.html", explainer=ConvolutionExplainer(trace, words))
    context = browser.new_context(offline=True, **QUIET)
    page, complaints, asked = context.new_page(), [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    found = player(page)
    go_to(page, found, steps(found) - 1)
    expect(found.locator("h3")).to_contain_text("dcba")
    found.locator("figure[data-view=cell] .mark-rect path").nth(14).click()
    expect(found.locator(".asked math").last).to_be_visible()
    assert not complaints and asked == [file.as_uri()]
    context.close()
