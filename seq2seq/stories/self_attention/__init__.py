"""Self-attention: one layer of a Transformer, one head, one token, matrix by matrix; and why scores are scaled."""

from seq2seq.stories.self_attention.explain import LayerExplainer
from seq2seq.stories.self_attention.focus import Focus, focus_of
from seq2seq.stories.self_attention.scale import scale_story
from seq2seq.stories.self_attention.scale_explain import ScaleExplainer
from seq2seq.stories.self_attention.story import self_attention_story

__all__ = ["Focus", "LayerExplainer", "ScaleExplainer", "focus_of", "scale_story", "self_attention_story"]
