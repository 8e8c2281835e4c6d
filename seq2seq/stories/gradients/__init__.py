"""The Gradients page's stories: back through a sentence, through a training, and clipping at work."""

from seq2seq.stories.gradients.arms import Reach, arm_key, arm_name
from seq2seq.stories.gradients.backward import backward_story
from seq2seq.stories.gradients.clipping import clipping_story
from seq2seq.stories.gradients.explain import CurvesExplainer, GradientExplainer
from seq2seq.stories.gradients.training import Curve, reach_story

__all__ = [
    "Curve", "CurvesExplainer", "GradientExplainer", "Reach", "arm_key", "arm_name", "backward_story",
    "clipping_story", "reach_story",
]  # fmt: skip
