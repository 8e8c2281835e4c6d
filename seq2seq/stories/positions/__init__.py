"""The stories of positions: a shuffled source, the table of waves, and the two switches."""

from seq2seq.stories.positions.board import BoardExplainer, board_story
from seq2seq.stories.positions.places import places_story
from seq2seq.stories.positions.places_explain import PlacesExplainer
from seq2seq.stories.positions.shuffle import shuffle_story
from seq2seq.stories.positions.shuffle_explain import ShuffleExplainer
from seq2seq.stories.positions.shuffled import Shuffled, put_in_order

__all__ = [
    "BoardExplainer", "PlacesExplainer", "ShuffleExplainer", "Shuffled", "board_story", "places_story",
    "put_in_order", "shuffle_story",
]  # fmt: skip
