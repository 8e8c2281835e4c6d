"""How a text is cut: words, characters, and pieces that are learnt, one merge at a time."""

from seq2seq.stories.cutting.explain import CuttingExplainer
from seq2seq.stories.cutting.steps import cutting_story

__all__ = ["CuttingExplainer", "cutting_story"]
