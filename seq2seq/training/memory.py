"""Memory that ran out: what it looks like when torch says it, when Python does, and when the kernel ends a program."""

from pathlib import Path

COUNTERS = (Path("/proc/vmstat"), Path("/sys/fs/cgroup/memory.events"))  # of the machine; of the container
WORDS = ("out of memory", "can't allocate memory", "not enough memory", "cannot allocate memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says so: Python's own, CUDA's, Apple's, or that of torch on a CPU, a plain RuntimeError."""
    return isinstance(error, MemoryError) or any(words in str(error).lower() for words in WORDS)


def out_of_memory_kills() -> int:
    """How many programs the kernel has ended for want of memory, as far as it says (Linux); only ever more."""
    count = 0
    for file in COUNTERS:
        try:
            lines = file.read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        count += sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    return count
