"""Where the bands of the overview lie."""

from dataclasses import dataclass
from functools import cached_property

UNITS = 16  # of each state, those that change most
TOKEN, CAPTION = 28, 22  # heights in pixels


@dataclass(frozen=True)
class Layout:
    """Where the bands lie, top to bottom, in pixels. Bands of the encoder: (layer, direction), top layer first."""

    encoder: tuple[tuple[int, str], ...]
    decoder: tuple[int, ...]
    attention: bool

    @property
    def unit(self) -> float:
        """Height of one unit in a strip."""
        return 4.0 if len(self.encoder) + len(self.decoder) <= 3 else 3.0

    @property
    def strip(self) -> float:
        """Height of one strip."""
        return self.unit * UNITS

    @cached_property
    def output(self) -> float:
        """Middle of the output tokens."""
        return CAPTION + TOKEN / 2

    def decoder_top(self, band: int) -> float:
        """Top of a decoder band."""
        return self.output + TOKEN / 2 + CAPTION + band * (self.strip + CAPTION)

    @cached_property
    def read_back(self) -> float:
        """Middle of the row of tokens that the decoder reads."""
        return self.decoder_top(len(self.decoder) - 1) + self.strip + 32

    @cached_property
    def node(self) -> float:
        """Middle of the context."""
        return self.read_back + 44

    @cached_property
    def encoder_first(self) -> float:
        """Top of the uppermost encoder band."""
        return self.node + (124 if self.attention else 84)

    def encoder_top(self, band: int) -> float:
        """Top of an encoder band."""
        return self.encoder_first + band * (self.strip + CAPTION)

    @cached_property
    def source(self) -> float:
        """Middle of the source tokens."""
        return self.encoder_top(len(self.encoder) - 1) + self.strip + CAPTION + TOKEN / 2

    @cached_property
    def height(self) -> float:
        """Of the whole picture."""
        return self.source + TOKEN / 2 + 6
