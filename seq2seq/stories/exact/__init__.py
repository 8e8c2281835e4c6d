"""The story of an exact search: how its proof closes, and whose error the beam's output is."""

from seq2seq.stories.exact.explain import ExactExplainer
from seq2seq.stories.exact.story import exact_story

__all__ = ["ExactExplainer", "exact_story"]
