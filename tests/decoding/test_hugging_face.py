"""Beam search against Hugging Face's `generate`, over the same models: token for token, score for score.

What the two share is the model alone; each searches by itself.
"""

import itertools

import pytest
import torch
from torch import nn
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput, Seq2SeqLMOutput

from seq2seq.decoding import ModelWriter, beam_search
from seq2seq.models.config import RecurrentConfig, TransformerConfig
from seq2seq.models.make import make_model
from seq2seq.tasks import BOS, EOS, PAD, Vocabulary, pad
from seq2seq.traces.scoring import LengthPenalty
from seq2seq.traces.search import BOUND, FULL, GUESS, BeamSettings, Limits

VOCABULARY = Vocabulary.of("abcdefghijklmnopqrstuvwx")
MODELS = {
    "gru": RecurrentConfig("gru", "general", bidirectional=True, embedding=12, hidden=16),
    "transformer": TransformerConfig(layers=2, hidden=16, heads=4, feed_forward=32),
}
STOPS = {FULL: True, GUESS: False, BOUND: "never"}  # ours → `early_stopping`
INPUTS, TOGETHER = 200, 10


class Config(PretrainedConfig):
    model_type = "studio"


class Source(nn.Module):
    """What `generate` takes for the encoder: the source as it is, to be read again at every step."""

    def forward(self, input_ids, **_):
        return BaseModelOutput(last_hidden_state=input_ids[..., None].float())


class Wrapped(PreTrainedModel, GenerationMixin):
    """One of our models as `generate` wants it: the whole target so far in, logits out, nothing kept between steps."""

    config_class = Config
    main_input_name = "input_ids"
    _supports_cache_class = False

    def __init__(self, model: nn.Module) -> None:
        super().__init__(Config(is_encoder_decoder=True, vocab_size=len(VOCABULARY), use_cache=False))
        self.ours = model

    def get_encoder(self, *_, **__):
        return Source()

    def prepare_inputs_for_generation(self, decoder_input_ids, encoder_outputs=None, **_):
        return {"decoder_input_ids": decoder_input_ids, "encoder_outputs": encoder_outputs}

    def forward(self, decoder_input_ids=None, encoder_outputs=None, **_):
        source = encoder_outputs.last_hidden_state[..., 0].long()
        return Seq2SeqLMOutput(logits=self.ours(source, decoder_input_ids))


def random_model(config, seed: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = make_model(config, len(VOCABULARY), len(VOCABULARY)).eval()
    with torch.no_grad():
        model.output.bias[EOS] += 1.0  # so that outputs end, some early, some late
    return model


def sources(seed: int, count: int) -> list[list[int]]:
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(2, 9, (count,), generator=generator).tolist()
    return [torch.randint(4, len(VOCABULARY), (length,), generator=generator).tolist() for length in lengths]


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("width", [1, 2, 4, 8])
@torch.no_grad()
def test_a_beam_equals_generate(kind, width):
    """On 200 inputs a model and width, ten at once; penalty, stop and lengths change from ten to ten."""
    asked = itertools.product(STOPS, [0.0, 0.6, 1.0, 2.0, -0.5])
    compared = 0
    for number, (stop, alpha) in zip(range(INPUTS // TOGETHER), itertools.cycle(asked)):
        model = random_model(MODELS[kind], number)
        shortest, longest = 1 + number % 3, 4 + number % 9
        rows = sources(100 * width + number, TOGETHER)
        beam = {"length_penalty": alpha, "early_stopping": STOPS[stop]} if width > 1 else {}
        theirs = Wrapped(model).eval().generate(
            torch.from_numpy(pad(rows)),
            generation_config=GenerationConfig(
                num_beams=width, num_return_sequences=width, max_new_tokens=longest, min_new_tokens=shortest - 1,
                suppress_tokens=[PAD, BOS], use_cache=False, **beam,
                decoder_start_token_id=BOS, bos_token_id=BOS, eos_token_id=EOS, pad_token_id=PAD, do_sample=False,
                return_dict_in_generate=True, output_scores=True,
            ),
        )  # fmt: skip
        written = iter(theirs.sequences[:, 1:].tolist())
        scores = iter(theirs.sequences_scores.tolist()) if width > 1 else itertools.repeat(None)  # greedy has none
        for source in rows:
            writer = ModelWriter(model, torch.tensor([source]), (), VOCABULARY.tokens)
            ours = beam_search(writer, BeamSettings(width, LengthPenalty(alpha), Limits(longest, shortest), stop))
            assert len(ours.hypotheses) == width
            for node, row, score in zip(ours.hypotheses.tolist(), written, scores, strict=False):
                assert ours.numbers(node) == up_to_the_end(row, longest)
                assert score is None or float(ours.score[node]) == pytest.approx(score, abs=1e-4)
                compared += 1
    assert compared == INPUTS * width


def up_to_the_end(row: list[int], longest: int) -> list[int]:
    """An output without what fills it up."""
    return row[: row.index(EOS) + 1] if EOS in row else row[:longest]
