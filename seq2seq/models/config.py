"""Shapes of the networks. Imports no torch: pages and records need only this."""

from dataclasses import dataclass

from seq2seq.tasks import InputError

CELLS = ("rnn", "gru", "lstm")
ATTENTIONS = ("none", "additive", "dot", "general", "scaled_dot")
LIMITS: dict[str, tuple[float, float]] = {
    "layers": (1, 4), "embedding": (1, 512), "hidden": (1, 512), "forget_bias": (-10.0, 10.0),
    "recurrent_scale": (0.0, 10.0),
}  # fmt: skip


@dataclass(frozen=True)
class RecurrentConfig:
    """Shape of a recurrent encoder-decoder. `hidden` is H of one direction; the decoder has D = H · directions."""

    cell: str = "gru"
    attention: str = "general"
    bidirectional: bool = False
    layers: int = 1
    embedding: int = 32
    hidden: int = 64
    forget_bias: float = 1.0  # LSTM only; Jozefowicz et al. 2015: start with the gate open
    recurrent_scale: float = 1.0  # times the recurrent matrices of encoder and decoder, when they are drawn

    def __post_init__(self) -> None:
        for name, choices in (("cell", CELLS), ("attention", ATTENTIONS)):
            if getattr(self, name) not in choices:
                value = getattr(self, name)
                raise InputError("input.no_such", what=name, value=value, choices=", ".join(choices))
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError("input.out_of_range", name=name, value=value, low=low, high=high)

    @property
    def directions(self) -> tuple[str, ...]:
        """The ways the encoder reads."""
        return ("forward", "backward") if self.bidirectional else ("forward",)

    @property
    def width(self) -> int:
        """D: size of a decoder state and of an encoder state with both directions joined."""
        return self.hidden * len(self.directions)

    @property
    def asks_before(self) -> bool:
        """Bahdanau's wiring: the previous state asks, and the context is an input of the step."""
        return self.attention == "additive"
