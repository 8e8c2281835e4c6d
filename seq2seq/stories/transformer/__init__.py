"""A Transformer's decoding: its story, and where each of its numbers comes from."""

from seq2seq.stories.transformer.decoding import transformer_decoding_story
from seq2seq.stories.transformer.explain import TransformerExplainer

__all__ = ["TransformerExplainer", "transformer_decoding_story"]
