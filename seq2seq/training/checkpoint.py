"""A run's weights, optimiser and place as one block of bytes (safetensors: nothing is ever unpickled)."""

import json
import math
import struct
from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.optim import Optimizer

from seq2seq.tasks import InputError

Tensors = dict[str, Tensor]
DAMAGED = "input.damaged_checkpoint"
KEPT = {  # what each optimiser keeps of every parameter
    "SGD": {"momentum_buffer"}, "RMSprop": {"step", "square_avg"},
    **dict.fromkeys(("Adam", "AdamW"), {"step", "exp_avg", "exp_avg_sq"}),
}  # fmt: skip


class Checkpoint(NamedTuple):
    """Weights by name; optimiser state by "parameter number.name"; and what is plain: step, seconds, …"""

    weights: Tensors
    optimiser: Tensors
    facts: dict[str, Any]


def pack(model: nn.Module, optimiser: Optimizer | None, **facts: Any) -> bytes:
    """One block of bytes; `facts` are kept as JSON."""
    tensors = {f"weights.{name}": tensor for name, tensor in model.state_dict().items()}
    state = optimiser.state_dict()["state"] if optimiser else {}
    for number, values in state.items():
        for name, value in values.items():
            tensors[f"optimiser.{number}.{name}"] = torch.as_tensor(value)
    return save(
        {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()},
        {"facts": json.dumps(facts)},
    )


def unpack(data: bytes) -> Checkpoint:
    """What `pack` packed; its facts are a whole number `step` and a number of `seconds`, 0 where they are not there.

    Raises: InputError if the bytes are cut short, no checkpoint at all, or hold facts of another kind.
    """
    try:
        tensors = load(data)
        (length,) = struct.unpack("<Q", data[:8])  # safetensors: header length, then the header as JSON
        header = json.loads(data[8 : 8 + length])
        facts = {"step": 0, "seconds": 0.0} | json.loads(header.get("__metadata__", {}).get("facts", "{}"))
    except (SafetensorError, ValueError, struct.error, KeyError, TypeError, RecursionError) as error:
        raise InputError(DAMAGED) from error
    step, seconds = facts["step"], facts["seconds"]
    whole = isinstance(step, int) and not isinstance(step, bool) and step >= 0
    if not (whole and isinstance(seconds, int | float) and 0 <= seconds < math.inf):
        raise InputError(DAMAGED)

    def part(prefix: str) -> Tensors:
        return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}

    return Checkpoint(part("weights."), part("optimiser."), facts)


def load_weights(model: nn.Module, weights: Tensors, assign: bool = False) -> None:
    """Give a model its weights: the one place that says whether they are fit to be used.

    assign: the tensors become the model's own (it may lie on the meta device); else they are copied into its own.
    Raises: InputError if one is missing, too many, of another shape or type, or holds a number that is not finite.
    """
    own = model.state_dict()
    if own.keys() != weights.keys() or any(not _alike(own[name], weights[name]) for name in own):
        raise InputError(DAMAGED)
    if not all_finite(weights.values()):
        raise InputError("input.not_finite_weights")
    model.load_state_dict(weights, assign=assign)


def all_finite(tensors: Iterable[Tensor]) -> bool:
    """Whether every number is finite; waits for the device once."""
    found = [torch.isfinite(tensor).all() for tensor in tensors]
    return not found or bool(torch.stack(found).all())


def _alike(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype


def restore_optimiser(optimiser: Optimizer, state: Tensors) -> None:
    """Put packed optimiser state back.

    Raises: InputError if it is another optimiser's, or damaged.
    """
    values: dict[int, dict[str, Tensor]] = {}
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    kept = KEPT[type(optimiser).__name__]
    for key, tensor in state.items():
        number, _, name = key.partition(".")
        if name not in kept or not number.isdecimal() or int(number) >= len(parameters):
            raise InputError(DAMAGED)
        own = torch.tensor(0.0) if name == "step" else parameters[int(number)]
        if not _alike(tensor, own) or not all_finite([tensor]):
            raise InputError(DAMAGED)
        values.setdefault(int(number), {})[name] = tensor
    if any(each.keys() != kept for each in values.values()):
        raise InputError(DAMAGED)
    optimiser.load_state_dict({"state": values, "param_groups": optimiser.state_dict()["param_groups"]})
