"""Stories are data a browser can read: finite, named, complete; and their numbers are the trace's."""

import json
import math
import re

import altair as alt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq.recording import record_decoding
from seq2seq.stories.charts import top_tokens, units_over_time, weights_heat_map
from seq2seq.stories.decoding import busiest, decoding_story
from seq2seq.stories.formulas import FormulaBook, Line, Number, exact, mathml, short
from seq2seq.stories.story import plain, to_json
from seq2seq.stories.training_views import accuracy_curves, loss_curve
from seq2seq.tasks import Vocabulary
from seq2seq.words import LANGUAGES, Words
from tests.models.small import CONFIGS, build, name_of

VOCABULARIES = (Vocabulary.of("abcdefg"), Vocabulary.of("vwxyz"))
every = pytest.mark.parametrize("config", CONFIGS, ids=name_of)


def story_of(config, text="badcafe", language="en", answer=None):
    trace = record_decoding(build(config), list(text), VOCABULARIES, longest=7)
    return trace, decoding_story(trace, Words(language), "test", answer)


class TestSerialiser:
    def test_numpy_becomes_plain(self):
        value = {"a": np.float32(0.123456), "b": np.arange(2), "c": np.bool_(True), "d": (np.int64(3), None, "x")}
        assert json.loads(to_json(value)) == {"a": 0.1235, "b": [0, 1], "c": True, "d": [3, None, "x"]}

    @pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan, np.float32("nan")])
    def test_what_is_not_finite_is_refused(self, bad):
        with pytest.raises(ValueError, match="finite"):
            to_json({"deep": [{"inside": bad}]})

    def test_what_json_does_not_know_is_refused(self):
        with pytest.raises(ValueError, match="cannot hold"):
            plain(object())

    @given(st.floats(-1e300, 1e300))
    def test_floats_keep_four_digits(self, value):
        assert plain(value) == pytest.approx(value, rel=1e-3)


class TestFormulas:
    def test_slots_stay_slots(self):
        assert "<mtext>@0</mtext>" in mathml(r"a_{\text{@0}}")

    def test_a_template_is_kept_once(self):
        book = FormulaBook()
        assert book.add(r"\text{@0}", "<b>") == (0, ("<b>",)) and book.add(r"\text{@0}", 1) == (0, ("1",))
        assert len(book.templates) == 1 and "<b>" not in book.templates[0]

    def test_numbers(self):
        assert exact(-0.12345) == "−0.1235" and exact(0) == "0.0000" and exact(1.5e-7) == "1.500·10⁻⁷"
        assert short(12.3456) == "12.346" and short(-0.00001) == "−1.000·10⁻⁵"

    def test_largest_terms_first(self):
        line = Line()
        line.weighted([Number(value) for value in (0.1, 0.7, 0.2, 0.0)], "h")
        assert line.slots == ["0.700", "2", "0.200", "3", "0.100", "1"]

    def test_a_long_row_times_a_column_is_elided_in_the_middle(self):
        line, row = Line(), [Number(float(value)) for value in range(9)]
        assert r"\cdots" in line.products(row, row) and line.slots[-1] == "8.000" and len(line.slots) == 8
        line = Line()
        assert r"\cdots" not in line.products(row[:5], row[:5]) and len(line.slots) == 10


@every
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_model_has_a_whole_story(config, language):
    trace, story = story_of(config, language=language)
    data = json.loads(story.to_json())
    assert len(data["steps"]) == len(story.steps) > len(trace.source) + len(trace.output)
    for view in data["views"]:
        assert len(view["alternatives"]) == len(data["steps"]), view["id"]
        assert all(view["alternatives"]), view["id"]
        for name, value in view["signals"].items():
            if name.endswith("_at"):
                assert len(value) == len(data["steps"]), f"{view['id']} {name}"
    ids = [view["id"] for view in data["views"]]
    assert ids[0] == "overview" and ("heat-map" in ids) == (config.attention != "none")
    for step in data["steps"]:
        assert step["title"] and step["text"] and "{" not in step["title"] + step["text"]
        if "formula" in step:
            template, slots = data["formulas"][step["formula"][0]], step["formula"][1:]
            used = {int(n) for n in re.findall(r"@(\d+)", template)}
            assert used <= set(range(len(slots)))


