"""The shipped date models read what people write, not only what the generator draws."""

import pytest

from seq2seq.studies.shipped import shipped_card
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import Dates, Pair
from seq2seq.tasks.date_forms import KINDS
from seq2seq.training.evaluate import evaluate
from tests.tasks.written_dates import WRITTEN

GOOD = ("dates-gru-additive", "dates-transformer")
MUST = {
    "March 3rd, 2021": "2021-03-03", "le 1er mars 2021": "2021-03-01", "3-Mar-2021": "2021-03-03", "2021-3-3": "2021-03-03",
    "二〇二一年三月三日": "2021-03-03", "Tue, 3 Mar 2021 10:00 GMT": "2021-03-03",
}  # fmt: skip
WELL, EACH = 0.99, 0.97


@pytest.mark.parametrize("name", GOOD)
def test_dates_written_by_hand_are_read(name):
    """At least 97 of 100, and all of those that the page shows."""
    trained, task = load_trained(name), Dates()
    texts = [pair for group in WRITTEN.values() for pair in group] + list(MUST.items())
    pairs = [Pair(task.normalise(text), day) for text, day in texts]
    score = evaluate(trained.model, task.batch(pairs, *trained.vocabularies), trained.vocabularies[1])
    wrong = {text: output for (text, day), output in zip(texts, score.outputs, strict=True) if output != day}
    assert not set(wrong) & set(MUST), wrong
    assert len(texts) > 150 and len(wrong) <= (1 - EACH) * len(texts), wrong


@pytest.mark.parametrize("name", GOOD)
def test_each_kind_is_good_and_the_card_says_so(name):
    test = shipped_card(name)["test"]
    assert test["exact_match"] >= WELL and test["n"] == 2000 == sum(row["n"] for row in test["by_kind"].values())
    assert tuple(test["by_kind"]) == KINDS
    assert min(row["exact_match"] for row in test["by_kind"].values()) >= EACH, test["by_kind"]
    right = sum(row["n"] * row["exact_match"] for row in test["by_kind"].values())
    assert right == pytest.approx(test["n"] * test["exact_match"])


@pytest.mark.parametrize("name", [*GOOD, "dates-lstm-none", "dates-rnn-none"])
def test_the_vocabulary_is_the_tasks_own(name):
    """A date model that was trained before a form was added would read its new signs as unknown."""
    trained = load_trained(name)
    assert trained.vocabularies == Dates().vocabularies()
