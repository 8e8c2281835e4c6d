"""The story of a beam search: its tree, what was pruned, what finished, and greedy's path beside it."""

from seq2seq.stories.beam.explain import BeamExplainer
from seq2seq.stories.beam.names import Verdicts, greedy_output, written
from seq2seq.stories.beam.story import beam_story

__all__ = ["BeamExplainer", "Verdicts", "beam_story", "greedy_output", "written"]
