"""Cutting, batches and embeddings as stories: every number explains itself, every right answer is found again."""

import json
import random
import re
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq.preparing.batching import record_batches
from seq2seq.preparing.cutting import NEVER_SEEN, record_cutting
from seq2seq.preparing.pieces import cut
from seq2seq.stories.batching import BatchingExplainer, batching_story
from seq2seq.stories.batching.questions import batching_questions
from seq2seq.stories.cutting import CuttingExplainer, cutting_story
from seq2seq.stories.cutting.questions import AHEAD, cutting_questions
from seq2seq.stories.embeddings import EmbeddingExplainer, Geometry, embedding_story
from seq2seq.stories.embeddings.measures import by_chance, cosines, rank_correlation, ranks
from seq2seq.stories.embeddings.questions import embedding_questions
from seq2seq.stories.explain import Unknown
from seq2seq.stories.sources import listing
from seq2seq.studies.embeddings import load_embeddings
from seq2seq.tasks import TASKS, Dates, Reverse
from seq2seq.traces import EmbeddingTrace
from seq2seq.words import LANGUAGES, Words
from tests.stories.statements import true_or_false_right

CELLS = 150


@cache
def cutting(task="dates", text="20 de novembro de 2019"):
    return record_cutting(TASKS[task](), text, 25)


@cache
def batches(task="reverse", bucketed=False, size=12):
    made = Reverse(4, 20) if task == "reverse" else TASKS[task]()
    return record_batches(made, size, 2, bucketed, 28)


@cache
def geometry(kind="source"):
    return Geometry(load_embeddings("sort-gru-general"), kind)


def random_table(tokens="abcdefghij", snapshots=3):
    rng = np.random.default_rng(1)
    names = ("⟨pad⟩", "⟨bos⟩", "⟨eos⟩", "⟨unk⟩", *tokens)
    tables = rng.normal(size=(snapshots, len(names), 6)).astype(np.float32)
    steps = (0, 10, 20)[-snapshots:]
    return EmbeddingTrace(
        "x", "reverse", steps, {"source": names, "target": names}, {"source": tables, "target": tables}
    )


def told():
    """Every kind of story, with what explains its numbers."""
    for task, text in (("dates", "20 de novembro de 2019"), ("dates", "3 ☃ mars"), ("reverse", "studio")):
        trace = cutting(task, text)
        yield cutting_story, (trace,), CuttingExplainer(trace, Words("en"))
    for task, bucketed, size in (("reverse", False, 12), ("dates", True, 20), ("recall", False, 4)):
        trace = batches(task, bucketed, size)
        yield batching_story, (trace,), BatchingExplainer(trace, Words("en"))
    for trace, kind, token in (
        (load_embeddings("sort-gru-general"), "source", "t"), (load_embeddings("sort-gru-general"), "target", "a"),
        (load_embeddings("reverse-gru-general"), "source", "z"), (load_embeddings("dates-gru-additive"), "source", "年"),
        (random_table(), "target", "c"),
    ):  # fmt: skip
        yield embedding_story, (trace, kind, token), EmbeddingExplainer(Geometry(trace, kind), Words("en"))


EVERY = list(told())
every = pytest.mark.parametrize(("tell", "arguments", "explainer"), EVERY, ids=range(len(EVERY)))


def clickable(row, view):
    """(address, number) of what a row of a picture can be asked."""
    if "unit" in row:
        yield from ((f"{row['ask']} {unit}", value) for unit, value in zip(row["unit"], row["v"], strict=True))
    elif view == "table":
        yield f"{row['ask']} 0", row["count"][0]
        yield (
            f"{row['ask']} {len(row['count']) - 1 if len(row['count']) > 2 else 0}",
            row["count"][-1 if len(row["count"]) > 2 else 0],
        )
    elif view == "grid" and "asks" in row:
        yield from zip(row["asks"], (row["id"], row["v"]), strict=True)
    elif view == "grid":
        yield row["ask"], row["n"]
    elif view == "map":
        yield from ((ask, value) for ask, value in zip(row["asks"], row["v"], strict=True) if value is not None)
    elif view in ("curve", "curves") and "asks" in row:
        names = ("length", "size") if "length" in row else ("rho", "near")
        yield from zip(row["asks"], (row[name] for name in names), strict=True)
    elif view == "many":
        yield (row["asks"][0], row["v"]) if "asks" in row else (row["ask"], row["share"])
    elif view == "strip":
        yield row["ask"], None  # a place among the others; what is explained is the number it is ranked by
    elif view == "scatter":
        yield from (
            (f"point {k} {row['id']} {c}", row[axis][k]) for k in range(len(row["x"])) for c, axis in enumerate("xy")
        )
    elif view == "levels":
        yield row["ask"], row["id"]
    elif view == "pairs":
        yield row["ask"], row["count"]
    else:
        yield row["ask"], row["v"]


