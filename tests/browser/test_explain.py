"""Every number explains itself, the running lines are lit, and questions are asked before their answer shows."""

import re

import pytest
from playwright.sync_api import expect

from seq2seq.player.export import write_html
from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.explain import DecodingExplainer
from seq2seq.stories.formulas import exact
from seq2seq.studies.trained import load_trained
from seq2seq.words import Words
from tests.browser.player import go_to, player, step, steps

pytestmark = pytest.mark.browser
QUIET = {"reduced_motion": "reduce"}


def result(found):
    return found.locator(".asked math").last.text_content().replace("=", "").strip()


def test_a_click_explains_a_number_down_to_the_weights(visit):
    page = visit("/attention?text=studio", **QUIET)
    found = player(page)
    go_to(page, found, steps(found) - 1)
    cell = found.locator("figure[data-view=heat-map] .mark-rect path").nth(5)
    cell.click()
    trace = load_trained("reverse-gru-general").record("studio")
    expect(found.locator(".asked .name")).to_contain_text("Attention weight", timeout=15_000)
    assert result(found) == exact(float(trace.weights[0, 5]))
    found.locator(".asked .asks").first.click()
    expect(found.locator(".asked .name")).to_contain_text("Score of “o” (position 6) for output 1")
    assert result(found) == exact(float(trace.scores[0, 5]))
    expect(found.locator(".code .lit").first).to_contain_text("torch.einsum")
    found.locator(".asked .asks").first.focus()
    page.keyboard.press("Enter")
    expect(found.locator(".asked .name")).to_contain_text("Decoder")
    found.get_by_role("button", name="Back").click()
    expect(found.locator(".asked .name")).to_contain_text("Score of")
    found.get_by_role("button", name="Close").click()
    expect(found.locator(".asked")).to_be_hidden()


@pytest.mark.parametrize("view", ["overview", "softmax", "probabilities", "units"])
def test_every_picture_answers(visit, view):
    page = visit("/attention?text=abcd", **QUIET)
    found = player(page)
    go_to(page, found, steps(found) - 1)
    figure = found.locator(f"figure[data-view={view}]")
    expect(figure).to_have_attribute("data-ready", "true")
    figure.scroll_into_view_if_needed()
    scope = ".role-scope " if view == "overview" else ""
    figure.locator(f"{scope}.mark-rect path").nth(1).click()
    expect(found.locator(".asked math").last).to_be_visible(timeout=15_000)
    assert re.match(r"−?\d", result(found))


def test_a_step_shows_the_lines_that_ran(visit):
    page = visit("/attention?text=ab", **QUIET)
    found = player(page)
    go_to(page, found, 1)
    expect(found.locator(".code header")).to_contain_text("models/cells.py · gru_step")
    assert "torch.sigmoid" in found.locator(".code .lit").first.inner_text()
    page.keyboard.press("End")
    expect(found.locator(".code header")).to_contain_text("traces/writing.py")


def test_a_question_answered_wrong_then_right(visit):
    page = visit("/attention?text=letter", **QUIET)
    found = player(page)
    found.focus()
    question = found.get_by_role("region", name="Predict first")
    while not question.is_visible():
        page.keyboard.press("ArrowRight")
        assert step(found) < steps(found) - 1
    asked_at = step(found)
    right = load_trained("reverse-gru-general").record("letter").output[0]
    options = question.locator(".option")
    labels = options.all_inner_texts()
    assert right in labels and len(labels) == len(set(labels)) >= 3
    options.nth(next(i for i, label in enumerate(labels) if label != right)).click()
    reply = question.locator(".verdict")
    expect(reply).to_contain_text("✗")
    assert len(reply.inner_text()) > 12 and right not in reply.inner_text().split()  # a reply of its own, no answer
    question.get_by_label("I am sure").check()
    options.nth(labels.index(right)).click()
    expect(question.locator(".verdict")).to_contain_text(right)
    expect(question.locator(".score")).to_contain_text("0 of 1")
    found.focus()
    page.keyboard.press("ArrowRight")  # never in the way
    expect(found).to_have_attribute("data-step", str(asked_at + 1))
    expect(question).to_be_hidden()
    expect(found.locator(".recall")).to_contain_text(f"Right was: {right}")  # after a wrong answer, once more
    page.reload()  # the score is the session's
    found = player(page)
    page.keyboard.press("Tab")
    go_to(page, found, asked_at + 1)
    found.focus()
    while not question.is_visible():
        page.keyboard.press("ArrowRight")
    expect(question.locator(".score")).to_contain_text("0 of 1")


def test_the_end_of_a_story_says_how_sure_one_was(visit):
    """Four answers one was sure of, one of them wrong, and one more: told at the last step, and only there."""
    page = visit("/attention?text=letter", **QUIET)
    found = player(page)
    found.focus()
    question, balance = found.get_by_role("region", name="Predict first"), found.get_by_role("region", name="How sure")
    trace = load_trained("reverse-gru-general").record("letter")
    asked = [step.question for step in decoding_story(trace, Words("en"), "x").steps if step.question]
    for number, of in enumerate(asked[:5]):
        while not question.is_visible() or question.locator(".prompt").inner_text() != of.prompt:
            page.keyboard.press("ArrowRight")
            assert step(found) < steps(found) - 1
        expect(balance).to_be_hidden()
        sure = number < 4
        if sure:
            question.get_by_label("I am sure").check()
        wrong = next(k for k in range(len(of.options)) if k != of.right)
        question.locator(".option").nth(of.right if number else wrong).click()
        if not number:
            expect(question.locator(".verdict")).to_contain_text(of.replies[wrong])
        found.focus()
    page.keyboard.press("End")
    expect(balance).to_contain_text("In this story: sure, 3 of 4 right; not sure, 1 of 1 right")
    expect(balance).to_contain_text("So far in all: sure, 3 of 4 right")
    expect(balance).to_contain_text("You are surer than you are right")
    page.keyboard.press("Home")
    expect(balance).to_be_hidden()


def test_playing_asks_nothing(visit):
    page = visit("/attention?text=ab", **QUIET)
    found = player(page)
    found.get_by_role("combobox").select_option("4")
    found.get_by_role("button", name="Play").click()
    question = found.get_by_role("region", name="Predict first")
    for _ in range(25):
        assert not question.is_visible()
        page.wait_for_timeout(100)


def test_an_exported_file_explains_and_asks_offline(browser, tmp_path):
    trained, words = load_trained("reverse-gru-general"), Words("en")
    trace = trained.record("abc")
    story = decoding_story(trace, words, "test", "cba")
    file = write_html(story, tmp_path / "story.html", explainer=DecodingExplainer(trace, words))
    context = browser.new_context(offline=True, **QUIET)
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    found = player(page)
    question = found.get_by_role("region", name="Predict first")
    found.focus()
    while not question.is_visible():
        page.keyboard.press("ArrowRight")
    question.locator(".option").first.click()
    expect(question.locator(".verdict")).not_to_be_empty()
    go_to(page, found, steps(found) - 1)
    found.locator("figure[data-view=heat-map] .mark-rect path").nth(2).click()
    expect(found.locator(".asked .name")).to_contain_text("Attention weight")
    assert result(found) == exact(float(trace.weights[0, 2]))
    expect(found.locator(".code .lit").first).to_contain_text("softmax")
    assert not complaints
    context.close()
