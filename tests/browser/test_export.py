"""What can be taken along: an offline file, pictures, data, a link."""

import csv
import io

import pytest
from playwright.sync_api import expect

from seq2seq.player.export import write_html
from seq2seq.stories.decoding import decoding_story
from seq2seq.studies.trained import load_trained
from seq2seq.words import Words
from tests.browser.player import player, steps

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


@pytest.mark.parametrize("model", ["reverse-gru-general", "reverse-gru-none"])
def test_an_exported_file_plays_with_the_network_off(browser, tmp_path, model):
    trained = load_trained(model)
    trace = trained.record("offline")
    file = write_html(decoding_story(trace, Words("en"), model, "enilffo"), tmp_path / "story.html")
    context = browser.new_context(offline=True, **QUIET)
    page, complaints, asked = context.new_page(), [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    found = player(page)
    found.focus()
    for expected in range(1, steps(found)):
        page.keyboard.press("ArrowRight")
        expect(found).to_have_attribute("data-step", str(expected))
    expect(found.locator("h3")).to_contain_text(trace.text)
    assert not complaints and asked == [file.as_uri()]
    context.close()


def test_the_page_saves_that_file(visit, tmp_path):
    page = visit("/attention?text=taken", **QUIET)
    player(page)
    with page.expect_download(timeout=90_000) as waiting:  # on a busy machine the server still loads torch
        page.get_by_role("button", name="Save as HTML").click()
    text = (waiting.value.path()).read_text(encoding="utf-8")
    assert waiting.value.suggested_filename == "seq2seq-attention.html" and "Content-Security-Policy" in text


@pytest.mark.parametrize("kind", ["SVG", "PNG", "CSV"])
def test_a_picture_and_its_data_can_be_saved(visit, kind):
    page = visit("/attention?text=data", **QUIET)
    figure = player(page).locator("figure[data-view=heat-map]")
    expect(figure).to_have_attribute("data-ready", "true")
    figure.locator("summary").click()
    with page.expect_download() as waiting:
        figure.get_by_role("button", name=kind).click()
    saved = waiting.value.path().read_bytes()
    assert waiting.value.suggested_filename == f"seq2seq-heat-map.{kind.lower()}"
    if kind == "CSV":
        rows = list(csv.DictReader(io.StringIO(saved.decode("utf-8-sig"))))
        assert len(rows) == 4 * 5 and {row["source"] for row in rows} == {"d", "a", "t"}
        for t in range(5):
            assert abs(sum(float(row["w"]) for row in rows if row["t"] == str(t)) - 1) < 0.01
    else:
        assert saved.startswith(b"<svg" if kind == "SVG" else b"\x89PNG")


def test_a_copied_link_opens_the_same_step(visit):
    page = visit("/attention?text=linked", permissions=["clipboard-read", "clipboard-write"], **QUIET)
    found = player(page)
    found.focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    found.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto(link)
    found = player(page)
    expect(found).to_have_attribute("data-step", "7")
    expect(page.get_by_role("textbox", name="Input")).to_have_value("linked")
