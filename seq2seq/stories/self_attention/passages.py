"""Lines of our own source that only this page names."""

from seq2seq.stories.sources import Passage
from seq2seq.stories.transformer.passages import HEADS

SPLIT = Passage(HEADS, "MultiHead.split", ("return",))
