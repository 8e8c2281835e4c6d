"""The Sampling page in a real browser: cut, draw, explain, draw again, count, heat; an odd link; a phone; a saved file."""

import re

import pytest
from playwright.sync_api import expect

from seq2seq.decoding import sample
from seq2seq.player.export import write_html
from seq2seq.stories.explain.beneath import Beneath
from seq2seq.stories.formulas import exact
from seq2seq.stories.sampling import SamplingExplainer, sampling_story
from seq2seq.stories.sampling.scene import groups
from seq2seq.stories.stored import SAMPLING_CUT
from seq2seq.studies.trained import load_trained
from seq2seq.traces.sampling import Cut, SampleSettings
from seq2seq.traces.search import Limits
from seq2seq.words import Words
from tests.browser.player import go_to, player, steps

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def opened(page, number=0):
    page.get_by_test_id("player").nth(number).wait_for(timeout=60_000)
    found = page.get_by_test_id("player").nth(number)
    found.scroll_into_view_if_needed()
    expect(found.locator("figure .picture svg").first).to_be_visible(timeout=30_000)
    return found


def drawn(seed=0, samples=1):
    writer = load_trained("search-synonyms").writer("284")
    return sample(writer, SampleSettings(Cut(*SAMPLING_CUT), Limits(), samples, seed))


def test_the_main_journey(visit):
    """From the model through three cuts to a token; a number explains itself; the next seed draws another output."""
    page, trace = visit("/sampling", **QUIET), drawn()
    found = opened(page)
    overview = found.locator("figure[data-view=overview]")
    go_to(page, found, 4)  # top-p of the first token
    expect(found.locator("h3")).to_contain_text(f"Top-p 0.9: {trace.stays(0, 'top_p')} tokens stay")
    overview.scroll_into_view_if_needed()
    removed = len(groups(trace, 0)) - trace.stays(0, "top_p")
    expect(overview.locator(".picture svg text", has_text="✕")).to_have_count(removed)
    asked = found.locator(".question .option")
    asked.nth(0).click()
    expect(found.locator(".question .verdict")).to_be_visible()
    go_to(page, found, 5)
    token = trace.vocabulary[trace.chosen[0]]
    expect(found.locator("h3")).to_contain_text(f"falls on {token}")
    expect(overview).to_contain_text(f"ξ = {trace.drawn[0]:.3f}")
    found.locator(".equation .asks").first.click()
    expect(found.locator(".asked .name")).to_contain_text("begins on the line", timeout=30_000)
    reach = trace.stages["top_p"][0][trace.below(0, int(trace.chosen[0]))].sum()
    assert found.locator(".asked math").last.text_content().replace("=", "").strip() == exact(float(reach))
    found.get_by_role("button", name="Close").click()
    found.focus()
    page.keyboard.press("End")
    expect(found).to_have_attribute("data-step", str(steps(found) - 1))
    expect(found.locator("h3")).to_contain_text(trace.text(0))
    page.get_by_role("button", name="Draw again").click()
    expect(page).to_have_url(re.compile(r"draw-seed=1"), timeout=60_000)
    expect(found.locator("h3")).to_contain_text(drawn(1).text(0), timeout=30_000)
    page.reload()
    found = opened(page)
    found.focus()
    page.keyboard.press("End")
    expect(found.locator("h3")).to_contain_text(drawn(1).text(0), timeout=30_000)


def test_many_are_counted_and_heated(visit):
    page, trace = visit("/sampling?samples=200", **QUIET), drawn(samples=200)
    many = opened(page, 1)
    many.focus()
    page.keyboard.press("End")
    expect(many.locator("h3")).to_contain_text("200 drawn")
    first = next(iter(trace.counts().values()))
    expect(many.locator("figure[data-view=counted]")).to_contain_text(str(first))
    heat = opened(page, 2)
    heat.focus()
    page.keyboard.press("Home")
    expect(heat.locator("h3")).to_contain_text("Temperature 0: 100.0% right, 1 different")
    heat.locator(".equation .asks").first.click()
    expect(heat.locator(".asked .name")).to_contain_text("Right outputs among 300", timeout=30_000)


def test_an_odd_link_gets_its_sentences_and_still_draws(visit):
    page = visit("/sampling?text=2%3Cb%3E8&temperature=99&top-k=-3&model=search-synonyms", **QUIET)
    found = opened(page)
    expect(page.get_by_text("99", exact=False).first).to_be_visible(timeout=30_000)
    assert page.get_by_test_id("stAlert").count() >= 3  # the letters, and two settings that cannot be
    go_to(page, found, 5)
    expect(found.locator("h3")).to_contain_text("falls on")
    assert page.locator("figure b").count() == 0


def test_the_page_fits_a_phone(visit):
    page = visit("/sampling", width=390, height=844, **QUIET)
    found = opened(page)
    box = found.locator("figure[data-view=overview] .picture svg").bounding_box()
    assert box["width"] <= 390 and box["height"] > box["width"]  # two by two
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_exported_file_plays_with_the_network_off(browser, tmp_path):
    trace, words = drawn(3), Words("zh")
    story = sampling_story(trace, words, "search-synonyms", True)
    file = write_html(
        story,
        tmp_path / "story.html",
        explainer=SamplingExplainer(trace, words, Beneath(load_trained("search-synonyms").along("284"), words)),
    )
    context = browser.new_context(offline=True, **QUIET)
    page, complaints, asked = context.new_page(), [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    found = player(page)
    found.focus()
    page.keyboard.press("End")
    expect(found.locator("h3")).to_contain_text(trace.text(0))
    found.locator(".equation .asks").first.click()
    expect(found.locator(".asked math").last).to_be_visible()
    assert not complaints and asked == [file.as_uri()]
    context.close()
