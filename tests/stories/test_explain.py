"""Every number that can be clicked explains itself, and its explanation is the trace's number."""

import random
from functools import cache

import pytest

from seq2seq.models.config import RecurrentConfig
from seq2seq.recording import record_decoding
from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.explain import DecodingExplainer, TrainingExplainer, Unknown
from seq2seq.stories.formulas import exact
from seq2seq.stories.sources import PACKAGE, Passage, listing, stage_passage
from seq2seq.stories.training import training_story
from seq2seq.studies.shipped import RECIPES, to_be_picked
from seq2seq.studies.trained import load_trained
from seq2seq.traces import DisturbContext, DisturbUnit, LookElsewhere
from seq2seq.training.config import RunConfig
from seq2seq.training.trainer import Trainer
from seq2seq.words import LANGUAGES, Words
from tests.models.small import CONFIGS, build, name_of
from tests.stories.test_story import VOCABULARIES

CELLS = 200
RECURRENT = [name for name in to_be_picked() if isinstance(RECIPES[name].model, RecurrentConfig)]
every = pytest.mark.parametrize("config", CONFIGS, ids=name_of)


@cache
def decoded(config, text="badcafe", change=None):
    return record_decoding(build(config), list(text), VOCABULARIES, longest=6, change=change)


def shown(view):
    """(address, number) of everything in a view that can be clicked, as its picture has it."""
    for name, rows in view.data.items():
        for row in rows:
            if name in ("source", "output", "guess"):
                continue  # a token's click explains where it came from, not a number; the level of guessing is told
            if name == "bars":
                yield f"score {row['t']} {row['i']}", row["score"]
                yield f"weight {row['t']} {row['i']}", row["w"]
            elif name.endswith("_units"):
                for unit, value in zip(row["unit"], row["v"], strict=True):
                    yield f"{row['ask']} {unit}", value
            elif name == "curve":
                for kind, value in row.items():
                    if kind not in ("step", "asks") and value is not None:
                        yield f"{kind} {row['step']}", value
            elif name == "probe":
                yield from ((f"{row['ask']} {i}", w) for i, w in enumerate(row["w"]))
            elif name == "samples":
                for i, letter in enumerate(row["output"]):
                    yield f"{row['ask']} {i}", float(letter == row["target"][i : i + 1])
            else:
                yield row["ask"], row.get("w", row.get("v", row.get("p")))


def check(story, explainer, tolerance=1e-4):
    rng = random.Random(1)
    for view in story.views:
        cells = list(shown(view))
        assert cells, view.id
        for address, number in rng.sample(cells, min(CELLS, len(cells))):
            told = explainer.explain(address)
            assert told.value == pytest.approx(float(number), abs=6e-3 if address.startswith("probe") else 1e-7)
            assert told.computed == pytest.approx(told.value, abs=tolerance), address
            assert told.result == exact(told.value) and told.name and told.lines


@every
def test_200_cells_of_every_view(config):
    trace, words = decoded(config), Words("en")
    check(decoding_story(trace, words, "test"), DecodingExplainer(trace, words))


@pytest.mark.parametrize("name", RECURRENT)
def test_200_cells_of_every_view_of_the_shipped_models(name):
    trained = load_trained(name)
    trace, words = trained.record(trained.task.example.source), Words("zh")
    check(decoding_story(trace, words, name), DecodingExplainer(trace, words), 2e-4)


@pytest.mark.parametrize("attention", ["general", "none"])
def test_200_cells_of_every_view_of_a_training_board(attention):
    values = {"task": {"name": "reverse"}, "model": {"attention": attention}, "training": {"steps": 30, "batch": 16}}
    reports = [report.to_dict() for report in Trainer(RunConfig.from_dict(values)).run()]
    words = Words("en")
    check(training_story("run", reports, words, 30), TrainingExplainer(reports, words), 1e-3)


@every
def test_the_numbers_of_an_equation_explain_themselves_down_to_the_weights(config):
    """A walk down from every output's probability: each address met has an explanation that holds."""
    trace = decoded(config)
    explainer, rng = DecodingExplainer(trace, Words("en")), random.Random(2)
    met = set()
    for t in range(len(trace.output)):
        open_ = [f"probability {t} {trace.chosen[t]}"]
        for _ in range(60):
            told = explainer.explain(open_.pop(rng.randrange(len(open_))))
            assert told.computed == pytest.approx(told.value, abs=1e-4), told.address
            met.add(told.address.split()[0])
            open_ += [slot[1] for line in told.lines for slot in line.slots if isinstance(slot, tuple)]
            if not open_:
                break
    assert {"probability", "logit", "readout", "decoder"} <= met
    assert config.attention == "none" or "context" in met


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("config", CONFIGS[2::7], ids=name_of)
def test_an_explanation_is_whole_in_every_language(config, language):
    explainer = DecodingExplainer(decoded(config), Words(language))
    for address in ["probability 0 4", "encoder 0 forward h 0 1", "decoder 0 h -1 2", "chosen 0", "source 1 0"]:
        told = explainer.explain(address)
        assert "{" not in told.name and told.to_json()
        assert all("\\" not in template for template in told.told_alone()["formulas"])


@pytest.mark.parametrize(
    "address",
    ["", "weight", "weight 0", "weight 0 99", "weight -1 0", "weight x y", "nonsense 1 2", "hidden 0 0 0", "__init__ 1",
     "encoder 0 sideways h 0 0", "encoder 0 forward q 0 0", "decoder 0 h -2 0", "logit 0 -1", "key 0 0"],
)  # fmt: skip
def test_no_such_number(address):
    """An address comes from the browser: whatever it says, nothing but a plain refusal may follow."""
    dot = next(config for config in CONFIGS if config.attention == "dot")
    with pytest.raises(Unknown):
        DecodingExplainer(decoded(dot), Words("en")).explain(address)


def test_what_was_set_says_so():
    config = next(config for config in CONFIGS if config.attention == "general")
    looked = decoded(config, change=LookElsewhere(1, (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)))
    told = DecodingExplainer(looked, Words("en")).explain("weight 1 0")
    assert told.lines[0].slots == ["set by you"] and told.value == 1.0
    assert len(DecodingExplainer(looked, Words("en")).explain("weight 0 0").lines) == 2
    disturbed = decoded(config, change=DisturbContext(1, 0.5))
    assert DecodingExplainer(disturbed, Words("en")).explain("context 1 3").lines[0].slots == ["set by you"]
    unit = decoded(config, change=DisturbUnit(1, 3))
    assert DecodingExplainer(unit, Words("en")).explain("decoder 0 h 1 3").value == 0.0


@every
def test_every_step_shows_the_lines_that_ran(config):
    story = decoding_story(decoded(config), Words("en"), "test")
    for step in story.steps:
        found = listing(step.passage)
        lit = found.lit(step.passage)
        assert lit and max(lit) < len(found.lines), step.title


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_listing_is_the_file_itself(cell):
    found = listing(stage_passage("encoder", cell, "dot"))
    text = (PACKAGE / found.file).read_text(encoding="utf-8").splitlines()
    assert all(text[number - 1].strip() == line.strip() for number, line in found.lines)
    assert found.lines[0][1].startswith(f"def {cell}_step")


def test_a_line_that_is_gone_is_noticed():
    with pytest.raises(LookupError):
        listing(Passage("models/cells.py", "gru_step")).lit(Passage("models/cells.py", "gru_step", ("nothing",)))
    with pytest.raises(LookupError):
        listing(Passage("models/cells.py", "gone"))
