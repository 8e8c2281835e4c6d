"""The State space page in a real browser: step through it, click a state, follow the ways, turn it in space."""

import re

import pytest
from playwright.sync_api import expect

from seq2seq.player.export import write_html
from seq2seq.stories.formulas import exact
from seq2seq.stories.states import StatesExplainer, states_story
from seq2seq.stories.states.measured import Measured
from seq2seq.stories.stored import STATES_MODEL, STATES_SENTENCES
from seq2seq.studies.states import StateChoice, record_states
from seq2seq.studies.trained import load_trained
from seq2seq.words import Words
from tests.browser.player import player, step, steps, told

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def trace():
    return record_states(load_trained(STATES_MODEL), StateChoice(), STATES_SENTENCES)


def go_to(found, wanted):
    found.locator(".scrubber").evaluate("(bar, k) => { bar.value = k; bar.dispatchEvent(new Event('input')); }", wanted)
    expect(found).to_have_attribute("data-step", str(wanted))


def places(found):
    """Where the dots are, as drawn."""
    return found.locator("figure[data-view=cloud] .dots path").evaluate_all(
        "dots => dots.map(dot => dot.getAttribute('transform'))"
    )


def colours(found):
    return found.locator("figure[data-view=cloud] .dots path").evaluate_all(
        "dots => dots.map(dot => dot.getAttribute('fill'))"
    )


def test_the_main_journey(visit, trace):
    page = visit("/state-space", height=1300, **QUIET)
    found = player(page)
    measured = Measured(trace)
    at_first, painted = places(found), colours(found)
    assert len(at_first) == 240
    found.focus()
    page.keyboard.press("ArrowRight")  # only the colour changes
    expect(found).to_have_attribute("data-step", "1")
    page.wait_for_timeout(300)
    assert places(found) == at_first and colours(found) != painted
    page.keyboard.press("ArrowRight")  # now every dot moves
    page.wait_for_timeout(300)
    moved = places(found)
    assert all(before != after for before, after in zip(at_first, moved, strict=True))
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(300)
    assert places(found) == at_first  # and back again

    titles = []
    for k in range(steps(found)):
        go_to(found, k)
        titles.append(told(found))
    month = next(k for k, title in enumerate(titles) if "writes the month" in title)
    go_to(found, month)
    dot = found.locator("figure[data-view=cloud] .dots path").nth(30)
    dot.click()
    card = found.locator(".asked")
    expect(card.locator("math").last).to_be_visible(timeout=20_000)
    expect(card.locator(".name")).to_contain_text(trace.sentences[30])
    near = measured.nearest[2][30]
    for j in near:
        expect(card).to_contain_text(trace.sentences[j])
    assert card.locator("math").last.text_content().replace("=", "").strip() == exact(float(measured.places[2, 30, 0]))
    assert found.locator("figure[data-view=cloud] .mark-rule line").count() >= 8  # lines lead to them
    card.locator(".asks").first.click()  # the distance's own arithmetic
    expect(card.locator(".name")).to_contain_text("Euclidean distance", timeout=15_000)
    expected = exact(float(measured.between[2][30, near[0]]))
    assert card.locator("math").last.text_content().replace("=", "").strip() == expected

    first = next(k for k, title in enumerate(titles) if "token by token" in title)
    S = len(trace.paths[0].source)
    go_to(found, first + S)
    page.wait_for_timeout(300)
    texts = found.locator("figure[data-view=cloud] .mark-text text").all_text_contents()
    assert trace.paths[0].source[-1] in texts and "①" in texts
    found.focus()
    page.keyboard.press("End")
    expect(found.locator(".text")).to_contain_text("apart")
    expect(page).to_have_url(re.compile(f"step={steps(found) - 1}"))
    page.reload()
    assert step(player(page)) == steps(player(page)) - 1


def test_in_space_it_plays(visit):
    page = visit("/state-space?state-space=1", width=390, height=844, **QUIET)
    player(page)
    space = page.locator(".st-key-space")
    expect(space.locator(".js-plotly-plot")).to_be_visible(timeout=40_000)
    assert space.bounding_box()["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    label = space.locator(".slider-current-value, .slider-label").first
    before = label.text_content()
    space.get_by_text(re.compile("Play")).click()
    expect(label).not_to_have_text(before, timeout=15_000)


def test_a_saved_file_plays_and_explains_offline(browser, tmp_path, trace):
    words = Words("en")
    explainer = StatesExplainer(trace, words)
    file = write_html(states_story(trace, words, STATES_MODEL), tmp_path / "states.html", explainer=explainer)
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 1300}, **QUIET)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    found = player(page)
    for k in range(0, steps(found), 6):
        go_to(found, k)
    go_to(found, 2)
    found.locator("figure[data-view=cloud] .dots path").nth(11).click()
    expect(found.locator(".asked .name")).to_contain_text(trace.sentences[11])
    assert not complaints, complaints
    context.close()
