"""Every number of a Transformer's trace explains itself, and its explanation is the trace's number."""

import random
from dataclasses import replace
from functools import cache

import pytest
import torch

from seq2seq.models.config import TransformerConfig
from seq2seq.models.make import make_model
from seq2seq.recording import record_transformer
from seq2seq.stories.explain import Unknown
from seq2seq.stories.formulas import exact
from seq2seq.stories.sources import Passage, listing
from seq2seq.stories.transformer import TransformerExplainer, passages
from seq2seq.tasks import Vocabulary
from seq2seq.traces import DisturbContext, DisturbUnit, LookElsewhere
from seq2seq.words import LANGUAGES, Words

LETTERS = Vocabulary.of("abcdef")
SMALL = TransformerConfig(layers=2, hidden=8, heads=2, feed_forward=12)
CONFIGS = {
    "post": SMALL,
    "pre": replace(SMALL, norm="pre"),
    "learned": replace(SMALL, encoder_positions="learned", decoder_positions="none", scaled=False, heads=1),
    "leaking": replace(SMALL, causal=False),
}
every = pytest.mark.parametrize("name", CONFIGS)
PLACES = 200


@cache
def traced(name, change=None):
    torch.manual_seed(4)
    model = make_model(CONFIGS[name], len(LETTERS), len(LETTERS)).eval()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if key.endswith("bias") or "norm" in key:
                parameter.add_(torch.randn_like(parameter) * 0.3)
    return record_transformer(model, "abcaz", (LETTERS, LETTERS), target="fed", change=change)


def explainer(name, language="en", change=None):
    return TransformerExplainer(traced(name, change), Words(language))


def numbers(trace):
    """(address, number) of everything that a trace holds."""
    for side in ("encoder", "decoder"):
        for layer in range(trace.layers):
            for name, values in trace.gates(side, layer).items():
                if name.endswith(".x"):
                    continue  # another name of a state
                for place in torch.cartesian_prod(*map(torch.arange, values.shape)).tolist():
                    yield f"{side} {layer} {name} {' '.join(map(str, place))}", float(values[tuple(place)])
    vectors = {
        "source": trace.embedded, "token": trace.source_tokens, "place": trace.source_places, "fed": trace.fed,
        "read": trace.target_tokens, "turn": trace.target_places, "states": trace.states, "readout": trace.readout,
        "logit": trace.logits, "weight": trace.weights,
    }  # fmt: skip
    for name, values in vectors.items():
        for a, row in enumerate(values):
            for b, value in enumerate(row):
                yield f"{name} {a} {b}", float(value)


@every
def test_every_kind_of_number_comes_to_what_its_equation_says(name):
    told, kinds = explainer(name), {}
    for address, value in numbers(traced(name)):
        parts = address.split()
        kinds.setdefault(parts[0] if len(parts) == 3 else " ".join(parts[:3]), []).append((address, value))
    rng = random.Random(1)
    assert len(kinds) > 40
    for cells in kinds.values():
        for address, value in rng.sample(cells, min(12, len(cells))):
            found = told.explain(address)
            assert found.value == pytest.approx(value, abs=1e-7), address
            assert found.computed == pytest.approx(value, abs=1e-5), address
            assert found.result == exact(found.value) and found.name and found.lines


@every
def test_a_walk_down_from_every_output_reaches_the_weights(name):
    told, rng, met = explainer(name), random.Random(2), set()
    trace = traced(name)
    for t in range(len(trace.output)):
        open_ = [f"probability {t} {trace.chosen[t]}"]
        for _ in range(PLACES):
            found = told.explain(open_.pop(rng.randrange(len(open_))))
            assert found.computed == pytest.approx(found.value, abs=1e-5), found.address
            met.add(found.address.split()[0])
            open_ += [slot[1] for line in found.lines for slot in line.slots if isinstance(slot, tuple)]
            if not open_:
                break
    assert {"probability", "logit", "decoder", "encoder"} <= met


@pytest.mark.parametrize("language", LANGUAGES)
@every
def test_an_explanation_is_whole_in_every_language(name, language):
    told = explainer(name, language)
    for address in ["encoder 0 self.weights 0 1 2", "decoder 1 cross.heads 2 3", "decoder 0 feed.norm 1 4",
                    "chosen 0", "turn 1 3", "weight 1 2", "readout 0 1"]:  # fmt: skip
        found = told.explain(address)
        assert "{" not in found.name and found.to_json()
        assert all("\\" not in template for template in found.told_alone()["formulas"])


@pytest.mark.parametrize(
    "address",
    ["", "encoder", "encoder 0", "encoder 0 self.q", "encoder 0 self.q 0", "encoder 0 self.q 0 99", "encoder 9 h 0 0",
     "encoder 0 cross.q 0 0", "encoder 0 self.weights 5 0 0", "encoder 0 self.weights 0 0 -1", "encoder -1 h 0 0",
     "decoder 0 self.nothing 0 0", "weight 0 99", "weight -1 0", "logit 0 -1", "source 0 -1", "place 99 0", "turn x 0"],
)  # fmt: skip
def test_no_such_number(address):
    with pytest.raises(Unknown):
        explainer("post").explain(address)


def test_a_masked_pair_says_that_it_is_masked():
    told = explainer("post").explain("decoder 0 self.weights 0 0 2")
    assert told.value == told.computed == 0.0 and "Masked" in told.name
    assert "Masked" not in explainer("leaking").explain("decoder 0 self.weights 0 0 2").name


def test_what_was_set_says_so():
    look = LookElsewhere(1, (0.0, 0.0, 1.0, 0.0, 0.0), layer=1, head=0)
    told = explainer("post", change=look)
    assert told.explain("decoder 1 cross.weights 0 1 2").lines[0].slots == ["set by you"]
    assert len(told.explain("decoder 1 cross.weights 1 1 2").lines) == 2
    context = explainer("post", change=DisturbContext(1, 0.5, layer=0))
    assert context.explain("decoder 0 cross.heads 1 3").lines[0].slots == ["set by you"]
    assert len(context.explain("decoder 1 cross.heads 1 3").lines) == 2
    unit = explainer("post", change=DisturbUnit(1, 3))
    assert unit.explain("decoder 1 h 1 3").lines[0].slots == ["set by you"]
    assert unit.explain("decoder 1 h 1 3").value == 0.0


def test_every_passage_is_in_its_file():
    held = [value for name, value in vars(passages).items() if name.isupper() and isinstance(value, Passage | dict)]
    found = [p for value in held for p in (value.values() if isinstance(value, dict) else [value])]
    assert len(found) > 15
    for passage in found:
        assert listing(passage).lit(passage)