@every
def test_pictures_show_the_numbers_of_the_trace(config):
    trace, story = story_of(config)
    views = {view.id: view for view in story.views}
    if trace.weights is not None:
        for row in views["heat-map"].data["weights"]:
            assert row["w"] == trace.weights[row["t"], row["i"]]
        for row in views["softmax"].data["bars"]:
            assert row["score"] == trace.scores[row["t"], row["i"]] and row["w"] == trace.weights[row["t"], row["i"]]
        for row in views["overview"].data["links"]:
            assert row["w"] == trace.weights[row["t"], row["i"]]
    else:
        assert [row["v"] for row in views["overview"].data["vector"]] == list(trace.start[-1]["h"])
    for row in views["probabilities"].data["top"]:
        column = list(trace.vocabulary).index(row["token"])
        assert row["p"] == pytest.approx(math.exp(trace.log_probs[row["t"], column]), rel=1e-5)
    for row in views["units"].data["units"]:
        S = len(trace.source)
        states = trace.states if row["column"] < S else trace.decoder[-1]["h"]
        assert row["v"] == states[row["column"] - (0 if row["column"] < S else S), row["unit"] - 1]


@every
def test_the_clock_reads_then_writes(config):
    """Tracks only ever move forward, every position is read, every token is written."""
    trace, story = story_of(config)
    signals = story.views[0].signals
    for name in ("enc0_at", "dec_at", "wrote_at", "row_at"):
        assert list(signals[name]) == sorted(signals[name]), name
    assert signals["enc0_at"][-1] == len(trace.source) - 1
    assert signals["wrote_at"][-1] == len(trace.output) and signals["dec_at"][-1] == len(trace.output) - 1
    assert signals["wrote_at"][0] == 0 and signals["enc0_at"][0] == -1


def test_nothing_is_shown_before_it_is_computed():
    """Weights show only from the softmax on, a token only once it is chosen."""
    _, story = story_of(CONFIGS[4])
    signals = story.views[0].signals
    for k, stage in enumerate(signals["stage_at"]):
        assert (signals["glow_at"][k] > 0) == (stage in {"weights", "context", "state", "predict", "choose", "done"} and
                                               bool(signals["asks_at"][k] or stage == "done"))  # fmt: skip


@pytest.mark.parametrize("answer", ["vwxyz", None])
def test_right_and_wrong_are_marked_only_where_an_answer_is_known(answer):
    trace, story = story_of(CONFIGS[0], answer=answer)
    marks = [row["mark"] for row in story.views[0].data["output"]]
    if answer is None:
        assert set(marks) == {None}
    else:
        wanted = [*answer, "⟨eos⟩"]
        assert marks == [
            "right" if t < len(wanted) and token == wanted[t] else "wrong" for t, token in enumerate(trace.output)
        ]


@pytest.mark.parametrize(
    "text", ["<script>", "a<svg/onload=alert(1)>", "مرحبا", "😀😀", "a b", "{step}", "@0", r"\frac"]
)
def test_odd_tokens_stay_data(text):
    """Whatever was typed lies in slots and datasets; no template, specification or formula holds it."""
    _, story = story_of(CONFIGS[4], text=text)
    _, plain_story = story_of(CONFIGS[4], text=("abcdefg" * 9)[: len(text)])
    assert set(story.formulas) == set(plain_story.formulas)
    assert [view.spec for view in story.views] == [view.spec for view in plain_story.views]
    json.loads(story.to_json())


def test_another_input_keeps_the_templates():
    """So that the browser keeps the mounted pictures and only gets new data."""
    templates = [
        [view["template"] for view in json.loads(story_of(CONFIGS[4], text=text)[1].to_json())["views"]]
        for text in ("abc", "gfedcba")
    ]
    assert templates[0] == templates[1]


def test_busiest_units_are_those_that_change():
    values = np.zeros((5, 4))
    values[:, 2] = np.arange(5)
    values[:, 0] = np.arange(5) / 10
    assert busiest(values, 2).tolist() == [0, 2]


@pytest.mark.parametrize(
    "spec",
    [
        weights_heat_map("r", "c", "v"), top_tokens("p", "t", "n"), units_over_time("u", "p", "v"),
        loss_curve("x", "y", "t", "h"), accuracy_curves("x", "y", "t", "e"),
    ],
)  # fmt: skip
def test_altair_specifications_are_valid(spec):
    """They are built without validation, which costs too much on a page; it is done here."""
    alt.Chart.from_dict(spec, validate=True)


def test_every_formula_is_mathml_to_the_last_sign():
    """What latex2mathml does not know it leaves as it stands, backslash and all."""
    for config in CONFIGS:
        for template in story_of(config)[1].formulas:
            assert "\\" not in template, template


def test_what_is_never_written_is_not_among_the_best_tokens():
    _, story = story_of(CONFIGS[4])
    top = next(view for view in story.views if view.id == "probabilities").data["top"]
    assert not {"⟨pad⟩", "⟨bos⟩"} & {row["token"] for row in top}
