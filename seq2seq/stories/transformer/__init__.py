"""A Transformer's decoding: where each of its numbers comes from."""

from seq2seq.stories.transformer.explain import TransformerExplainer

__all__ = ["TransformerExplainer"]
