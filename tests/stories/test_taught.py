"""What sentences claim of numbers, taken at their word: held against the arithmetic, or against torch itself."""

import math

import pytest
import torch

from seq2seq.stories.convolution import ConvolutionExplainer
from seq2seq.stories.embeddings import EmbeddingExplainer
from seq2seq.stories.explain import DecodingExplainer
from seq2seq.stories.gradients.questions import ten_steps_back
from seq2seq.stories.masks.leak_questions import lowest
from seq2seq.stories.positions import PlacesExplainer
from seq2seq.stories.transformer import TransformerExplainer
from seq2seq.studies.places import record_waves
from seq2seq.words import Words
from tests.models.small import CONFIGS
from tests.models.test_convolutional import DECODERS
from tests.stories.test_convolution import decoded as convolved
from tests.stories.test_explain import decoded
from tests.stories.test_gradient_stories import reach
from tests.stories.test_masks import leaked
from tests.stories.test_tokens import geometry
from tests.stories.test_transformer_explain import traced as transformed


class Heard(Words):
    """Words that remember the slots of what they said."""

    slots: dict[str, dict[str, object]] = {}

    def say(self, key, **slots):
        self.slots[key] = slots
        return super().say(key, **slots)


@pytest.mark.parametrize("scale", [1.0, 5.0])
def test_ten_factors_make_the_fall_or_the_rise_that_they_explain(scale):
    heard = Heard()
    ((_, question),) = ten_steps_back(reach("rnn", distance=20, scale=scale), heard)
    kind = "smaller" if scale == 1 else "larger"
    slots = heard.slots[f"gradients.question.ten.{kind}.why"]
    times = float(str(slots["times"]).replace(",", ""))
    assert question.options[question.right] == slots["times"]
    product = float(str(slots["one"])) ** 10
    assert product == pytest.approx(1 / times if kind == "smaller" else times, rel=0.6)  # one has two digits


def test_the_least_honest_loss_counts_the_free_ends_too():
    heard, trace = Heard(), leaked("random-target")
    assert list(lowest(trace, [0, 50], heard))
    slots = heard.slots["leak.question.lowest.why"]
    letters = sum(trace.lengths)
    mean = float(str(slots["letter"])) * letters / (letters + len(trace.lengths))
    assert float(str(slots["bound"])) == pytest.approx(mean, abs=1e-3)
    assert float(str(slots["letter"])) == pytest.approx(math.log(26), abs=1e-3)


def test_a_large_negative_number_in_place_of_minus_infinity():
    """−10⁹ underflows to 0, −10 leaves 0.00005; where everything is masked, −∞ gives NaN and −10⁹ an even share."""

    def weights(hidden: float, all_of: bool = False) -> torch.Tensor:
        return torch.tensor([hidden, hidden if all_of else 0.0]).softmax(-1)

    assert weights(-1e9)[0] == 0 and weights(-10.0)[0] == pytest.approx(0.00005, rel=0.1)
    assert weights(-1e9, True).tolist() == [0.5, 0.5] and weights(-math.inf, True).isnan().all()


UNITS = {  # addresses of a first unit, or feature; and the slot that names it
    "decoding": (lambda words: DecodingExplainer(decoded(CONFIGS[0]), words), "unit",
                 ("encoder 0 forward h 2 0", "decoder 0 h 1 0", "decoder 0 h -1 0", "source 1 0", "readout 0 0")),
    "transformer": (lambda words: TransformerExplainer(transformed("post"), words), "feature",
                    ("encoder 0 h 1 0", "decoder 0 self.q 1 0", "encoder 0 feed.inner 1 0", "token 1 0", "place 1 0")),
    "convolution": (lambda words: ConvolutionExplainer(convolved(DECODERS[0]), words), "unit",
                    ("encoder 0 a 1 0", "encoder 0 gate 1 0", "source 1 0")),
    "places": (lambda words: PlacesExplainer(record_waves(), words), "feature", ("place 3 0",)),
    "embeddings": (lambda words: EmbeddingExplainer(geometry(), words), "number", ("unit 0 5 0",)),
}  # fmt: skip


@pytest.mark.parametrize("kind", UNITS)
def test_the_first_unit_is_called_one(kind):
    make, slot, addresses = UNITS[kind]
    for address in addresses:
        heard = Heard()
        heard.slots.clear()
        told = make(heard).explain(address)
        named = [slots[slot] for slots in heard.slots.values() if slot in slots]
        assert set(named) == {1}, (address, told.name)
