"""The stories of positions: what a shuffle leaves alone, what the waves say, and what the switches come to."""

import random
import re
from functools import cache

import numpy as np
import pytest
import torch

from seq2seq.models.config import TransformerConfig
from seq2seq.models.make import make_model
from seq2seq.models.positions import sinusoids
from seq2seq.recording import record_transformer
from seq2seq.stories.explain import Unknown
from seq2seq.stories.formulas import exact
from seq2seq.stories.positions import (
    BoardExplainer,
    PlacesExplainer,
    Shuffled,
    ShuffleExplainer,
    board,
    board_story,
    places,
    places_story,
    put_in_order,
    shuffle,
    shuffle_story,
)
from seq2seq.stories.positions.shuffled import ROUNDING
from seq2seq.stories.sources import listing
from seq2seq.studies.bos_weights import stored_weights
from seq2seq.studies.places import record_learned, record_waves
from seq2seq.studies.positions import ALL_WAYS, chance, measured_trace, positions_trace
from seq2seq.studies.shuffled import ORDERS, answers, model_names, order_of, read_letters, record_shuffled
from seq2seq.studies.trained import Trained, load_trained
from seq2seq.tasks import InputError, Vocabulary
from seq2seq.tasks.sequences import Reverse
from seq2seq.traces.positions import PositionRun
from seq2seq.training.config import RunConfig
from seq2seq.words import LANGUAGES, Words
from tests.stories.statements import true_or_false_right
from tests.stories.whole import check_whole

CELLS = 200
LETTERS = Vocabulary.of("abcdefg")
every_language = pytest.mark.parametrize("language", LANGUAGES)


def build(encoder, decoder="sinusoidal"):
    """A random model, its weights larger than at the start of training, so that differences show."""
    torch.manual_seed(4)
    config = TransformerConfig(
        hidden=16, heads=2, feed_forward=24, encoder_positions=encoder, decoder_positions=decoder
    )
    model = make_model(config, len(LETTERS), len(LETTERS)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.5)
    return model


@cache
def pairs(text="badcfeg", how="1"):
    order = order_of(how, len(text))
    other = put_in_order(text, order)

    def read(encoder, source):
        return record_transformer(build(encoder), list(source), (LETTERS, LETTERS), longest=6)

    return {
        way: Shuffled(read(encoder, text), read(encoder, other), order)
        for way, encoder in (("without", "none"), ("with", "sinusoidal"))
    }


@cache
def learned(side="encoder"):
    model = build("learned", "learned").requires_grad_(False)
    config = RunConfig(Reverse(longest=8), model.config)
    return record_learned(Trained("test", config, (LETTERS, LETTERS), model, 0), side)


TABLES = {"waves": record_waves, "encoder": learned, "decoder": lambda: learned("decoder")}
every_table = pytest.mark.parametrize("table", TABLES)


def runs(task="reverse", seeds=(1, 2, 3)):
    """What might have been measured: without positions in the encoder it fails."""
    held = []
    for encoder, decoder in ALL_WAYS:
        for seed in seeds:
            right = 12 if encoder == "none" else 1000 - seed
            held.append(PositionRun(encoder, decoder, seed, right, 900, 1000, 600, ("abcd", "dcba", "dbca")))
    return positions_trace(task, held)


def whole(story):
    """The same of its questions; and it is no larger than a browser likes."""
    data = check_whole(story)
    for asked in (step["question"] for step in data["steps"] if "question" in step):
        assert len(set(asked["options"])) == len(asked["options"]) >= 2
        assert "{" not in asked["prompt"] + asked["why"]
    assert len(story.to_json()) < 500_000
    return data


def clickable(view):
    """(address, number) of everything in a view that can be clicked, as its picture has it."""
    for rows in view.data.values():
        for row in rows:
            if "unit" in row:
                yield from ((f"{row['ask']} {unit}", v) for unit, v in zip(row["unit"], row["v"], strict=True))
            elif "ask" in row and row.get("v", row.get("share", row.get("d"))) is not None:
                yield row["ask"], row.get("v", row.get("share", row.get("d")))


