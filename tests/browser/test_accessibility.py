"""axe-core finds nothing serious: on each page, light and dark, in both languages, and in the player's states."""

from itertools import cycle

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from seq2seq.ui.navigation import GROUPS, HOME
from tests.browser.player import player, steps

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}
SEVERAL = {"convolution": 2, "exact": 2, "sampling": 3}  # players on a page that has more than one
PARTS = [  # of pages that show one at a time, but for the first
    "positions?positions-part=table", "positions?positions-part=sides", "masks?masks-part=off",
    "masks?masks-part=leak", "self-attention?selfatt-part=scale",
]  # fmt: skip
BACKGROUND = "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
PLACES = [place for places in GROUPS.values() for place in places]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}


def background(page):
    return page.evaluate(BACKGROUND)


def assert_accessible(page):
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    serious = [
        f"{one['id']} ({one['impact']}): {node['target']} {node['html'][:200]} {node.get('failureSummary', '')[:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]
    assert not serious, "\n".join(serious)


def assert_accessible_in_both_themes(page):
    assert_accessible(page)
    before = background(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_function(f"() => ({BACKGROUND})() !== '{before}'")
    page.wait_for_timeout(300)
    assert_accessible(page)


@pytest.mark.parametrize(
    ("place", "language"), list(zip(PLACES, cycle(["en", "zh"]))), ids=lambda part: getattr(part, "stem", part)
)
def test_pages(visit, place, language):
    page = visit(f"/{'' if place == HOME else place.address}?lang={language}", **QUIET)
    if place.stem in SEVERAL:
        page.get_by_test_id("player").nth(SEVERAL[place.stem] - 1).wait_for()
    elif place.stem != "train":
        player(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_timeout(500)
    assert_accessible_in_both_themes(page)


@pytest.mark.parametrize(("part", "language"), list(zip(PARTS, cycle(["zh", "en"]))))
def test_parts_of_pages(visit, part, language):
    page = visit(f"/{part}&lang={language}", **QUIET)
    player(page)
    page.wait_for_timeout(500)
    assert_accessible_in_both_themes(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_states_of_the_player(visit, scheme):
    """A question open and answered wrong, a number explained, a what-if beside it."""
    page = visit("/attention?if=look", color_scheme=scheme, **QUIET)
    page.get_by_test_id("player").nth(1).wait_for()
    found = page.get_by_test_id("player").first
    found.focus()
    question = found.get_by_role("region", name="Predict first")
    while not question.is_visible():
        page.keyboard.press("ArrowRight")
    question.locator(".option").first.click()
    assert_accessible(page)
    found.focus()
    page.keyboard.press("End")
    expect(found).to_have_attribute("data-step", str(steps(found) - 1))
    found.locator("figure[data-view=heat-map] .mark-rect path").nth(5).click()
    expect(found.locator(".asked math").last).to_be_visible(timeout=15_000)
    assert_accessible(page)


def test_a_run_on_the_board(visit):
    page = visit("/train?steps=60&until=0", **QUIET)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Finished")).to_be_visible(timeout=60_000)
    assert_accessible(page)
