"""Inside the cell: pictures hold the trace's numbers, every number explains itself, questions have the right answers."""

import json
import random
import re
from functools import cache

import numpy as np
import pytest

from seq2seq.recording import record_decoding
from seq2seq.stories.cell import SORTS, Subject, cell_comparison, cell_story, explain_subjects, to_try
from seq2seq.stories.cell.questions import cell_questions
from seq2seq.stories.cell.subject import GATES, PHASES, STAGES
from seq2seq.stories.comparison import ComparisonExplainer
from seq2seq.stories.formulas import Line, exact, short, stacked
from seq2seq.stories.sources import listing
from seq2seq.studies.trained import load_trained
from seq2seq.traces import ClampGate, EraseState, ReadInstead
from seq2seq.words import LANGUAGES, Words
from tests.models.small import CONFIGS, build, name_of
from tests.stories.statements import true_or_false_right
from tests.stories.test_story import VOCABULARIES

TEXT, CELLS = "badcafe", 120
SHAPES = [config for config in CONFIGS if config.attention in ("none", "additive")]
cases = pytest.mark.parametrize(
    ("config", "layer", "way"),
    [(config, layer, way) for config in SHAPES for layer in range(config.layers) for way in config.directions],
    ids=lambda value: name_of(value) if hasattr(value, "cell") else str(value),
)
SHIPPED = ("recall-rnn-none", "recall-gru-none", "recall-lstm-none")


@cache
def recorded(config, change=None):
    return record_decoding(build(config), list(TEXT), VOCABULARIES, longest=5, change=change)


@cache
def shipped(name, text="Cxuvzs", change=None):
    return load_trained(name).record(text, change=change)


def side_by_side(text="Cxuvzs", names=SHIPPED):
    return [Subject(str(k + 1), name, shipped(name, text)) for k, name in enumerate(names)]


def shown(story):
    """(address, number as the picture has it) of everything that can be clicked; None where it shows text."""
    for view in story.views:
        for rows in view.data.values():
            for row in rows:
                if not row.get("ask"):
                    continue
                if isinstance(row.get("unit"), np.ndarray):
                    yield from ((f"{row['ask']} {u}", float(v)) for u, v in zip(row["unit"], row["v"], strict=True))
                else:
                    yield row["ask"], row.get("v", row.get("p") if view.id.startswith("prob") else None)


def check_numbers(story, explainer, differences=False):
    numbers = list(shown(story))
    assert len(numbers) > 50
    for address, number in random.Random(1).sample(numbers, min(4 * CELLS, len(numbers))):
        told = explainer.explain(address)
        assert told.computed == pytest.approx(told.value, abs=1e-4), address
        if number is not None and not differences:
            assert told.value == pytest.approx(float(number), abs=1e-6), address


def check_whole(story):
    data = json.loads(story.to_json())
    for view in data["views"]:
        assert len(view["alternatives"]) == len(data["steps"]) and all(view["alternatives"]), view["id"]
        for name, track in view["signals"].items():
            if name.endswith("_at"):
                assert len(track) == len(data["steps"]), f"{view['id']} {name}"
        declared = {signal["name"] for signal in view["spec"].get("signals", view["spec"].get("params", []))}
        assert set(view["signals"]) <= declared, view["id"]
    for step in data["steps"]:
        assert step["title"] and step["text"] and "{" not in step["title"] + step["text"]
        if "formula" in step:
            used = {int(n) for n in re.findall(r"@(\d+)", data["formulas"][step["formula"][0]])}
            assert used == set(range(len(step["formula"]) - 1))
    assert all("\\" not in template for template in data["formulas"])
    for step in story.steps:
        assert listing(step.passage).lit(step.passage)
    return data


@cases
def test_every_cell_direction_and_depth_has_a_whole_story(config, layer, way):
    subject = Subject("1", "test", recorded(config), layer, way)
    words = Words("zh" if layer else "en")
    story = cell_story([subject], words)
    check_whole(story)
    stages, S = STAGES[config.cell], len(TEXT)
    assert len(story.steps) == 1 + S * len(stages) + 1 + len(subject.trace.output) + 1
    order = list(range(S)) if way == "forward" else list(range(S))[::-1]
    at = story.views[0].signals["at_at"]
    assert list(at[1 : 1 + S * len(stages)]) == [i for i in order for _ in stages]
    check_numbers(story, explain_subjects([subject], words))


