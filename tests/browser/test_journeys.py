"""What a newcomer does, from the home page to a model of one's own."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.player import player, step, steps, told

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def share(page, label):
    """A figure of the board, as a number between 0 and 1."""
    card = page.get_by_test_id("stMetric").filter(has_text=label)
    text = card.get_by_test_id("stMetricValue").inner_text()
    return float(text.rstrip("%")) / 100 if text.endswith("%") else 0.0


def test_train_a_model_and_step_through_it(visit):
    """Home → Train → 99 % → Attention → the end and back, by keyboard."""
    page = visit("/", **QUIET)
    player(page)
    page.locator(".st-key-way-train").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    board = player(page)
    seen = set()
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline and not page.get_by_text("Finished").is_visible():
        seen.add(told(board))
        page.wait_for_timeout(250)
    assert page.get_by_text("Finished").is_visible()
    assert len(seen) >= 5, "the board should have been seen moving"
    assert share(page, "Exact match") >= 0.99
    page.reload()  # nothing is lost
    board = player(page)
    expect(board.locator("h3")).to_contain_text("Done")
    board.focus()
    page.keyboard.press("Home")  # the run can be wound back
    expect(board.locator("h3")).to_have_text("Before training")

    page.get_by_role("link", name=re.compile("Step through this model")).click()
    expect(page.get_by_role("heading", name="Attention", exact=True)).to_be_visible()
    found = player(page)
    assert "model=" in page.url
    page.get_by_role("textbox", name="Input").fill("newcomer")
    page.get_by_role("textbox", name="Input").press("Enter")
    expect(found.locator("h3")).to_contain_text("unrolled")
    expect(found.locator(".text")).to_contain_text("newcomer")
    found.focus()
    for expected in range(1, steps(found)):
        page.keyboard.press("ArrowRight")
        expect(found).to_have_attribute("data-step", str(expected))
    assert told(found) == "Right: “remocwen”"
    for expected in reversed(range(steps(found) - 1)):
        page.keyboard.press("ArrowLeft")
        expect(found).to_have_attribute("data-step", str(expected))
    assert step(found) == 0


def test_a_run_goes_on_while_nobody_looks_and_can_be_stopped(visit):
    page = visit("/train?task=dates&attention=additive&steps=5000&until=0", **QUIET)
    page.get_by_role("button", name="Train", exact=True).click()
    player(page)
    expect(page.get_by_text("Training on")).to_be_visible()
    address = page.url
    page.goto("about:blank")
    page.wait_for_timeout(2500)
    page.goto(address)
    board = player(page)
    assert steps(board) > 1
    # while a page is slow, Streamlit has a "Stop" of its own
    page.locator(".st-key-stop").get_by_role("button").click()
    expect(page.get_by_text("Stopped; what it learnt is kept")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name=re.compile("Step through this model")).click()
    expect(page.get_by_role("heading", name="Attention", exact=True)).to_be_visible()
    player(page)


def test_settings_stay_when_the_page_is_left(visit):
    page = visit("/train", **QUIET)
    page.get_by_role("combobox", name="Task").click()
    page.get_by_role("option", name="sort letters").click()
    expect(page).to_have_url(re.compile("task=sort"))
    page.get_by_test_id("stTopNavSection").filter(has_text="Start").click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Home").click()
    expect(page.get_by_role("heading", name="See how a sequence")).to_be_visible()
    page.locator(".st-key-way-train").get_by_role("link").click()
    expect(page.get_by_role("combobox", name="Task")).to_have_value("sort letters")


def test_back_and_forward_move_the_controls(visit):
    page = visit("/train", **QUIET)
    task = page.get_by_role("combobox", name="Task")
    for name, id in (("sort letters", "sort"), ("copy letters", "copy")):
        task.click()
        page.get_by_role("option", name=name).click()
        expect(page).to_have_url(re.compile(f"task={id}"))
    page.get_by_role("button", name=re.compile("Addition")).click()  # it sets many controls, and is undone by one step
    expect(page).to_have_url(re.compile("hidden=96"))
    page.go_back()
    expect(task).to_have_value("copy letters")
    expect(page).not_to_have_url(re.compile("hidden="))
    page.go_back()
    expect(task).to_have_value("sort letters")
    page.go_back()
    expect(task).to_have_value("reverse letters")
    for _ in range(2):
        page.go_forward()
    expect(task).to_have_value("copy letters")
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="LSTM").click()
    expect(page).to_have_url(re.compile("cell=lstm"))
    expect(task).to_have_value("copy letters")


def test_a_link_opens_on_a_fresh_server(visit):
    page = visit("/attention?model=dates-gru-additive&text=3+mars+2021", **QUIET)
    found = player(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    found.focus()
    page.keyboard.press("End")
    expect(found.locator("h3")).to_contain_text("2021-03-03")


def test_bad_input_leaves_everything_standing(visit):
    page = visit("/attention", **QUIET)
    found = player(page)
    box = page.get_by_role("textbox", name="Input")
    for typed, sentence in [("", "nothing to read"), ("日本", "knows none"), ("a" * 100, "at most")]:
        box.fill(typed)
        box.press("Enter")
        expect(page.get_by_text(re.compile(sentence))).to_be_visible(timeout=30_000)
        expect(found).to_be_visible()
    box.fill("fine")
    box.press("Enter")
    expect(found.locator(".text")).to_contain_text("fine", timeout=30_000)
