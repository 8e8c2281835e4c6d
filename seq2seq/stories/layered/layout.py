"""Where the rows of an overview lie, layer over layer."""

from dataclasses import dataclass
from functools import cached_property

UNITS = 12  # of each state, those that change most
UNIT, TOKEN, CAPTION = 3, 28, 22  # heights in pixels
STRIP = UNIT * UNITS
GAP = 30  # between two layers: room for the edges between them


@dataclass(frozen=True)
class Layout:
    """Top to bottom, in pixels. Rows are counted from 0, the embeddings; `decoder`: 0 rows where there is none."""

    layers: int
    decodes: bool
    gap: int = GAP

    @cached_property
    def output(self) -> float:
        """Middle of the output tokens."""
        return 24 + TOKEN / 2

    def decoder_top(self, row: int) -> float:
        """Top of a decoder row."""
        return self.output + TOKEN / 2 + self.gap + (self.layers - row) * (STRIP + self.gap)

    @cached_property
    def read_back(self) -> float:
        """Middle of the row of tokens that the decoder reads."""
        return self.decoder_top(0) + STRIP + 18

    @cached_property
    def node(self) -> float:
        """Middle of the context."""
        return self.read_back + 46

    @cached_property
    def encoder_first(self) -> float:
        """Top of the uppermost encoder row."""
        return self.node + 104 if self.decodes else self.output + TOKEN / 2 + self.gap + 10

    def encoder_top(self, row: int) -> float:
        """Top of an encoder row."""
        return self.encoder_first + (self.layers - row) * (STRIP + self.gap)

    @cached_property
    def source(self) -> float:
        """Middle of the source tokens."""
        return self.encoder_top(0) + STRIP + 22 + TOKEN / 2

    @cached_property
    def height(self) -> float:
        """Of the whole picture."""
        return self.source + TOKEN / 2 + 6