def check(explainer, story, tolerance=1e-5):
    rng = random.Random(1)
    for view in story.views:
        found = list(clickable(view))
        for address, number in rng.sample(found, min(CELLS, len(found))):
            told = explainer.explain(address)
            assert told.value == pytest.approx(float(number), rel=1e-3, abs=1e-7), address
            assert told.computed == pytest.approx(told.value, abs=tolerance), address
            assert told.result == exact(told.value) and told.name and told.lines and "{" not in told.name


def leads(explainer, story):
    """Every number of the formulas can be clicked too."""
    for step in story.steps:
        for slot in step.formula[1] if step.formula else ():
            if isinstance(slot, tuple):
                assert explainer.explain(slot[1]).address == slot[1]


# ---- the shuffle


def shuffled_story(words, **read):
    return shuffle_story(pairs(**read), words, "test", ("gefcdab", "abcdefg"))


@every_language
@pytest.mark.parametrize("read", [{}, {"text": "aab", "how": "ends"}, {"text": "abcdefgabcde", "how": "backwards"}])
def test_the_shuffle_is_told_whole(language, read):
    story = shuffled_story(Words(language), **read)
    whole(story)
    explainer = ShuffleExplainer(pairs(**read), Words(language))
    check(explainer, story)
    leads(explainer, story)


@pytest.mark.parametrize("how", ORDERS)
def test_without_positions_the_encoder_is_permutation_equivariant(how):
    """Whatever the weights: states put back in order are the same, row by row, and so is what is written."""
    pair = pairs(how=how)["without"]
    for row in pair.rows:
        assert pair.far(row).max() < ROUNDING and not pair.differing(row)
    assert pair.shifts().max() < ROUNDING and pair.changed == 0
    np.testing.assert_allclose(*pair.looks(0), atol=ROUNDING)


def test_with_positions_what_moved_is_another_vector_and_then_everything_moves():
    pair = pairs(how="swap")["with"]
    assert pair.differing(0) == [0, 1] and len(pair.differing(pair.typed.layers)) == len(pair.order)


def test_questions_about_the_shuffle_have_their_answers_in_the_traces():
    told = {step.question.id: step.question for step in shuffled_story(Words("en")).steps if step.question}
    without, with_ = pairs()["without"], pairs()["with"]
    assert {"states", "outputs without", "embedded"} <= told.keys()
    for id, question in told.items():
        right = question.options[question.right]
        if id == "states":
            assert right == str(sum(without.far(2) > ROUNDING)) == "0"
        elif id.startswith("outputs"):
            pair = without if id.endswith("without") else with_
            output = [
                sum(a != b for a, b in zip(pair.typed.output, pair.shuffled.output, strict=False))
                + abs(len(pair.typed.output) - len(pair.shuffled.output))
            ]
            assert right == str(output[0])
        elif id == "embedded":
            assert true_or_false_right(question, "question.shuffle.embedded") and with_.far(0).max() > 0.2
        elif id == "place":
            best = int(with_.shuffled.weights[0].argmax())
            assert right == f"“{with_.shuffled.source[best]}”, position {best + 1}"


@pytest.mark.parametrize("address", ["", "far", "far without", "far without 9 0", "far without 0 99", "far other 0 0",
                                     "far without -1 0", "far without x y", "shift with 99", "shift with", "without",
                                     "without.typed encoder 9 h 0 0", "with.typed place 0 99"])  # fmt: skip
def test_no_such_number_of_a_shuffle(address):
    with pytest.raises(Unknown):
        ShuffleExplainer(pairs(), Words("en")).explain(address)


def test_another_order_keeps_the_story_and_with_it_the_step():
    stories = [shuffled_story(Words("en"), how=how) for how in ("1", "backwards")]
    assert stories[0].id == stories[1].id
    assert [view.spec for view in stories[0].views] == [view.spec for view in stories[1].views]


@pytest.mark.parametrize("how", ORDERS)
@pytest.mark.parametrize("count", [3, 4, 12])
def test_an_order_holds_every_place_once_and_moves_something(how, count):
    order = order_of(how, count)
    assert sorted(order) == list(range(count)) and order != tuple(range(count))


