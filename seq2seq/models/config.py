"""Shapes of the networks. Imports no torch: pages and records need only this."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
    forget_bias: float = 1.0  # LSTM only; @jozefowicz2015: start with the gate open
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


CONV = "conv"
KERNELS = (3, 5, 7)  # odd, so that a window has a middle
READOUTS = ("decoder", "positions")
PADDINGS = ("same", "causal")
CONV_LIMITS = {"layers": (1, 6), "hidden": (1, 512)}


@dataclass(frozen=True)
class ConvConfig:
    """Shape of a convolutional encoder-decoder; `hidden` is C, the width of embeddings and of every layer.

    readout "positions" has no decoder: one linear layer reads each encoder position, so that an output can depend on
    nothing but its receptive field. Only there may the encoder be padded on the left alone (padding "causal").
    """

    cell: str = CONV
    layers: int = 3
    kernel: int = 3
    hidden: int = 64
    readout: str = "decoder"
    padding: str = "same"

    def __post_init__(self) -> None:
        several = (("cell", (CONV,)), ("kernel", KERNELS), ("readout", READOUTS), ("padding", PADDINGS))
        for name, choices in several:
            value = getattr(self, name)
            if value not in choices:
                raise InputError("input.no_such", what=name, value=value, choices=", ".join(map(str, choices)))
        for name, (low, high) in CONV_LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError("input.out_of_range", name=name, value=value, low=low, high=high)
        if self.padding == "causal" and self.readout == "decoder":
            raise InputError("input.causal_encoder")

    @property
    def attention(self) -> str:
        """How the decoder looks at the source: in every layer; without a decoder nobody looks."""
        return "every_layer" if self.readout == "decoder" else "no_decoder"

    @property
    def field(self) -> int:
        """How many positions a state of the top layer depends on: 1 + L(k − 1)."""
        return 1 + self.layers * (self.kernel - 1)

    @property
    def reach(self) -> tuple[int, int]:
        """How far to the left and to the right the top encoder layer sees."""
        span = self.layers * (self.kernel - 1)
        return (span, 0) if self.padding == "causal" else (span // 2, span // 2)


TRANSFORMER = "transformer"
POSITIONS = ("sinusoidal", "learned", "none")
NORMS = ("post", "pre")
TRANSFORMER_LIMITS = {"layers": (1, 4), "hidden": (2, 512), "heads": (1, 16), "feed_forward": (1, 2048)}


@dataclass(frozen=True)
class TransformerConfig:
    """Shape of a Transformer encoder-decoder; `hidden` is d, each of the N heads gets d_k = d / N of its features.

    norm: LayerNorm after each residual sum ("post", @vaswani2017) or before each block ("pre", @xiong2020).
    The three masks: causal (decoder self-attention sees no later position), source_mask (the encoder sees no
    pad) and cross_mask (the decoder sees no pad of the source). scaled: scores are divided by √d_k.
    """

    cell: str = TRANSFORMER
    layers: int = 2  # of the encoder, and of the decoder
    hidden: int = 64
    heads: int = 4
    feed_forward: int = 256
    norm: str = "post"
    encoder_positions: str = "sinusoidal"
    decoder_positions: str = "sinusoidal"
    causal: bool = True
    source_mask: bool = True
    cross_mask: bool = True
    scaled: bool = True

    def __post_init__(self) -> None:
        several = (
            ("cell", (TRANSFORMER,)), ("norm", NORMS), ("encoder_positions", POSITIONS),
            ("decoder_positions", POSITIONS),
        )  # fmt: skip
        for name, choices in several:
            value = getattr(self, name)
            if value not in choices:
                raise InputError("input.no_such", what=name, value=value, choices=", ".join(choices))
        for name, (low, high) in TRANSFORMER_LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError("input.out_of_range", name=name, value=value, low=low, high=high)
        if self.hidden % self.heads:
            raise InputError("input.heads", hidden=self.hidden, heads=self.heads)
        if self.hidden % 2 and "sinusoidal" in (self.encoder_positions, self.decoder_positions):
            raise InputError("input.odd_width", hidden=self.hidden)

    @property
    def attention(self) -> str:
        """How the decoder looks at the source: in every layer, with several heads."""
        return "multi_head"

    @property
    def head_width(self) -> int:
        """d_k: how many features one head reads."""
        return self.hidden // self.heads


ModelConfig = RecurrentConfig | ConvConfig | TransformerConfig
KINDS: dict[str, type[ModelConfig]] = {CONV: ConvConfig, TRANSFORMER: TransformerConfig}  # all others recur


def config_kind(cell: object) -> type[ModelConfig]:
    """Which configuration describes a model of this cell."""
    return KINDS.get(str(cell), RecurrentConfig)


def model_config(values: Mapping[str, Any]) -> ModelConfig:
    """The configuration of these values, told apart by their cell.

    Raises: InputError if a value is out of range, TypeError if one is unknown.
    """
    return config_kind(values.get("cell"))(**values)