@cases
def test_nothing_shows_before_it_is_computed(config, layer, way):
    """The curtain of each map has moved on exactly where the stage has been told, and never goes back."""
    subject = Subject("1", "test", recorded(config), layer, way)
    story = cell_story([subject], Words("en"))
    maps = story.views[1].signals
    lit = story.views[0].signals["lit0_at"]
    for name in subject.names:
        done = maps[f"done_{name}_at"]
        told = np.cumsum([name in stages for stages in lit])
        assert list(told) == list(done), name


def test_the_maps_hold_every_number_of_the_trace():
    subject = side_by_side()[2]
    view = cell_story([subject], Words("en"), sort="number").views[1]
    for row in view.data["cells"]:
        np.testing.assert_array_equal(row["v"], subject.gates[row["g"]][row["i"]])
        assert list(row["unit"]) == list(range(32))


@pytest.mark.parametrize("sort", SORTS)
def test_the_order_of_the_units(sort):
    for subject in side_by_side():
        order = subject.order(sort)
        assert sorted(order) == list(range(subject.units))
        keys = {"change": subject.gates[subject.memory].std(0), "number": -np.arange(subject.units)}
        keys["mean"] = subject.gates[{"lstm": "f", "gru": "z", "rnn": "h"}[subject.cell]].mean(0)
        assert np.all(np.diff(keys[sort][order]) <= 0)


def test_neither_unit_nor_order_is_part_of_the_identity():
    """So that the player keeps its step when they are changed."""
    subject = side_by_side()[2]
    stories = [cell_story([subject], Words("en"), unit, sort) for unit, sort in ((None, "change"), (7, "number"))]
    assert stories[0].id == stories[1].id and len(stories[0].steps) == len(stories[1].steps)
    templates = [[view["template"] for view in json.loads(story.to_json())["views"]] for story in stories]
    assert templates[0] == templates[1]
    assert stories[0].to_json() != stories[1].to_json()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [2, 3])
def test_cells_side_by_side(count, language):
    subjects, words = side_by_side()[-count:], Words(language)
    story = cell_story(subjects, words, answer="C")
    check_whole(story)
    phases = {phase for subject in subjects for phase in PHASES[subject.cell]}
    assert len(story.steps) == 1 + 6 * len(phases) + 1 + max(len(one.trace.output) for one in subjects) + 1
    assert len(story.views) == 1 + 3 * count
    check_numbers(story, explain_subjects(subjects, words))
    marks = [row["mark"] for row in story.views[0].data["output"]]
    assert marks == ["right"] * count


def test_a_wrong_answer_is_marked_wrong():
    """At twenty letters of noise the simple RNN is at chance; what it writes is the trace's, right or wrong."""
    text = "Cvzsywutxxsuvyzwtsvux"
    subjects = side_by_side(text, tuple(name.replace("recall", "recall20") for name in SHIPPED))
    rows = cell_story(subjects, Words("en"), answer="C").views[0].data["output"]
    for row, subject in zip(rows, subjects, strict=True):
        assert (row["mark"] == "right") == (subject.trace.output[0] == "C")
    assert [row["mark"] for row in rows] == ["wrong", "right", "right"]


@pytest.mark.parametrize(("text", "name"), [("Cxuvzs", "recall"), ("Cvzsywutxxsuvyzwtsvux", "recall20")])
def test_a_story_is_small(text, name):
    subject = Subject("1", name, shipped(f"{name}-lstm-none", text))
    assert len(cell_story([subject], Words("en")).to_json().encode()) <= 500_000


# ---- questions


def check(question, at, stage, subjects, trials):
    """The right answer, found again in the trace."""
    kind, *rest = question.id.split()
    right = question.options[question.right]
    assert len(set(question.options)) == len(question.options) >= 2 and "{" not in question.prompt + question.why
    if kind == "survives":
        trial = next(t for t in trials if (t.change.states, str(t.change.position)) == tuple(rest))
        assert question.right == int(trial.text != subjects[0].trace.text)
        return
    subject = next(one for one in subjects if one.key == rest[-1])
    gates = {name: values[at] for name, values in subject.gates.items()}
    unit = int(rest[1]) if len(rest) == 3 else -1
    if kind == "next":
        before, new = subject.before("c", at)[unit], gates["i"][unit] * gates["g"][unit]
        c = gates["c"][unit]
        said = {
            f"about what it was: {short(float(before))}": before,
            f"about i · g: {short(float(new))}": new,
            "about 0": 0.0,
        }
        assert abs(said.get(right, c) - c) < 0.1
        wrong = [value for text, value in said.items() if text in question.options and text != right]
        assert all(abs(value - c) > 0.2 for value in wrong)
    elif kind == "keeps":
        z, h, n = gates["z"][unit], gates["h"][unit], gates["n"][unit]
        old = subject.before("h", at)[unit]
        nearer = int(abs(h - old) > abs(h - n))
        assert question.right == nearer == int(z < 0.5) and (z > 0.9 or z < 0.1)
    elif kind == "shut":
        names = [name for name in ("i", "f", "o", "r", "z") if name in gates]
        values = {f"{name}": gates[name][unit] for name in names}
        best = min(values, key=values.get)
        assert right.endswith(f" {best}") and values[best] < 0.1
        assert all(value > 0.3 for name, value in values.items() if name != best)
    elif kind == "moves":
        moved = np.abs(gates[subject.memory] - subject.before(subject.memory, at))
        assert right == f"unit {moved.argmax() + 1}" and np.sort(moved)[-1] - np.sort(moved)[-2] > 0.2
    else:
        assert kind == "outgrows" and np.abs(gates["c"]).max() > 1
        assert true_or_false_right(question, "question.outgrows")


