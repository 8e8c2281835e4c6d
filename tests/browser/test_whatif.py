"""What if, in the browser: a change, what it did, the way back; and whatever is typed stays text."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from seq2seq.player.export import write_html
from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.explain import DecodingExplainer
from seq2seq.studies.trained import load_trained
from seq2seq.words import Words
from tests.browser.player import player, step, told

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}
ODD = ["<script>alert(1)</script>", "a<svg/onload=alert(1)>b", "😀a😀", "مرحبا abc", "{step}@0"]


def second(page):
    """The what-if's player."""
    found = page.get_by_test_id("player").nth(1)
    expect(found.locator("figure[data-view=outputs][data-ready=true]")).to_be_visible(timeout=30_000)
    return found


def pick(page, label, option):
    chooser = page.get_by_role("combobox", name=label, exact=True)
    wanted = page.get_by_role("option", name=option)
    for patience in (3000, 10_000, 30_000):  # an open list closes while the page still scrolls, or runs again
        chooser.scroll_into_view_if_needed()
        page.wait_for_timeout(400)
        chooser.click()
        try:
            wanted.click(timeout=patience)
            return expect(chooser).to_have_value(re.compile(re.escape(option)), timeout=patience)
        except (PlaywrightTimeout, AssertionError):  # also a choice that the page's own run took back
            page.keyboard.press("Escape")
    raise AssertionError(f"{label} does not offer {option}")


def test_force_it_to_look_elsewhere(visit):
    page = visit("/attention?text=studio", **QUIET)
    player(page)
    page.get_by_role("button", name="Force it to look elsewhere").click()
    found = second(page)
    expect(found.locator("h3")).to_have_text("“oiduts” becomes “osduts”")
    found.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert told(found) == "Output 2: “i” becomes “s”"
    assert "looked most at i (5), after at s (1)" in found.locator(".text").inner_text()
    main = page.get_by_test_id("player").first
    assert step(main) == 0 and "step=2" not in page.url  # the pages' own clock stands still
    found.locator("figure[data-view=difference] .mark-rect path").nth(6).click()
    expect(found.locator(".asked .name")).to_contain_text("Attention weight", timeout=15_000)
    expect(found.locator(".asked .formula")).to_contain_text("set by you")
    pick(page, "Look only at", "t (2)")
    expect(found.locator("h3")).to_have_text("Output 2: “i” becomes “t”")  # the step is kept while the change moves
    expect(found.locator(".asked")).to_be_hidden()  # what it said was about other numbers
    expect(page).to_have_url(re.compile("if-only=2|if=look"))


def test_a_token_written_instead_is_gone_on_from(visit):
    page = visit("/attention?text=studio&if=write&if-at=2&if-token=x", **QUIET)
    found = second(page)
    expect(found.locator("h3")).to_contain_text("becomes “ox")
    pick(page, "Change", "nothing yet")
    expect(page.get_by_test_id("player")).to_have_count(1)


def test_a_link_made_in_chinese_opens_the_same_in_english(visit):
    page = visit("/attention?lang=zh&text=abcd", **QUIET)
    player(page)
    pick(page, "改变", "一个源词元")
    second(page)
    pick(page, "换成", "q")
    found = second(page)
    expect(found.locator("h3")).to_contain_text("dcbq")
    first = page.get_by_test_id("player").first
    first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("step=5"))
    link = page.url.split("/attention", 1)[1]
    other = visit("/attention" + link.replace("lang=zh", "lang=en"), **QUIET)
    expect(second(other).locator("h3")).to_have_text("“dcba” becomes “dcbq”")
    expect(other.get_by_test_id("player").first).to_have_attribute("data-step", "5")
    expect(other.get_by_role("heading", name="Attention", exact=True)).to_be_visible()


@pytest.mark.parametrize("typed", ODD)
def test_whatever_is_typed_stays_text(visit, typed):
    """In the pictures, in an explanation, in a question, in a what-if."""
    page = visit(f"/attention?if=look&text={quote(typed)}", **QUIET)
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    found = page.get_by_test_id("player").first
    expect(found.locator("figure[data-ready=true]").first).to_be_visible(timeout=30_000)
    found.focus()
    page.keyboard.press("End")
    found.locator("figure[data-view=heat-map]").scroll_into_view_if_needed()
    found.locator("figure[data-view=heat-map] .mark-rect path").first.click()
    expect(found.locator(".asked .name")).to_contain_text("Attention weight", timeout=15_000)
    second(page)
    inert = "[...document.querySelectorAll('*')].every(host => !host.shadowRoot?.querySelector('svg[onload], script'))"
    assert page.evaluate(inert)


@pytest.mark.parametrize("typed", ODD[:2])
def test_an_exported_file_holds_it_as_text(browser, tmp_path, typed):
    trained, words = load_trained("reverse-gru-general"), Words("en")
    trace = trained.record(typed)
    story = decoding_story(trace, words, "test", "x")
    file = write_html(story, tmp_path / "story.html", explainer=DecodingExplainer(trace, words))
    context = browser.new_context(offline=True, **QUIET)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("dialog", lambda dialog: complaints.append("a script ran"))
    page.goto(file.as_uri())
    found = player(page)
    found.focus()
    page.keyboard.press("End")
    found.locator("figure[data-view=heat-map]").scroll_into_view_if_needed()
    found.locator("figure[data-view=heat-map] .mark-rect path").first.click()
    expect(found.locator(".asked .name")).to_contain_text("Attention weight")
    assert not complaints
    context.close()
