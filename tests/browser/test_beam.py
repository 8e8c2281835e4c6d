"""The Greedy and beam page in a real browser: the tree grows, a node is picked, outputs are ranked again, searched anew."""

import re

import pytest
from playwright.sync_api import expect

from seq2seq.decoding.beam import beam_search
from seq2seq.player.export import write_html
from seq2seq.stories.beam import BeamExplainer, beam_story
from seq2seq.stories.explain.beneath import Beneath
from seq2seq.stories.formulas import exact
from seq2seq.studies.trained import load_trained
from seq2seq.traces.search import FINISHED, KEPT, BeamSettings
from seq2seq.words import Words
from tests.browser.player import go_to, player, steps

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}
SYNONYMS = "/beam?model=search-synonyms&text=284716&width=4"


def opened(page):
    page.get_by_test_id("player").wait_for(timeout=60_000)
    found = page.get_by_test_id("player")
    expect(found.locator("figure[data-view=tree] .picture svg")).to_be_visible(timeout=30_000)
    return found


def test_the_main_journey(visit):
    """The tree grows; a node in hand shows what may follow it; its numbers explain themselves; from it one goes on."""
    page = visit("/beam", **QUIET)
    found = opened(page)
    tree = found.locator("figure[data-view=tree]")
    expect(tree).to_contain_text("“⟨bos⟩”")
    go_to(page, found, 6)
    trace = beam_search(load_trained("search-reverse-half").writer("bottom"), BeamSettings(3))
    kept = [node for node in range(len(trace.step)) if trace.status[node] == KEPT]
    nodes = tree.locator(".kept_node path")
    assert nodes.count() == len(kept)
    nodes.nth(1).scroll_into_view_if_needed()
    nodes.nth(1).click()
    expect(tree).to_contain_text(f"“{trace.text(kept[1])}”")
    expect(found.locator(".asked .name")).to_contain_text("Total of", timeout=30_000)
    told = found.locator(".asked math").last.text_content().replace("=", "").strip()
    assert told == exact(float(trace.total[kept[1]]))
    found.get_by_role("button", name="Close").click()
    page.get_by_role("button", name=f"Go on from “{trace.text(kept[1])}”").click()
    expect(page).to_have_url(re.compile(rf"prefix={trace.text(kept[1])}"), timeout=30_000)
    expect(tree).to_contain_text(f"{trace.text(kept[1])}", timeout=30_000)
    found.focus()
    page.keyboard.press("End")
    outputs = found.locator("figure[data-view=ranking]")
    outputs.scroll_into_view_if_needed()
    expect(outputs).to_contain_text(f"1. ✗ {trace.text(kept[1])}")
    page.get_by_role("button", name="Back to the whole search").click()
    expect(page).not_to_have_url(re.compile("prefix="), timeout=30_000)


def test_alpha_ranks_again_at_once_and_asks_nobody(visit):
    page = visit(SYNONYMS, **QUIET)
    found = opened(page)
    found.focus()
    page.keyboard.press("End")
    expect(found).to_have_attribute("data-step", str(steps(found) - 1))
    ranking = found.locator("figure[data-view=ranking]")
    ranking.scroll_into_view_if_needed()
    expect(ranking).to_contain_text("1. ✗ ⟨eos⟩")
    asked = []
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("request", lambda request: asked.append(request.url))
    box = ranking.locator(".track path").bounding_box()
    y = box["y"] + 17
    page.mouse.move(box["x"] + 12, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, y, steps=6)
    page.mouse.up()
    expect(ranking).to_contain_text("5. ✗ ⟨eos⟩")
    expect(ranking).to_contain_text(re.compile(r"α = 1\.0\d|α = 0\.9\d"))
    ranking.locator(".wu_name text").click()
    expect(ranking).to_contain_text("◉ divide by ((5")
    assert not asked


def test_nothing_is_added_to_the_picture_by_a_step(visit):
    """However many candidates there are, they are drawn once: a step moves a curtain."""
    page = visit("/beam?width=10&shortest=20&longest=20&text=abcdefghij", **QUIET)
    found = opened(page)
    count = "(player) => player.querySelectorAll('svg *').length"
    go_to(page, found, 2)
    before = found.evaluate(count)
    assert before > 5000
    go_to(page, found, 20)
    assert found.evaluate(count) <= before + 60


def test_odd_input_is_told_and_the_search_stays(visit):
    page = visit("/beam", **QUIET)
    found = opened(page)
    title = found.locator("h3").text_content()
    page.get_by_role("textbox", name="Input").fill("日本")
    page.get_by_role("textbox", name="Input").press("Enter")
    expect(page.get_by_test_id("stAlert")).to_have_count(1, timeout=30_000)
    assert opened(page).locator("h3").text_content() == title


def test_the_page_fits_a_phone(visit):
    page = visit("/beam", width=390, height=844, **QUIET)
    found = opened(page)
    found.focus()
    page.keyboard.press("End")
    expect(found).to_have_attribute("data-step", str(steps(found) - 1))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tree = found.locator("figure[data-view=tree]")
    tree.scroll_into_view_if_needed()
    last = tree.locator(".shelf_node path").first.bounding_box()
    assert last["x"] >= 0 and last["x"] + last["width"] <= 390  # the tree has moved: its end is in sight


def test_an_exported_file_plays_with_the_network_off(browser, tmp_path):
    trace, words = beam_search(load_trained("search-synonyms").writer("2847"), BeamSettings(4)), Words("en")
    file = write_html(
        beam_story(trace, words),
        tmp_path / "story.html",
        explainer=BeamExplainer(trace, words, Beneath(load_trained("search-synonyms").along("2847"), words)),
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
    shelf = found.locator("figure[data-view=tree] .shelf_node path")
    expect(shelf).to_have_count(int((trace.status == FINISHED).sum()))
    shelf.first.click()
    expect(found.locator(".asked math").last).to_be_visible()
    box = found.locator("figure[data-view=ranking] .track path")
    box.scroll_into_view_if_needed()
    box.click()  # the middle of the track: α = 1, without eval
    expect(found.locator("figure[data-view=ranking]")).to_contain_text(re.compile(r"α = 1\.0\d|α = 0\.9\d"))
    assert not complaints and asked == [file.as_uri()]
    context.close()
