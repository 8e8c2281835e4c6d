"""Beams of several widths on the same sentences: what gets better, what does not, and why."""

from seq2seq.stories.widths.explain import WidthsExplainer
from seq2seq.stories.widths.story import widths_story

__all__ = ["WidthsExplainer", "widths_story"]