@every
def test_what_is_clicked_explains_the_number_that_is_shown(tell, arguments, explainer):
    rng = random.Random(1)
    for view in tell(*arguments, Words("en")).views:
        cells = [
            cell
            for name, rows in view.data.items()
            if name != "words"
            for row in rows
            for cell in clickable(row, view.id)
        ]
        assert cells, view.id
        for address, number in rng.sample(cells, min(CELLS, len(cells))):
            found = explainer.explain(address)
            assert found.computed == pytest.approx(found.value, abs=1e-6), address
            assert number is None or found.value == pytest.approx(float(number), abs=1e-6), address
            assert found.lines and found.name and "{" not in found.name and found.to_json()
            if found.passage:
                assert listing(found.passage).lit(found.passage)


@every
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_story_is_whole_in_every_language(tell, arguments, explainer, language):
    story = tell(*arguments, Words(language))
    data = json.loads(story.to_json())
    assert len(story.to_json().encode()) < 500_000
    for step, plain in zip(story.steps, data["steps"], strict=True):
        assert "{" not in step.title + step.text and listing(step.passage).lit(step.passage)
        assert step.text and 0 <= plain["chapter"] < len(data["chapters"])
        for slot in (step.formula or (0, ()))[1]:
            if isinstance(slot, tuple):  # a number in a formula leads to its explanation
                explainer.explain(slot[1])
    for view in data["views"]:
        assert len(view["alternatives"]) == len(story.steps) and all(view["alternatives"])
        for name, values in view["signals"].items():
            assert not name.endswith("_at") or len(values) == len(story.steps), (view["id"], name)
        declared = {signal["name"] for signal in view["spec"]["signals"]}
        assert set(view["signals"]) <= declared, view["id"]
        assert not declared & {"E", "PI", "LN2", "LN10", "SQRT2", "NaN"}  # Vega has constants of these names


@every
@pytest.mark.parametrize(
    "address", ["", "pair", "pair 0 0", "id 99 0", "unit -1 0 0", "law 0 2", "cosine x y z", "width 1 2 3", "__init__"]
)
def test_no_such_number(tell, arguments, explainer, address):
    with pytest.raises(Unknown):
        explainer.explain(address)


class TestQuestions:
    @pytest.mark.parametrize(
        ("task", "text"), [("dates", "20 de novembro de 2019"), ("dates", "2021年3月3日"), ("reverse", "studio")]
    )
    def test_of_a_cutting(self, task, text):
        trace, kinds = cutting(task, text), set()
        merges = [(record.candidates[0][0], record.candidates[0][1]) for record in trace.merges]
        for (_, number), question in cutting_questions(trace, Words("en")).items():
            kinds.add(question.id.split()[0])
            right = question.options[question.right]
            assert len(set(question.options)) == len(question.options) >= 2
            if question.id.startswith("pair"):
                first, second = trace.merges[number - 1].candidates[:2]
                assert first[2] >= AHEAD * second[2]
                assert right == " + ".join(part.replace(" ", "␣") for part in first[:2])
            elif question.id.startswith("merges"):
                assert true_or_false_right(question, "cutting.question.merges")
                assert len(cut(trace.text, merges[:number])) <= len(cut(trace.text, merges[: number - 1]))
            else:
                disguised = cut(trace.text.replace(trace.swapped, NEVER_SEEN, 1), merges)
                assert (right == "more") == (len(disguised) > len(cut(trace.text, merges)))
        assert kinds == {"pair", "merges", "unknown"} if task == "dates" and "de" in text else "unknown" in kinds

    def test_of_a_batch(self):
        trace = batches()
        found = batching_questions(trace, Words("en"))
        assert set(found) == {"width", "mask", "without", "random"}
        lengths = [len(tokens) for tokens in trace.tokens]
        assert true_or_false_right(found["width"], "batching.question.adds")
        rest = sorted(lengths)[:-1]
        assert found["without"].options[found["without"].right] == str(max(rest) * len(rest) - sum(rest))
        row, column = map(int, re.findall(r"\d+", found["mask"].prompt)[:2])
        assert found["mask"].options[found["mask"].right] == str(bool(trace.mask[row - 1, column - 1]))
        assert "128" in found["random"].options[found["random"].right]

    def test_of_a_table(self):
        tables = geometry()
        place = tables.tokens.index("t")
        found = {question.id: question for question in embedding_questions(tables, place, Words("en")).values()}
        assert set(found) == {"look", "untrained", "near", "door"}
        rows = tables.trace.tables["source"][-1, 4:]
        own = rows[place]
        likeness = [
            (float(row @ own / np.linalg.norm(row) / np.linalg.norm(own)), token)
            for row, token in zip(rows, tables.tokens, strict=True)
            if token != "t"
        ]
        assert found["near"].options[found["near"].right] == max(likeness)[1]
        assert found["look"].options[found["look"].right] == str(len(own))

    def test_the_page_asks_three_kinds_and_every_part_one(self):
        asked = [
            {question.kind for question in cutting_questions(cutting(), Words("en")).values()},
            {question.kind for question in batching_questions(batches(), Words("en")).values()},
            {question.kind for question in embedding_questions(geometry(), 19, Words("en")).values()},
        ]
        assert all(asked) and len(set.union(*asked)) >= 3


