"""A what-if's story: both decodings as they were recorded, what differs marked, every number explained on its side."""

import json

import altair as alt
import numpy as np
import pytest

from seq2seq.stories.comparison import ComparisonExplainer, comparison_story
from seq2seq.stories.comparison_views import difference_map
from seq2seq.stories.explain import Unknown
from seq2seq.stories.formulas import percent
from seq2seq.traces import DisturbContext, DisturbUnit, LookElsewhere, ReadInstead, WriteInstead
from seq2seq.words import LANGUAGES, Words
from tests.models.small import CONFIGS, name_of
from tests.stories.test_explain import decoded

TEXT = "badcafe"
ONLY_FIRST = tuple(float(i == 0) for i in range(len(TEXT)))
CHANGES = [
    LookElsewhere(1, ONLY_FIRST), WriteInstead(1, "y"), WriteInstead(0, "⟨eos⟩"), ReadInstead(2, "g"),
    DisturbContext(0), DisturbContext(0, 1.0), DisturbUnit(0, 2), DisturbUnit(0, 2, 0.5),
]  # fmt: skip
cases = pytest.mark.parametrize(
    ("config", "change"),
    [
        (config, change)
        for config in CONFIGS[1::4]
        for change in CHANGES
        if config.attention != "none" or not isinstance(change, LookElsewhere)
    ],
    ids=lambda value: name_of(value) if hasattr(value, "cell") else type(value).__name__,
)


@cases
def test_both_sides_are_the_traces(config, change):
    before, after = decoded(config, TEXT), decoded(config, TEXT, change)
    story = comparison_story(before, after, Words("en"), "test")
    views = {view.id: view for view in story.views}
    for row, trace in enumerate((before, after)):
        mine = [cell for cell in views["outputs"].data["tokens"] if cell["row"] == row]
        assert [cell["token"] for cell in mine] == list(trace.output)
        for cell in mine:
            p = float(np.exp(trace.log_probs[cell["t"], trace.chosen[cell["t"]]]))
            assert cell["p"] == percent(p)
    for cell in views["outputs"].data["tokens"]:
        pair = [trace.output[cell["t"]] if cell["t"] < len(trace.output) else None for trace in (before, after)]
        assert cell["differs"] == (pair[0] != pair[1])
    if before.weights is not None:
        for cell in views["difference"].data["difference"]:
            moved = after.weights[cell["t"], cell["i"]] - before.weights[cell["t"], cell["i"]]
            assert cell["d"] == pytest.approx(moved)
    for view in story.views:
        assert len(view.alternatives) == len(story.steps), view.id
        for name, track in view.signals.items():
            if name.endswith("_at"):
                assert len(track) == len(story.steps), f"{view.id} {name}"
    json.loads(story.to_json())


@cases
def test_every_number_of_both_sides_explains_itself(config, change):
    before, after = decoded(config, TEXT), decoded(config, TEXT, change)
    explainer = ComparisonExplainer(before, after, Words("en"))
    for view in comparison_story(before, after, Words("en"), "test").views:
        for rows in view.data.values():
            for row in rows:
                if "ask" in row:
                    told = explainer.explain(row["ask"])
                    assert told.computed == pytest.approx(told.value, abs=1e-4), told.address
                    shown = row.get("after", row.get("w", None))
                    if shown is not None:
                        assert told.value == pytest.approx(float(shown))
                    slots = [slot for line in told.lines for slot in line.slots if isinstance(slot, tuple)]
                    assert all(slot[1].startswith(("before ", "after ")) for slot in slots)


def test_a_side_must_be_named():
    trace = decoded(CONFIGS[4], TEXT)
    with pytest.raises(Unknown):
        ComparisonExplainer(trace, trace, Words("en")).explain("weight 0 0")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: type(change).__name__)
def test_what_was_done_is_said(change, language):
    config = next(config for config in CONFIGS if config.attention == "general")
    before, after = decoded(config, TEXT), decoded(config, TEXT, change)
    story = comparison_story(before, after, Words(language), "test")
    for step in story.steps:
        assert step.title and step.text and "{" not in step.title + step.text
    assert story.steps[0].passage and not story.linked


def test_the_difference_map_is_valid():
    alt.Chart.from_dict(difference_map("r", "c", "d", "b", "a"), validate=True)
