"""A run's weights, optimiser and place as one block of bytes (safetensors: nothing is ever unpickled)."""

import json
import struct
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.optim import Optimizer

from seq2seq.tasks import InputError

Tensors = dict[str, Tensor]


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
    """What `pack` packed.

    Raises: InputError if the bytes are cut short or no checkpoint at all.
    """
    try:
        tensors = load(data)
        (length,) = struct.unpack("<Q", data[:8])  # safetensors: header length, then the header as JSON
        header = json.loads(data[8 : 8 + length])
        facts = json.loads(header.get("__metadata__", {}).get("facts", "{}"))
    except (SafetensorError, ValueError, struct.error, KeyError) as error:
        raise InputError("input.damaged_checkpoint") from error

    def part(prefix: str) -> Tensors:
        return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}

    return Checkpoint(part("weights."), part("optimiser."), facts)


def restore_optimiser(optimiser: Optimizer, state: Tensors) -> None:
    """Put packed optimiser state back."""
    values: dict[int, dict[str, Tensor]] = {}
    for key, tensor in state.items():
        number, name = key.split(".", 1)
        values.setdefault(int(number), {})[name] = tensor
    optimiser.load_state_dict({"state": values, "param_groups": optimiser.state_dict()["param_groups"]})
