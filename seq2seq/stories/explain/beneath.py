"""What lies beneath the numbers of a search: the model's own, once it has written some tokens, recorded when asked for.

A search keeps probabilities only. So that none of them explains itself by itself, its explainer goes on to the logits
behind them, and from there wherever the explainer of a single decoding goes. Addresses of such numbers:

    after wN.N.N REST: the number REST of the model that has written these tokens (by number; "w" alone: none yet)
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

from seq2seq.stories.convolution.explain import ConvolutionExplainer
from seq2seq.stories.explain.decoding import DecodingExplainer
from seq2seq.stories.explain.equation import Addressed, Explainer, Explanation
from seq2seq.stories.formulas import Number
from seq2seq.stories.transformer.explain import TransformerExplainer
from seq2seq.traces import ConvTrace, DecodingTrace, TransformerTrace
from seq2seq.traces.search import MOST_STEPS
from seq2seq.words import Words

Trace = DecodingTrace | ConvTrace | TransformerTrace
Record = Callable[[tuple[int, ...]], Trace]  # tokens by number → the model at work, made to write just these
KEPT = 8  # recordings


class Beneath:
    """Explains the numbers of one model that has read one source, after any beginning of an output."""

    def __init__(self, record: Record, words: Words) -> None:
        self.words = words
        self.recorded = lru_cache(KEPT)(record)

    def trace(self, written: Sequence[int]) -> Trace:
        """The model at work along these tokens.

        Raises: IndexError if there are more of them than any search writes.
        """
        if len(written) > MOST_STEPS:
            raise IndexError(len(written))
        return self.recorded(tuple(written))

    def logits(self, written: Sequence[int]) -> list[Number]:
        """(V,) of the next token, each with its address."""
        t, prefix = len(written), address(written)
        row = self.trace(written).logits[t].tolist()
        return [Number(value, f"{prefix} logit {t} {v}") for v, value in enumerate(row)]

    def weight(self, written: Sequence[int], i: int) -> Explanation:
        """Where the model looks to choose the next token: the equation of its weight on position i."""
        trace, t = self.trace(written), len(written)
        layer = f"{trace.layers - 1} " if isinstance(trace, ConvTrace) else ""
        return self.explain(written, f"weight {layer}{t} {i}")

    def after(self, written: str, *rest: str) -> Explanation:
        """The number at "after wN.N REST".

        Raises: Unknown, KeyError, ValueError or IndexError if there is none.
        """
        if written[:1] != "w":
            raise KeyError(written)
        numbers = [int(part) for part in written[1:].split(".") if part]
        return self.explain(numbers, " ".join(rest))

    def explain(self, written: Sequence[int], rest: str) -> Explanation:
        """A number of the model that has written these tokens."""
        return explainer_of(self.trace(written), self.words).explain(rest).under(address(written))


class SearchExplainer(Addressed):
    """An explainer of a search, whose numbers lead on to those of the model that was searched.

    beneath: that model; None of a table, whose probabilities are given.
    """

    beneath: Beneath | None = None

    def find(self, kind: str, index: list[str]) -> Explanation:
        """The explanation of a kind of number at a place; "after" is a place in the model."""
        if kind == "after" and self.beneath:
            return self.beneath.after(*index)
        return super().find(kind, index)


def address(written: Sequence[int]) -> str:
    """How the addresses of the numbers after these tokens begin."""
    return f"after w{'.'.join(map(str, written))}"


def explainer_of(trace: Trace, words: Words) -> Explainer:
    """What explains the numbers of a decoding, whatever model wrote it."""
    if isinstance(trace, ConvTrace):
        return ConvolutionExplainer(trace, words)
    return DecodingExplainer(trace, words) if isinstance(trace, DecodingTrace) else TransformerExplainer(trace, words)


def log_softmax(own: Number, logits: Sequence[Number]) -> float:
    """Ln P from logits, in float64."""
    largest = max(number.value for number in logits)
    return own.value - largest - math.log(math.fsum(math.exp(number.value - largest) for number in logits))


def instead_of(found: Explanation, address: str, name: str, value: float) -> Explanation:
    """The same equation, for the number that a search kept."""
    return replace(found, address=address, name=name, value=value)
