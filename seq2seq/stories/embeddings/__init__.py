"""What a row of numbers for each token comes to mean: the look-up, and the table before, while and after it learns."""

from seq2seq.stories.embeddings.explain import EmbeddingExplainer
from seq2seq.stories.embeddings.measures import Geometry
from seq2seq.stories.embeddings.steps import embedding_story

__all__ = ["EmbeddingExplainer", "Geometry", "embedding_story"]
