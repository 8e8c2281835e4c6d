"""A convolutional layer with a gate: the textbook's one position, and PyTorch's whole sentence, over the same weights.

@gehring2017; the gated linear unit of @dauphin2017.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import glu, pad

from seq2seq.models.cells import Gates

HALF = math.sqrt(0.5)  # a sum of two values of one variance keeps that variance


def make_layer(width: int, kernel: int) -> nn.Conv1d:
    """A convolution from C to 2C channels, drawn so that values keep their variance through the gate.

    Source: @gehring2017, section 3.5: N(0, √(4/n)) for n inputs, biases 0.
    """
    layer = nn.Conv1d(width, 2 * width, kernel)
    nn.init.normal_(layer.weight, std=math.sqrt(4 / (kernel * width)))
    nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
    return layer


def borders(kernel: int, causal: bool) -> tuple[int, int]:
    """How many positions of zeros stand before and behind a sentence, so that it keeps its length."""
    return (kernel - 1, 0) if causal else (kernel // 2, kernel // 2)


def conv_step(layer: nn.Conv1d, window: Tensor, own: Tensor) -> Gates:
    """One layer at one position.

    Args:    window (B, k, C): what the layer reads there, zeros beyond the sentence; own (B, C): its own input.
    Returns: a = X∗W + b, b = X∗V + d, gate σ(b), glu = a ⊙ σ(b) and h = √½ (glu + input), each (B, C).
    """
    assert layer.bias is not None
    both = torch.einsum("bkc,dck->bd", window, layer.weight) + layer.bias
    a, b = both.chunk(2, -1)
    gate = torch.sigmoid(b)
    product = a * gate
    h = (product + own) * HALF
    return {"a": a, "b": b, "gate": gate, "glu": product, "h": h}


def conv_layer(layer: nn.Conv1d, x: Tensor, causal: bool) -> Tensor:
    """The same layer at every position of x (B, S, C) at once. The fast path."""
    window = pad(x.transpose(1, 2), borders(layer.kernel_size[0], causal))  # (B, C, S + k − 1)
    return (glu(layer(window), dim=1).transpose(1, 2) + x) * HALF
