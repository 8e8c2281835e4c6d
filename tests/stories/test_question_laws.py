"""Laws of every question of every story: balanced, each wrong option with a reply of its own, nothing given away."""

import json
import re

import pytest

from seq2seq.stories.cell import Subject
from seq2seq.stories.cell.questions import cell_questions
from seq2seq.stories.convolution.questions import convolution_questions
from seq2seq.stories.looks import cross_look
from seq2seq.stories.questions import decoding_questions
from seq2seq.stories.questions.options import true_or_false
from seq2seq.stories.self_attention import focus_of
from seq2seq.stories.self_attention.questions import layer_questions
from seq2seq.stories.stored import STORIES
from seq2seq.stories.transformer.questions import transformer_questions
from seq2seq.studies.trained import load_trained
from seq2seq.words import LANGUAGES, Words, sentences

LETTERS = ("studio", "computer", "letters", "question", "abcdef", "vector", "memory", "window")
SYMBOLS = ("Cxuvzs", "Awvstu", "Bzyxwv", "Dstuvw", "Euvwxy", "Fvwxyz", "Gzzyyx", "Hxyxyx")
BARE = ["reads", "surer", "token"]


def stored(language):
    """Every question of the stored stories, with the name of its story."""
    for path in sorted(STORIES.glob(f"*-{language}.json")):
        for step in json.loads(path.read_text(encoding="utf-8"))["steps"]:
            if step.get("question"):
                yield path.stem, step["question"]


def asked(language="en"):
    """Questions of shipped models about several inputs: (kind, question)."""
    words = Words(language)
    for text in LETTERS:
        for name in ("reverse-gru-general", "reverse-gru-none"):
            yield from decoding_questions(load_trained(name).record(text), words).values()
        trace = load_trained("reverse-transformer").record_transformer(text)
        yield from transformer_questions(trace, words, cross_look(trace)).values()
        for query in (1, 3):
            yield from layer_questions(focus_of(trace, "encoder", "self", 0, 2, query), words).values()
        yield from convolution_questions(load_trained("reverse-conv").record_convolution(text), words, 2).values()
    for text in SYMBOLS:
        subject = Subject("1", "recall-lstm-none", load_trained("recall-lstm-none").record(text))
        yield from cell_questions([subject], [], words).values()


def lawful(question):
    """One right answer without a reply; of each wrong one a reply, which does not tell what is right."""
    options, replies, right = question["options"], question["replies"], question["right"]
    assert len(options) == len(replies) == len(set(options)) >= 2 and replies[right] == ""
    wrong = [reply for k, reply in enumerate(replies) if k != right]
    assert all(wrong), question["id"]
    for reply in wrong:
        assert (
            not re.search(r"(?<![\w.,−])" + re.escape(options[right]) + r"(?![\w.,%])", reply)
            or len(options[right]) < 3
        ), f"{question['id']}: {reply}"
        assert reply != question["why"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_wrong_option_has_its_reply(language):
    for name, question in stored(language):
        lawful(question)
        told = question["prompt"] + question["why"] + "".join(question["options"] + question["replies"])
        assert not re.search(r"\{\w+\}|time\(s\)|“”|> 99\.9|\d·10⁻(1\d|[2-9]\d)", told), f"{name} {question['id']}"


def test_true_and_false_are_balanced_in_the_stored_stories():
    right = [question["right"] for _, question in stored("en") if question["options"] == ["true", "false"]]
    assert len(right) >= 12 and 0.35 <= 1 - sum(right) / len(right) <= 0.65, right


def test_a_kind_is_always_true_or_false_in_no_story():
    """Over many inputs each statement comes in both versions, so that none can be answered without looking."""
    found = {}
    for question in asked():
        lawful(vars(question))
        if question.kind == "true-false":
            found.setdefault(question.id.split()[0], set()).add(question.right)
    assert set(found) >= {"lifted", "column", "reads", "columns", "once", "again", "grows", "causal", "outgrows"}
    assert all(versions == {0, 1} for versions in found.values()), found


def test_every_statement_has_both_versions_and_either_comes_up():
    keys = {key.removesuffix(".holds") for key in sentences("en") if key.endswith(".holds")}
    assert len(keys) >= 14

    class Plain(Words):
        def say(self, key, **slots):
            return key

    for key in keys:
        drawn = {true_or_false(Plain(), key, "id", seed).right for seed in range(40)}
        assert drawn == {0, 1}, key
        for one in ("holds", "fails", "why", "holds.reply", "fails.reply"):
            assert f"{key}.{one}" in sentences("en"), f"{key}.{one}"


def test_whys_say_why():
    """Of a task that knows what an output needs, no answer is explained by its probability alone."""
    trace = load_trained("reverse-gru-general").record("studio")
    for (_, t), question in decoding_questions(trace, Words("en")).items():
        if question.kind in ("token", "position") and t < 6:
            assert f"Reversing: letter {6 - t}, “{'studio'[5 - t]}”, is needed for output {t + 1}." in question.why
