"""Where each number of a layer comes from, and what a weight would be without the division by √d_k."""

import numpy as np

from seq2seq.stories.explain.equation import Explanation, softmax
from seq2seq.stories.formulas import Line
from seq2seq.stories.self_attention.questions import unscaled
from seq2seq.stories.transformer import TransformerExplainer, passages
from seq2seq.traces import TransformerTrace
from seq2seq.words import Words


class LayerExplainer(TransformerExplainer):
    """A Transformer's numbers, and besides `unscaled SIDE l BLOCK n at j`: a weight made of the raw products."""

    def __init__(self, trace: TransformerTrace, words: Words) -> None:
        super().__init__(trace, words)
        self.kinds = {**self.kinds, "unscaled": self.raw_weight}

    def raw_weight(self, side: str, layer: int, block: str, head: int, at: int, j: int) -> Explanation:
        """A softmax over the dot products as they are."""
        vectors = self.attention.vectors
        dots, seen = vectors.attention(side, layer, f"{block}.dots", head, at), vectors.visible(side, block, at)
        if not seen[j]:
            raise IndexError(j)
        own = unscaled(np.array([dot.value for dot in dots]), seen)
        exponents = [dot for dot, visible in zip(dots, seen, strict=True) if visible]
        line, values = Line(), Line()
        place = rf"{line.text(at + 1)},{line.text(j + 1)}"
        line.latex = rf"\alpha'_{{{place}}} = \frac{{\exp(q \cdot k_j)}}{{\sum_{{j'}} \exp(q \cdot k_{{j'}})}}"
        values.latex = rf"= \frac{{\exp({values.number(dots[j])})}}{{{values.powers(exponents)}}}"
        told = self.words.say(
            "selfatt.explain.unscaled", head=head + 1, block=self.attention.block(side, block),
            layer=self.attention.layer_of(side, layer), query=self.attention.at(side, at),
            asked=self.attention.at(vectors.key_side(side, block), j),
        )  # fmt: skip
        address = f"unscaled {side} {layer} {block} {head} {at} {j}"
        computed = softmax(dots[j].value, exponents)
        return Explanation(address, told, (line, values), float(own[j]), computed, passages.ATTENTION["weights"])
