"""The equations of a Transformer's decoding, every one with the numbers of its trace.

Addresses (at a position, counted from 0: of the source in the encoder, an output step in the decoder; l layer; n head;
j the key's position; u feature; v a vocabulary number; SIDE encoder or decoder; BLOCK self, in the decoder also cross):

    SIDE l BLOCK.NAME at u    q k v heads out residual norm, and for BLOCK feed: inner out residual norm
    SIDE l h at u             the layer's state
    SIDE l BLOCK.NAME n at j  dots scores weights
    source i u · token i u · place i u · fed t u · read t u · turn t u · states i u · readout t u
    mean SIDE l BLOCK at j    the mean over the heads of a weight
    weight t i                the same of the top layer's cross-attention
    logit t v · probability t v · chosen t
"""

from collections.abc import Callable

from seq2seq.stories.explain.equation import Addressed, Explanation
from seq2seq.stories.transformer.explain_attention import AttentionEquations
from seq2seq.stories.transformer.explain_layer import LayerEquations
from seq2seq.stories.transformer.explain_output import OutputEquations
from seq2seq.stories.transformer.vectors import TransformerVectors
from seq2seq.traces import TransformerTrace
from seq2seq.words import Words


class TransformerExplainer(Addressed):
    """Explains the numbers of one decoding of a Transformer."""

    def __init__(self, trace: TransformerTrace, words: Words) -> None:
        self.trace, self.words = trace, words
        vectors = TransformerVectors(trace)
        self.attention = AttentionEquations(trace, words, vectors)
        self.layer = LayerEquations(trace, words, vectors)
        output = OutputEquations(trace, words, vectors)
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "encoder": lambda *place: self.inside("encoder", *place),
            "decoder": lambda *place: self.inside("decoder", *place),
            "source": lambda i, u: self.layer.embedded("encoder", i, u),
            "fed": lambda t, u: self.layer.embedded("decoder", t, u),
            "token": self.layer.token, "read": self.layer.token_read, "place": self.layer.place,
            "turn": self.layer.turn, "states": self.layer.states, "readout": self.layer.readout,
            "weight": self.attention.top,
            "mean": self.attention.mean, "logit": output.logit, "probability": output.probability,
            "chosen": output.chosen,
        }  # fmt: skip

    def inside(self, side: str, layer: int, name: str, *place: int) -> Explanation:
        """A number inside a layer."""
        block, _, value = name.partition(".")
        if len(place) == 3:
            return self.attention.pair(side, layer, block, value, *place)
        at, u = place
        if value in ("q", "k", "v"):
            return self.attention.projected(side, layer, block, value, at, u)
        if value == "heads":
            return self.attention.mixed(side, layer, block, at, u)
        return self.layer.value(side, layer, block, value, at, u)
