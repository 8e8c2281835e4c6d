"""Reading the player on a page."""

from playwright.sync_api import Locator, Page, expect


def player(page: Page) -> Locator:
    """The player, drawn."""
    found = page.get_by_test_id("player")
    expect(found).to_be_visible(timeout=30_000)  # on a cold server the workers still load torch
    expect(found.locator("figure .picture svg").first).to_be_visible()
    return found


def step(found: Locator) -> int:
    """The step it shows."""
    return int(found.get_attribute("data-step"))


def steps(found: Locator) -> int:
    """How many it has."""
    return int(found.get_attribute("data-steps"))


def go_to(page: Page, found: Locator, wanted: int) -> None:
    """Press → until it shows a step, one after the other."""
    found.scroll_into_view_if_needed()
    found.focus()
    while step(found) < wanted:
        before = step(found)
        page.keyboard.press("ArrowRight")
        expect(found).to_have_attribute("data-step", str(before + 1))


def told(found: Locator) -> str:
    """The title of the step."""
    return found.locator("h3").inner_text()
