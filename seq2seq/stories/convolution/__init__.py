"""The story of a convolutional encoder-decoder: what a state has seen, how a gate opens, and where the field ends."""

from seq2seq.stories.convolution.explain import ConvolutionExplainer
from seq2seq.stories.convolution.field import FieldExplainer, field_story
from seq2seq.stories.convolution.replaced import ReplacedExplainer, replaced_story
from seq2seq.stories.convolution.story import convolution_story, middle_of

__all__ = [
    "ConvolutionExplainer", "FieldExplainer", "ReplacedExplainer", "convolution_story", "field_story", "middle_of",
    "replaced_story",
]  # fmt: skip
