"""How sentences become a batch: the longest decides the width, pads fill the rest, a mask says which is which."""

from seq2seq.stories.batching.explain import BatchingExplainer
from seq2seq.stories.batching.steps import batching_story

__all__ = ["BatchingExplainer", "batching_story"]
