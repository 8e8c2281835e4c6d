"""The overview diagram of a recurrent encoder-decoder."""

from seq2seq.stories.network.diagram import network_diagram
from seq2seq.stories.network.layout import UNITS, Layout

__all__ = ["UNITS", "Layout", "network_diagram"]
