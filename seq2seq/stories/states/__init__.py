"""Where sentences end up: the cloud of their states, before training and after, and the ways that lead there."""

from seq2seq.stories.states.explain import StatesExplainer
from seq2seq.stories.states.story import states_story

__all__ = ["StatesExplainer", "states_story"]
