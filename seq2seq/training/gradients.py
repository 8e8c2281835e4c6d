"""How far learning reaches back: the derivative of the loss with respect to each encoder state.

All by autograd, on the glass path: a leaf of zeros is added to a state at each position, and its gradient is the whole
derivative, along the recurrence and, with attention, along the shortcut from each output.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from seq2seq.models.cells import Gates
from seq2seq.models.recurrent import Recurrent
from seq2seq.training.evaluate import shift_right, token_loss


@dataclass(frozen=True)
class StateGradients:
    """∂L/∂h_t of the first layer reading forward, (B, S, H); c: of an LSTM's cell state as it is carried on."""

    h: Tensor
    c: Tensor | None

    def norms(self) -> Tensor:
        """‖∂L/∂h_t‖ (S,), mean over the batch."""
        return self.h.norm(dim=-1).mean(0)


def forced_loss(model: Recurrent, source: Tensor, target: Tensor, touch: "Leaves | None" = None) -> Tensor:
    """Mean loss per target token (natural) of target (B, T) under teacher forcing, on the glass path."""
    memory, _ = model.encode_glass(source, touch) if touch else model.encode_glass(source)
    state, logits = memory.start, []
    for token in shift_right(target).unbind(1):
        state, step = model.step(token, state, memory)
        logits.append(step.logits)
    return token_loss(torch.stack(logits, 1), target)


class Leaves:
    """A hand on the encoder that adds zeros whose gradient can be asked for."""

    def __init__(self) -> None:
        self.added: dict[str, list[Tensor]] = {"h": [], "c": []}

    def __call__(self, layer: int, way: str, position: int, gates: Gates) -> Gates:
        if (layer, way) != (0, "forward"):
            return gates
        touched = dict(gates)
        for name, leaves in self.added.items():
            if name in gates:
                leaves.append(torch.zeros_like(gates[name], requires_grad=True))
                touched[name] = gates[name] + leaves[-1]
        return touched


def state_gradients(model: Recurrent, source: Tensor, target: Tensor) -> StateGradients:
    """The derivative of the loss of target (B, T) with respect to every encoder state of source (B, S)."""
    leaves = Leaves()
    loss = forced_loss(model, source, target, leaves)
    found = torch.autograd.grad(loss, [*leaves.added["h"], *leaves.added["c"]])
    S = source.shape[1]
    h, c = found[:S], found[S:]
    return StateGradients(torch.stack(h, 1), torch.stack(c, 1) if c else None)
