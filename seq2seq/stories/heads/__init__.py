"""The story of a Transformer's heads: what each looks at, and what is left of the model without them."""

from seq2seq.stories.heads.explain import HeadsExplainer
from seq2seq.stories.heads.off import HeadsOffExplainer, heads_off_story
from seq2seq.stories.heads.story import heads_story

__all__ = ["HeadsExplainer", "HeadsOffExplainer", "heads_off_story", "heads_story"]
