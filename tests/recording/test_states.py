"""States recorded for many sentences at once are those of each read alone, and the decoder starts where reading ends."""

import numpy as np
import pytest
import torch

from seq2seq.recording import record_decoding
from seq2seq.recording.states import record_final, record_path, record_reading, record_writing
from seq2seq.tasks import EOS, Batch, Vocabulary, pad
from tests.models.small import CONFIGS, build, name_of

VOCABULARIES = (Vocabulary.of("abcdefg"), Vocabulary.of("vwxyz"))
TEXTS, TARGETS = ("badcafe", "ab", "gfed"), ("vwx", "zz", "y")
every = pytest.mark.parametrize("config", CONFIGS[::3], ids=name_of)


def batch():
    source, target = VOCABULARIES
    return Batch(pad([source.encode(text) for text in TEXTS]), pad([[*target.encode(t), EOS] for t in TARGETS]))


def parts(config):
    return ("h", "c", "both") if config.cell == "lstm" else ("h",)


@every
def test_a_sentence_in_a_batch_ends_as_it_does_alone(config):
    model, layer = build(config), config.layers - 1
    for part in parts(config):
        final = record_final(model, batch(), part, layer)
        reading = record_reading(model, batch(), part, layer)
        for row, text in enumerate(TEXTS):
            start = record_decoding(model, list(text), VOCABULARIES, longest=2).start[layer]
            wanted = np.concatenate([start[name] for name in (("h", "c") if part == "both" else (part,))])
            assert final[row] == pytest.approx(wanted, abs=1e-5)
            assert reading[row, len(text) - 1] == pytest.approx(wanted, abs=1e-5)
            assert not reading[row, len(text) :].any()


@every
def test_what_was_read_so_far_is_the_end_of_what_was_read(config):
    """One way only: after k tokens the state is that of the first k tokens read as a sentence."""
    if config.bidirectional:
        pytest.skip("the backward reader begins at the end of the whole sentence")
    model = build(config)
    path = record_path(model, "badcafe", list("badcafe"), VOCABULARIES, "h", 0)
    assert not path.encoder[0].any() and len(path.encoder) == 8
    for k in range(1, 8):
        shorter = record_path(model, "", list("badcafe")[:k], VOCABULARIES, "h", 0)
        assert path.encoder[k] == pytest.approx(shorter.decoder[0], abs=1e-5)


@every
def test_the_decoder_goes_on_where_the_encoder_ends(config):
    model, layer = build(config), config.layers - 1
    path = record_path(model, "badcafe", list("badcafe"), VOCABULARIES, "h", layer)
    trace = record_decoding(model, list("badcafe"), VOCABULARIES)
    assert path.decoder[0] == pytest.approx(path.encoder[-1], abs=1e-5)
    assert path.output == trace.output
    assert path.decoder[1:] == pytest.approx(trace.decoder[layer]["h"], abs=1e-5)


@every
def test_the_state_before_an_output_is_fed_the_right_answer(config):
    model, layer = build(config), config.layers - 1
    states = record_writing(model, batch(), 2, "h", layer)
    for row, (text, target) in enumerate(zip(TEXTS, TARGETS, strict=True)):
        trace = record_decoding(model, list(text), VOCABULARIES, list(target))
        assert states[row] == pytest.approx(trace.decoder[layer]["h"][1], abs=1e-5)


def test_nothing_random_is_left_behind():
    from seq2seq.studies.states import untrained
    from seq2seq.studies.trained import load_trained

    trained = load_trained("reverse-gru-none")
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, other = untrained(trained), untrained(trained)
    assert torch.equal(before, torch.get_rng_state())
    pairs = list(zip(one.parameters(), other.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b in pairs)
    assert any(not torch.equal(a, b) for a, b in zip(one.parameters(), trained.model.parameters(), strict=True))
