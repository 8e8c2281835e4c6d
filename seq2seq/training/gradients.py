"""How far learning reaches back: the derivative of the loss with respect to each encoder state.

All by autograd, on the glass path: a leaf of zeros is added to a state at each position, and its gradient is the whole
derivative, along the recurrence and, with attention, along the shortcut from each output.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.func import jacrev, vmap
from torch.nn.functional import cross_entropy

from seq2seq.models.cells import Gates, cell_step, cell_weights
from seq2seq.models.model import Memory
from seq2seq.models.recurrent import Recurrent, RecurrentState
from seq2seq.tasks import PAD
from seq2seq.training.evaluate import shift_right, token_loss


@dataclass(frozen=True)
class StateGradients:
    """∂L/∂h_t of one layer reading forward, (B, S, H); c: of an LSTM's cell state as it is carried on.

    looked (B, S, H): the part of h that attention brings straight from the outputs, of the top layer read one way; None
    without attention. start_h, start_c (B, H): by the decoder's first state, which is the last of these states.
    """

    h: Tensor
    c: Tensor | None
    looked: Tensor | None
    start_h: Tensor
    start_c: Tensor | None

    def norms(self) -> Tensor:
        """‖∂L/∂h_t‖ (S,), mean over the batch."""
        return self.h.norm(dim=-1).mean(0)


class Leaves:
    """A hand on the encoder and its memory that adds zeros whose gradient can be asked for."""

    def __init__(self, layer: int = 0) -> None:
        self.layer = layer
        self.added: dict[str, list[Tensor]] = {"h": [], "c": [], "looked": [], "start_h": [], "start_c": []}

    def add(self, name: str, value: Tensor) -> Tensor:
        """The value with zeros added, which are kept under the name."""
        self.added[name].append(torch.zeros_like(value, requires_grad=True))
        return value + self.added[name][-1]

    def __call__(self, layer: int, way: str, position: int, gates: Gates) -> Gates:
        if (layer, way) != (self.layer, "forward"):
            return gates
        return gates | {name: self.add(name, gates[name]) for name in ("h", "c") if name in gates}

    def remember(self, model: Recurrent, memory: Memory[RecurrentState]) -> Memory[RecurrentState]:
        """The same memory, with leaves on what attention looks at and on the state the decoder begins with."""
        h, c = list(memory.start.h), list(memory.start.c)
        h[self.layer] = self.add("start_h", h[self.layer])
        if c:
            c[self.layer] = self.add("start_c", c[self.layer])
        states = memory.states if memory.keys is None else self.add("looked", memory.states)
        return model.memory(states, memory.mask, tuple(h), tuple(c))


def forced_logits(model: Recurrent, source: Tensor, target: Tensor, touch: Leaves | None = None) -> Tensor:
    """Logits (B, T, V) under teacher forcing, on the glass path; any hand on the encoder may be given."""
    memory, _ = model.encode_glass(source, touch) if touch else model.encode_glass(source)
    if isinstance(touch, Leaves):
        memory = touch.remember(model, memory)
    state, logits = memory.start, []
    for token in shift_right(target).unbind(1):
        state, step = model.step(token, state, memory)
        logits.append(step.logits)
    return torch.stack(logits, 1)


def forced_loss(model: Recurrent, source: Tensor, target: Tensor, touch: Leaves | None = None) -> Tensor:
    """Mean loss per target token (natural) of target (B, T) under teacher forcing, on the glass path."""
    return token_loss(forced_logits(model, source, target, touch), target)


def example_losses(logits: Tensor, target: Tensor) -> Tensor:
    """The same of each example alone, (B,): what the gradients of one example are gradients of."""
    losses = cross_entropy(logits.transpose(1, 2), target, ignore_index=PAD, reduction="none")  # (B, T)
    return losses.sum(1) / (target != PAD).sum(1)


def state_gradients(
    model: Recurrent, source: Tensor, target: Tensor, layer: int = 0, each: bool = False
) -> StateGradients:
    """The derivative of the loss of target (B, T) with respect to every encoder state of source (B, S).

    each: of each example's own loss, instead of the whole batch's mean.
    """
    leaves = Leaves(layer)
    logits = forced_logits(model, source, target, leaves)
    loss = example_losses(logits, target).sum() if each else token_loss(logits, target)
    names = [name for name, added in leaves.added.items() for _ in added]
    found = torch.autograd.grad(
        loss, [leaf for added in leaves.added.values() for leaf in added], allow_unused=True, materialize_grads=True
    )

    def of(name: str) -> list[Tensor]:
        return [gradient for whose, gradient in zip(names, found, strict=True) if whose == name]

    def alone(name: str) -> Tensor | None:
        return of(name)[0] if of(name) else None

    c = of("c")
    (start,) = of("start_h")
    return StateGradients(
        torch.stack(of("h"), 1), torch.stack(c, 1) if c else None, alone("looked"), start, alone("start_c")
    )


def local_factors(model: Recurrent, source: Tensor, layer: int = 0) -> Tensor:
    """How each state depends on the one before: (S, N, N), [t, j, u] = ∂state_t[j] / ∂state_{t−1}[u], by autograd.

    Args: source (1, S). A state is h, N = H; an LSTM's is h and c side by side, N = 2 H.
    """
    cell, weights = model.config.cell, cell_weights(model.encoder, layer)
    with torch.no_grad():
        _, record = model.encode_glass(source)
    gates = record.layers[layer]["forward"]
    below = record.layers[layer - 1].values() if layer else ()
    x = torch.cat([way["h"][0] for way in below], -1) if layer else record.embedded[0]  # (S, I)
    states = torch.cat([gates[name][0] for name in ("h", "c") if name in gates], -1)  # (S, N)
    before = torch.cat([torch.zeros_like(states[:1]), states[:-1]])

    def move(state: Tensor, read: Tensor) -> Tensor:
        h, *c = state[None].split(model.config.hidden, -1)
        after = cell_step(cell, read[None], h, c[0] if c else None, weights)
        return torch.cat([after[name][0] for name in ("h", "c") if name in after])

    return vmap(jacrev(move))(before, x.detach()).detach()


def in_double(model: Recurrent) -> Recurrent:
    """A copy in float64 on the CPU, to look at: gradients of 1e-14 are then numbers like any other."""
    copy = Recurrent(
        replace(model.config), *(e.num_embeddings for e in (model.source_embedding, model.target_embedding))
    )
    copy.load_state_dict(model.state_dict())
    return copy.double().eval().requires_grad_(False)
