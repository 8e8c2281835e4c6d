"""Inside the cell, in the browser: step through a step, ask a number, follow a unit, close a gate."""

import re

import pytest
from playwright.sync_api import expect

from seq2seq.player.export import write_html
from seq2seq.stories.cell import Subject, cell_story, explain_subjects
from seq2seq.studies.trained import load_trained
from seq2seq.words import Words
from tests.browser.player import player, step, told
from tests.browser.test_whatif import pick

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def forward(page, times):
    for _ in range(times):
        page.keyboard.press("ArrowRight")


def test_the_main_journey(visit):
    page = visit("/inside-the-cell", **QUIET)
    found = player(page)
    found.focus()
    forward(page, 3)
    assert told(found) == "The forget gate f"
    expect(page).to_have_url(re.compile("step=3"))
    forward(page, 3)
    assert told(found) == "The cell state c"
    # another unit and another order keep the step
    pick(page, "Unit to follow", "unit 7")
    expect(found.locator("figure[data-view=life-0] h2")).to_have_text("The life of unit 7", timeout=60_000)
    pick(page, "Sort units by", "number")
    expect(page).to_have_url(re.compile("sort=number"))
    assert step(found) == 6 and told(found) == "The cell state c"
    # the number of the followed unit, the seventh, stands under its strip, and explains itself
    now = Subject("1", "", load_trained("recall-lstm-none").record("Cxuvzs")).number("f", 0, 6).value
    number = found.locator("figure[data-view=overview] svg text").filter(has_text=re.compile(rf"^{now:.2f}$")).first
    expect(number).to_be_visible()
    number.click()
    expect(found.locator(".asked .name")).to_contain_text("gate", timeout=15_000)
    expect(found.locator(".asked .name")).to_contain_text("unit 7")
    expect(found.locator(".asked .formula").last).to_contain_text("=")


def test_a_gate_is_closed_and_the_slider_keeps_the_step(visit):
    page = visit("/inside-the-cell", **QUIET)
    player(page)
    page.get_by_role("button", name="Close the forget gate for one step").click()
    second = page.get_by_test_id("player").nth(1)
    expect(second.locator("h3")).to_have_text("“C” becomes “F”", timeout=30_000)
    second.focus()
    forward(page, 11)
    assert told(second) == "Position 11: “s”"
    box = page.get_by_role("spinbutton", name="Held at")
    box.scroll_into_view_if_needed()
    box.fill("0.9")
    box.press("Enter")
    expect(page).to_have_url(re.compile("clamp-value=0.9"))
    expect(second.locator(".text")).not_to_contain_text("0.05; most in unit 4, by 9")
    assert step(second) == 11
    second.locator("figure[data-view=differences] .mark-rect path").nth(40).click()
    expect(second.locator(".asked .name")).to_contain_text("Encoder", timeout=15_000)


@pytest.mark.parametrize(("width", "stacked"), [(390, True), (1280, False)])
def test_three_cells_stand_side_by_side_where_there_is_room(visit, width, stacked):
    page = visit("/inside-the-cell?cells=3", width=width, **QUIET)
    found = player(page)
    expect(found.locator("figure[data-ready=true]")).to_have_count(10, timeout=30_000)
    boxes = [
        found.locator("figure[data-view=overview] svg text").filter(has_text=re.compile(f"^{name}$")).bounding_box()
        for name in ("LSTM", "GRU", "simple RNN")
    ]
    tops = [round(box["y"]) for box in boxes]
    assert (len(set(tops)) == 3 and tops == sorted(tops)) if stacked else len(set(tops)) == 1
    frame = found.locator("figure[data-view=overview] svg").bounding_box()
    assert frame["height"] > 1100 if stacked else frame["height"] < 500
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_saved_as_one_file_it_plays_and_explains_offline(browser, tmp_path):
    trained = load_trained("recall-gru-none")
    subject, words = Subject("1", "recall-gru-none", trained.record("Cxu")), Words("en")
    file = write_html(cell_story([subject], words, answer="C"), tmp_path / "cell.html",
                      explainer=explain_subjects([subject], words))  # fmt: skip
    context = browser.new_context(offline=True, **QUIET)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(file.as_uri())
    found = player(page)
    found.focus()
    page.keyboard.press("End")
    found.locator("figure[data-view=maps-0] .mark-rect path").nth(5).click()
    expect(found.locator(".asked .name")).to_contain_text("Encoder")
    assert not complaints
    context.close()