@pytest.mark.parametrize("text", ["", "ab", "a" * 13, "ab1", "abč", "<b>"])
def test_letters_that_cannot_be_read(text):
    with pytest.raises(InputError):
        read_letters(text)
    assert read_letters(" Stu dio ") == "studio" and answers("sort", "studio", "1") == ("diostu", "diostu")


# ---- the tables


@every_language
@every_table
def test_a_table_is_told_whole(language, table):
    trace = TABLES[table]()
    story = places_story(trace, Words(language), "test")
    data = whole(story)
    check(PlacesExplainer(trace, Words(language)), story)
    leads(PlacesExplainer(trace, Words(language)), story)
    assert {view["id"] for view in data["views"]} >= {"table", "dots"}


def test_the_waves_of_the_picture_are_those_of_the_model():
    trace = record_waves()
    np.testing.assert_array_equal(trace.table, sinusoids(32, 64).numpy())
    views = {view.id: view for view in places_story(trace, Words("en"), "test").views}
    for clock in views["clocks"].data["clocks"]:
        i, p = clock["i"], 7
        assert np.cos(p * clock["rate"]) == pytest.approx(float(trace.table[p, 2 * i + 1]), abs=1e-6)
        assert np.sin(p * clock["rate"]) == pytest.approx(float(trace.table[p, 2 * i]), abs=1e-6)
    for row in views["waves"].data["waves"]:
        if row["p"] == int(row["p"]):
            assert row["sin"] == pytest.approx(float(trace.table[int(row["p"]), 2 * row["i"]]), abs=1e-6)
    curve = {row["d"]: row["v"] for row in views["dots"].data["curve"]}
    for row in views["dots"].data["dots"]:
        assert row["v"] == pytest.approx(curve[row["q"] - row["p"]], abs=1e-4)


def test_with_waves_only_the_distance_counts_and_with_a_learned_table_not():
    waves, table = record_waves(), learned()
    for distance in range(1, 20):
        assert np.ptp(waves.by_distance(distance, 32)) < 1e-4
    assert np.ptp(table.by_distance(3, table.read)) > 0.5 and table.read == 8 and learned("decoder").read == 9


@every_table
def test_questions_about_a_table(table):
    trace = TABLES[table]()
    told = [step.question for step in places_story(trace, Words("en"), "test").steps if step.question]
    for question in told:
        right = question.options[question.right]
        if question.id == "turn":
            assert right == "slower"
        else:
            p = int(question.id.split()[1])
            known = int(re.match(r"Row (\d+)", question.prompt)[1])
            first, second = trace.dots[known, known + 3], trace.dots[p, p + 3]
            close = abs(first - second) < 1e-3
            assert right == ("the same" if close else "larger" if second > first else "smaller")
    assert told


@pytest.mark.parametrize("address", ["", "place", "place 0", "place 99 0", "place 0 99", "place -1 0", "place 0 -1",
                                     "dot 0", "dot 0 99", "dot -1 0", "dot x y", "__init__ 1"])  # fmt: skip
def test_no_such_number_of_a_table(address):
    with pytest.raises(Unknown):
        PlacesExplainer(record_waves(), Words("en")).explain(address)


# ---- the switches


@every_language
@pytest.mark.parametrize("task", ["reverse", "sort", "sort-repeats"])
def test_the_switchboard_is_told_whole(language, task):
    for trace in (runs(task), positions_trace(task, []), measured_trace(task)):
        story = board_story(trace, Words(language), "test", {"reverse": [0.01], "sort": [1.0]}, stored_weights())
        assert len(whole(story)["steps"]) == len(ALL_WAYS) and len(story.views) == 3
        check(BoardExplainer(trace, Words(language), stored_weights()), story)


def test_every_dot_is_a_run_and_stands_where_it_belongs():
    trace = measured_trace("reverse")
    board_view = next(view for view in board_story(trace, Words("en"), "test").views if view.id == "board")
    assert len(board_view.data["dots"]) == len(trace.runs) >= 5
    for dot, run in zip(board_view.data["dots"], trace.runs, strict=True):
        assert (board.KINDS[dot["e"]], board.KINDS[dot["d"]]) == run.ways and dot["share"] == run.right / run.n