def trials_of(subject, name, text):
    return [shipped(name, text, change) for change in to_try(subject)]


@pytest.mark.parametrize("name", ["recall-lstm-none", "recall20-lstm-none", "recall-gru-none", "dates-lstm-none", "dates-gru-additive",
                                  "reverse-gru-none", "recall-rnn-none", "dates-rnn-none"])  # fmt: skip
def test_right_answers_are_the_traces(name):
    text = load_trained(name).task.sample("test", 1)[0].source
    subject = Subject("1", name, shipped(name, text))
    trials = trials_of(subject, name, text)
    questions = cell_questions([subject], trials, Words("en"))
    for (at, stage), question in questions.items():
        check(question, at, stage, [subject], trials)
    if "rnn" not in name:
        assert len({question.id.split()[0] for question in questions.values()}) >= 2


def test_three_kinds_are_asked_on_the_first_picture():
    subject = side_by_side()[2]
    trials = trials_of(subject, "recall-lstm-none", "Cxuvzs")
    questions = cell_questions([subject], trials, Words("en"))
    assert {question.id.split()[0] for question in questions.values()} >= {"next", "outgrows", "survives"}
    asked = {question.id: question for question in questions.values() if question.id.startswith("survives")}
    assert asked["survives h 2"].right == 0 and asked["survives hc 3"].right == 1  # h is shown anew from c; both: gone


def test_every_question_has_its_step_and_comes_before_its_answer():
    subjects = side_by_side()
    for chosen, names in (([subjects[2]], SHIPPED[2:]), (subjects, SHIPPED)):
        trials = trials_of(chosen[0], names[0], "Cxuvzs")
        questions = cell_questions(chosen, trials, Words("en"))
        story = cell_story(chosen, Words("en"), trials=trials)
        asked = [k for k, step in enumerate(story.steps) if step.question]
        assert len(asked) == len(questions) >= 4
        for k in asked:
            question = story.steps[k].question
            kind = question.id.split()[0]
            revealed = {"next": "c", "outgrows": "c", "keeps": "h", "moves": "h"}.get(kind)
            number = 0 if len(chosen) == 1 else next((n for n, one in enumerate(chosen)
                                                       if one.key == question.id.split()[-1]), 0)  # fmt: skip
            if revealed == "h" and kind == "moves":
                revealed = chosen[number].memory
            if revealed and kind != "outgrows":
                assert revealed not in story.views[0].signals[f"known{number}_at"][k - 1] or (
                    story.views[0].signals["at_at"][k - 1] != story.views[0].signals["at_at"][k]
                )


# ---- what-ifs

CHANGES = [ClampGate("f", 0.0), ClampGate("f", 1.0, 3, 2), EraseState("c", 2), EraseState("hc", 6), ReadInstead(0, "g")]


