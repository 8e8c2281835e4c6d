"""What the equations of a Transformer have in common: its trace, its words, and what positions are called."""

from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.tokens import quoted
from seq2seq.stories.transformer.vectors import TransformerVectors
from seq2seq.traces import TransformerTrace
from seq2seq.words import Words


class Equations:
    """Part of an explainer: it names numbers and writes their equations."""

    def __init__(self, trace: TransformerTrace, words: Words, vectors: TransformerVectors) -> None:
        self.trace, self.words, self.vectors = trace, words, vectors

    def name(self, key: str, **slots: object) -> str:
        return self.words.say(f"transformer.explain.{key}", **slots)

    def at(self, side: str, at: int) -> str:
        """A position in words: a source token, or an output step with what the decoder reads there."""
        if side == "encoder":
            return self.words.say("transformer.at.source", token=quoted(self.trace.source[at]), position=at + 1)
        return self.words.say("transformer.at.output", number=at + 1, token=quoted(self.trace.read[at]))

    def layer_of(self, side: str, layer: int) -> str:
        """A layer in words."""
        return self.words.say(f"transformer.layer.{side}", layer=layer + 1)

    def block(self, side: str, block: str) -> str:
        """A block in words."""
        return self.words.say(f"transformer.block.{side}.{block}")


def inside(index: int) -> int:
    """An index as it is; below 0 it is none."""
    if index < 0:
        raise IndexError(index)
    return index


def linear(lines: tuple[Line, Line], symbol: str, weights: list[Number], read: list[Number], bias: Number) -> None:
    """A row of a matrix times a vector, and a bias."""
    line, values = lines
    line.latex = symbol
    values.latex = rf"= {values.products(weights, read)} + {values.factor(bias)}"