def test_questions_about_the_switches_follow_the_runs():
    trace = runs()
    story = board_story(trace, Words("en"), "test", {"reverse": [0.01, 0.02], "sort": [1.0, 0.99]})
    told = {step.question.id: step.question for step in story.steps if step.question}
    assert told["survives"].options[told["survives"].right] == "only sorting"
    assert told["decoder"].options[told["decoder"].right] == "true"
    many = told["many none sinusoidal"]
    assert many.options[many.right] == f"about {trace.chance:.0%}"
    unclear = board_story(trace, Words("en"), "test", {"reverse": [0.01, 0.5], "sort": [1.0]})
    assert "survives" not in {step.question.id for step in unclear.steps if step.question}
    assert not any(step.question for step in board_story(positions_trace("reverse", []), Words("en"), "t").steps)


def test_a_sentence_says_why_only_where_the_runs_show_it():
    words = Words("en")
    failing = [
        PositionRun(*pair, 1, 300, 900, 1000, 600, ("ab", "ba", "ab")) for pair in ALL_WAYS
    ]  # fmt: skip
    for trace, seen in ((runs(), True), (positions_trace("reverse", failing), False)):
        text = " ".join(step.text for step in board_story(trace, words, "test").steps)
        assert ("mask tells it" in text) is seen and ("all letters are the right ones" in text) is seen


def test_a_decoder_without_positions_gives_bos_a_share_that_falls_as_the_sentence_says():
    """What the mask tells: every head's weight on the first token falls with every step, near 1/t."""
    held = stored_weights()
    for head in range(4):
        means = [weight.mean for weight in held if weight.head == head]
        assert means[0] == pytest.approx(1.0) and means == sorted(means, reverse=True) and len(means) == 9
        assert all(abs(mean - 1 / t) < 0.2 for t, mean in enumerate(means, 1))


def test_chance_is_the_share_of_orders_that_are_right():
    """Four to eight different letters: the mean of 1/L! over lengths drawn alike, 1.0 %."""
    assert chance("sort") == pytest.approx(np.mean([1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320]), abs=0.001)
    assert chance("sort") < chance("sort-repeats") < 0.03


@pytest.mark.parametrize("address", ["", "exact", "exact none none", "exact none none 99", "exact a b 1"])
def test_no_such_run(address):
    with pytest.raises(Unknown):
        BoardExplainer(runs(), Words("en")).explain(address)


PASSAGES = [value for module in (board, places, shuffle) for name, value in vars(module).items() if name.isupper()]


@pytest.mark.parametrize("passage", [held for held in PASSAGES if hasattr(held, "pieces")], ids=str)
def test_every_passage_is_in_its_file(passage):
    assert listing(passage).lit(passage)


# ---- repeated letters


@pytest.mark.parametrize("text", ["ppqqrr", "rqprqp", "ppqqrrppqqrr"])
def test_without_positions_an_input_and_each_letter_twice_are_one_input(text):
    """Attention takes means: shares are the same, so are all states and what is written. With positions, none is."""
    models = {way: load_trained(name) for way, name in model_names("sort-repeats").items()}
    without, with_ = models["without"], models["with"]
    once, many = without.record_transformer("pqr"), without.record_transformer(text)
    assert many.text == once.text == "pqr" and with_.record_transformer("ppqqrr").text == "ppqqrr"
    for letter in "pqr":
        one, other = (trace.encoder[-1]["h"][trace.source.index(letter)] for trace in (once, many))
        assert other == pytest.approx(one, abs=1e-5)
    assert not np.allclose(
        with_.record_transformer(text).encoder[-1]["h"][0],
        with_.record_transformer("pqr").encoder[-1]["h"][0],
        atol=0.1,
    )


@pytest.mark.parametrize(("text", "said"), [("pqr", 0), ("ppq", 1), ("ppqq", 2)])
def test_of_repeated_letters_it_says_what_is_true_of_them(text, said):
    words = Words("en")
    pairs = record_shuffled("sort-repeats", text, "1", load_trained)
    story = shuffle_story(pairs, words, text, answers("sort-repeats", text, "1"))
    told = " ".join(step.text for step in story.steps)
    assert (words.say("shuffle.written.repeats") in told, "are one input" in told) == (said > 0, said > 1)
