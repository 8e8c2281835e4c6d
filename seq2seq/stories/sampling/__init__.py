"""The stories of sampling: one output drawn token by token, many counted, and how hot is too hot."""

from seq2seq.stories.sampling.counted import CountedExplainer, counted_story
from seq2seq.stories.sampling.explain import SamplingExplainer
from seq2seq.stories.sampling.heat import HeatExplainer, heat_story
from seq2seq.stories.sampling.story import sampling_story

__all__ = [
    "CountedExplainer", "HeatExplainer", "SamplingExplainer", "counted_story", "heat_story", "sampling_story",
]  # fmt: skip
