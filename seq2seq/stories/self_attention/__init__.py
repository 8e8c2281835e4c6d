"""Self-attention: one layer of a Transformer, one head, one token, matrix by matrix."""

from seq2seq.stories.self_attention.explain import LayerExplainer
from seq2seq.stories.self_attention.focus import Focus, focus_of
from seq2seq.stories.self_attention.story import self_attention_story

__all__ = ["Focus", "LayerExplainer", "focus_of", "self_attention_story"]