@pytest.mark.parametrize("change", CHANGES, ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_comparison_is_whole_and_true(change, language):
    config = next(config for config in SHAPES if config.cell == "lstm" and config.attention == "none")
    sides = Subject("before", "test", recorded(config)), Subject("after", "test", recorded(config, change))
    story, words = cell_comparison(*sides, Words(language)), Words(language)
    check_whole(story)
    explainer = ComparisonExplainer(sides[0].trace, sides[1].trace, words)
    maps = next(view for view in story.views if view.id == "differences")
    for row in maps.data["cells"]:
        moved = (sides[1].gates[row["g"]] - sides[0].gates[row["g"]])[row["i"], row["unit"]]
        np.testing.assert_array_equal(row["v"], moved)
    for view in story.views:
        for rows in view.data.values():
            for row in rows:
                if isinstance(row.get("ask"), str) and "unit" not in row:
                    told = explainer.explain(row["ask"])
                    assert told.computed == pytest.approx(told.value, abs=1e-4), row["ask"]


@pytest.mark.parametrize("config", [c for c in SHAPES if c.cell != "rnn" and c.attention == "none"], ids=name_of)
def test_after_a_change_every_number_still_explains_itself(config):
    rng = random.Random(3)
    for way in config.directions:
        gate = "f" if config.cell == "lstm" else "z"
        layer, end = config.layers - 1, len(TEXT) - 1 if way == "forward" else 0
        for change in (
            ClampGate(gate, 0.3, None, 3, layer, way),
            EraseState("h", 3, layer, way),
            EraseState("h", end, layer, way),
        ):
            trace = recorded(config, change)
            explainer = explain_subjects([Subject("1", "", trace, layer, way)], Words("en"))
            addresses = [
                f"1 encoder {la} {wa} {name} {i} {u}"
                for la, directions in enumerate(trace.encoder) for wa, gates in directions.items()
                for name in gates for i in range(len(TEXT)) for u in range(config.hidden)
            ]  # fmt: skip
            addresses += [f"1 decoder {layer} h -1 {d}" for d in range(config.width)]
            for address in rng.sample(addresses, min(CELLS, len(addresses))) + addresses[-config.width :]:
                told = explainer.explain(address)
                assert told.computed == pytest.approx(told.value, abs=1e-5), (change, address)


def test_what_is_held_says_so_and_what_follows_does_not():
    config = next(config for config in SHAPES if config.cell == "lstm")
    trace = recorded(config, ClampGate("f", 0.0, 3, 2))
    explainer = explain_subjects([Subject("1", "", trace)], Words("en"))
    assert explainer.explain("1 encoder 0 forward f 2 3").lines[0].slots == ["set by you"]
    assert len(explainer.explain("1 encoder 0 forward f 2 4").lines) == 2
    told = explainer.explain("1 encoder 0 forward c 2 3")
    assert len(told.lines) == 2 and "0.000" in [
        slot if isinstance(slot, str) else slot[0] for slot in told.lines[1].slots
    ]


def test_a_slider_that_moves_keeps_the_story():
    before = Subject("before", "m", shipped("recall-lstm-none"))
    ids = {
        cell_comparison(before, Subject("after", "m", shipped("recall-lstm-none", "Cxuvzs", change)), Words("en")).id
        for change in (ClampGate("f", 0.0, None, 2), ClampGate("f", 0.5, None, 2), ClampGate("i", 0.0, 4))
    }
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("name", "change", "low", "high"),
    [
        # five letters of noise: h holds a copy of the memory, and writes it back
        ("recall-lstm-none", ClampGate("f", 0.0, None, 2), 0.95, 1.0),
        ("recall-lstm-none", EraseState("h", 2), 0.95, 1.0),
        ("recall-lstm-none", EraseState("hc", 2), 0.0, 0.4),
        # twenty: a forget gate closed half way loses it about every other time; closed all the time, it is chance
        ("recall20-lstm-none", ClampGate("f", 0.0, None, 10), 0.2, 0.8),
        ("recall20-lstm-none", ClampGate("f", 0.0), 0.0, 0.3),
        ("recall20-gru-none", ClampGate("z", 0.0), 0.0, 0.3),
        ("recall20-gru-none", EraseState("h", 10), 0.0, 0.3),
    ],
    ids=str,
)
def test_what_the_lesson_says_of_the_shipped_models(name, change, low, high):
    trained = load_trained(name)
    pairs = trained.task.sample("test", 40)
    kept = np.mean([trained.record(pair.source, change=change).text == pair.target for pair in pairs])
    assert low <= kept <= high


def test_lines_are_stacked_with_slots_of_their_own():
    first, second = Line(), Line()
    first.latex, second.latex = rf"a = {first.text('1')}", rf"= {second.text('2')} + {second.text('3')}"
    both = stacked([first, second])
    assert both.slots == ["1", "2", "3"] and both.latex == r"a = \text{@0} \\ = \text{@1} + \text{@2}"
    assert first.slots == ["1"]


def test_gates_lie_between_0_and_1():
    for subject in side_by_side():
        for name, values in subject.gates.items():
            assert name not in GATES or ((values >= 0) & (values <= 1)).all()
    assert exact(0.5) == "0.5000"
