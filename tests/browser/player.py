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


def told(found: Locator) -> str:
    """The title of the step."""
    return found.locator("h3").inner_text()
