"""No number explains itself by itself: what an equation comes to is not made from the number that it explains."""

import copy
import dataclasses
import json
import math
import random

import numpy as np
import pytest

from seq2seq.decoding import sample
from seq2seq.decoding.beam import beam_search
from seq2seq.player.export import clickable
from seq2seq.stories.beam import BeamExplainer, beam_story
from seq2seq.stories.convolution import convolution_story
from seq2seq.stories.convolution.explain import ConvolutionExplainer
from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.exact import ExactExplainer, exact_story
from seq2seq.stories.explain import DecodingExplainer
from seq2seq.stories.explain.beneath import Beneath
from seq2seq.stories.sampling import SamplingExplainer, sampling_story
from seq2seq.stories.transformer.explain import TransformerExplainer
from seq2seq.studies.contest import hold_contest
from seq2seq.studies.trained import load_trained
from seq2seq.traces.exact import ExactSettings
from seq2seq.traces.sampling import Cut, SampleSettings
from seq2seq.traces.scoring import LengthPenalty
from seq2seq.traces.search import BeamSettings, Limits
from seq2seq.words import Words

EN, SHIFT, MOST = Words("en"), 0.37, 120


def searched(model, text):
    return load_trained(model), text, Beneath(load_trained(model).along(text), EN)


def beam(trace=None):
    trained, text, beneath = searched("search-reverse-half", "bottom")
    trace = trace or beam_search(trained.writer(text), BeamSettings(3))
    return trace, beam_story(trace, EN), BeamExplainer(trace, EN, beneath)


def exact(trace=None):
    trained, text, beneath = searched("search-synonyms", "28")
    trace = trace or hold_contest(
        trained.writer(text), ExactSettings(LengthPenalty(1.0), Limits(7), 300, 3), trained.task, text
    )
    return trace, exact_story(trace, EN, "x"), ExactExplainer(trace, EN, beneath)


def sampling(trace=None):
    trained, text, beneath = searched("search-synonyms", "284")
    trace = trace or sample(trained.writer(text), SampleSettings(Cut(2.0, 5, 0.9), samples=3))
    return trace, sampling_story(trace, EN, "x"), SamplingExplainer(trace, EN, beneath)


def decoding(trace=None):
    trace = trace or load_trained("reverse-gru-general").record("abc")
    return trace, decoding_story(trace, EN, "x"), DecodingExplainer(trace, EN)


def convolution(trace=None):
    trace = trace or load_trained("reverse-conv").record_convolution("abc")
    return trace, convolution_story(trace, EN, "x"), ConvolutionExplainer(trace, EN)


def transformer(trace=None):
    trace = trace or load_trained("reverse-transformer").record_transformer("abc")
    return trace, None, TransformerExplainer(trace, EN)


def arrays(value):
    """Every array of floats in a trace, wherever it lies; weights of the model are given."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name not in ("parameters", "beam"):  # the beam repeats what the exact search holds
                yield from arrays(getattr(value, field.name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from arrays(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from arrays(item)


def only_place(trace, value):
    """The array and the index where this number, or its logarithm, lies; None if in no place or in several."""
    found = []
    for array in arrays(trace):
        for wanted in {value, math.log(value) if value > 0 else value}:
            close = np.argwhere(np.isclose(array, wanted, rtol=1e-9, atol=0)) if value else []
            found += [(array, tuple(at)) for at in close]
    return found[0] if len(found) == 1 else None


PLACES = [f"{kind} 1 {v}" for kind in ("logit", "probability") for v in range(4, 12)]
PLACES += [f"decoder 1 cross.weights {n} 1 {j}" for n in range(4) for j in range(3)]
PLACES += [f"decoder 0 self.out 1 {u}" for u in range(20)]


@pytest.mark.parametrize("make", [beam, exact, sampling, decoding, convolution, transformer], ids=lambda m: m.__name__)
def test_a_number_altered_alone_no_longer_agrees_with_its_equation(make):
    trace, story, _ = make()
    trace = copy.deepcopy(trace)
    _, _, explainer = make(trace)
    addresses = list(dict.fromkeys(clickable(json.loads(story.to_json())))) if story else PLACES
    addresses += [f"token {n}" for n in range(60)] if make is exact else []
    random.Random(3).shuffle(addresses)
    tried = 0
    for address in filter(None, addresses):
        told = explainer.explain(address)
        place = None if told.given or isinstance(told.value, int) else only_place(trace, told.value)
        if place is None:
            continue
        array, at = place
        kept = array[at].copy()
        array[at] = kept + SHIFT
        _, _, altered = make(trace)
        again = altered.explain(address)
        array[at] = kept
        moved = abs(again.value - told.value)
        if not moved:
            continue  # told from elsewhere
        if abs(again.value - again.computed) <= moved / 2:  # the same number under another name, which leads on
            leads = {slot[1] for line in told.lines for slot in line.slots if isinstance(slot, tuple)} - {address}
            assert leads, f"{address}: its equation is made from the number itself"
            addresses += [lead for lead in leads if lead not in addresses]
        tried += 1
        if tried == MOST:
            break
    assert tried >= 20, tried
