"""Where to compute."""

from functools import cache

import torch

from seq2seq.tasks import InputError


@cache
def available_devices() -> tuple[str, ...]:
    """The kinds of device this machine has, best first; the CPU is always one."""
    found = ["cuda"] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        found.append("mps")
    return (*found, "cpu")


def pick_device(wanted: str = "auto") -> torch.device:
    """The device asked for; "auto": CUDA, else MPS, else the CPU.

    Raises: InputError if this machine does not have it.
    """
    if wanted == "auto":
        return torch.device(available_devices()[0])
    if wanted not in available_devices():
        raise InputError("input.no_device", device=wanted, available=", ".join(available_devices()))
    return torch.device(wanted)