class TestMeasures:
    @given(st.permutations(range(8)))
    def test_a_rank_correlation_is_pearsons_of_the_places(self, places):
        own = rank_correlation(np.array(places))
        assert own == pytest.approx(np.corrcoef(places, np.arange(8))[0, 1])
        assert -1 <= own <= 1 and rank_correlation(np.array(places[::-1])) == pytest.approx(
            np.corrcoef(places[::-1], np.arange(8))[0, 1]
        )

    @given(st.lists(st.floats(-5, 5), min_size=1, max_size=9))
    def test_ranks_are_places(self, values):
        places = ranks(np.array(values))
        assert sorted(places) == list(range(len(values)))
        assert [values[i] for i in np.argsort(places)] == sorted(values)

    def test_cosines_of_a_row_with_itself_are_one_and_of_zeros_nothing(self):
        table = cosines(np.array([[1.0, 2], [2, 4], [-1, -2], [0, 0]]))
        assert table[0, 1] == pytest.approx(1) and table[0, 2] == pytest.approx(-1) and not table[3].any()

    def test_chance_is_what_random_tables_show(self):
        found = [Geometry(random_many(seed), "source") for seed in range(60)]
        assert np.mean([tables.order_seen(0) for tables in found]) == pytest.approx(by_chance(26)[0], abs=0.05)
        door = np.mean([tables.next_door(0) / 26 for tables in found])
        assert door == pytest.approx(found[0].next_door_chance, abs=0.02)

    def test_axes_are_those_of_the_end_and_stand_at_right_angles(self):
        tables = geometry()
        assert tables.axes @ tables.axes.T == pytest.approx(np.eye(3), abs=1e-9)
        spread = tables.points[-1].var(0) / tables.rows[-1].var(0).sum()
        assert spread == pytest.approx(tables.shares, abs=1e-9) and (np.diff(tables.shares) <= 0).all()

    @pytest.mark.parametrize("way", [1, -1])
    def test_an_order_runs_upwards_whichever_way_the_component_came_out(self, way):
        rows = np.outer(way * np.arange(-4, 10.0), [3, 4, 0]).astype(np.float32)
        trace = EmbeddingTrace("x", "sort", (0,), {"source": ("", "", "", "", *"abcdefghij")}, {"source": rows[None]})
        tables = Geometry(trace, "source")
        assert tables.places(0).tolist() == list(range(10)) and tables.order_seen(0) == 1
        assert np.linalg.norm(tables.axes, axis=1) == pytest.approx(np.ones(3)) and tables.next_door(0) <= 10

    def test_the_alphabet_nobody_taught_is_seen_in_the_shipped_model(self):
        """What the page says: well above chance in the neighbours and along the first component, which is small."""
        tables = geometry()
        last = tables.snapshots - 1
        assert tables.next_door(last) / 26 > 4 * tables.next_door_chance
        assert tables.order_seen(last) > 0.6 and tables.shares[0] < 0.2
        assert tables.next_door(0) / 26 < 2 * tables.next_door_chance

    def test_on_reverse_neighbours_mean_nothing(self):
        tables = Geometry(load_embeddings("reverse-gru-general"), "source")
        assert tables.next_door(0) / 26 <= 2.5 * tables.next_door_chance


def random_many(seed):
    rng = np.random.default_rng(seed)
    names = ("⟨pad⟩", "⟨bos⟩", "⟨eos⟩", "⟨unk⟩", *"abcdefghijklmnopqrstuvwxyz")
    tables = rng.normal(size=(1, len(names), 32)).astype(np.float32)
    return EmbeddingTrace("x", "reverse", (0,), {"source": names}, {"source": tables})


def test_dates_are_a_task_with_figures():
    assert [
        Geometry(load_embeddings("dates-gru-additive"), "target").tokens[v]
        for v in Geometry(load_embeddings("dates-gru-additive"), "target").ordered
    ] == list("0123456789")
    assert Dates.name == "dates"
