"""One vector, or attention beside it: what becomes of a source that grows letter by letter."""

from seq2seq.stories.bottleneck.explain import BottleneckExplainer
from seq2seq.stories.bottleneck.noise import DisturbedExplainer, disturbed_story
from seq2seq.stories.bottleneck.runs import RunsExplainer, pair_story
from seq2seq.stories.bottleneck.story import bottleneck_story

__all__ = [
    "BottleneckExplainer", "DisturbedExplainer", "RunsExplainer", "bottleneck_story", "disturbed_story", "pair_story",
]  # fmt: skip
