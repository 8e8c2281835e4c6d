"""Where to compute. Imports torch only when it is really asked."""

import platform
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from seq2seq.tasks import InputError

if TYPE_CHECKING:
    import torch


def likely_devices() -> tuple[str, ...]:
    """The kinds of device this machine seems to have, best first, told without importing torch."""
    found = ["cuda"] if Path("/proc/driver/nvidia/version").exists() or Path("/dev/nvidia0").exists() else []
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        found.append("mps")
    return (*found, "cpu")


def share_the_machine() -> None:
    """One thread for torch in this process: two collapse as soon as anything else runs beside them."""
    import torch

    torch.set_num_threads(1)


@cache
def available_devices() -> tuple[str, ...]:
    """The kinds of device torch can use here, best first; the CPU is always one."""
    import torch

    found = ["cuda"] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        found.append("mps")
    return (*found, "cpu")


def pick_device(wanted: str = "auto") -> "torch.device":
    """The device asked for; "auto": CUDA, else MPS, else the CPU.

    Raises: InputError if this machine does not have it.
    """
    import torch

    if wanted == "auto":
        return torch.device(available_devices()[0])
    if wanted not in available_devices():
        raise InputError("input.no_device", device=wanted, available=", ".join(available_devices()))
    return torch.device(wanted)


def device_name(device: str) -> str:
    """What the maker calls it; for a CPU only that it is one."""
    import torch

    return str(torch.cuda.get_device_name()) if device == "cuda" else device.upper()
