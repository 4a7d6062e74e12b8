"""Peak memory of one training."""

from __future__ import annotations

import ctypes
import resource
from pathlib import Path

import torch

MIB = 1024 * 1024
_CLEAR_REFS, _STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
_RESET_PEAK = "5"  # proc(5): resets the peak resident set size to the current one.


def reset_peak(device: torch.device) -> None:
    """Forget earlier peaks: a process trains many times. Where the system cannot, the process's own peak stays."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        return
    try:
        _CLEAR_REFS.write_text(_RESET_PEAK)
    except OSError:
        return


def give_back() -> None:
    """Return freed memory to the system: after a training glibc keeps some 300 MiB that the next one cannot use whole.

    Where the C library has no `malloc_trim`, nothing happens.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def peak_mib(device: torch.device) -> float:
    """Highest memory use since the reset, in MiB: allocated on the GPU, or resident in the process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / MIB
    try:
        status = _STATUS.read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peak_kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak_kib) / 1024
